"""The installed rooms in floor order: the only line to edit for a new room."""

from canopy.features.admin.feature import FEATURE as ADMIN
from canopy.features.agents.feature import FEATURE as AGENTS
from canopy.features.bookmarks.feature import FEATURE as BOOKMARKS
from canopy.features.channels.feature import FEATURE as CHANNELS
from canopy.features.devices.feature import FEATURE as DEVICES
from canopy.features.mentions.feature import FEATURE as MENTIONS
from canopy.features.messages.feature import FEATURE as MESSAGES
from canopy.features.people.feature import FEATURE as PEOPLE
from canopy.features.search.feature import FEATURE as SEARCH
from canopy.features.trust.feature import FEATURE as TRUST

ROOMS = (PEOPLE, CHANNELS, TRUST, DEVICES, MESSAGES, MENTIONS, BOOKMARKS, SEARCH, AGENTS, ADMIN)

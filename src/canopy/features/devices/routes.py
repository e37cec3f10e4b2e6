"""This node's card (REST section 14)."""

from collections.abc import Sequence

import msgspec
from starlette.responses import Response

from canopy.edge.ask import Ask, check_name, check_text, invalid
from canopy.edge.principal import Principal
from canopy.edge.route import ANY, get, post
from canopy.features.devices.actions import CardChange, change_card, current_card
from canopy.features.people.events import BIO_LENGTH, NAME_LENGTH
from canopy.ground.errors import NotAvailable
from canopy.ground.ids import EventId
from canopy.log.db import Read
from canopy.log.shown import device_id


class DeviceProfile(msgspec.Struct, kw_only=True):
    """The node as peers see it."""

    device_id: str
    display_name: str
    description: str
    avatar_b64: str | None = None
    avatar_mime: str | None = None


class DeviceChange(msgspec.Struct, kw_only=True):
    """What of the card shall change."""

    display_name: str | None = None
    description: str | None = None
    avatar_b64: str | None = None
    avatar_mime: str | None = None


class DeviceChanged(msgspec.Struct, kw_only=True):
    """The new card."""

    device_id: str
    display_name: str
    description: str
    avatar_b64: str | None = None
    avatar_mime: str | None = None
    ok: bool = True
    success: bool = True


def get_profile(ask: Ask) -> Response:
    """The node's card."""
    with ask.reading() as tx:
        card = current_card(tx, ask.principal)
    profile = DeviceProfile(
        device_id=device_id(ask.principal.node), display_name=card.name, description=card.description
    )
    return ask.answer(profile)


async def set_profile(ask: Ask) -> Response:
    """Change the node's card; the owner's right."""
    ask.principal.require_owner()
    wish = ask.decode(DeviceChange)
    if wish.avatar_b64 is not None or wish.avatar_mime is not None:
        raise NotAvailable("A node has no picture yet.", allowed=["display_name", "description"])
    if wish.display_name is None and wish.description is None:
        raise invalid("display_name", "required", "Give display_name or description.")
    name = None if wish.display_name is None else check_name(wish.display_name, "display_name", NAME_LENGTH)
    if name == "":
        raise invalid("display_name", "required", "A node needs a name.")
    text = None if wish.description is None else check_text(wish.description, "description", BIO_LENGTH)
    return await ask.perform(change_card, CardChange(name=name, description=text), _changed, status=200)


def _changed(tx: Read, principal: Principal, ids: Sequence[EventId]) -> DeviceChanged:
    card = current_card(tx, principal)
    return DeviceChanged(device_id=device_id(principal.node), display_name=card.name, description=card.description)


ROUTES = [
    get("/device/profile", get_profile, ANY, "This node's card", DeviceProfile),
    post("/device/profile", set_profile, ANY, "Change this node's card", DeviceChange, DeviceChanged, status=200),
]

"""What the room keeps of messages. Neighbours above read through the names that stand here."""

from canopy.features.messages.tables.rows import (
    Message,
    Written,
    find_anywhere,
    find_message,
    find_some,
    find_written,
    list_page,
    list_thread,
    list_versions,
    messages,
    project_message,
    times_of,
    words_of,
)

__all__ = [
    "Message",
    "Written",
    "find_anywhere",
    "find_message",
    "find_some",
    "find_written",
    "list_page",
    "list_thread",
    "list_versions",
    "messages",
    "project_message",
    "times_of",
    "words_of",
]

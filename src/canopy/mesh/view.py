"""What the mesh tells people about its links: plain values, made anew at each question."""

import msgspec

from canopy.ground.ids import NodeId


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """What became of dialling one address."""

    address: str
    outcome: str
    """`connected`, or the code of what went wrong: `refused`, `timeout`, `unreachable`, `wrong_node`, ..."""
    sentence: str
    at: int
    """Unix milliseconds."""


class LinkView(msgspec.Struct, frozen=True, kw_only=True):
    """One established link."""

    node: NodeId
    address: str
    outward: bool
    """Whether we dialled."""
    since: int
    last_in: int
    last_out: int
    syncing: bool
    """Whether both sides trust each other, so that events flow."""
    level: bool
    """Whether both sides were seen to hold the same."""
    done: int
    total: int
    """Catch-up: how many of the missing events have come."""


class Discovered(msgspec.Struct, frozen=True, kw_only=True):
    """A node that announces itself on this network."""

    key: str
    """The hash that it announces, in hex."""
    address: str
    port: int
    seen: int
    node: NodeId | None
    """Known once a handshake has proven it."""


class Reach(msgspec.Struct, frozen=True, kw_only=True):
    """An address under which peers may reach this node."""

    address: str
    kind: str
    """`configured`, `lan`, `loopback`."""


class Happening(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the history of links; kept in memory alone."""

    number: int
    node: NodeId | None
    status: str
    """attempt, connected, failed, disconnected, forgotten."""
    detail: str
    address: str
    at: int

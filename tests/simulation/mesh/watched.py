"""The node's own pump and wire; somebody watches what begins on them, and what leaves."""

from collections.abc import Callable

from canopy.mesh.contents import Events, Hello, read
from canopy.mesh.noise import Channel
from canopy.mesh.pump import Pump, Steps
from canopy.mesh.wire import Class, Envelope, Wire

EVENTS = Events.KIND


class WatchedWire(Wire):
    """A wire whose envelopes somebody sees as they leave."""

    def __init__(self, channel: Channel, left: Callable[[Envelope], None]) -> None:
        super().__init__(channel)
        self._left = left

    def send(self, envelope: Envelope) -> None:
        self._left(envelope)
        super().send(envelope)


class WatchedPump(Pump):
    """The node's own pump; it says when a comparison begins, and what leaves."""

    begun: Callable[[Hello, Hello, bool], None]

    def watch(
        self, channel: Channel, begun: Callable[[Hello, Hello, bool], None], left: Callable[[Envelope], None]
    ) -> None:
        self.wire = WatchedWire(channel, left)
        self.begun = begun

    def _agree(self, ours: Hello, theirs: Hello, *, merged: bool) -> Steps:
        self.begun(ours, theirs, merged)
        yield from super()._agree(ours, theirs, merged=merged)


def events_in(envelope: Envelope) -> Events | None:
    """The events of an envelope, if it carries any."""
    if envelope.of not in (Class.LIVE, Class.SYNC) or envelope.kind != EVENTS:
        return None
    content = read(envelope)
    return content if isinstance(content, Events) else None

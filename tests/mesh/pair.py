"""Two wires over one channel, and envelopes as peers write them who keep the rules and who do not."""

from collections.abc import Iterable
from itertools import pairwise

from canopy.ground.codec import pack
from canopy.mesh.wire import FRAME_LIMIT, LAST, MORE, Arrived, Class, Envelope, Wire
from tests.mesh.ends import channels


class Pair:
    """Two wires and what lies between them."""

    def __init__(self, *, opened: bool = True) -> None:
        self.near, self.far = (Wire(channel) for channel in channels())
        if opened:
            self.near.open()
            self.far.open()
            self.settle()

    def settle(self) -> None:
        """Carry frames until nobody has more to say."""
        while carry(self.near, self.far) + carry(self.far, self.near):
            pass


def drain(wire: Wire) -> list[bytes]:
    """All that may leave now."""
    frames: list[bytes] = []
    while more := wire.to_send():
        frames += more
    return frames


def carry(source: Wire, target: Wire) -> int:
    frames = drain(source)
    for frame in frames:
        target.receive(frame)
    return len(frames)


def envelopes(arrived: Iterable[Arrived]) -> list[Envelope]:
    return [one.envelope for one in arrived]


def pieces(encoded: bytes, cuts: Iterable[int] = ()) -> list[bytes]:
    """Clear frames of an envelope, cut where asked."""
    places = [0, *sorted({cut for cut in cuts if 0 < cut < len(encoded)}), len(encoded)]
    return [(LAST if high == len(encoded) else MORE) + encoded[low:high] for low, high in pairwise(places)]


def raw(of: int, kind: str, body: bytes = b"") -> bytes:
    """An envelope as a peer would write it who knows no rules."""
    return pack([of, kind, body])


def padded(length: int, of: Class = Class.SYNC) -> Envelope:
    """An envelope that is encoded in exactly so many bytes; above 64 KiB and a little."""
    beside = len(raw(of, "x", bytes(length))) - length
    return Envelope(of, "x", bytes(length - beside))


EVERY_CUT = range(0, 600 * 1024, FRAME_LIMIT - 1)
"""Where a wire cuts by itself."""

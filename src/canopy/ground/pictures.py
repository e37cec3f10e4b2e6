"""What a picture from elsewhere must look like before anybody is shown it. Pure: nothing is decoded here."""

AVATAR_BYTES = 64 * 1024
AVATAR_SIDE = 512
"""An avatar has at most so many bytes (decision 71), and pixels on each side."""


def is_avatar(data: bytes) -> bool:
    """Whether these bytes are one still WebP image of small sides, with nothing else in the file."""
    if len(data) > AVATAR_BYTES or len(data) < 30 or data[:4] != b"RIFF" or data[8:12] != b"WEBP":
        return False
    held = int.from_bytes(data[16:20], "little")
    if int.from_bytes(data[4:8], "little") != len(data) - 8 or 20 + held + held % 2 != len(data):
        return False
    sides = _sides(data[12:16], data[20:])
    return sides is not None and all(1 <= side <= AVATAR_SIDE for side in sides)


def _sides(chunk: bytes, data: bytes) -> tuple[int, int] | None:
    """Width and height as a lossy or a lossless image says them; None for what is neither."""
    if chunk == b"VP8 " and data[3:6] == b"\x9d\x01\x2a":
        return int.from_bytes(data[6:8], "little") & 0x3FFF, int.from_bytes(data[8:10], "little") & 0x3FFF
    if chunk == b"VP8L" and data[0] == 0x2F:
        bits = int.from_bytes(data[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    return None

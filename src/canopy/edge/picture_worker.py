"""A process of its own that makes an avatar of whatever picture comes on its standard input, and ends.

Pictures are hostile input: a decoder that runs away or crashes here takes nothing with it. It knows nothing of the
node and gets nothing but the bytes. Whatever it raises means that the picture cannot be used.
"""

import io
import sys

from PIL import Image, ImageOps

if sys.platform != "win32":
    import resource

FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP")
"""No vector formats, and none that calls other programs."""
MOST_PIXELS = 64_000_000
MOST_BYTES = 64 * 1024
SIDE = 256
MEMORY = 1 << 30
SECONDS = 8
TOO_MANY_PIXELS = 3
"""What the process ends with for a picture that is larger than anybody's photograph."""


def main() -> int:
    """Read a picture, write the avatar."""
    _confine()
    Image.MAX_IMAGE_PIXELS = None
    picture = Image.open(io.BytesIO(sys.stdin.buffer.read()), formats=FORMATS)
    if picture.width * picture.height > MOST_PIXELS:
        return TOO_MANY_PIXELS
    sys.stdout.buffer.write(_avatar(picture))
    return 0


def _confine() -> None:
    if sys.platform != "win32":
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


def _avatar(picture: Image.Image) -> bytes:
    """The middle square, upright, without anything that the file said beside its pixels."""
    picture.draft("RGB", (2 * SIDE, 2 * SIDE))
    square = ImageOps.fit(ImageOps.exif_transpose(_plain(picture)), (SIDE, SIDE), Image.Resampling.LANCZOS)
    if square.mode == "RGBA":
        for side in (SIDE, SIDE // 2):
            lossless = _saved(square.resize((side, side)), lossless=True)
            if len(lossless) <= MOST_BYTES:
                return lossless
        white = Image.new("RGBA", square.size, "white")
        square = Image.alpha_composite(white, square).convert("RGB")
    return _saved(square, quality=82, method=4)


def _plain(picture: Image.Image) -> Image.Image:
    plain = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    plain.info = {name: value for name, value in picture.info.items() if name == "exif"}
    return plain


def _saved(square: Image.Image, **how: object) -> bytes:
    clean = Image.frombytes(square.mode, square.size, square.tobytes())
    out = io.BytesIO()
    clean.save(out, "WEBP", **how)
    return out.getvalue()


if __name__ == "__main__":
    sys.exit(main())

"""Pictures that people upload, made small and harmless in a process that can be killed."""

import asyncio
import sys
from pathlib import Path

from canopy.ground.errors import Busy, InvalidRequest
from canopy.ground.pictures import is_avatar

WORKER = Path(__file__).with_name("picture_worker.py")
SECONDS = 10.0
AT_ONCE = 2
TOO_MANY_PIXELS = 3
"""How the worker ends for a picture that is too large."""


class Pictures:
    """The workers of one node: a few at a time, each for one picture."""

    def __init__(self) -> None:
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def avatar_of(self, data: bytes) -> bytes:
        """A picture as a small square WebP. Raises InvalidRequest for what is no picture, Busy."""
        try:
            async with asyncio.timeout(SECONDS), self._turns:
                status, made = await _worked(data)
        except TimeoutError as error:
            raise Busy("Too many pictures are being made ready; try again.", code="pictures_busy") from error
        if status == TOO_MANY_PIXELS:
            raise _refused("too_large", "The picture has too many pixels; make it smaller first.")
        if status != 0 or not is_avatar(made):
            raise _refused("unreadable", "This is no picture that can be used. Take a PNG, JPEG, GIF or WebP file.")
        return made


async def _worked(data: bytes) -> tuple[int, bytes]:
    # Isolated: neither the environment nor the working directory decides what the worker imports.
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        str(WORKER),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=None if sys.platform == "win32" else {},
    )
    try:
        made, _ = await process.communicate(data)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return process.returncode or 0, made


def _refused(why: str, sentence: str) -> InvalidRequest:
    return InvalidRequest(sentence, code="invalid_picture", errors=[{"field": "avatar_b64", "code": why}])

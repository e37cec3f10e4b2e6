"""The six words by which people compare two nodes aloud (decision 37). Nothing here hashes anything.

They stand for 62 bits: enough to tell nodes apart and to make a look-alike costly, not a proof; the link itself
compares whole keys.
"""

from functools import lru_cache
from importlib.resources import files

COUNT = 6
BITS = 62
"""1,296 to the sixth lies just above 2 to this."""
LIST = "words-eff-short-1.txt"


@lru_cache(maxsize=1)
def word_list() -> tuple[str, ...]:
    """EFF's short list 1, in its order."""
    text = files("canopy.ground").joinpath(LIST).read_text("utf-8")
    return tuple(line for line in text.splitlines() if not line.startswith("#"))


@lru_cache(maxsize=4_096)
def words_of(digest: bytes) -> tuple[str, ...]:
    """Six words for the first 62 bits of a digest, most significant first."""
    number = int.from_bytes(digest[:8], "big") >> (64 - BITS)
    listed = word_list()
    spelled: list[str] = []
    for _ in range(COUNT):
        number, place = divmod(number, len(listed))
        spelled.append(listed[place])
    return tuple(reversed(spelled))

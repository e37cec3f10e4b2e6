"""The words of the web app, read from the files in which they stand."""

import json
import re
from pathlib import Path

WEB = Path(__file__).parent.parent.parent / "src" / "canopy" / "web"
_BLOCK = re.compile(r'catalogue\("(\w+)", \{\n(.*?)\n\}\)', re.DOTALL)
_PAIR = re.compile(r'\s*(\w+):\s*"((?:[^"\\]|\\.)*)",?')
_PLACE = re.compile(r"(?<!one )(?<!other )(?<!=0 )\{(\w+)(?:\}|, plural)")

Words = dict[str, dict[str, str]]


def english() -> Words:
    """By room and key. Raises when a catalogue holds anything but plain pairs."""
    found: Words = {}
    for path in sorted(WEB.rglob("*strings.js")):
        for room, block in _BLOCK.findall(path.read_text("utf-8")):
            assert room not in found, f"two catalogues are called {room}"
            assert not _PAIR.sub("", block).strip(), f"{path.name} holds more than pairs of words"
            found[room] = {key: json.loads(f'"{text}"') for key, text in _PAIR.findall(block)}
    return found


def locale(name: str) -> Words:
    """The words of another language."""
    loaded: Words = json.loads((WEB / "locales" / f"{name}.json").read_text("utf-8"))
    return loaded


def places(message: str) -> set[str]:
    """The names of the values in a message; the forms of a plural are none."""
    return set(_PLACE.findall(message))


_VALUE, _NUMBER = "\0", "\1"
_PLURAL = re.compile(r"\{\w+, plural,((?: =?\w+ \{[^{}]*\})+)\}")
_FORM = re.compile(r" =?\w+ \{([^{}]*)\}")


def shown_as(message: str) -> re.Pattern[str]:
    """What a message may look like on the screen, with any values in it."""
    text = re.sub(r"(?<!one )(?<!other )(?<!=0 )\{\w+\}", _VALUE, message)
    parts = _PLURAL.split(text)
    plain = [re.escape(part) for part in parts[::2]]
    plurals = [
        "(?:" + "|".join(map(re.escape, _FORM.findall(forms.replace("#", _NUMBER)))) + ")" for forms in parts[1::2]
    ]
    pattern = "".join(one + other for one, other in zip(plain, [*plurals, ""], strict=True))
    return re.compile(pattern.replace(_VALUE, ".+").replace(re.escape(_NUMBER), r"[\d,]+"))

"""Emoji: the list as Unicode publishes it, and the form that outlives every list."""

from importlib.resources import files

import pytest

from canopy.ground.emoji import LENGTH, LIST, find_emoji, is_emoji_form


def _all() -> list[str]:
    lines = files("canopy.ground").joinpath(LIST).read_text("utf-8").splitlines()
    return [line for line in lines if not line.startswith(";")]


def test_the_list_is_whole_and_sorted() -> None:
    listed = _all()
    assert len(listed) == len(set(listed)) == 3963
    assert listed == sorted(listed)
    assert {len(emoji) for emoji in listed} <= set(range(1, LENGTH + 1))
    assert {"👍", "❤️", "👨‍👩‍👧‍👦", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "🇩🇪", "#️⃣", "🏳️‍🌈"} <= set(listed)


def test_every_listed_emoji_has_the_form() -> None:
    assert [emoji for emoji in _all() if not is_emoji_form(emoji)] == []
    assert [emoji for emoji in _all() if find_emoji(emoji) != emoji] == []


def test_an_emoji_without_its_style_mark_is_meant_too() -> None:
    assert find_emoji("❤") == find_emoji("❤️") == "❤️"
    assert find_emoji("🏳‍🌈") == "🏳️‍🌈"


@pytest.mark.parametrize("text", ["", "a", "1", "like", "👍👍", "👍 ", "\u200d", "\ufe0f", "☃︎x", "日"])
def test_what_is_not_one_emoji_is_not_found(text: str) -> None:
    assert find_emoji(text) is None


@pytest.mark.parametrize(
    "text",
    ["", "a", "7", "\u202e", "👍\u202e", "\u2067👍", "\u200d👍", "👍a", "👍" * (LENGTH + 1), "👍\n", "日", "\x00"],
)
def test_other_text_has_not_the_form(text: str) -> None:
    assert not is_emoji_form(text)

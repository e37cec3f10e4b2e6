"""The words of the web app: all in catalogues, and none of them left behind in another language."""

import pytest

from tests.house.words import WEB, english, locale, places

LOCALES = sorted(path.stem for path in (WEB / "locales").glob("*.json"))
YOUNG = {"messages", "parts", "frame"}
"""Rooms in which words are still being written: there English may stand in for a while."""


def test_there_are_words_and_languages() -> None:
    assert sum(map(len, english().values())) > 500
    assert LOCALES == ["de"]


def test_every_file_of_words_is_a_catalogue() -> None:
    for path in WEB.rglob("*strings.js"):
        assert "catalogue(" in path.read_text("utf-8"), path.name


@pytest.mark.parametrize("name", LOCALES)
def test_a_language_lacks_nothing_and_invents_nothing(name: str) -> None:
    known, ours = locale(name), english()
    assert set(known) == set(ours)
    for room, words in ours.items():
        assert set(known[room]) <= set(words), room
        if room not in YOUNG:
            assert set(words) == set(known[room]), f"{room}: say it in {name}, too"


@pytest.mark.parametrize("name", LOCALES)
def test_a_message_keeps_its_values(name: str) -> None:
    ours = english()
    for room, words in locale(name).items():
        for key, message in words.items():
            assert places(message) == places(ours[room][key]), f"{room}.{key}"
            assert message.count("{") == message.count("}"), f"{room}.{key}"

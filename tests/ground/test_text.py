"""What people may write: handles, names, text that can be stored."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from canopy.ground.text import clean_name, fold_handle, is_handle, is_storable, is_token

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"


@pytest.mark.parametrize("text", ["ab", "a1", "A.b", "a_b-c.d", "0x", "a" * 49, "a" + "." * 47 + "b"])
def test_handles(text: str) -> None:
    assert is_handle(text)


@pytest.mark.parametrize(
    "text", ["", "a", "a" * 50, ".ab", "ab.", "_ab", "ab-", "a b", "a\n", "ab\n", "a@b", "\u00e4b", "a\u0661", "a/b"]
)
def test_what_is_no_handle(text: str) -> None:
    assert not is_handle(text)


def test_handles_differ_by_more_than_their_case() -> None:
    assert fold_handle("Bob.Miller") == fold_handle("BOB.miller")
    assert fold_handle("bob") != fold_handle("b0b")


@pytest.mark.parametrize("text", ["a", "M0123", "user_1", "a-b", "-", "x" * 100])
def test_tokens(text: str) -> None:
    assert is_token(text)


@pytest.mark.parametrize("text", ["", "x" * 101, "a b", "a/b", "..", "a\n", "\u00e4", "%00"])
def test_what_is_no_token(text: str) -> None:
    assert not is_token(text)


@pytest.mark.parametrize("text", ["", "words", "\u00e4", FAMILY, "\x01", "line\nline", "\U0010ffff"])
def test_text_that_can_be_stored(text: str) -> None:
    assert is_storable(text)


@pytest.mark.parametrize("text", ["\0", "a\0b", "\u00e4\0", "\ud800", "\u00e4\udfff", "a\ud83d"])
def test_text_that_cannot_be_stored(text: str) -> None:
    assert not is_storable(text)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Bob", "Bob"),
        ("  Bob \t\n Miller\r\n", "Bob Miller"),
        ("Bob\u00a0\u2003\u3000Miller", "Bob Miller"),
        ("Bob\u202egnp.exe", "Bobgnp.exe"),
        ("\u2066Bob\u2069", "Bob"),
        ("B\x00o\x07b\x7f", "Bob"),
        ("Bo\ud800b", "Bob"),
        ("Bo\ue000b", "Bob"),
        ("B\u200bo\ufeffb", "Bob"),
        ("a \u200b b", "a b"),
        ("B\ufdd0o\uffff\U0010fffeb", "Bob"),
        ("Bob \U0001fae8", "Bob \U0001fae8"),
        ("Bob \U000e1234", "Bob \U000e1234"),
        ("Zoe\u0308", "Zo\u00eb"),
        ("e\u200b\u0301", "\u00e9"),
        (FAMILY, FAMILY),
        ("\u0646\u0645\u06cc\u200c\u062f\u0627\u0646\u0645", "\u0646\u0645\u06cc\u200c\u062f\u0627\u0646\u0645"),
        ("\u200d", ""),
        (" \u200c \u200d ", ""),
        ("\u200dBob\u200c", "Bob"),
        ("\u202e \u2066", ""),
        ("", ""),
    ],
)
def test_a_name_is_one_line_of_what_can_be_seen(text: str, name: str) -> None:
    assert clean_name(text) == name


@given(text=st.text(alphabet=st.one_of(st.characters(), st.sampled_from("ab \u200b\u200c\u200d\u0301\u202e\n\u1161"))))
@example(text="a \u200b b")
@example(text="e\u200b\u0301")
@example(text="\u200d \u200d")
def test_a_clean_name_stays_as_it_is(text: str) -> None:
    """A card whose name is not clean counts as malformed, so cleaning must come to an end in one step."""
    name = clean_name(text)
    assert clean_name(name) == name
    assert name == name.strip()
    assert is_storable(name)
    assert "  " not in name
    assert unicodedata.is_normalized("NFC", name)
    assert not {unicodedata.category(c) for c in name if c not in "\u200c\u200d"} & {"Cc", "Cf", "Cs", "Co"}

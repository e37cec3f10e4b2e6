"""Which handles a text calls: the alphabet of REST section 8.4, and the stillness of code (decision 44)."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canopy.ground.mentions import HANDLES, called_in, spell
from canopy.ground.text import is_handle


@pytest.mark.parametrize(
    ("text", "handles"),
    [
        ("@bob", ["bob"]),
        ("(@bob) **@ada-1**, @x.y_z!", ["bob", "ada-1", "x.y_z"]),
        ("@bob. @bob- and @bob_ again", ["bob"]),
        ("@Bob and @bob", ["Bob", "bob"]),
        ("mail bob@example.org, a.@bob, _@bob, -@bob, @@bob", []),
        ("@b @", []),
        ("@" + "a" * 49, ["a" * 49]),
        ("@" + "a" * 50, []),
        ("é@bob", ["bob"]),
        ("`@bob` and ``@ada ` x`` but @eve", ["eve"]),
        ("a ` alone @bob", ["bob"]),
        ("a ` alone\n \n@bob and another `", ["bob"]),
        ("``@bob` @eve``` @ada``", []),
        ("```\n@bob\n```\n@ada", ["ada"]),
        ("~~~ text\n@bob\n```\n@eve\n~~~~\n@ada", ["ada"]),
        ("> ```py\n> @bob\n> ```\n@ada", ["ada"]),
        ("```\n@bob\n@ada", []),
        ("```not a fence``` @ada", ["ada"]),
        ("````\n@bob\n```\n@eve\n````\n@ada", ["ada"]),
    ],
)
def test_a_text_calls_those_whose_handles_stand_in_its_prose(text: str, handles: list[str]) -> None:
    assert called_in(text) == handles


def test_only_so_many_handles_of_one_text_count() -> None:
    everybody = [f"user{number}" for number in range(HANDLES + 5)]
    assert called_in(" ".join(f"@{name}" for name in everybody)) == everybody[:HANDLES]


def test_ticks_of_all_lengths_cost_no_more_than_their_number() -> None:
    """Each would look for its end through all that follows it: 300 times the text."""
    text = " ".join("`" * length for length in range(1, 310)) + " @bob"
    began = time.perf_counter()
    assert called_in(text) == ["bob"]
    assert time.perf_counter() - began < 0.1


@given(st.text(alphabet="@ab._-` ~\n>é", max_size=60))
def test_whatever_is_called_is_a_handle_that_stands_in_the_text(text: str) -> None:
    for handle in called_in(text):
        assert is_handle(handle)
        assert f"@{handle}" in text


def test_a_name_is_called_with_lines_for_its_blanks() -> None:
    assert spell("  Ada  Lovelace ") == "Ada_Lovelace"

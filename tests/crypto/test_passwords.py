"""Passwords: which are accepted (decision 25), and that a wrong one, or none, opens nothing."""

from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canopy.crypto.passwords import LONGEST, RULES, broken_rules, hash_password, verify_password

WORDS = "a quiet harbour at dawn"


@pytest.mark.parametrize(
    ("password", "broken"),
    [
        ("", ["length"]),
        ("Ab1!efg", ["length"]),  # 7, all four classes
        ("Ab1!efgh", []),  # 8, all four classes
        ("ab1!efgh", ["length"]),  # no upper case
        ("AB1!EFGH", ["length"]),  # no lower case
        ("Abc!efgh", ["length"]),  # no digit
        ("Ab1cefgh", ["length"]),  # no symbol
        ("Ab1 efgh", []),  # a blank is a symbol
        ("Ab1\u20acefgh", []),  # so is what no keyboard calls punctuation
        ("\u00c4b1!efgh", []),  # letters of any script
        ("hvqnwkzrtpl", ["length"]),  # 11 of one class
        ("hvqnwkzrtplm", []),  # 12 of one class
        ("hvqnwkzrtpl1", []),
        ("x" * LONGEST, []),
        ("x" * (LONGEST + 1), ["length"]),
        ("123456", ["length", "not_common"]),
        ("PassWord", ["length", "not_common"]),
        ("1qaz2wsx3edc", ["not_common"]),
    ],
)
def test_length_and_lists(password: str, broken: list[str]) -> None:
    assert broken_rules(password, "bob") == broken


@pytest.mark.parametrize(
    ("password", "handle", "broken"),
    [
        ("harbour bob dawn", "bob", ["not_handle"]),
        ("harbour BOB dawn", "bob", ["not_handle"]),
        ("harbour bob dawn", "BoB", ["not_handle"]),
        ("harbour b0b dawn", "bob", []),
        ("harbour bob dawn", "bobby", []),
        ("harbour bob dawn", "", []),
        ("bobbob", "bob", ["length", "not_handle"]),
    ],
)
def test_the_handle_is_no_part_of_it(password: str, handle: str, broken: list[str]) -> None:
    assert broken_rules(password, handle) == broken


def test_every_code_has_its_rule_to_show() -> None:
    assert broken_rules("123456", "123456") == [rule["code"] for rule in RULES]
    assert all(rule["text"] for rule in RULES)


def test_the_list_has_ten_thousand_entries() -> None:
    lines = files("canopy.crypto").joinpath("common-passwords.txt").read_text("utf-8").splitlines()
    assert len(lines) == len(set(lines)) == 10_000
    # They are looked up folded, so an entry that is not would never be met.
    assert [line for line in lines if line != line.casefold().strip() or not line] == []


def test_every_entry_of_the_list_is_refused() -> None:
    lines = files("canopy.crypto").joinpath("common-passwords.txt").read_text("utf-8").splitlines()
    assert [line for line in lines if "not_common" not in broken_rules(line.upper(), "")] == []


@given(password=st.text(max_size=40), handle=st.text(max_size=10))
def test_any_text_gets_an_answer(password: str, handle: str) -> None:
    assert set(broken_rules(password, handle)) <= {rule["code"] for rule in RULES}


# What is kept.


def test_the_right_password_alone_fits() -> None:
    kept = hash_password(WORDS)
    assert verify_password(kept, WORDS)
    assert not verify_password(kept, WORDS + " ")
    assert not verify_password(kept, "")


def test_what_is_kept_is_argon2id_with_a_salt_of_its_own() -> None:
    one, two = hash_password(WORDS), hash_password(WORDS)
    assert one.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert one != two
    assert WORDS not in one


def test_a_hash_made_earlier_still_fits() -> None:
    """Frozen: the parameters may change, old hashes stay valid."""
    kept = "$argon2id$v=19$m=19456,t=2,p=1$SDrdaY6sFLM2C/9cFacB/g$rN+GfUohPVmjC0vaxsfhkf4D6FIX5UKPD0nRn80KOTk"
    assert verify_password(kept, WORDS)


@pytest.mark.parametrize("absent", [None, ""])
def test_an_absent_account_opens_for_nobody(absent: str | None) -> None:
    assert not verify_password(absent, WORDS)
    assert not verify_password(absent, "")
    # Not even for who has read the source of the decoy.
    assert not verify_password(absent, "an account that does not exist")


def test_an_absent_account_costs_the_same_work(monkeypatch: pytest.MonkeyPatch) -> None:
    from canopy.crypto import passwords

    asked: list[str] = []

    class Counting:
        def verify(self, kept: str, password: str) -> bool:
            asked.append(kept.rsplit("$", 2)[0])
            return True

    kept = hash_password(WORDS)
    assert not verify_password(None, WORDS)
    monkeypatch.setattr(passwords, "_HASHER", Counting())
    assert verify_password(kept, WORDS)
    assert not verify_password(None, WORDS)
    assert asked == ["$argon2id$v=19$m=19456,t=2,p=1"] * 2


@pytest.mark.parametrize("kept", ["plain words", "$argon2id$", "$argon2id$v=19$m=8,t=1,p=1$c2FsdA$"])
def test_a_damaged_hash_opens_for_nobody(kept: str) -> None:
    assert not verify_password(kept, WORDS)

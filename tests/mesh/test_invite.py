"""Invite codes: one meaning or a refusal, whatever happened to them on the way; and the proof of a joiner."""

import base64
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from canopy.ground.codec import pack
from canopy.ground.errors import BadFrame, BadInvite, InviteExpired, OwnInvite
from canopy.ground.ids import base58
from canopy.log.shown import peer_id
from canopy.mesh import invite
from canopy.mesh.contents import Join, read, seal
from canopy.mesh.invite import InviteCode, decode, encode, endpoint
from canopy.mesh.wire import Class, Envelope
from tests.mesh.ends import ADA, BOB, fixed

NOW = 1_700_000_000_000
EXPIRES = NOW // 1000 + 3600
PLACES = ("wss://canopy.example:443", "ws://192.168.1.20:7771", "ws://[fe80::1]:7771")
SECRET = fixed("a secret")[:16]
CODE = encode(ADA.key, ADA.static.public, PLACES, expires=EXPIRES, name="studio-mac", secret=SECRET)
MEANS = InviteCode(
    node=ADA.key.node,
    static=ADA.static.public,
    endpoints=PLACES,
    expires=EXPIRES,
    name="studio-mac",
    secret=SECRET,
    signed=True,
)


def wrap(said: dict[str, Any]) -> str:
    return "canopy:" + base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")


def unwrap(code: str = CODE) -> dict[str, Any]:
    inner = code.removeprefix("canopy:")
    return dict(json.loads(base64.urlsafe_b64decode(inner + "=" * (-len(inner) % 4))))


def old(**changes: Any) -> str:
    """A code as programs without our additions write it."""
    said = unwrap()
    return wrap({name: said[name] for name in ("v", "pid", "epk", "xpk", "ep")} | changes)


# What a code says.


def test_a_code_says_what_was_put_into_it() -> None:
    assert decode(CODE, NOW) == MEANS
    assert set(unwrap()) == {"v", "pid", "epk", "xpk", "ep", "exp", "name", "sec", "sig"}
    assert unwrap()["pid"] == peer_id(ADA.key.node)


def test_a_code_is_read_with_and_without_its_prefix_and_as_json() -> None:
    inner = CODE.removeprefix("canopy:")
    wrapped = f"{CODE[:70]}\r\n{CODE[70:140]}\n  {CODE[140:]}"
    for spelled in (
        f"  {CODE}\n",
        inner,
        wrapped,
        f"\t{inner} ",
        json.dumps(unwrap()),
        f"\n{json.dumps(unwrap(), indent=2)} ",
    ):
        assert decode(spelled, NOW) == MEANS


def test_a_code_of_an_older_program_is_read() -> None:
    found = decode(old(), NOW)
    assert (found.node, found.static, found.endpoints) == (ADA.key.node, ADA.static.public, PLACES)
    assert (found.expires, found.name, found.secret, found.signed) == (0, "", b"", False)


def test_unknown_keys_are_ignored_but_signed() -> None:
    said = unwrap()
    del said["sig"]
    said["later"] = {"b": [1, "é"], "a": None}
    said["sig"] = invite._spell(ADA.key.sign(invite._statement(said)))
    assert decode(wrap(said), NOW) == MEANS
    with pytest.raises(BadInvite, match="signature"):
        decode(wrap(said | {"later": 2}), NOW)


def test_the_signature_covers_sorted_compact_utf8() -> None:
    said = {"v": 1, "name": "é", "ep": []}
    assert invite._statement(said | {"sig": "x"}) == 'canopy-invite-1{"ep":[],"name":"é","v":1}'.encode()


# What is refused.


def test_ones_own_code_and_an_expired_one_have_codes_of_their_own() -> None:
    with pytest.raises(OwnInvite) as own:
        decode(CODE, NOW, ADA.key.node)
    assert own.value.actual_code == "own_invite"
    assert decode(CODE, NOW, BOB.key.node) == MEANS
    assert decode(CODE, EXPIRES * 1000 - 1) == MEANS
    with pytest.raises(InviteExpired) as late:
        decode(CODE, EXPIRES * 1000)
    assert late.value.actual_code == "invite_expired"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no invite code here"),
        ("canopy:", "no invite code here"),
        ("hello, there", "Character 6"),
        (CODE[:30] + "!" + CODE[31:], "Character 31"),
        (CODE[:-1] if len(CODE[7:-1]) % 4 != 1 else CODE[:-2], "cut off after character"),
        ("canopy:" + "A" * 9000, "longer than any"),
        ("canopy:aGVsbG8", "cannot be read"),
        ("[1]", "Character 1 "),
        (wrap({"v": 2}), "Update Canopy"),
        (json.dumps({"v": 1}), "missing required field `pid`"),
        ("{" * 5000, "cut off|cannot be read"),
        ('{"v":1,"x":' + "9" * 400 + "}", "not made as codes|cannot be"),
        (old(pid=peer_id(BOB.key.node)), "peer id"),
        (old(epk=base58(bytes(32))), "no possible identity"),
        (old(xpk=base58(bytes(31))), "`xpk` in this code has not the length"),
        (old(xpk="1" + unwrap()["xpk"]), "`xpk` in this code has not the length"),
        (old(xpk="0OIl"), "`xpk` in this code has a character"),
        (old(ep=["ws://a:1"] * 17), "length <= 16"),
        (old(ep=["ws://good:1", "http://bad:1"]), "Address 2"),
        (old(exp=EXPIRES), "signature of this code is missing"),
        (old(name="studio"), "signature of this code is missing"),
        (old(sec=unwrap()["sec"]), "signature of this code is missing"),
        (old(sig="AAAA"), "signature of this code does not fit"),
        (wrap(unwrap() | {"ep": []}), "signature of this code does not fit"),
        (wrap(unwrap() | {"exp": 0}), ">= 1"),
    ],
)
def test_what_is_wrong_is_said(text: str, says: str) -> None:
    with pytest.raises(BadInvite, match=says) as refused:
        decode(text, NOW)
    assert refused.value.actual_code == "bad_invite"


def test_another_node_cannot_sign_for_this_one() -> None:
    said = unwrap()
    del said["sig"]
    forged = said | {"sig": invite._spell(BOB.key.sign(invite._statement(said)))}
    with pytest.raises(BadInvite, match="does not fit"):
        decode(wrap(forged), NOW)


def test_a_secret_has_one_length_and_an_end() -> None:
    for changes in ({"sec": invite._spell(SECRET[:15])}, {"exp": None}, {"sec": "A"}):
        said = unwrap() | changes
        del said["sig"]
        said["sig"] = invite._spell(ADA.key.sign(invite._statement(said)))
        with pytest.raises(BadInvite, match="secret"):
            decode(wrap(said), NOW)


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(CODE) - 1))
def test_no_part_of_a_code_is_a_code(length: int) -> None:
    with pytest.raises(BadInvite):
        decode(CODE[:length], NOW)


@settings(max_examples=500, deadline=None)
@given(st.integers(0, len(CODE) - 1), st.characters(codec="utf-8"))
def test_a_changed_character_never_changes_the_meaning(place: int, letter: str) -> None:
    """Refused, or the same code in another spelling (the prefix in capitals, blanks at the end)."""
    try:
        found = decode(CODE[:place] + letter + CODE[place + 1 :], NOW)
    except BadInvite:
        return
    assert found == MEANS


def test_a_flipped_bit_never_changes_the_meaning() -> None:
    """The same for the JSON within, which is what a transport would damage."""
    data = json.dumps(unwrap()).encode()
    refused = 0
    for place in range(len(data)):
        broken = bytearray(data)
        broken[place] ^= 1 << (place % 7)
        try:
            found = decode("canopy:" + base64.urlsafe_b64encode(broken).decode().rstrip("="), NOW)
        except BadInvite:
            refused += 1
        else:
            assert found == MEANS
    assert refused > len(data) * 0.9


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_a_code_or_refused(text: str) -> None:
    with pytest.raises(BadInvite):
        decode(text, NOW)


# Addresses.


@pytest.mark.parametrize(
    ("spelled", "stored"),
    [
        ("ws://10.0.0.7:7771", "ws://10.0.0.7:7771"),
        ("wss://Canopy.Example:0443/mesh/1", "wss://canopy.example:443"),
        ("ws://localhost:1/", "ws://localhost:1"),
        ("ws://[FE80:0::1]:65535", "ws://[fe80::1]:65535"),
    ],
)
def test_addresses_have_one_spelling(spelled: str, stored: str) -> None:
    assert endpoint(spelled) == stored
    assert endpoint(stored) == stored


@pytest.mark.parametrize(
    "spelled",
    [
        "http://a:1",
        "WS://a:1",
        "ws://a",
        "ws://a:0",
        "ws://a:65536",
        "ws://a:٣",
        "ws://:1",
        "ws://user:pw@a:1",
        "ws://a:1/other",
        "ws://a:1/mesh/1?x=1",
        "ws://a:1#x",
        "ws://a b:1",
        "ws://-a:1",
        "ws://a_b:1",
        "ws://a..b:1",
        "ws://999.1.1.1:1",
        "ws://1.2.3:1",
        "ws://0.0.0.0:1",
        "ws://224.0.0.1:1",
        "ws://[::]:1",
        "ws://[fe80::1%eth0]:1",
        "ws://[10.0.0.1]:1",
        "ws://::1:1",
        "ws://é.example:1",
        "ws://" + "a" * 64 + ":1",
        "ws://" + "a." * 130 + "a:1",
        "ws://a:1\n",
    ],
)
def test_what_nobody_can_dial_is_no_address(spelled: str) -> None:
    with pytest.raises(BadInvite):
        endpoint(spelled)


# Joining.


def test_the_proof_is_of_one_secret_for_one_handshake() -> None:
    first = invite.proof(SECRET, b"h" * 32)
    assert len(first) == 32
    assert first != invite.proof(SECRET, b"i" * 32)
    assert first != invite.proof(fixed("another")[:16], b"h" * 32)
    assert invite.invite_id(SECRET) != SECRET


def test_a_join_travels() -> None:
    said = invite.join(SECRET, b"h" * 32)
    assert said == Join(invite.invite_id(SECRET), invite.proof(SECRET, b"h" * 32))
    assert read(seal(said)) == said


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xc0",
        pack(Join(b"i" * 15, b"p" * 32)),
        pack(Join(b"i" * 16, b"p" * 33)),
        pack(Join(b"i" * 16, b"p" * 32)) + b"x",
        b"\x93" + pack(Join(b"i" * 16, b"p" * 32))[1:] + b"\xc0",
    ],
)
def test_other_words_are_no_join(body: bytes) -> None:
    with pytest.raises(BadFrame):
        read(Envelope(Class.CONTROL, "join", body))


def test_nothing_prints_a_secret() -> None:
    spelled = repr((MEANS, invite.join(SECRET, b"h" * 32)))
    assert repr(SECRET) not in spelled
    assert SECRET.hex() not in spelled
    assert "hidden" in spelled


def test_a_code_may_be_nameless_and_is_shown_as_what_it_is() -> None:
    code = encode(ADA.key, ADA.static.public, (), expires=EXPIRES)
    assert decode(code, NOW).name == ""
    assert invite.as_json(f" {code}\n") == unwrap(code)
    assert "name" not in unwrap(code)


@pytest.mark.parametrize("inside", [[], 7, "text", None, True])
def test_what_is_no_object_is_no_code(inside: Any) -> None:
    with pytest.raises(BadInvite):
        decode(wrap(inside), NOW)


@pytest.mark.parametrize("value", [10**400, -(10**40), 1.5e400])
def test_values_that_cannot_be_written_again_cannot_be_checked(value: float) -> None:
    spelled = json.dumps(unwrap() | {"other": 0}).replace('"other": 0', f'"other": {value}'.replace("inf", "1e999"))
    with pytest.raises(BadInvite):
        decode(spelled, NOW)

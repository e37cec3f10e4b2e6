"""Invite codes, and how a joiner proves that it holds one; pure (protocol section 5, decision 69).

A code is `canopy:` and the unpadded base64url of a JSON object: `v` 1, `pid` the shown id of the maker, `epk` its
node id and `xpk` the static key of its links in base58, `ep` where it may be reached, `exp` Unix seconds, `name`,
`sec` the secret, `sig`. The signature is by `epk` over `canopy-invite-1` and the JSON of all other keys, sorted,
without blanks, in UTF-8. Codes of older programs have the first five keys alone and decode too; whoever adds
`exp`, `name` or `sec` signs, so that nobody on the way can take the signature off and change the rest.

Rule: a code is taken with one meaning or refused with a sentence that says where it is wrong.
"""

import base64
import hmac
import ipaddress
import re
from typing import Annotated, Any

import msgspec

from canopy.crypto.keys import SIGNATURE_BYTES, SigningKey, is_identity, verify
from canopy.crypto.sealing import digest
from canopy.ground.codec import from_json
from canopy.ground.errors import BadInvite, InviteExpired, OwnInvite
from canopy.ground.ids import NODE_BYTES, NodeId, base58
from canopy.ground.text import clean_name
from canopy.log.shown import peer_id
from canopy.mesh.contents import Join

PREFIX = "canopy:"
SIGNATURE_LABEL = b"canopy-invite-1"
ID_LABEL = b"canopy-invite-1"
PROOF_LABEL = b"canopy-join-1"
LIMIT = 8 * 1024
"""Characters of a code, its prefix included."""
MOST_ENDPOINTS = 16
NAME_LENGTH = 80
SECRET_BYTES = 16
ID_BYTES = 16
PATH = "/mesh/1"

_ALPHABET = re.compile(r"[A-Za-z0-9_-]*")
_DIGITS58 = {digit: value for value, digit in enumerate("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz")}
_ENDPOINT = re.compile(r"(?P<scheme>wss?)://(?P<host>\[[^\[\]]+\]|[^\[\]:/?#@]+):(?P<port>[0-9]{1,5})(?:/mesh/1|/)?")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_KEY_TEXT = Annotated[str, msgspec.Meta(max_length=64)]


class InviteCode(msgspec.Struct, frozen=True, kw_only=True):
    """What a code says, once it was checked."""

    node: NodeId
    static: bytes
    endpoints: tuple[str, ...]
    expires: int = 0
    """Unix seconds; 0 for a code that never expires."""
    name: str = ""
    secret: bytes = b""
    """Empty for a code that only connects and then waits for approval."""
    signed: bool = False

    def __repr__(self) -> str:
        return "InviteCode(hidden)"


class _Fields(msgspec.Struct, kw_only=True):
    """The keys of a code. Others are ignored, but signed."""

    v: int
    pid: _KEY_TEXT
    epk: _KEY_TEXT
    xpk: _KEY_TEXT
    ep: Annotated[tuple[str, ...], msgspec.Meta(max_length=MOST_ENDPOINTS)]
    exp: Annotated[int, msgspec.Meta(gt=0, lt=1 << 40)] | None = None
    name: Annotated[str, msgspec.Meta(max_length=NAME_LENGTH)] | None = None
    sec: _KEY_TEXT | None = None
    sig: Annotated[str, msgspec.Meta(max_length=128)] | None = None


# Codes.


def encode(
    key: SigningKey, static: bytes, endpoints: tuple[str, ...], *, expires: int, name: str = "", secret: bytes = b""
) -> str:
    """The code of the node that owns `key`. `endpoints` are as `endpoint` spells them; `expires` in Unix seconds."""
    fields: dict[str, Any] = {
        "v": 1,
        "pid": peer_id(key.node),
        "epk": base58(key.node),
        "xpk": base58(static),
        "ep": list(endpoints),
        "exp": expires,
    }
    if name:
        fields["name"] = name
    if secret:
        fields["sec"] = _spell(secret)
    fields["sig"] = _spell(key.sign(_statement(fields)))
    return PREFIX + _spell(msgspec.json.encode(fields))


def decode(text: str, now_ms: int, here: NodeId | None = None) -> InviteCode:
    """Read and check a code. Raises BadInvite, OwnInvite (the code of `here`) or InviteExpired."""
    said = _read_object(text.strip())
    fields = _read_fields(said)
    node = _read_node(fields)
    _check_signature(node, fields, said)
    if node == here:
        raise OwnInvite
    if fields.exp is not None and fields.exp * 1000 <= now_ms:
        raise InviteExpired
    return InviteCode(
        node=node,
        static=_read_key(fields.xpk, "xpk"),
        endpoints=tuple(dict.fromkeys(_read_endpoint(place, spelled) for place, spelled in enumerate(fields.ep, 1))),
        expires=fields.exp or 0,
        name=clean_name(fields.name or ""),
        secret=_read_secret(fields),
        signed=fields.sig is not None,
    )


def as_json(text: str) -> dict[str, Any]:
    """The object inside a code that was checked before, for who wants to see it. Raises BadInvite."""
    return _read_object(text.strip())


def _read_object(text: str) -> dict[str, Any]:
    if len(text) > LIMIT:
        raise BadInvite(f"This is longer than any invite code ({LIMIT:,} characters).")
    data = text.encode("utf-8", "replace") if text.startswith("{") else _read_base64(text)
    try:
        said = from_json(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _cut_or_altered(text, data) from error
    if not isinstance(said, dict):
        raise BadInvite("This is no invite code: what is in it is not an object.")
    return said


def _read_base64(text: str) -> bytes:
    text = "".join(text.split())  # mail programs break long lines
    inner = text[len(PREFIX) :] if text[: len(PREFIX)].lower() == PREFIX else text
    start = len(text) - len(inner)
    good = _ALPHABET.match(inner)
    end = good.end() if good else 0
    if end < len(inner):
        raise BadInvite(f"Character {start + end + 1} of this code does not belong in one.", position=start + end + 1)
    if not inner:
        raise BadInvite("There is no invite code here.")
    if len(inner) % 4 == 1:
        raise BadInvite(f"This code is cut off after character {len(text)}.", position=len(text))
    return base64.urlsafe_b64decode(inner + "=" * (-len(inner) % 4))


def _cut_or_altered(text: str, data: bytes) -> BadInvite:
    """Whether the end is missing, or something within."""
    if data.lstrip().startswith(b"{") and not data.rstrip().endswith(b"}"):
        return BadInvite(f"This code is cut off after character {len(text)}.", position=len(text))
    return BadInvite("This code was altered on its way, or is none: what is in it cannot be read.")


def _read_fields(said: dict[str, Any]) -> _Fields:
    if said.get("v") != 1:
        raise BadInvite("This code is of a kind that this version does not know. Update Canopy, or ask for another.")
    try:
        fields = msgspec.convert(said, _Fields)
    except msgspec.ValidationError as error:
        raise BadInvite(f"This code is not made as codes are: {error}.") from error
    if fields.sig is None and any(added is not None for added in (fields.exp, fields.name, fields.sec)):
        raise BadInvite("The signature of this code is missing, so it may have been altered.")
    if fields.sec is not None and fields.exp is None:
        raise BadInvite("This code holds a secret that never expires; no node makes such codes.")
    return fields


def _read_node(fields: _Fields) -> NodeId:
    node = NodeId(_read_key(fields.epk, "epk"))
    if not is_identity(node):
        raise BadInvite("The key `epk` in this code is no possible identity.")
    if fields.pid != peer_id(node):
        raise BadInvite("The peer id in this code does not belong to its key.")
    return node


def _read_key(text: str, name: str) -> bytes:
    """The 32 bytes of a base58 text, in the one spelling that they have."""
    number = 0
    for letter in text:
        if letter not in _DIGITS58:
            raise BadInvite(f"The key `{name}` in this code has a character that no key has.")
        number = number * 58 + _DIGITS58[letter]
    if number >= 1 << (8 * NODE_BYTES) or base58(key := number.to_bytes(NODE_BYTES, "big")) != text:
        raise BadInvite(f"The key `{name}` in this code has not the length of a key.")
    return key


def _read_secret(fields: _Fields) -> bytes:
    secret = b"" if fields.sec is None else _unspell(fields.sec)
    if fields.sec is not None and len(secret) != SECRET_BYTES:
        raise BadInvite("The secret in this code has not the length of one.")
    return secret


def _read_endpoint(place: int, spelled: str) -> str:
    try:
        return endpoint(spelled)
    except BadInvite as error:
        raise BadInvite(f"Address {place} in this code cannot be used: {error.sentence}", position=place) from error


def _check_signature(node: NodeId, fields: _Fields, said: dict[str, Any]) -> None:
    if fields.sig is None:
        return
    signature = _unspell(fields.sig)
    if len(signature) != SIGNATURE_BYTES or not verify(node, _statement(said), signature):
        raise BadInvite("The signature of this code does not fit: it was altered, or another node made it.")


def _statement(said: dict[str, Any]) -> bytes:
    """What the signature covers: all other keys, sorted, as compact JSON."""
    rest = {name: value for name, value in said.items() if name != "sig"}
    try:
        return SIGNATURE_LABEL + msgspec.json.encode(rest, order="sorted")
    except (OverflowError, ValueError, RecursionError) as error:  # numbers and depths that JSON can spell and we not
        raise BadInvite("This code holds values that cannot be checked.") from error


def _spell(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _unspell(text: str) -> bytes:
    """The bytes of unpadded base64url; nothing for any text that is not the one spelling of some bytes."""
    if not _ALPHABET.fullmatch(text) or len(text) % 4 == 1:
        return b""
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    return data if _spell(data) == text else b""


# Addresses.


def endpoint(spelled: str) -> str:
    """An address as it is stored and dialled: `ws://host:port` or `wss://host:port`. Raises BadInvite.

    Scheme, host and port are written out; the path is `/mesh/1` everywhere and therefore left out.
    """
    parts = _ENDPOINT.fullmatch(spelled) if len(spelled) <= 300 else None
    if parts is None:
        raise BadInvite("it is not of the form ws://host:port or wss://host:port.")
    if not 1 <= int(parts["port"]) <= 65535:
        raise BadInvite(f"{parts['port']} is no port.")
    return f"{parts['scheme']}://{_host(parts['host'])}:{int(parts['port'])}"


def _host(spelled: str) -> str:
    if spelled.startswith("["):
        return f"[{_ip(spelled[1:-1], 6)}]"
    name = spelled.lower().removesuffix(".")
    labels = name.split(".")
    if labels[-1].isdigit():
        return _ip(name, 4)
    if len(name) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise BadInvite(f"{spelled[:60]!r} is no host name.")
    return name


def _ip(spelled: str, version: int) -> str:
    try:
        address = ipaddress.ip_address(spelled)
    except ValueError as error:
        raise BadInvite(f"{spelled[:60]!r} is no IP address.") from error
    if address.version != version or "%" in spelled or address.is_unspecified or address.is_multicast:
        raise BadInvite(f"nobody can be reached at {spelled[:60]!r}.")
    return str(address)


# Joining.


def invite_id(secret: bytes) -> bytes:
    """What an invite is called where its secret may not be said."""
    return digest(ID_LABEL, secret)[:ID_BYTES]


def proof(secret: bytes, handshake_hash: bytes) -> bytes:
    """That somebody at this end of this very handshake holds the secret."""
    return hmac.digest(secret, PROOF_LABEL + handshake_hash, "sha256")


def join(secret: bytes, handshake_hash: bytes) -> Join:
    """What the importer of a code says first on the link to its maker."""
    return Join(invite_id(secret), proof(secret, handshake_hash))

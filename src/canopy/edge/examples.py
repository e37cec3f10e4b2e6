"""Examples for the description of the API: made from the declared types, with telling values for known names."""

import types
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import msgspec

INSTANT = "2030-01-02T03:04:05.006000+00:00"
_USER, _CHANNEL, _MESSAGE = "user_0a1b2c3d4e5f6071", "C0a1b2c3d4e5f6071", "M0a1b2c3d4e5f60718293a4b5"
_NAMED: dict[str, Any] = {
    "user_id": _USER,
    "author_id": _USER,
    "actor_user_id": _USER,
    "channel_id": _CHANNEL,
    "message_id": _MESSAGE,
    "source_id": _MESSAGE,
    "thread_id": _MESSAGE,
    "thread_root_message_id": _MESSAGE,
    "peer_id": "7hQm2xT4Ka9dVbRe",
    "origin_peer": "7hQm2xT4Ka9dVbRe",
    "username": "mira",
    "handle": "mira",
    "stable_handle": "mira",
    "display_name": "Mira",
    "password": "a long phrase of four words",
    "name": "plans",
    "topic": "Where we go next",
    "description": "Plans for the spring",
    "bio": "Keeps the pumps running.",
    "content": "Shall we begin, @scout?",
    "preview": "Shall we begin, @scout?",
    "query": "begin",
    "type": "text",
    "privacy_mode": "open",
    "status": "active",
    "reaction_type": "like",
    "api_key": "k" * 43,
    "public_key": "7hQm2xT4Ka9dVbRe",
    "origin": "here",
}
_SAID = {"content", "account_type", "since"}
"""What a request need not say, but mostly does."""
_IDS = {"ChannelJson": _CHANNEL, "MessageJson": _MESSAGE, "MentionJson": "MN0a1b2c3d4e5f6071"}
_PLAIN: dict[Any, Any] = {str: "text", int: 1, float: 1.0, bool: True, bytes: "", type(None): None, Any: {}}


def example_of(kind: Any, *, request: bool = False) -> Any:
    """A value of a type as JSON has it. A request says what it must say, or else one of the things it may say."""
    if not (isinstance(kind, type) and issubclass(kind, msgspec.Struct)):
        return _value(kind, "")
    fields = msgspec.structs.fields(kind)
    if request:
        fields = tuple(field for field in fields if field.required or field.name in _SAID) or fields[:1]
    return {field.encode_name: _field(kind, field.name, field.type) for field in fields}


def _field(kind: type, name: str, hint: Any) -> Any:
    if name == "id":
        return _IDS.get(kind.__name__, "0a1b2c3d4e5f6071")
    plain = _bare(hint)
    if name.endswith("_at") and plain is str:
        return INSTANT
    return _NAMED[name] if name in _NAMED and plain is str else _value(plain, name)


def _bare(hint: Any) -> Any:
    """A type without what is said about it; of several the first."""
    if isinstance(hint, msgspec.UnsetType):
        return type(None)
    if get_origin(hint) is Annotated:
        return _bare(get_args(hint)[0])
    if get_origin(hint) in (Union, types.UnionType):
        return _bare(get_args(hint)[0])
    return hint


def _value(hint: Any, name: str) -> Any:
    hint = _bare(hint)
    origin, inner = get_origin(hint), get_args(hint)
    if origin is Literal:
        return next((value for value in inner if value), inner[0])
    if origin in (list, tuple):
        return [_NAMED.get(name.removesuffix("s"), _value(inner[0], ""))] if inner else []
    if origin is dict:
        return {}
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return example_of(hint)
    return _PLAIN.get(hint, "text")

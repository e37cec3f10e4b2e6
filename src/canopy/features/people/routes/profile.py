"""One's own profile and its picture (REST section 1.2)."""

import binascii
from collections.abc import Sequence
from typing import Any

import msgspec
from starlette.responses import Response

from canopy.edge.ask import Ask, check_name, check_text, found, invalid
from canopy.edge.principal import Principal
from canopy.edge.route import ANY, get, patch, post
from canopy.features.people.actions import ProfileChange, change_profile
from canopy.features.people.events import BIO_LENGTH, NAME_LENGTH
from canopy.features.people.shown import avatar_url
from canopy.features.people.tables import find_avatar, find_card
from canopy.ground.errors import ContentTooLarge
from canopy.ground.ids import EventId
from canopy.ground.instants import instant_of
from canopy.log.db import Read
from canopy.log.shown import peer_id

UPLOAD_BYTES = 512 * 1024
"""What a picture may have before it is made small."""
FOREVER = "private, max-age=31536000, immutable"
SANDBOX = "default-src 'none'; sandbox"


class Profile(msgspec.Struct, kw_only=True):
    """One's own profile."""

    user_id: str
    username: str
    display_name: str
    account_type: str
    bio: str
    avatar_file_id: str | None
    avatar_url: str | None
    theme_preference: str
    notification_settings: dict[str, Any]
    privacy_settings: dict[str, Any]
    origin_peer: str
    created_at: str
    updated_at: str
    agent_directives: str | None
    agent_directives_effective: str | None
    agent_directives_source: str


class ProfileWish(msgspec.Struct, kw_only=True):
    """What of one's profile shall change; an empty string clears. `avatar_b64` is a picture, which is made small;
    a wish for another account_type is passed over."""

    display_name: str | None = None
    bio: str | None = None
    avatar_b64: str | None = None
    account_type: str | None = None
    avatar_file_id: str | None = None
    agent_directives: str | None = None


class ProfileChanged(msgspec.Struct, kw_only=True):
    """The new profile."""

    profile: Profile
    success: bool = True


_CHANGEABLE = ("display_name", "bio", "avatar_b64")


def get_profile(ask: Ask) -> Response:
    """One's own profile."""
    with ask.reading() as tx:
        return ask.answer(_profile(tx, ask.principal))


async def set_profile(ask: Ask) -> Response:
    """Change one's own card. Raises InvalidRequest when nothing usable is given."""
    wish = ask.decode(ProfileWish)
    for field in ("avatar_file_id", "agent_directives"):
        if getattr(wish, field):
            sentence = f"{field} is not available yet."
            raise invalid(field, "not_available", sentence, code="not_available", allowed=list(_CHANGEABLE))
    if wish.avatar_file_id == "":
        wish.avatar_b64 = wish.avatar_b64 or ""
    if all(getattr(wish, field) is None for field in _CHANGEABLE):
        raise invalid("display_name", "required", "Give display_name, bio or avatar_b64.")
    change = ProfileChange(
        display_name=None if wish.display_name is None else check_name(wish.display_name, "display_name", NAME_LENGTH),
        bio=None if wish.bio is None else check_text(wish.bio, "bio", BIO_LENGTH),
        avatar=None if wish.avatar_b64 is None else await _avatar(ask, wish.avatar_b64),
    )
    return await ask.perform(change_profile, change, _changed, status=200)


def _changed(tx: Read, principal: Principal, ids: Sequence[EventId]) -> ProfileChanged:
    return ProfileChanged(profile=_profile(tx, principal))


async def _avatar(ask: Ask, encoded: str) -> bytes:
    """The picture as it is kept, or none. Raises InvalidRequest, ContentTooLarge."""
    try:
        data = binascii.a2b_base64(encoded, strict_mode=True)
    except (ValueError, UnicodeEncodeError) as error:
        raise invalid("avatar_b64", "invalid", "avatar_b64 is not base64.") from error
    if len(data) > UPLOAD_BYTES:
        raise ContentTooLarge("A picture may have at most 512 KiB.", max_bytes=UPLOAD_BYTES, field="avatar_b64")
    return await ask.core.pictures.avatar_of(data) if data else b""


def _profile(tx: Read, principal: Principal) -> Profile:
    card = found(find_card(tx, principal.user_id), "You have no card yet.")
    return Profile(
        user_id=card.user_id,
        username=card.handle,
        display_name=card.name,
        account_type=principal.account_type,
        bio=card.bio,
        avatar_file_id=None,
        avatar_url=avatar_url(card.avatar),
        theme_preference="system",
        notification_settings={},
        privacy_settings={},
        origin_peer=peer_id(card.node),
        created_at=instant_of(card.created),
        updated_at=instant_of(card.updated),
        agent_directives=None,
        agent_directives_effective=None,
        agent_directives_source="none",
    )


def get_avatar(ask: Ask) -> Response:
    """A picture. Its address says which one it is, so it may be kept for ever."""
    digest = ask.token("digest")
    with ask.reading() as tx:
        image = found(find_avatar(tx, digest), "There is no such picture here.", "avatar_not_found")
    headers = {
        "Cache-Control": FOREVER,
        "Content-Security-Policy": SANDBOX,
        "Content-Disposition": f'inline; filename="{digest}.webp"',
    }
    return ask.held(image, "image/webp", digest, headers)


ROUTES = [
    get("/profile", get_profile, ANY, "One's own profile", Profile),
    post("/profile", set_profile, ANY, "Change one's own profile", ProfileWish, ProfileChanged, status=200),
    patch("/profile", set_profile, ANY, "Change one's own profile", ProfileWish, ProfileChanged),
    get("/avatars/{digest}", get_avatar, ANY, "A user's picture", bytes, also=(304,), media="image/webp"),
]

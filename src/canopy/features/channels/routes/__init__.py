"""The routes of channels."""

from canopy.edge.principal import Permission
from canopy.edge.route import Page, Route, get, patch, post, put, remove
from canopy.features.channels.routes.changing import (
    add_member,
    delete_one,
    patch_channel,
    patch_lifecycle,
    post_channel,
    put_role,
    remove_member,
)
from canopy.features.channels.routes.reading import get_channel, get_channels, get_members
from canopy.features.channels.routes.shapes import (
    ChannelEnded,
    ChannelMade,
    ChannelNew,
    ChannelPage,
    ChannelPatch,
    ChannelPatched,
    Channels,
    DeleteScope,
    Done,
    Lifecycle,
    MemberNew,
    Members,
    OneChannel,
    RoleNew,
)

_R, _W = Permission.READ_CHANNELS, Permission.WRITE_CHANNELS
ROUTES: list[Route] = [
    get("/channels", get_channels, _R, "The caller's channels", Channels, query=ChannelPage),
    post("/channels", post_channel, _W, "Found a channel", ChannelNew, ChannelMade, status=201),
    get("/channels/{channel_id}", get_channel, _R, "One channel", OneChannel, also=(304,)),
    patch(
        "/channels/{channel_id}",
        patch_channel,
        _W,
        "Change the words of a channel",
        ChannelPatch,
        ChannelPatched,
        also=(202,),
    ),
    remove(
        "/channels/{channel_id}",
        delete_one,
        Permission.DELETE_DATA,
        "Delete a channel for everybody",
        ChannelEnded,
        query=DeleteScope,
        also=(202,),
    ),
    patch(
        "/channels/{channel_id}/lifecycle",
        patch_lifecycle,
        _W,
        "Archive a channel, or set its life span",
        Lifecycle,
        ChannelPatched,
        also=(202,),
    ),
    get("/channels/{channel_id}/members", get_members, _R, "Members of a channel", Members, query=Page),
    post("/channels/{channel_id}/members", add_member, _W, "Come into a channel", MemberNew, Done, status=200),
    remove("/channels/{channel_id}/members/{user_id}", remove_member, _W, "Leave a channel", Done),
    put(
        "/channels/{channel_id}/members/{user_id}/role",
        put_role,
        _W,
        "Make a member an admin, or the reverse",
        RoleNew,
        Done,
        also=(202,),
    ),
]

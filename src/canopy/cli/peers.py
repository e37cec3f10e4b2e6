"""Verbs for the peer network: invites, peers, and how far they are. They ask the running node."""

import sys
from collections.abc import Iterator
from typing import Annotated, Any

import typer

from canopy.cli import output
from canopy.cli.http import Client
from canopy.cli.options import Json, Root
from canopy.ground.errors import NotFound, TheirFault

invite_app = typer.Typer(help="Invites.", no_args_is_help=True, rich_markup_mode=None)
peers_app = typer.Typer(help="Peers of this node.", no_args_is_help=True, rich_markup_mode=None)
sync_app = typer.Typer(help="What peers hold and lack.", no_args_is_help=True, rich_markup_mode=None)

Which = Annotated[str, typer.Argument(metavar="PEER", help="Its id, the beginning of its id, or its name.")]

LEVELS = {"unknown": "not reviewed"}
STATES = {"connected_syncing": "syncing", "connected_not_syncing": "connected, not syncing"}


# Invites.


@invite_app.command("show")
def invite_show(data_root: Root = None, json: Json = False) -> None:
    """The invite code of this node, and where it can be reached."""
    found = Client.need(data_root).get("/p2p/invite")
    output.show(found, json, _invite_text(found))


@invite_app.command("create")
def invite_create(
    expires_in: Annotated[int | None, typer.Option(help="Seconds until it expires (default 7 days).")] = None,
    name: Annotated[str, typer.Option(help="What the node is called in it.")] = "",
    data_root: Root = None,
    json: Json = False,
) -> None:
    """Make another invite code; the ones before it stay valid."""
    made = Client.need(data_root).post("/p2p/invite", {"expires_in": expires_in, "name": name})
    output.show(made, json, _invite_text(made))


@invite_app.command("import")
def invite_import(
    code: Annotated[str, typer.Argument(metavar="CODE", help="The code, or - to read it from stdin.")],
    data_root: Root = None,
    json: Json = False,
) -> None:
    """Trust the node that made a code, and connect to it."""
    text = sys.stdin.read() if code == "-" else code
    done = Client.need(data_root).post("/p2p/invite/import", {"invite_code": text})
    lines = [f"{done['name']} ({done['peer_id']}): {' '.join(done['words'])}", *_attempts(done), done["message"]]
    if done.get("next_try"):
        lines.append(f"Next try at {done['next_try']}.")
    output.show(done, json, "\n".join(lines))


def _invite_text(found: dict[str, Any]) -> str:
    use = "The first node that shows it is trusted." if found["one_time"] else "Whoever shows it waits for approval."
    places = [f"  {place['address']} ({place['kind']})" for place in found["reach"]] or ["  nowhere: it can only dial"]
    lines = (
        found["invite_code"],
        "",
        f"{use} It expires at {found['expires_at']}.",
        f"Words: {' '.join(found['words'])}",
    )
    return "\n".join([*lines, "Reachable at:", *places])


def _attempts(found: dict[str, Any]) -> Iterator[str]:
    return (f"  {attempt['address']}: {attempt['sentence']}" for attempt in found["attempts"])


# Peers.


@peers_app.command("list")
def peers_list(data_root: Root = None, json: Json = False) -> None:
    """All peers by name, with the words of their keys to compare."""
    found = Client.need(data_root).get("/p2p/peers")
    output.show(found, json, "\n".join(_known_line(peer) for peer in found["peers"]) or "No peers yet.")


@peers_app.command("approve")
def peers_approve(peer: Which, data_root: Root = None, json: Json = False) -> None:
    """Trust a peer: exchange events with it."""
    client = Client.need(data_root)
    changed = client.post(f"/p2p/peers/{_peer_id(client, peer)}/approve", {})
    output.show(changed, json, f"{changed['peer']['display_name']} is now trusted.")


@peers_app.command("block")
def peers_block(peer: Which, data_root: Root = None, json: Json = False) -> None:
    """Block a peer: exchange nothing with it."""
    client = Client.need(data_root)
    changed = client.post(f"/p2p/peers/{_peer_id(client, peer)}/block", {})
    output.show(changed, json, f"{changed['peer']['display_name']} is now blocked.")


@peers_app.command("forget")
def peers_forget(peer: Which, data_root: Root = None, json: Json = False) -> None:
    """Forget a peer; what it wrote stays."""
    client = Client.need(data_root)
    gone = client.delete(f"/p2p/peers/{_peer_id(client, peer)}")
    output.show(gone, json, f"{gone['peer_id']} is forgotten.")


def _peer_id(client: Client, said: str) -> str:
    """The id of the peer that is meant. Raises NotFound, or TheirFault when several may be."""
    peers = client.get("/p2p/peers")["peers"]
    for meant in (
        [peer for peer in peers if peer["peer_id"] == said],
        [peer for peer in peers if peer["display_name"].casefold() == said.casefold()],
        [peer for peer in peers if said and peer["peer_id"].startswith(said)],
    ):
        if len(meant) > 1:
            ids = ", ".join(peer["peer_id"] for peer in meant)
            raise TheirFault(f"Several peers may be meant by {said!r}: {ids}. Give the whole id.")
        if meant:
            return str(meant[0]["peer_id"])
    raise NotFound(f"This node knows no peer {said!r}.")


def _known_line(peer: dict[str, Any]) -> str:
    return f"{_peer_line(peer)} ({'-'.join(peer['words'])})"


def _peer_line(peer: dict[str, Any]) -> str:
    level, state = LEVELS.get(peer["level"], peer["level"]), STATES.get(peer["state"], peer["state"])
    return f"{peer['peer_id']:16} {level:12} {state:22} {peer['display_name']}"


# How far they are.


@sync_app.command("status")
def sync_status(data_root: Root = None, json: Json = False) -> None:
    """How far this node is with each of its peers."""
    found = Client.need(data_root).get("/p2p/sync")
    lines = [line for peer in found["peers"] for line in _sync_lines(peer)]
    waits = found["waiting"] | ({"parked": found["parked"]} if found["parked"] else {})
    lines.append(f"{found['events']} events held here{'; waiting: ' if waits else ''}{_counts(waits)}.")
    output.show(found, json, "\n".join(lines))


@sync_app.command("explain")
def sync_explain(
    identity: Annotated[str, typer.Argument(metavar="ID", help="A message id, or the beginning of an event's id.")],
    data_root: Root = None,
    json: Json = False,
) -> None:
    """Who holds a message or event, what became of it here and why, and what will change that."""
    found = Client.need(data_root).get(f"/p2p/explain/{identity}")
    output.show(found, json, "\n".join(_explanation(found)))
    if found["fate"] == "unknown":
        raise typer.Exit(3)


def _sync_lines(peer: dict[str, Any]) -> Iterator[str]:
    yield f"{_peer_line(peer)}  {_how_far(peer)}".rstrip()
    for word in ("refused", "waiting"):
        if peer[word]:
            yield f"  {word}: {_counts(peer[word])}"


def _how_far(peer: dict[str, Any]) -> str:
    if peer["progress"]:
        return f"{peer['progress']['done']} of {peer['progress']['total']}"
    if peer["state"] == "offline":
        return f"next try at {peer['next_try']}" if peer["next_try"] else ""
    return "up to date" if peer["level_with_us"] else "comparing"


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {reason}" for reason, count in sorted(counts.items()))


def _explanation(found: dict[str, Any]) -> Iterator[str]:
    because = f" ({found['reason']})" if found["reason"] else ""
    yield f"{found['id']}: {found['fate']}{because}"
    if found["author"]:
        user = found["author"]["user_id"] or "the node itself"
        yield f"{found['kind']} in {found['scope']}, by {user} of {found['author']['peer_id']}, {found['time']}"
    yield found["why"]
    yield found["cure"]
    words = {True: "holds it", False: "does not hold it", None: "not known"}
    for holder in found["holders"]:
        yield f"  {holder['peer_id']:16} {words[holder['holds']]:16} {holder['display_name']}"

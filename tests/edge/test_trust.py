"""The peer network over HTTP: who is known, what a person decides, and why something is shown or not."""

import random
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from canopy.crypto.keys import SigningKey
from canopy.crypto.sealing import digest
from canopy.features.messages.events import MessageDeleted, MessagePosted
from canopy.ground.ids import EventId, NodeId
from canopy.ground.instants import instant
from canopy.ground.words import words_of
from canopy.log import store
from canopy.log.db import Tx
from canopy.log.event import Event
from canopy.log.shown import device_id, peer_id
from canopy.mesh import peerbook
from canopy.mesh.peerbook import Level
from canopy.mesh.view import Discovered, Happening
from tests.edge.client import Local
from tests.edge.conftest import Stage
from tests.edge.mesh import NOW, Recorded, attempt, link_to
from tests.log.authors import Author, StrangeThing
from tests.mesh.ends import fixed

Script = Callable[[Local, Recorded], Awaitable[Any]]

BOB, EVE, SAM = (SigningKey(fixed(name)).node for name in ("bob", "eve", "sam"))


def play(stage: Stage, script: Script) -> Any:
    """Run a script on a node whose mesh is a stand-in."""

    async def with_mesh(local: Local) -> Any:
        core: Any = local.node.core
        core.mesh = Recorded(local.node.home.key)
        return await script(local, core.mesh)

    return stage.play(with_mesh)


async def know(local: Local, node: NodeId, level: Level = Level.TRUSTED, name: str = "") -> str:
    """Put a peer into the book; returns its shown id."""

    def job(tx: Tx) -> None:
        peerbook.set_level(tx, node, level)
        peerbook.set_card(tx, node, name, "0.1.0")

    await local.node.writer.write(job)
    return peer_id(node)


def author(number: int, stage: Stage) -> Author:
    return Author(number, stage.clock, random.Random(number))


async def receive(local: Local, event: Event, source: str = "x") -> None:
    """An event comes from a peer."""
    sent = (event.header_bytes, event.signature, event.body)
    await local.node.writer.write(lambda tx: local.node.door.receive(tx, *sent, source))


async def introduce(local: Local, author: NodeId, via: NodeId) -> None:
    await local.node.writer.write(lambda tx: peerbook.introduce(tx, author, via))


async def place(local: Local, node: NodeId, address: str) -> None:
    """Put an address of a node into the book."""
    await local.node.writer.write(lambda tx: peerbook.remember_endpoint(tx, node, address, "invite"))


async def peers_of(local: Local) -> list[Any]:
    return list((await local.get("/p2p/peers")).raise_for_status().json()["peers"])


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


# Status.


def test_strangers_learn_only_that_the_mesh_runs(stage: Stage) -> None:
    async def script(local: Local, mesh: Recorded) -> None:
        mesh.open[BOB] = link_to(BOB)
        assert (await local.get("/p2p/status", key="")).json() == {"running": True}
        await know(local, BOB, name="bob")
        found = (await local.get("/p2p/status")).json()
        assert found["connected_peers"] == 1
        assert found["connected_peers_list"] == [peer_id(BOB)]
        assert found["peers"] == [
            {"peer_id": peer_id(BOB), "display_name": "bob", "level": "trusted", "connected": True}
        ]
        assert (found["relay_policy"], found["security"]) == ("off", {"allow_unverified_relay_messages": False})
        network = (await local.get("/info")).json()["p2p_network"]
        assert {**network, "peers": found["peers"]} == found
        assert found["peer_id"] == peer_id(local.node.home.key.node)

    play(stage, script)


def test_a_node_without_a_mesh_says_so(stage: Stage) -> None:
    async def script(local: Local) -> None:
        core: Any = local.node.core
        core.mesh = None
        assert (await local.get("/p2p/status", key="")).json() == {"running": False}
        assert (await local.get("/info")).json()["p2p_network"]["running"] is False
        assert code(await local.get("/p2p/peers")) == (503, "mesh_off")
        assert code(await local.get("/p2p/invite")) == (503, "mesh_off")

    stage.play(script)


# Peers.


def test_a_peer_is_shown_with_all_that_is_known(stage: Stage) -> None:
    async def script(local: Local, mesh: Recorded) -> None:
        await local.say("one")
        await know(local, BOB, name="bob's node")
        mesh.open[BOB] = link_to(BOB, syncing=True, level=False, done=3, total=10, outward=False)
        mesh.tried[BOB] = [attempt("ws://b:1", "timeout")]
        mesh.tries[BOB] = NOW

        def received(tx: Tx) -> None:
            for reason in ("parked", "parked", "postponed", "bad_signature"):
                store.COUNT_SOURCE.run(tx, source=BOB.hex(), reason=reason)
            peerbook.touch(tx, BOB)

        await local.node.writer.write(received)
        (row,) = await peers_of(local)
        assert row == {
            "peer_id": peer_id(BOB),
            "display_name": "bob's node",
            "words": list(words_of(digest(BOB))),
            "level": "trusted",
            "state": "connected_syncing",
            "last_seen": instant(stage.clock.now_ms()),
            "refused": {"bad_signature": 1},
            "waiting": {"postponed": 1},
            "link": {"address": "ws://b:1", "direction": "in", "since": instant(NOW)},
            "level_with_us": False,
            "progress": {"done": 3, "total": 10},
            "attempts": [
                {"address": "ws://b:1", "outcome": "timeout", "sentence": "It is timeout.", "at": instant(NOW)}
            ],
            "next_try": instant(NOW),
            "open_channels": "apart",
            "merge": {"needed": True, "nodes": 1, "messages": 1},
            "introduced_by": [],
        }

    play(stage, script)


def test_what_is_parked_from_a_peer_is_counted_as_it_is_now(stage: Stage) -> None:
    other = author(7, stage)

    async def script(local: Local, mesh: Recorded) -> None:
        first, second = (other.write(MessagePosted(content=words)) for words in ("first", "second"))
        await know(local, BOB)
        await receive(local, second, BOB.hex())
        assert (await peers_of(local))[0]["waiting"] == {"parked": 1}
        await receive(local, first, BOB.hex())
        assert (await peers_of(local))[0]["waiting"] == {}

    play(stage, script)


def test_peers_are_sorted_by_name_and_have_a_neutral_one(stage: Stage) -> None:
    async def script(local: Local, mesh: Recorded) -> None:
        await know(local, EVE, Level.BLOCKED, "Zoe")
        await know(local, SAM, Level.UNKNOWN, "anna")
        await know(local, BOB, Level.UNKNOWN)
        await introduce(local, BOB, EVE)
        mesh.open[SAM] = link_to(SAM, syncing=False)
        rows = await peers_of(local)
        neutral = f"node-{device_id(BOB)}"
        assert [(r["display_name"], r["level"], r["state"]) for r in rows] == [
            ("anna", "unknown", "connected_not_syncing"),
            (neutral, "introduced", "offline"),
            ("Zoe", "blocked", "offline"),
        ]
        assert rows[1]["introduced_by"] == [peer_id(EVE)]
        assert rows[0]["merge"] == {"needed": False, "nodes": 0, "messages": 0}
        assert (rows[1]["link"], rows[1]["last_seen"], rows[1]["next_try"]) == (None, None, None)

    play(stage, script)


def test_nodes_on_this_network_are_shown_but_for_ourselves(stage: Stage) -> None:
    async def script(local: Local, mesh: Recorded) -> None:
        here = local.node.home.key.node
        for key, node in (("a1", BOB), ("b2", None), ("c3", here)):
            mesh.near.append(Discovered(key=key, address="10.0.0.7", port=7771, seen=NOW, node=node))
        mesh.open[BOB] = link_to(BOB)
        found = (await local.get("/p2p/peers")).json()
        common = {"address": "10.0.0.7", "port": 7771, "discovered_at": instant(NOW)}
        assert found["discovered_peers"] == [
            {"key": "a1", "peer_id": peer_id(BOB), "connected": True, **common},
            {"key": "b2", "peer_id": None, "connected": False, **common},
        ]
        assert (found["total_discovered"], found["total_connected"]) == (2, 1)
        assert found["connected_peers"] == [peer_id(BOB)]

    play(stage, script)


def test_older_clients_find_known_and_introduced_peers(stage: Stage) -> None:
    async def script(local: Local, mesh: Recorded) -> None:
        await know(local, BOB, name="bob")
        await place(local, BOB, "ws://b:1")
        mesh.open[BOB] = link_to(BOB)
        assert (await local.get("/p2p/known_peers")).json() == {
            "known_peers": [
                {"peer_id": peer_id(BOB), "display_name": "bob", "endpoints": ["ws://b:1"], "connected": True}
            ]
        }
        for via in (BOB, SAM):
            await introduce(local, EVE, via)
            stage.clock.advance(1)
        assert (await local.get("/p2p/introduced")).json() == {
            "introduced_peers": [
                {
                    "peer_id": peer_id(EVE),
                    "display_name": f"node-{device_id(EVE)}",
                    "endpoints": [],
                    "introduced_by": peer_id(BOB),
                    "introduced_via": [peer_id(BOB), peer_id(SAM)],
                }
            ]
        }

    play(stage, script)


# Rights.


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/p2p/peers/{}/approve", {}),
        ("POST", "/p2p/peers/{}/block", {}),
        ("POST", "/p2p/peers/{}/unblock", {}),
        ("POST", "/p2p/peers/{}/merge", {}),
        ("DELETE", "/p2p/peers/{}", None),
        ("POST", "/p2p/reconnect", {"peer_id": "{}"}),
        ("POST", "/p2p/reconnect_all", {}),
        ("POST", "/p2p/disconnect", {"peer_id": "{}"}),
        ("POST", "/p2p/resync", {}),
        ("POST", "/p2p/discovered/a1/connect", {}),
        ("POST", "/p2p/invite", {}),
        ("GET", "/p2p/explain/aabbccdd", None),
    ],
)
def test_only_the_owner_changes_anything(stage: Stage, method: str, path: str, body: Any) -> None:
    async def script(local: Local, mesh: Recorded) -> None:
        shown = await know(local, BOB)
        mesh.near.append(Discovered(key="a1", address="b", port=1, seen=NOW, node=BOB))
        mesh.answers |= {"ws://b:1"}
        await place(local, BOB, "ws://b:1")
        wish = body and {name: value.format(shown) for name, value in body.items()}
        other = (await local.register("bob"))["api_key"]
        before = await peers_of(local)
        assert code(await local.call(method, path.format(shown), wish, other)) == (403, "owner_required")
        assert (mesh.asked, await peers_of(local)) == ([], before)
        allowed = await local.call(method, path.format(shown), wish)
        assert allowed.status_code in (200, 201, 202), allowed.text
        assert (await local.get("/p2p/peers", other)).status_code == 200

    play(stage, script)


def test_a_key_that_forgets_needs_leave_to_delete(stage: Stage) -> None:
    async def script(local: Local, mesh: Recorded) -> None:
        shown = await know(local, BOB)
        narrow = (await local.post("/keys", {"permissions": ["manage_node"]})).json()["api_key"]
        assert code(await local.post("/p2p/forget", {"peer_id": shown}, narrow)) == (403, "insufficient_scope")
        assert len(await peers_of(local)) == 1
        assert (await local.post("/p2p/forget", {"peer_id": shown})).json()["status"] == "forgotten"

    play(stage, script)


# What a person decides.


def test_a_person_approves_blocks_and_unblocks(stage: Stage) -> None:
    async def script(local: Local, mesh: Recorded) -> None:
        shown = await know(local, BOB, Level.UNKNOWN, "bob")
        for verb, level in (
            ("approve", "trusted"),
            ("unblock", "trusted"),
            ("block", "blocked"),
            ("unblock", "unknown"),
        ):
            answer = (await local.post(f"/p2p/peers/{shown}/{verb}", {})).raise_for_status().json()
            assert (answer["success"], answer["peer"]["level"]) == (True, level), verb
            assert answer["peer"] == (await peers_of(local))[0]
        assert mesh.asked == [("level_changed", BOB)] * 4
        missing = await local.post(f"/p2p/peers/{peer_id(EVE)}/approve", {})
        assert code(missing) == (404, "peer_not_found")
        assert len(mesh.asked) == 4

    play(stage, script)


def test_open_channels_flow_when_a_person_says_so(stage: Stage) -> None:
    async def script(local: Local, mesh: Recorded) -> None:
        shown = await know(local, BOB, Level.UNKNOWN)
        assert code(await local.post(f"/p2p/peers/{shown}/merge", {})) == (409, "peer_not_trusted")
        assert mesh.asked == []
        await know(local, BOB)
        merged = (await local.post(f"/p2p/peers/{shown}/merge", {})).json()["peer"]
        assert (merged["open_channels"], merged["merge"]["needed"]) == ("merged", False)
        assert mesh.asked == [("level_changed", BOB)]

    play(stage, script)


def test_the_preview_counts_what_the_peer_would_see(stage: Stage) -> None:
    """Its own words and what was deleted do not count."""
    other, bob = author(7, stage), author(8, stage)

    async def script(local: Local, mesh: Recorded) -> None:
        await local.say("mine")
        gone, kept = (other.write(MessagePosted(content=words)) for words in ("gone", "kept"))
        bobs = bob.write(MessagePosted(content="bob's own"))
        for event in (gone, kept, bobs, other.write(MessageDeleted(message=gone.id))):
            await receive(local, event)
        await know(local, bob.key.node)
        (row,) = await peers_of(local)
        assert row["merge"] == {"needed": True, "nodes": 2, "messages": 2}

    play(stage, script)


@pytest.mark.parametrize("old", [True, False])
def test_a_forgotten_peer_is_gone(stage: Stage, old: bool) -> None:
    async def script(local: Local, mesh: Recorded) -> None:
        shown = await know(local, BOB)
        await introduce(local, EVE, BOB)

        async def forget(introduced: bool) -> Any:
            if old:
                return await local.post("/p2p/forget", {"peer_id": shown, "remove_introduced": introduced})
            return await local.call("DELETE", f"/p2p/peers/{shown}?remove_introduced={introduced}", None)

        assert (await forget(False)).json() == {"status": "forgotten", "peer_id": shown, "success": True}
        assert [row["peer_id"] for row in await peers_of(local)] == [peer_id(EVE)]
        again = await forget(True)
        assert again.json()["status"] == "not_found" if old else code(again) == (404, "peer_not_found")
        await know(local, BOB)
        await forget(True)
        assert await peers_of(local) == []
        assert mesh.asked == [("forgotten", BOB)] * 2

    play(stage, script)


def test_everybody_hears_that_a_peer_changed(stage: Stage) -> None:
    async def script(local: Local, mesh: Recorded) -> None:
        other = (await local.register("bob"))["api_key"]
        shown = await know(local, BOB)
        await local.node.writer.write(lambda tx: peerbook.announce(tx, BOB, "offline"))
        await local.node.writer.write(lambda tx: peerbook.forget(tx, BOB, False))
        items = (await local.get("/events?types=peer.changed", other)).json()["items"]
        assert [item["payload"] for item in items] == [
            {"peer_id": shown, "level": None},
            {"peer_id": shown, "level": None, "state": "offline"},
            {"peer_id": shown, "level": None},
        ]
        await know(local, BOB, Level.BLOCKED)
        items = (await local.get("/events?types=peer.changed", other)).json()["items"]
        assert items[-1]["payload"]["level"] == "blocked"

    play(stage, script)


# Links.


def test_dialling_again_says_what_became_of_each_address(stage: Stage) -> None:
    async def script(local: Local, mesh: Recorded) -> None:
        shown = await know(local, BOB)
        assert code(await local.post("/p2p/reconnect", {"peer_id": shown})) == (400, "no_endpoints")
        assert code(await local.post("/p2p/reconnect", {"peer_id": peer_id(EVE)})) == (400, "no_endpoints")
        for address in ("ws://b:1", "ws://b:2"):
            await place(local, BOB, address)
        mesh.tries[BOB] = NOW
        failed = await local.post("/p2p/reconnect", {"peer_id": shown})
        assert code(failed) == (502, "peer_unreachable")
        assert [a["outcome"] for a in failed.json()["attempts"]] == ["refused", "refused"]
        assert failed.json()["next_try"] == instant(NOW)
        mesh.answers |= {"ws://b:2"}
        answer = (await local.post("/p2p/reconnect", {"peer_id": shown})).json()
        assert (answer["status"], answer["peer_id"], answer["endpoint"]) == ("connected", shown, "ws://b:2")
        assert [a["outcome"] for a in answer["attempts"]] == ["refused", "connected"]
        await know(local, BOB, Level.BLOCKED)
        mesh.asked.clear()
        assert code(await local.post("/p2p/reconnect", {"peer_id": shown})) == (409, "peer_blocked")
        assert mesh.asked == []

    play(stage, script)


def test_a_discovered_node_is_dialled_and_not_approved(stage: Stage) -> None:
    async def script(local: Local, mesh: Recorded) -> None:
        assert code(await local.post("/p2p/discovered/a1/connect", {})) == (404, "not_discovered")
        mesh.near.append(Discovered(key="a1", address="b", port=1, seen=NOW, node=None))
        assert code(await local.post("/p2p/discovered/a1/connect", {})) == (502, "peer_unreachable")
        mesh.near[0] = Discovered(key="a1", address="b", port=1, seen=NOW, node=BOB)
        mesh.answers |= {"ws://b:1"}
        answer = (await local.post("/p2p/discovered/a1/connect", {})).json()
        assert (answer["status"], answer["peer_id"], answer["endpoint"]) == ("connected", peer_id(BOB), "ws://b:1")
        assert await peers_of(local) == []

    play(stage, script)


def test_links_are_cut_and_all_dialled(stage: Stage) -> None:
    async def script(local: Local, mesh: Recorded) -> None:
        shown = await know(local, BOB)
        mesh.open[BOB] = link_to(BOB)
        for status in ("disconnected", "not_connected"):
            assert (await local.post("/p2p/disconnect", {"peer_id": shown})).json() == {
                "status": status,
                "peer_id": shown,
            }
        assert (await local.post("/p2p/disconnect", {"peer_id": "x"})).json()["status"] == "not_connected"
        every = await local.post("/p2p/reconnect_all", {})
        assert (every.status_code, every.json()) == (202, {"status": "scheduled", "peers": 3})
        mesh.open[EVE] = link_to(EVE)
        for include, dialled in ((True, 3), (False, 0)):
            answer = (await local.post("/p2p/resync", {"include_reconnect": include})).json()
            assert answer == {"resynced": 1, "reconnecting": dialled, "success": True}

    play(stage, script)


def test_the_history_of_links_can_be_read(stage: Stage) -> None:
    async def script(local: Local, mesh: Recorded) -> None:
        mesh.open[BOB] = link_to(BOB)
        for number, status in enumerate(("attempt", "failed", "connected")):
            node = BOB if number else None
            mesh.history.append(
                Happening(number=number, node=node, status=status, detail="d", address="", at=NOW + number * 1000)
            )
        found = (await local.get(f"/p2p/activity?since={NOW / 1000 + 0.5}")).json()
        assert [event["status"] for event in found["events"]] == ["failed", "connected"]
        assert found["events"][0] == {
            "id": "1",
            "peer_id": peer_id(BOB),
            "kind": "connection",
            "status": "failed",
            "detail": "d",
            "endpoint": None,
            "via_peer": None,
            "timestamp": NOW / 1000 + 1,
            "at": instant(NOW + 1000),
        }
        assert found["peers"][peer_id(BOB)]["last_activity"] == NOW / 1000 + 0.5
        assert found["server_time"] == stage.clock.now_ms() / 1000
        assert found["validation"]["failed_connection_events"] == 1
        assert len((await local.get("/p2p/activity?limit=1&kind=connection")).json()["events"]) == 1
        for bad in ("since=soon", "since=nan", "limit=0", "kind=mention"):
            assert code(await local.get(f"/p2p/activity?{bad}")) == (400, "invalid_parameter")
        assert (await local.get("/p2p/activity?since=-5&limit=9999")).status_code == 200

    play(stage, script)


def test_diagnostics_name_what_is_dialled_again_and_what_failed(stage: Stage) -> None:
    async def script(local: Local, mesh: Recorded) -> None:
        await know(local, BOB)
        await know(local, EVE)
        mesh.tries[BOB] = NOW
        mesh.open[EVE] = link_to(EVE, done=1, total=4)
        mesh.history.append(
            Happening(number=1, node=BOB, status="failed", detail="refused", address="ws://b:1", at=NOW)
        )
        mesh.history.append(Happening(number=2, node=EVE, status="connected", detail="", address="ws://e:1", at=NOW))
        found = (await local.get("/p2p/diagnostics")).json()
        assert (found["connected_peers"], found["known_peers_count"]) == ([peer_id(EVE)], 2)
        assert found["reconnect_tasks"] == {"count": 1, "by_peer": {peer_id(BOB): instant(NOW)}}
        assert [failure["endpoint"] for failure in found["recent_failures"]] == ["ws://b:1"]
        assert found["sync"]["active_catchups"] == [{"peer_id": peer_id(EVE), "done": 1, "total": 4}]
        assert found["pending_messages"] == {"total": 0, "by_peer": {}}

    play(stage, script)


# Scores.


def test_a_score_is_what_a_person_decided(stage: Stage) -> None:
    async def script(local: Local, mesh: Recorded) -> None:
        await know(local, BOB)
        await know(local, EVE, Level.UNKNOWN)
        found = (await local.get("/trust")).json()
        assert {peer: score["trust_score"] for peer, score in found["trust_scores"].items()} == {
            peer_id(BOB): 100,
            peer_id(EVE): 0,
        }
        assert found["statistics"]["average_score"] == 50
        assert (await local.get(f"/trust/{peer_id(BOB)}")).json() == {
            "peer_id": peer_id(BOB),
            "trust_score": 100,
            "is_trusted": True,
            "explicit": True,
            "reviewed_at": instant(stage.clock.now_ms()),
        }
        unknown = (await local.get("/trust/nobody")).json()
        assert (unknown["trust_score"], unknown["is_trusted"], unknown["explicit"]) == (0, False, False)
        plain = (await local.register("bob"))["api_key"]
        assert (await local.get("/trust", plain)).status_code == 403

    play(stage, script)


# How far, and why.


def test_how_far_each_peer_is(stage: Stage) -> None:
    async def script(local: Local, mesh: Recorded) -> None:
        await local.say("one")
        await know(local, BOB, name="bob")
        mesh.open[BOB] = link_to(BOB, done=1, total=2)
        found = (await local.get("/p2p/sync")).json()
        (row,) = found["peers"]
        assert (row["display_name"], row["state"], row["progress"]) == (
            "bob",
            "connected_syncing",
            {"done": 1, "total": 2},
        )
        assert found["events"] >= 2
        assert (found["waiting"], found["parked"]) == ({}, 0)

    play(stage, script)


def test_a_message_is_explained_without_its_words(stage: Stage) -> None:
    async def script(local: Local, mesh: Recorded) -> None:
        said = await local.say("the secret words")
        await know(local, BOB, name="bob")
        await know(local, EVE, name="eve")
        mesh.held = {BOB: True}
        answer = await local.get(f"/p2p/explain/{said['id']}")
        found = answer.json()
        assert "secret words" not in answer.text
        assert found["id"].startswith(said["id"][1:])
        assert mesh.asked == [("holders", EventId(bytes.fromhex(found["id"])))]
        assert (found["held"], found["fate"], found["reason"], found["scope"]) == (True, "done", "", "general")
        assert found["author"] == {"peer_id": said["origin_peer"], "user_id": local.user_id}
        assert (found["time"], found["kind"], found["gone"]) == (said["created_at"], "message.posted", None)
        assert found["expires"] == said["expires_at"]
        holds = {holder["display_name"]: holder["holds"] for holder in found["holders"]}
        assert holds == {"bob": True, "eve": None}
        assert (await local.get(f"/p2p/explain/{found['id']}")).json() == found
        assert (await local.get(f"/p2p/explain/{found['id'][:8].upper()}")).json() == found

    play(stage, script)


def test_what_is_hidden_waits_or_is_unknown_is_explained(stage: Stage) -> None:
    other = author(7, stage)

    async def script(local: Local, mesh: Recorded) -> None:
        gone, late = (other.write(MessagePosted(content=words)) for words in ("gone", "late"))
        await know(local, BOB)
        await receive(local, late)

        async def told(event: Event) -> tuple[bool, str, str, str | None]:
            found = (await local.get(f"/p2p/explain/{event.id.hex()}")).raise_for_status().json()
            assert found["why"].endswith(".")
            assert found["cure"].endswith(".")
            return found["held"], found["fate"], found["reason"], found["gone"]

        assert await told(late) == (False, "parked", "predecessor", None)
        assert await told(gone) == (False, "unknown", "", None)
        strange = other.write(StrangeThing(words="?"))
        for event in (gone, other.write(MessageDeleted(message=gone.id)), strange):
            await receive(local, event)
        assert await told(strange) == (True, "waiting", "kind", None)
        assert await told(late) == (True, "done", "", None)
        assert await told(gone) == (True, "done", "", "deleted")
        unknown = (await local.get("/p2p/explain/00112233")).json()
        assert (unknown["author"], unknown["position"]) == (None, None)
        assert [holder["holds"] for holder in unknown["holders"]] == [None]
        for bad in ("M123", "general", "0011223", "0" * 65):
            assert code(await local.get(f"/p2p/explain/{bad}")) == (400, "invalid_parameter")

    play(stage, script)

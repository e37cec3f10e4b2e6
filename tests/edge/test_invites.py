"""Invites over HTTP: our own codes, the QR code, and the codes of others."""

import re
from typing import Any

import pytest
import segno

from canopy.crypto.sealing import digest
from canopy.ground.ids import NodeId
from canopy.ground.instants import instant
from canopy.ground.words import words_of
from canopy.log.db import Tx
from canopy.log.shown import device_id, peer_id
from canopy.mesh import invite, invites, peerbook
from canopy.mesh.invite import InviteCode, decode
from canopy.mesh.peerbook import Level
from canopy.mesh.view import Reach
from tests.edge.client import Local
from tests.edge.conftest import Stage
from tests.edge.mesh import NOW, Recorded, link_to
from tests.edge.test_trust import code, know, peers_of, play
from tests.mesh.ends import BOB

WEEK = 7 * 24 * 3600 * 1000
NODE = BOB.key.node


def bobs(stage: Stage, **changes: Any) -> str:
    """A code of another node."""
    said = {"expires": stage.clock.now_ms() // 1000 + 3600, "name": "bob", "secret": b"s" * 16, **changes}
    places = said.pop("endpoints", ("ws://10.0.0.9:1", "ws://10.0.0.9:2"))
    return invite.encode(BOB.key, BOB.static.public, places, **said)


def read(stage: Stage, answer: Any) -> InviteCode:
    return decode(answer["invite_code"], stage.clock.now_ms())


# Our own.


def test_the_code_of_this_node_is_shown_whole(stage: Stage) -> None:
    async def script(local: Local, mesh: Recorded) -> None:
        here = local.node.home.key.node
        found = (await local.get("/p2p/invite")).raise_for_status().json()
        said = read(stage, found)
        assert (said.node, said.static, len(said.secret)) == (here, mesh.static_public, 16)
        assert found["peer_id"] == peer_id(here)
        assert found["name"] == said.name == f"node-{device_id(here)}"
        assert found["words"] == list(words_of(digest(here)))
        assert found["endpoints"] == ["ws://192.168.1.20:7771"] == list(said.endpoints)
        assert found["reach"] == [{"address": "ws://192.168.1.20:7771", "kind": "lan"}]
        assert found["expires_at"] == instant(stage.clock.now_ms() + WEEK)
        assert found["one_time"] is True
        assert found["raw"]["pid"] == found["peer_id"]
        assert {"v", "pid", "epk", "xpk", "ep", "exp", "sig"} <= set(found["raw"])

    play(stage, script)


def test_the_qr_code_holds_exactly_the_code(stage: Stage) -> None:
    async def script(local: Local, mesh: Recorded) -> None:
        found = (await local.get("/p2p/invite")).json()
        size, drawn = found["qr"]["size"], set()
        for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\3z", found["qr"]["path"]):
            drawn |= {(int(x) + step, int(y)) for step in range(int(width))}
        modules = segno.make_qr(found["invite_code"], error="l", boost_error=False).matrix
        assert size == len(modules) + 8
        assert drawn == {(x + 4, y + 4) for y, row in enumerate(modules) for x, dark in enumerate(row) if dark}
        assert re.fullmatch(r"(M\d+ \d+h\d+v1h-\d+z)+", found["qr"]["path"])

    play(stage, script)


def test_the_same_code_is_shown_until_it_is_spent_or_says_what_is_no_longer_so(stage: Stage) -> None:
    async def script(local: Local, mesh: Recorded) -> None:
        async def shown() -> str:
            return str((await local.get("/p2p/invite")).json()["invite_code"])

        first = await shown()
        stage.clock.advance(60)
        assert await shown() == first
        mesh.places = [Reach(address="ws://192.168.1.99:7771", kind="lan")]
        second = await shown()
        assert second != first
        assert await shown() == second
        join = invite.join(decode(second, stage.clock.now_ms()).secret, b"h")
        assert await local.node.writer.write(lambda tx: invites.spend(tx, join, b"h", NODE))
        third = await shown()
        assert third not in (first, second)
        stage.clock.advance(WEEK / 1000 + 1)
        assert await shown() != third

    play(stage, script)


def test_who_may_not_manage_gets_a_code_that_approves_nobody(stage: Stage) -> None:
    async def script(local: Local, mesh: Recorded) -> None:
        other = (await local.register("bob"))["api_key"]
        found = (await local.get("/p2p/invite?public_host=evil.example", other)).json()
        said = read(stage, found)
        assert (said.secret, said.signed, found["one_time"]) == (b"", True, False)
        assert said.endpoints[0] == "ws://evil.example:7771"
        assert "sec" not in found["raw"]
        with local.node.home.database.read() as tx:
            assert invites.list_open(tx) == []
        assert (await local.get("/p2p/invite")).json()["endpoints"] == ["ws://192.168.1.20:7771"]

    play(stage, script)


def test_addresses_come_in_the_order_in_which_they_work(stage: Stage) -> None:
    async def script(local: Local, mesh: Recorded) -> None:
        lan, itself = (
            Reach(address="ws://10.0.0.1:7771", kind="lan"),
            Reach(address="ws://127.0.0.1:7771", kind="loopback"),
        )
        set_up = Reach(address="wss://canopy.example:443", kind="configured")
        local_only = Reach(address="ws://[fe80::1%eth0]:7771", kind="lan")

        async def shown(*places: Reach) -> list[str]:
            mesh.places = list(places)
            found = (await local.get("/p2p/invite")).json()
            assert [one["address"] for one in found["reach"]] == found["endpoints"]
            assert (await local.get("/p2p/invite")).json() == found
            return list(found["endpoints"])

        assert await shown(itself, lan, local_only, set_up, lan) == [set_up.address, lan.address]
        assert await shown(itself) == [itself.address]
        assert await shown() == []

    play(stage, script)


def test_a_node_on_loopback_says_so_beside_a_public_address(stage: Stage) -> None:
    stage.settings["mesh_host"] = "127.0.0.1"

    async def script(local: Local, mesh: Recorded) -> None:
        mesh.places = [Reach(address="ws://127.0.0.1:7771", kind="loopback")]
        found = (await local.get("/p2p/invite?external_endpoint=wss://canopy.example:443")).json()
        assert found["endpoints"] == ["wss://canopy.example:443", "ws://127.0.0.1:7771"]
        assert [one["kind"] for one in found["reach"]] == ["configured", "loopback"]

    play(stage, script)


@pytest.mark.parametrize(
    ("query", "address"),
    [
        ("public_host=Canopy.Example&public_port=80", "ws://canopy.example:80"),
        ("public_host=203.0.113.5", "ws://203.0.113.5:7771"),
        ("public_host=2001:db8::1&public_port=1", "ws://[2001:db8::1]:1"),
        ("external_endpoint=wss://canopy.example:443/mesh/1", "wss://canopy.example:443"),
        ("external_endpoint=canopy.example:81", "ws://canopy.example:81"),
    ],
)
def test_a_public_address_stays_first_until_it_is_taken_away(stage: Stage, query: str, address: str) -> None:
    async def script(local: Local, mesh: Recorded) -> None:
        lan = mesh.places[0].address
        for asked in (f"?{query}", ""):
            assert (await local.get(f"/p2p/invite{asked}")).json()["endpoints"] == [address, lan]
        assert (await local.get("/p2p/invite?public_host=")).json()["endpoints"] == [lan]
        assert (await local.get("/p2p/invite")).json()["endpoints"] == [lan]

    play(stage, script)


@pytest.mark.parametrize(
    "query",
    [
        "public_host=a b",
        "public_host=http://a",
        "public_host=a&public_port=0",
        "public_host=a&public_port=65536",
        "public_host=a&public_port=many",
        "public_port=80",
        "external_endpoint=ws://user:pw@a:1",
        "external_endpoint=http://a:1",
        "public_host=0.0.0.0",
    ],
)
def test_a_bad_public_address_is_refused_and_not_kept(stage: Stage, query: str) -> None:
    async def script(local: Local, mesh: Recorded) -> None:
        assert code(await local.get(f"/p2p/invite?{query}")) == (400, "invalid_parameter")
        assert (await local.get("/p2p/invite")).json()["endpoints"] == [mesh.places[0].address]

    play(stage, script)


def test_another_code_can_be_made_with_its_own_name_and_life(stage: Stage) -> None:
    async def script(local: Local, mesh: Recorded) -> None:
        first = (await local.get("/p2p/invite")).json()
        made = await local.post("/p2p/invite", {"expires_in": 60, "name": " studio\u202e "})
        assert made.status_code == 201
        answer = made.json()
        assert answer["name"] == "studio"
        assert answer["expires_at"] == instant(stage.clock.now_ms() + 60_000)
        assert answer["invite_code"] != first["invite_code"]
        assert (await local.get("/p2p/invite")).json()["invite_code"] == answer["invite_code"]
        stage.clock.advance(61)
        assert (await local.get("/p2p/invite")).json()["invite_code"] == first["invite_code"]
        for bad in ({"expires_in": 59}, {"expires_in": 30 * 24 * 3600 + 1}, {"expires_in": "soon"}):
            assert code(await local.post("/p2p/invite", bad)) == (400, "invalid_parameter")
        assert (await local.post("/p2p/invite", {"name": "x" * 81})).status_code == 413

    play(stage, script)


def test_a_repeated_request_makes_one_code(stage: Stage) -> None:
    async def script(local: Local, mesh: Recorded) -> None:
        first, again = [await local.post("/p2p/invite", {}, Idempotency_Key="k1") for _ in range(2)]
        assert first.status_code == again.status_code == 201
        assert (first.json(), again.headers["Idempotent-Replay"]) == (again.json(), "true")
        with local.node.home.database.read() as tx:
            assert len(invites.list_open(tx)) == 1

    play(stage, script)


# Those of others.


def test_a_code_can_be_read_without_doing_anything(stage: Stage) -> None:
    async def script(local: Local, mesh: Recorded) -> None:
        other = (await local.register("bob"))["api_key"]
        answer = await local.post("/p2p/invite/import", {"invite_code": bobs(stage), "dry_run": True}, other)
        assert answer.json() == {
            "status": "reviewed",
            "peer_id": peer_id(NODE),
            "name": "bob",
            "words": list(words_of(digest(NODE))),
            "endpoints": ["ws://10.0.0.9:1", "ws://10.0.0.9:2"],
            "expires_at": instant((stage.clock.now_ms() // 1000 + 3600) * 1000),
            "one_time": True,
            "warnings": [],
        }
        assert (await peers_of(local), mesh.asked) == ([], [])
        denied = await local.post("/p2p/invite/import", {"invite_code": bobs(stage)}, other)
        assert code(denied) == (403, "owner_required")
        assert (await peers_of(local), mesh.asked) == ([], [])

    play(stage, script)


def test_what_to_know_before_connecting_is_said(stage: Stage) -> None:
    async def script(local: Local, mesh: Recorded) -> None:
        async def warned(spelled: str) -> list[str]:
            answer = await local.post("/p2p/invite/import", {"invite_code": spelled, "dry_run": True})
            warnings = answer.raise_for_status().json()["warnings"]
            assert all(one["sentence"].endswith(".") for one in warnings)
            return [one["code"] for one in warnings]

        assert await warned(bobs(stage, endpoints=())) == ["no_endpoints"]
        assert await warned(bobs(stage, endpoints=("ws://127.0.0.1:1", "ws://localhost:1"))) == ["loopback_only"]
        assert await warned(bobs(stage, endpoints=("ws://[::1]:1", "ws://10.0.0.1:1"))) == []
        assert await warned(bobs(stage, secret=b"")) == ["no_secret"]
        raw = invite.as_json(bobs(stage))
        old = {name: raw[name] for name in ("v", "pid", "epk", "xpk", "ep")}
        assert await warned(str(old).replace("'", '"')) == ["unsigned", "no_secret"]
        await know(local, NODE)
        assert await warned(bobs(stage)) == ["already_trusted"]
        await know(local, NODE, Level.BLOCKED)
        assert await warned(bobs(stage)) == ["peer_blocked"]

    play(stage, script)


def test_importing_trusts_the_maker_and_dials(stage: Stage) -> None:
    async def script(local: Local, mesh: Recorded) -> None:
        mesh.answers = {"ws://10.0.0.9:2"}
        answer = (await local.post("/p2p/invite/import", {"invite_code": f" {bobs(stage)}\n"})).json()
        assert (answer["status"], answer["connected_endpoint"]) == ("connected", "ws://10.0.0.9:2")
        assert [a["outcome"] for a in answer["attempts"]] == ["refused", "connected"]
        assert (answer["peer_id"], answer["name"], answer["next_try"]) == (peer_id(NODE), "bob", None)
        assert (answer["message"], "warnings" in answer) == ("Connected and syncing.", False)
        (row,) = await peers_of(local)
        assert (row["display_name"], row["level"], row["state"]) == ("bob", "trusted", "connected_syncing")
        assert mesh.asked == [("level_changed", NODE), ("connect", NODE, answer["endpoints"])]
        assert await book(local) == (["ws://10.0.0.9:1", "ws://10.0.0.9:2"], b"s" * 16)

    play(stage, script)


async def book(local: Local) -> tuple[list[str], bytes | None]:
    """The addresses and the secret that are kept for the maker of the code."""

    def look(tx: Tx) -> tuple[list[str], bytes | None]:
        join = peerbook.find_join(tx, NODE)
        return [e.address for e in peerbook.endpoints_of(tx, NODE)], None if join is None else join.secret

    return await local.node.writer.write(look)


def test_what_cannot_be_reached_now_is_kept(stage: Stage) -> None:
    async def script(local: Local, mesh: Recorded) -> None:
        mesh.tries[NODE] = NOW
        answer = (await local.post("/p2p/invite/import", {"invite_code": bobs(stage)})).json()
        assert (answer["status"], answer["next_try"]) == ("imported_not_connected", instant(NOW))
        assert "connected_endpoint" not in answer
        assert (await peers_of(local))[0]["level"] == "trusted"

    play(stage, script)


@pytest.mark.parametrize("syncing", [True, False])
def test_a_link_that_does_not_sync_is_dialled_anew_to_show_the_secret(stage: Stage, syncing: bool) -> None:
    async def script(local: Local, mesh: Recorded) -> None:
        mesh.open[NODE] = link_to(NODE, "ws://old:1", syncing=syncing)
        answer = (await local.post("/p2p/invite/import", {"invite_code": bobs(stage)})).json()
        assert answer["status"] == "connected"
        assert [asked[0] for asked in mesh.asked] == ["level_changed"] + ([] if syncing else ["connect"])
        assert answer["message"].startswith("Connected and syncing" if syncing else "Connected. Nothing")

    play(stage, script)


def test_bad_codes_change_nothing(stage: Stage) -> None:
    async def script(local: Local, mesh: Recorded) -> None:
        own = (await local.get("/p2p/invite")).json()["invite_code"]
        good = bobs(stage)
        late = bobs(stage, expires=stage.clock.now_ms() // 1000)
        for spelled, why in (
            (own, "own_invite"),
            (good[:-9], "bad_invite"),
            ("", "bad_invite"),
            (late, "invite_expired"),
        ):
            for dry in (True, False):
                answer = await local.post("/p2p/invite/import", {"invite_code": spelled, "dry_run": dry})
                assert code(answer) == (400, why)
        assert code(await local.post("/p2p/invite/import", {})) == (400, "invalid_request")
        assert await peers_of(local) == []
        await know(local, NODE, Level.BLOCKED)
        assert code(await local.post("/p2p/invite/import", {"invite_code": good})) == (409, "peer_blocked")
        assert (await peers_of(local))[0]["level"] == "blocked"
        assert await book(local) == ([], None)
        assert mesh.asked == []

    play(stage, script)


def test_where_a_truncated_code_ends_is_told(stage: Stage) -> None:
    async def script(local: Local, mesh: Recorded) -> None:
        spelled = bobs(stage)[:100]
        answer = await local.post("/p2p/invite/import", {"invite_code": spelled})
        assert answer.json()["position"] == len(spelled)
        assert str(len(spelled)) in answer.json()["error"]

    play(stage, script)


def test_blocking_drops_the_secret(stage: Stage) -> None:
    async def script(local: Local, mesh: Recorded) -> None:
        await local.post("/p2p/invite/import", {"invite_code": bobs(stage)})
        assert (await book(local))[1] is not None
        await local.post(f"/p2p/peers/{peer_id(NodeId(NODE))}/block", {})
        assert (await book(local))[1] is None

    play(stage, script)

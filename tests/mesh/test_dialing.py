"""What comes of dialling one address, in a word that people read on Connect."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from canopy.mesh import dialing, handshake, listening
from canopy.mesh.dialing import Failed, Reached, dial
from canopy.mesh.gate import HANDSHAKES, PER_ADDRESS
from canopy.mesh.handshake import Identity, only
from canopy.mesh.link import SETTINGS
from canopy.mesh.listening import Doorman
from canopy.node import SystemClock
from tests.mesh.ends import ADA, BOB, EVE

Serve = Callable[[ServerConnection], Awaitable[None]]
CLOCK = SystemClock()


def outcome(address: str, *, meant: Identity = BOB, seconds: float = 5.0) -> str:
    return asyncio.run(_outcome(address, meant, seconds))


async def _outcome(address: str, meant: Identity = BOB, seconds: float = 5.0) -> str:
    found = await dial(address, only(meant.key.node), ADA, CLOCK, seconds)
    if isinstance(found, Failed):
        assert found.sentence.endswith(".")
        return found.outcome
    found.socket.transport.abort()
    return "connected"


@contextlib.asynccontextmanager
async def answering(answer: Serve) -> AsyncIterator[str]:
    async with serve(answer, "127.0.0.1", 0, **SETTINGS) as server:
        yield f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}"


@contextlib.asynccontextmanager
async def at_home(identity: Identity) -> AsyncIterator[tuple[str, Doorman, list[object]]]:
    """A door of ours, and who came through it."""
    met: list[object] = []

    async def arrived(_: ServerConnection, established: handshake.Established) -> None:
        met.append(established.peer)

    doorman = Doorman(identity, CLOCK, arrived)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        async with doorman.open(listener):
            yield f"ws://127.0.0.1:{listener.getsockname()[1]}", doorman, met


def test_the_node_that_is_meant_is_reached() -> None:
    async def story() -> None:
        async with at_home(BOB) as (address, _, met):
            found = await dial(address, only(BOB.key.node), ADA, CLOCK, 5.0)
            assert isinstance(found, Reached)
            assert found.established.peer == BOB.key.node
            async with asyncio.timeout(5.0):
                while not met:  # noqa: ASYNC110 - what is waited for has no event
                    await asyncio.sleep(0.001)
            assert met == [ADA.key.node]
            found.socket.transport.abort()

    asyncio.run(story())


def test_another_node_is_told_as_such_and_does_not_learn_who_called() -> None:
    async def story() -> None:
        async with at_home(EVE) as (address, doorman, met):
            assert await _outcome(address) == "wrong_node"
            assert met == []
            async with asyncio.timeout(5.0):
                while not doorman.faults:  # noqa: ASYNC110 - what is waited for has no event
                    await asyncio.sleep(0.001)
            assert doorman.faults == {"left": 1}

    asyncio.run(story())


def test_a_node_does_not_link_with_itself() -> None:
    async def story() -> None:
        async with at_home(ADA) as (address, _, met):
            assert await _outcome(address, ADA) == "wrong_node"
            assert met == []

    asyncio.run(story())


def test_a_port_where_nobody_listens_is_refused() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert outcome(f"ws://127.0.0.1:{port}") == "refused"


def test_one_that_never_answers_times_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        assert outcome(f"ws://127.0.0.1:{listener.getsockname()[1]}", seconds=0.05) == "timeout"


def test_a_web_server_is_no_node() -> None:
    async def story() -> None:
        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            await writer.drain()
            writer.close()

        async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
            assert await _outcome(f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}") == "no_node"

    asyncio.run(story())


@pytest.mark.parametrize("said", [b"x" * 192, b"short", "text"])
def test_one_that_says_something_else_is_no_peer(said: bytes | str) -> None:
    async def story() -> None:
        async def answer(visitor: ServerConnection) -> None:
            await visitor.recv()
            await visitor.send(said)
            await visitor.wait_closed()

        async with answering(answer) as address:
            assert await _outcome(address) in ("bad_handshake", "not_genuine")

    asyncio.run(story())


def test_one_that_hangs_up_is_told_so() -> None:
    async def story() -> None:
        async def answer(visitor: ServerConnection) -> None:
            await visitor.recv()
            await visitor.close()

        async with answering(answer) as address:
            assert await _outcome(address) == "closed"

    asyncio.run(story())


def test_names_and_networks_that_lead_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    for error, word in ((socket.gaierror(-2, "unknown"), "unknown_host"), (OSError(113, "no route"), "unreachable")):

        async def fail(*_: object, error: OSError = error, **__: object) -> None:
            raise error

        monkeypatch.setattr(dialing, "connect", fail)
        assert outcome("ws://nowhere.example:1") == word


# The door.


async def knock(address: str, *said: bytes | str) -> int | None:
    """Say things at a door; the code with which it closed."""
    async with connect(address + "/mesh/1", compression=None, proxy=None) as opened:
        try:
            for message in said:
                await opened.send(message)
            while True:
                await opened.recv()
        except ConnectionClosed:
            return opened.close_code


@pytest.mark.parametrize("said", [(b"short",), ("text" * 8,), (bytes(32),), (ADA.static.public, b"not the third")])
def test_the_door_closes_on_whoever_cannot_shake_hands(said: tuple[bytes | str, ...]) -> None:
    async def story() -> None:
        async with at_home(BOB) as (address, doorman, met):
            assert await knock(address, *said) == 1006
            assert met == []
            assert sum(doorman.faults.values()) == 1

    asyncio.run(story())


def test_the_door_waits_only_so_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handshake, "SECONDS", 0.05)

    async def story() -> None:
        async with at_home(BOB) as (address, doorman, _):
            assert await knock(address) == 1006
            assert doorman.faults == {"bad_handshake": 1}

    asyncio.run(story())


def test_a_crowd_of_handshakes_pushes_out_the_oldest() -> None:
    async def story() -> None:
        async with at_home(BOB) as (address, doorman, _), asyncio.TaskGroup() as group:
            tasks = [group.create_task(knock(address)) for _ in range(HANDSHAKES + 4)]
            async with asyncio.timeout(5.0):
                while sum(task.done() for task in tasks) < 4:  # noqa: ASYNC110 - what is waited for has no event
                    await asyncio.sleep(0.005)
            assert doorman.gate.turned_away == doorman.faults["turned_away"] == 4
            assert await _outcome(address) == "connected"
            for task in tasks:
                task.cancel()

    asyncio.run(story())


def test_an_address_that_knocks_too_often_is_not_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "is_loopback", lambda host: False)

    async def story() -> None:
        async with at_home(BOB) as (address, doorman, _):
            assert [await _outcome(address) for _ in range(PER_ADDRESS)] == ["connected"] * PER_ADDRESS
            assert await _outcome(address) == "closed"
            assert doorman.faults["turned_away"] == 1

    asyncio.run(story())


@pytest.mark.parametrize(("path", "header", "status"), [("/", "", 404), ("/mesh/1", "Origin: http://x\r\n", 403)])
def test_browsers_and_other_paths_are_told_where_they_are(path: str, header: str, status: int) -> None:
    async def story() -> None:
        async with at_home(BOB) as (address, _, _):
            reader, writer = await asyncio.open_connection("127.0.0.1", int(address.rpartition(":")[2]))
            said = f"GET {path} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n{header}"
            key = "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
            writer.write((said + key).encode())
            assert (await reader.readline()).split()[1] == str(status).encode()
            writer.close()

    asyncio.run(story())

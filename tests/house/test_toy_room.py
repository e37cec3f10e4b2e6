"""Adding a room takes one folder and one line: this test adds one, and uses it as a person and as a peer would."""

import asyncio
import importlib
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

from canopy import installed
from canopy.edge import rooms as edge_rooms
from canopy.log.catalog import Catalog
from canopy.log.db import metadata

PARTS = {
    "events": '''
        """One kind: somebody waves."""
        from typing import Annotated, ClassVar
        import msgspec
        from canopy.log.catalog import Body

        class HandWaved(Body, frozen=True, kw_only=True, omit_defaults=True):
            KIND: ClassVar[str] = "hand.waved"
            to: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
    ''',
    "tables": '''
        """One row for each wave."""
        from sqlalchemy import Column, LargeBinary, Text, bindparam, delete, insert, select
        from canopy.log.catalog import DONE
        from canopy.log.db import prepare, projected

        waves = projected("waves", "waves", Column("object", LargeBinary, primary_key=True), Column("whom", Text))
        _DELETE = prepare(delete(waves).where(waves.c.object == bindparam("which")))
        _INSERT = prepare(insert(waves).values(object=bindparam("key"), whom=bindparam("who")))
        _LIST = prepare(select(waves.c.whom).order_by(waves.c.whom))

        def admit(tx, entry, state):
            return DONE

        def project(tx, key, history):
            _DELETE.run(tx, which=key)
            if history:
                _INSERT.run(tx, key=key, who=history[0].body.to)

        def list_waves(tx):
            return [row[0] for row in _LIST.rows(tx)]
    ''',
    "actions": '''
        """What a button, a route and a tool call alike."""
        from canopy.features.waves.events import HandWaved
        from canopy.log.catalog import Draft
        from canopy.log.scope import GENERAL

        def wave(tx, principal, wish):
            return [Draft(scope=GENERAL, user=principal.user, body=HandWaved(to=wish.to))]
    ''',
    "routes": '''
        """POST and GET /waves."""
        import msgspec
        from canopy.edge.principal import Permission
        from canopy.edge.route import Route
        from canopy.features.waves.actions import wave
        from canopy.features.waves.tables import list_waves

        class Wave(msgspec.Struct):
            to: str

        class Waves(msgspec.Struct):
            waves: list[str]

        async def post_wave(ask):
            return await ask.perform(wave, ask.decode(Wave), lambda tx, principal, ids: Waves(list_waves(tx)))

        def get_waves(ask):
            with ask.reading() as tx:
                return ask.answer(Waves(list_waves(tx)))

        ROUTES = [
            Route(method="POST", path="/waves", endpoint=post_wave, permission=Permission.WRITE_FEED,
                  summary="Wave", request=Wave, response=Waves, status=201),
            Route(method="GET", path="/waves", endpoint=get_waves, permission=Permission.READ_FEED,
                  summary="All waves", response=Waves),
        ]
    ''',
    "feature": '''
        """What the room adds."""
        from canopy.edge.rooms import Room
        from canopy.features.waves import tables
        from canopy.features.waves.events import HandWaved
        from canopy.features.waves.routes import ROUTES
        from canopy.log.catalog import Kind, Projection

        FEATURE = Room(
            name="waves",
            kinds=(Kind(body=HandWaved, object_of=lambda header, event_id, body: event_id, admit=tables.admit),),
            projections=(Projection(room="waves", number=1, kinds=("hand.waved",), project=tables.project),),
            routes=ROUTES,
        )
    ''',
}


@pytest.fixture
def toy_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The folder. What it leaves in this process is taken away again."""
    import canopy.features

    folder = tmp_path / "features" / "waves"
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text('"""A toy room."""\n')
    for name, text in PARTS.items():
        (folder / f"{name}.py").write_text(textwrap.dedent(text).lstrip())
    monkeypatch.setattr(canopy.features, "__path__", [*canopy.features.__path__, str(tmp_path / "features")])
    before = set(sys.modules)
    yield importlib.import_module("canopy.features.waves.feature").FEATURE
    for name in set(sys.modules) - before:
        del sys.modules[name]
    metadata.remove(metadata.tables["waves"])


def test_a_room_is_one_folder_and_one_line(toy_room: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from canopy.edge.http import Application
    from canopy.ground.settings import load
    from canopy.log.home import open_home
    from canopy.node import Node, SystemClock
    from tests.edge.client import Local

    monkeypatch.setattr(installed, "ROOMS", (*installed.ROOMS, toy_room))  # the one line
    home = open_home(tmp_path / "root", SystemClock(), "file")
    node = Node(load({"data_root": str(tmp_path / "root"), "rate_limits": "off"}, {}), home)
    assert "hand.waved" in Catalog(installed.ROOMS).kinds
    assert isinstance(node.core.rooms, edge_rooms.Rooms)

    async def use() -> None:
        async with Local(node, Application(node.core)) as local:
            await local.set_up()
            made = await local.post("/waves", {"to": "the sea"})
            assert (made.status_code, made.json()) == (201, {"waves": ["the sea"]})
            assert (await local.get("/waves")).json() == {"waves": ["the sea"]}
            described = (await local.get("/openapi.json")).json()
            assert "/api/v1/waves" in described["paths"]

    asyncio.run(use())
    home.close()

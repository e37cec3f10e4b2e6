"""Line 19 of rest-chat.md section 19: what somebody else said is not one's own to delete, here or from afar."""

import random
from typing import Any

from canopy.features.channels.events import MessageRemoved
from canopy.features.messages.events import MessageDeleted
from canopy.ground.ids import ScopeId
from canopy.log import scope, store
from canopy.log.catalog import Body, Fate
from canopy.log.event import header_of
from tests.edge.client import Local
from tests.edge.conftest import Stage
from tests.edge.test_accounts import code
from tests.edge.test_channels import found
from tests.log.authors import Author


async def hear(local: Local, author: Author, body: Body, where: ScopeId) -> tuple[Fate, str]:
    """Take an event of another node; what became of it."""
    event = author.write(body, where)
    sent = event.header_bytes, event.signature, event.body
    receipt = await local.node.writer.write(lambda tx: local.node.core.door.receive(tx, *sent, "peer"))
    assert receipt.verdict is not None
    return receipt.verdict.fate, receipt.verdict.reason


def test_line_19_a_deletion_of_what_another_said_is_refused_here_and_ignored_from_afar(stage: Stage) -> None:
    async def script(local: Local) -> None:
        ben, mira = await local.register("ben"), await local.register("mira")
        channel = (await found(local))["id"]
        afar = Author(9, stage.clock, random.Random(9))
        for place, admins in (("general", 0), (channel, 1)):
            said = {"channel_id": place, "content": "mine"}
            posted = (await local.post("/channels/messages", said, mira["api_key"])).json()["message"]["id"]
            path = f"/channels/{place}/messages/{posted}"
            refused = await local.call("DELETE", path, None, ben["api_key"])
            assert (refused.status_code, code(refused)) == (403, "not_author")
            with local.node.home.database.read() as tx:
                rows: list[Any] = tx.execute("SELECT event FROM messages WHERE id = ?", (posted,)).fetchall()
                held: Any = store.FIND_PLACE.row(tx, id=rows[0][0])
            target, where = rows[0][0], ScopeId(header_of(held[3]).scope)
            assert (where == scope.GENERAL) is (admins == 0)
            assert await hear(local, afar, MessageDeleted(message=target), where) == (Fate.HIDDEN, "not_author")
            wanted = "not_authority" if admins else "no_authority"
            assert await hear(local, afar, MessageRemoved(message=target), where) == (Fate.HIDDEN, wanted)
            assert (await local.get(path)).json()["message"]["content"] == "mine"

    stage.play(script)

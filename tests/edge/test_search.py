"""Searching a channel: what is found, in which order, by whom, and what is forgotten."""

import random
import shutil
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from canopy.features.messages.events import MessageDeleted, MessagePosted
from canopy.features.search import tables
from canopy.features.search.tables import RANK_BITS, words_wanted
from canopy.log.db import Tx
from canopy.log.db.connection import open_file
from canopy.log.event import Event
from tests.edge.client import Local
from tests.edge.conftest import Stage
from tests.edge.test_accounts import code
from tests.log.authors import Author

SEARCH = "/channels/general/search"
GENERAL = "/channels/general/messages"


async def find(local: Local, asked: str, where: str = SEARCH, **more: Any) -> list[str]:
    answer = await local.client.get(
        f"/api/v1{where}", params={"q": asked, **more}, headers={"X-API-Key": local.key or ""}
    )
    assert answer.status_code == 200, answer.text
    return [message["content"] for message in answer.json()["messages"]]


def test_the_newest_with_all_words_come_first(stage: Stage) -> None:
    async def script(local: Local) -> None:
        for words in ("red apple", "green apple", "red pear", "an Apple, very RED!"):
            await local.say(words)
        assert await find(local, "apple red") == ["an Apple, very RED!", "red apple"]
        assert await find(local, "app") == ["an Apple, very RED!", "green apple", "red apple"]
        assert await find(local, "app red") == []
        assert await find(local, '"red apple"') == ["red apple"]
        assert await find(local, '"red app"') == []
        assert await find(local, "plum") == []
        body = (await local.get(f"{SEARCH}?q=pear")).json()
        assert (body["query"], body["count"], body["channel_id"], body["has_more"]) == ("pear", 1, "general", False)
        assert body["messages"] == [(await local.get(f"{GENERAL}?limit=2")).json()["messages"][0]]

    stage.play(script)


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("Grüße aus Zürich", "grusse"),
        ("Grüße aus Zürich", "zurich"),
        ("naïve café", "CAFE naive"),
        ("don't panic", "don't"),
        ("see https://example.org/a-page", "example.org"),
        ("日本語の文章です", "文章"),
        ("混合mixed文字", "mixed"),
        ("Привет, мир", "мир"),
        ('say "x" AND NOT NEAR(y)', 'AND NOT near("y")'),
        ("a*b:c^d", "b:c"),
        ("x" * 300, "xxx"),
    ],
)
def test_words_are_found_however_they_are_written(stage: Stage, said: str, asked: str) -> None:
    async def script(local: Local) -> None:
        await local.say(said)
        await local.say("something else")
        expected = [] if asked == "grusse" else [said]
        assert await find(local, asked) == expected

    stage.play(script)


def test_pages_meet_in_both_orders(stage: Stage) -> None:
    async def script(local: Local) -> None:
        for number in range(7):
            await local.say(f"pear {number}" + " and more words" * (number % 3))
        for order in ("recent", "best"):
            whole = await find(local, "pear", order=order)
            assert len(whole) == 7
            seen: list[str] = []
            path = f"{SEARCH}?q=pear&order={order}&limit=3"
            while path:
                page = await local.get(path)
                seen += [message["content"] for message in page.json()["messages"]]
                cursor = page.json()["next_cursor"]
                path = f"{SEARCH}?q=pear&order={order}&limit=3&cursor={cursor}" if cursor else ""
            assert seen == whole
        assert (await find(local, "pear")) == sorted(await find(local, "pear"), key=lambda s: -int(s.split()[1]))
        assert "more" not in (await find(local, "pear", order="best"))[0], "the shortest weighs most"

    stage.play(script)


@pytest.mark.parametrize(
    "query",
    [
        "",
        "q=",
        "q=%20%20",
        "q=x&limit=0",
        "q=x&order=worst",
        "q=x&cursor=recent",
        "q=x&cursor=best-1",
        "q=x&cursor=recent-99999999999999999999",
        "q=x&cursor=recent-x",
        "q=a%00b",
        "q=" + "x" * 501,
        "q=" + "x%20" * 21,
    ],
)
def test_a_question_that_is_none_says_why(stage: Stage, query: str) -> None:
    async def script(local: Local) -> None:
        refused = await local.get(f"{SEARCH}?{query}")
        assert (refused.status_code, code(refused)) == (400, "invalid_parameter")

    stage.play(script)


def test_signs_alone_find_nothing(stage: Stage) -> None:
    async def script(local: Local) -> None:
        await local.say("!!! hello ???")
        for signs in ("!!!", '"', '""', "*", "()", "👍", "- -"):
            assert await find(local, signs) == []
        assert await find(local, "!!! hello") == ["!!! hello ???"]

    stage.play(script)


def test_nobody_finds_what_they_may_not_read(stage: Stage) -> None:
    async def script(local: Local) -> None:
        founded = await local.post("/channels", {"name": "garden"})
        garden = founded.json()["channel"]["id"]
        await local.post("/channels/messages", {"channel_id": garden, "content": "secret tulips"})
        await local.say("tulips for all")
        assert await find(local, "tulips") == ["tulips for all"]
        assert await find(local, "tulips", f"/channels/{garden}/search") == ["secret tulips"]
        mira = await local.register("mira")
        left = await local.call("DELETE", f"/channels/{garden}/members/{mira['user_id']}", None, mira["api_key"])
        assert left.status_code == 200
        answers = [
            await local.get(f"/channels/{name}/search?q={words}", mira["api_key"])
            for name in (garden, "C0123456789abcdef")
            for words in ("tulips", "nothing")
        ]
        assert {answer.status_code for answer in answers} == {404}
        assert len({str({**a.json(), "instance": "", "request_id": ""}) for a in answers}) == 1
        writer = (await local.post("/keys", {"permissions": ["write_feed"]})).json()["api_key"]
        assert (await local.get(f"{SEARCH}?q=tulips", writer)).status_code == 403

    stage.play(script)


def test_what_is_gone_or_different_is_not_found(stage: Stage) -> None:
    async def script(local: Local) -> None:
        deleted, edited = await local.say("pear one"), await local.say("pear two")
        await local.say("pear three", ttl_seconds=60)
        await local.say("reply to the pear", parent_message_id=deleted["id"])
        assert len(await find(local, "pear")) == 4
        await local.call("DELETE", f"{GENERAL}/{deleted['id']}", None)
        await local.call("PATCH", f"{GENERAL}/{edited['id']}", {"content": "plum two"})
        assert await find(local, "pear") == ["reply to the pear", "pear three"]
        assert await find(local, "plum") == ["plum two"]
        stage.clock.advance(61)
        assert await find(local, "pear") == ["reply to the pear"]
        await local.node._sweep_once()
        assert await find(local, "pear") == ["reply to the pear"]
        with local.node.home.database.read() as tx:
            assert tx.execute("SELECT count(*) FROM search_words").fetchall() == [(2,)]

    stage.play(script)


# What is forgotten is forgotten in the file, too.


def _plain(stage: Stage, key: bytes, folder: Path) -> bytes:
    """The database as it would be without its cipher: all pages, also those that nobody uses."""
    database = next(stage.root.rglob("canopy.db"))
    copy = folder / "copy.db"
    shutil.copyfile(database, copy)
    connection = open_file(copy, key)
    connection.execute("PRAGMA journal_mode = DELETE").fetchall()
    connection.execute("PRAGMA rekey = ''").fetchall()
    connection.close()
    return copy.read_bytes()


@pytest.mark.parametrize("way", ["deleted", "edited", "expired"])
def test_a_forgotten_word_stands_in_no_byte_of_the_file(stage: Stage, tmp_path: Path, way: str) -> None:
    word = b"zyzzyvaquux"
    sent: dict[str, Any] = {}

    async def say(local: Local) -> None:
        for number in range(50):
            await local.say(f"other words {number} around it")
        sent.update(await local.say(f"the {word.decode()} is a secret", ttl_seconds=60), key=local.key)
        for number in range(50):
            await local.say(f"other words {number} after it")

    async def forget(local: Local) -> None:
        local.key = sent["key"]
        path = f"{GENERAL}/{sent['id']}"
        if way == "deleted":
            assert (await local.call("DELETE", path, None)).status_code == 200
        if way == "edited":
            assert (await local.call("PATCH", path, {"content": "nothing"})).status_code == 200
        stage.clock.advance(61)
        await local.node._sweep_once()

    keys: list[bytes] = []

    async def remember_key(local: Local) -> None:
        keys.append(local.node.home.database._key)
        assert local.node.home.database.connection.execute("PRAGMA secure_delete").fetchall() == [(1,)]

    stage.play(say)
    stage.play(remember_key, set_up=False)
    assert _plain(stage, keys[0], tmp_path).count(word[2:]) >= 4, "event, row, copy and index hold it"
    stage.play(forget, set_up=False)
    assert word[2:] not in _plain(stage, keys[0], tmp_path)


# The order of the index.


def _take(local: Local, event: Event, tx: Tx) -> None:
    local.node.core.door.receive(tx, event.header_bytes, event.signature, event.body, "peer")


def test_messages_of_one_stamp_stand_in_the_order_of_their_ids(stage: Stage) -> None:
    async def script(local: Local) -> None:
        authors = [Author(number, stage.clock, random.Random(number)) for number in range(1, 6)]
        posts = [author.write(MessagePosted(content=f"pear by {n}")) for n, author in enumerate(authors)]
        assert len({post.header.time for post in posts}) == 1
        posts.sort(key=lambda post: post.id, reverse=True)

        async def bring(*events: Event) -> None:
            for event in events:
                await local.node.writer.write(partial(_take, local, event))

        def slots() -> list[Any]:
            with local.node.home.database.read() as tx:
                return tx.execute("SELECT rowid, event FROM search_words ORDER BY rowid").fetchall()

        await bring(*posts)
        first = posts[0].header.time >> 16 << 21 | (posts[0].header.time & 0xFFFF) << RANK_BITS
        assert slots() == [(first + rank, post.id) for rank, post in enumerate(posts[::-1])]
        listed = [message["content"] for message in (await local.get(f"{GENERAL}?order=created")).json()["messages"]]
        assert await find(local, "pear") == listed[::-1]
        author = next(author for author in authors if author.key.node == posts[2].node)
        await bring(author.write(MessageDeleted(message=posts[2].id)))
        rest = [post for post in posts[::-1] if post is not posts[2]]
        assert slots() == [(first + rank, post.id) for rank, post in enumerate(rest)]
        assert len(await find(local, "pear")) == 4

    stage.play(script)


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        ("hello world", '"hello" AND "world"*'),
        ('"a b" cd', '"a b" AND "cd"*'),
        ('cd "a b"', '"cd" AND "a b"'),
        ("x", '"x"'),
        ('un"closed', '"un" AND "closed"*'),
        ("OR", '"OR"*'),
        ("!", None),
    ],
)
def test_questions_in_the_language_of_the_index(asked: str, wanted: str | None) -> None:
    assert words_wanted(asked) == wanted


def test_a_question_cannot_leave_its_quotes() -> None:
    """Whatever is asked, the index is asked for quoted words only."""
    for asked in ('" OR content : "x', 'a") OR ("b', '""" x', 'place : "general"'):
        wanted = words_wanted(asked) or ""
        inside = wanted.split('"')[1::2]
        assert wanted.replace("*", "") == " AND ".join(f'"{part}"' for part in inside)
        assert tables.count_terms(asked) >= 1

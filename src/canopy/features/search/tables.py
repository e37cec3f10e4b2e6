"""The words of messages as an index (FTS5), and how it is asked.

The index keeps its own copy of the text, because only who knows the old words can take them out of its pages at
once; an index without a copy would mark them as gone and keep them until it is merged, which costs more the larger
it is. Each message lies under a number that follows from its place in the order (time, id), so that the newest are
found first without sorting, and the index is the same on every node that holds the same messages.
"""

import re
from collections.abc import Sequence
from functools import partial

from sqlalchemy import Column, LargeBinary, Text, text

from canopy.features.messages.tables import words_of
from canopy.ground.clock import COUNTER_BITS, milliseconds_of
from canopy.log import store
from canopy.log.catalog import Entry
from canopy.log.db import Read, Tx, prepare, searchable
from canopy.log.shown import channel_id

RANK_BITS = 11
SLOT_BITS = 10 + RANK_BITS
"""Ten bits for the counter of a stamp, then the rank among messages that share the stamp."""
END = 2**63 - 1
TERMS = 20
PREFIX_LENGTH = 2
"""A single letter begins too many words to look at all of them."""

search_words = searchable(
    "search",
    "search_words",
    Column("place", Text),
    Column("content", Text),
    Column("event", LargeBinary),
    using='fts5(place, content, event UNINDEXED, tokenize = "unicode61 remove_diacritics 2")',
)

Row = tuple[bytes, str, str]
"""A message as it is indexed: its event, its channel, its words."""

_TERM = re.compile(r'"([^"]*)"|([^\s"]+)')
_ALONE = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f]")
"""Scripts written without blanks: each sign is a word of its own, so that a part of a sentence is found."""

_BETWEEN = prepare(
    text("SELECT rowid, event, place, content FROM search_words WHERE rowid BETWEEN :first AND :last ORDER BY rowid")
)
_ADD = prepare(text("INSERT INTO search_words (rowid, event, place, content) VALUES (:slot, :event, :place, :content)"))
_REMOVE = prepare(text("DELETE FROM search_words WHERE rowid = :slot"))
# Said before each removal, not once: a table made anew by a rebuild does not know it.
_FOR_GOOD = prepare(text("INSERT INTO search_words (search_words, rank) VALUES ('secure-delete', 1)"))
_LIVING = (
    "FROM search_words JOIN messages ON messages.event = search_words.event WHERE search_words MATCH :words "
    "AND messages.channel = :channel AND messages.deleted IS NULL "
    "AND (messages.expires = 0 OR messages.expires > :now) "
)
_RECENT = prepare(
    text(
        f"SELECT messages.id, search_words.rowid {_LIVING} AND search_words.rowid < :before "
        "ORDER BY search_words.rowid DESC LIMIT :most"
    )
)
_BEST = prepare(
    text(
        f"SELECT messages.id, 0 {_LIVING} "
        "ORDER BY bm25(search_words, 0.0, 1.0), search_words.rowid DESC LIMIT :most OFFSET :skipped"
    )
)


def project_words(tx: Tx, key: bytes, history: Sequence[Entry]) -> None:
    """Index the words that a message shows now, and those of no other time."""
    posted, words = words_of(history)
    place = None if posted else store.FIND_PLACE.row(tx, id=key)
    stamp = posted.time if posted else place[2] if place else 0
    row = (key, channel_id(posted.scope), _spread(words.body.content)) if posted and words else None
    # FTS5 writes its pages anew at each savepoint; at the end of the transaction it does so once.
    tx.put_off(("search", key), partial(_index, stamp, key, row))


def _index(stamp: int, key: bytes, row: Row | None, tx: Tx) -> None:
    """Bring a message, or nothing, to its place among those of its stamp."""
    first = (milliseconds_of(stamp) << SLOT_BITS) | ((stamp & (1 << COUNTER_BITS) - 1) << RANK_BITS)
    if first >= END:
        return
    have = {found[0]: found[1:] for found in _BETWEEN.rows(tx, first=first, last=first + (1 << RANK_BITS) - 1)}
    shown = {other for other in have.values() if other[0] != key}
    if row is not None:
        shown.add(row)
    _rearrange(tx, have, dict(enumerate(sorted(shown)[: 1 << RANK_BITS], first)))


def _rearrange(tx: Tx, have: dict[int, Row], want: dict[int, Row]) -> None:
    """Bring the messages of one stamp, mostly a single one, into the order of their ids."""
    wrong = [slot for slot, row in have.items() if want.get(slot) != row]
    if wrong:
        _FOR_GOOD.run(tx)
    for slot in wrong:
        _REMOVE.run(tx, slot=slot)
    for slot, (event, place, content) in want.items():
        if slot in wrong or slot not in have:
            _ADD.run(tx, slot=slot, event=event, place=place, content=content)


def _spread(content: str) -> str:
    return content if content.isascii() else _ALONE.sub(r" \g<0> ", content)


# What others ask.


def words_wanted(asked: str) -> str | None:
    """A question in the language of the index: all words, the last one by its beginning, quoted ones side by side.

    None when there is no word in it.
    """
    terms = [(quoted or bare, bool(bare)) for quoted, bare in _TERM.findall(asked)]
    terms = [(_spread(term), bare) for term, bare in terms if any(sign.isalnum() for sign in term)]
    if not terms:
        return None
    last, bare = terms[-1]
    spelled = [f'"{term}"' for term, _ in terms]
    if bare and len(last) >= PREFIX_LENGTH:
        spelled[-1] += "*"
    return " AND ".join(spelled)


def count_terms(asked: str) -> int:
    """How many words and phrases a question has."""
    return len(_TERM.findall(asked))


def find_recent(tx: Read, channel: str, words: str, before: int, most: int) -> list[tuple[str, int]]:
    """Up to `most` messages of a channel with these words, newest first: each with what the next page is before."""
    rows = _RECENT.rows(tx, words=_within(channel, words), channel=channel, before=before, most=most, now=tx.now_ms)
    return [(row[0], row[1]) for row in rows]


def find_best(tx: Read, channel: str, words: str, skipped: int, most: int) -> list[tuple[str, int]]:
    """Up to `most` messages of a channel in which these words weigh most: each with how many lie up to it."""
    rows = _BEST.rows(tx, words=_within(channel, words), channel=channel, skipped=skipped, most=most, now=tx.now_ms)
    return [(row[0], skipped + number) for number, row in enumerate(rows, 1)]


def _within(channel: str, words: str) -> str:
    return f'place : "{channel}" AND content : ({words})'

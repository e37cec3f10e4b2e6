"""The tables of the peer book; only `peerbook` writes them."""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, PrimaryKeyConstraint, Text

from canopy.log.local import local

peers = local(
    "peers",
    Column("node", LargeBinary, primary_key=True),
    Column("peer_id", Text, nullable=False, unique=True),
    Column("level", Integer, nullable=False),
    Column("name", Text, nullable=False, comment="what its card on a link said; empty before that"),
    Column("version", Text, nullable=False),
    Column("merged", Integer, nullable=False, comment="1 when open channels flow on links with it"),
    Column("first_seen", BigInteger, nullable=False),
    Column("last_seen", BigInteger, comment="when a link with it last stood; null before the first"),
    Column("changed", BigInteger, nullable=False, comment="of the level or of `merged`"),
)
endpoints = local(
    "endpoints",
    Column("node", LargeBinary, nullable=False),
    Column("address", Text, nullable=False),
    Column("source", Text, nullable=False, comment="who told it: invite, discovery, link, peer"),
    Column("worked_at", BigInteger, comment="when dialling it last reached the node"),
    Column("seen", BigInteger, nullable=False),
    PrimaryKeyConstraint("node", "address"),
)
introductions = local(
    "introductions",
    Column("author", LargeBinary, nullable=False),
    Column("via", LargeBinary, nullable=False, comment="the peer that forwarded the author's events"),
    Column("first_seen", BigInteger, nullable=False),
    PrimaryKeyConstraint("author", "via"),
)
Index("introductions_via", introductions.c.via)
joins = local(
    "joins",
    Column("node", LargeBinary, primary_key=True),
    Column("invite", LargeBinary, nullable=False),
    Column("secret", LargeBinary, nullable=False),
    Column("expires", BigInteger, nullable=False),
)

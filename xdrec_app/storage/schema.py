"""The tables of a workspace, in SQLAlchemy Core.

Interactions are raw, per batch, with their line number; what a repeated pair means is decided when a dataset is built.
All tables are STRICT, so a value of the wrong type is an error and not a surprise. JSON is kept as text.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    REAL,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

APPLICATION_ID = 0x58445263
"""Marks a SQLite file as a workspace ("XDRc")."""

SCHEMA_VERSION = 1
"""Kept in `user_version`; grows with each migration."""

metadata = MetaData()


def _table(name: str, *parts: Column[Any] | CheckConstraint | UniqueConstraint, rowid: bool = True) -> Table:
    return Table(name, metadata, *parts, sqlite_strict=True, sqlite_with_rowid=rowid)


def _key() -> Column[int]:
    return Column("id", Integer, primary_key=True)


def _to(table: str, *, primary: bool = False) -> Column[int]:
    target = ForeignKey(f"{table}.id", ondelete="CASCADE")
    return Column(f"{table}_id", Integer, target, primary_key=primary, nullable=False)


domain = _table(
    "domain",
    _key(),
    Column("name", Text, nullable=False, unique=True),
    Column("scale_low", REAL, nullable=False, server_default="1"),  # of the raw values
    Column("scale_high", REAL, nullable=False, server_default="1"),
    Column("signal", Text, nullable=False, server_default="{}"),  # JSON of datasets.signals.SignalSettings
    Column("revision", Integer, nullable=False, server_default="0"),  # grows with every change of rows, items or people
    # Column of the mapping file that holds its ids, from 1: in domains of one space equal ids are one person. 0: none.
    Column("id_space", Integer, nullable=False, server_default="0"),
    Column("created_at", Integer, nullable=False),
)

person = _table("person", _key(), Column("name", Text, nullable=False, unique=True))

account = _table(
    "account",
    _key(),
    _to("domain"),
    Column("user_id", Text, nullable=False),
    _to("person"),
    UniqueConstraint("domain_id", "user_id"),
)
Index("account_person", account.c.person_id, account.c.domain_id)

account_attribute = _table(
    "account_attribute",
    _to("account", primary=True),
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
    rowid=False,
)

identity = _table(  # what a mapping file says: which ids of the domains are one person
    "identity",
    _to("domain", primary=True),
    Column("user_id", Text, primary_key=True),  # as the rules make it
    Column("person", Text, nullable=False),  # a mark that all ids of a person have in common
    rowid=False,
)

setting = _table(  # of the workspace as a whole, e.g. the rules by which people are linked
    "setting",
    Column("name", Text, primary_key=True),
    Column("body", Text, nullable=False),  # JSON
    rowid=False,
)
LINK_RULES = "link_rules"
"""Name of the setting that says by which rules accounts become people."""

item = _table(
    "item",
    _key(),
    _to("domain"),
    Column("item_id", Text, nullable=False),
    Column("title", Text, nullable=False, server_default=""),
    Column("text", Text, nullable=False, server_default=""),
    Column("category", Text, nullable=False, server_default=""),  # a path, e.g. "Shoes > Running"
    Column("price", REAL),
    Column("image", Text, nullable=False, server_default=""),
    UniqueConstraint("domain_id", "item_id"),
)
Index("item_domain", item.c.domain_id)  # in the order of the keys, for paging
Index("item_title", item.c.domain_id, item.c.title.collate("NOCASE"))

item_tag = _table(
    "item_tag",
    _to("item", primary=True),
    Column("position", Integer, primary_key=True),
    Column("tag", Text, nullable=False),
    rowid=False,
)

batch = _table(
    "batch",
    _key(),
    _to("domain"),
    Column("file_import", Integer, nullable=False),  # key of the first batch of the file: one file, several domains
    Column("kind", Text, CheckConstraint("kind in ('interactions', 'items', 'users')"), nullable=False),
    Column("file_name", Text, nullable=False),
    Column("file_size", Integer, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("format", Text, nullable=False),  # key of the reader
    Column("encoding", Text, nullable=False),
    Column("delimiter", Text, nullable=False),
    Column("columns", Text, nullable=False),  # JSON: role → column name
    Column("actions", Text, nullable=False, server_default="[]"),  # JSON: names behind the numbers in the segment
    Column("value_counts", Text, nullable=False, server_default="[]"),  # JSON: [[raw value, count], …]
    Column("first_row", Integer),  # rows of a batch have keys without gaps
    Column("last_row", Integer),
    Column("lines", Integer, nullable=False),
    Column("imported", Integer, nullable=False),
    Column("merged", Integer, nullable=False),
    Column("rejected", Integer, nullable=False),
    Column("elapsed_s", REAL, nullable=False),
    Column("created_at", Integer, nullable=False),
    CheckConstraint("lines = imported + merged + rejected"),
)

interaction = _table(
    "interaction",
    _key(),
    _to("batch"),
    Column("line", Integer, nullable=False),
    _to("account"),
    _to("item"),
    Column("value", REAL, nullable=False),
    Column("time", Integer),  # seconds since 1970; NULL where the file gave none
    Column("action", Text),  # what was done, in a log of different actions
)
# Of two columns, so distinct pairs are counted without touching a row. By batch none: its keys are a range.
Index("interaction_account", interaction.c.account_id, interaction.c.item_id)

item_row = _table(  # the rows of each item; no index, because a table can be filled in order, and an index has to sort
    "item_row",
    Column("item_id", Integer, primary_key=True, nullable=False),
    Column("account_id", Integer, primary_key=True, nullable=False),
    Column("row_id", Integer, primary_key=True, nullable=False),  # key of the interaction
    rowid=False,
)

segment = _table(  # the batch's rows once more, as column bytes: immutable, read in one go
    "segment",
    _to("batch", primary=True),
    Column("name", Text, primary_key=True),
    Column("chunk", Integer, primary_key=True),
    Column("data", LargeBinary, nullable=False),
)

description = _table(  # what files of items and people say, raw: whose latest words count is decided when one is undone
    "description",
    _to("batch", primary=True),
    Column("place", Integer, primary_key=True),  # order in the file
    Column("subject", Text, nullable=False),  # id of the item or the person
    Column("body", Text, nullable=False),  # JSON
    rowid=False,
)
Index("description_subject", description.c.subject)

rejected_line = _table(
    "rejected_line",
    _to("batch", primary=True),
    Column("line", Integer, primary_key=True),
    Column("text", Text, nullable=False),
    Column("reason", Text, nullable=False),
    rowid=False,
)

snapshot = _table(  # a cache: the resolved columns of a domain at one revision
    "snapshot",
    _to("domain", primary=True),
    Column("digest", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("chunk", Integer, primary_key=True),
    Column("data", LargeBinary, nullable=False),
)

statistic = _table(  # a cache: what a domain comes to at one revision
    "statistic",
    _to("domain", primary=True),
    Column("revision", Integer, nullable=False),
    Column("body", Text, nullable=False),  # JSON of storage.statistics.DomainStatistics
)

item_count = _table(  # a cache: how many people have each item, at one revision; it lies in the order of popularity
    "item_count",
    _to("domain", primary=True),
    Column("interactions", Integer, primary_key=True),
    Column("item_id", Integer, primary_key=True),  # points to no item: what is gone is not asked for
    Column("revision", Integer, nullable=False),
    rowid=False,
)
Index("item_count_item", item_count.c.item_id)

report = _table(  # a cache: a domain looked at closely, at one revision
    "report",
    _to("domain", primary=True),
    Column("revision", Integer, nullable=False),
    Column("body", Text, nullable=False),  # JSON
)

leak = _table(  # the items that two domains share, as the audit of two revisions found them
    "leak",
    Column("one_id", Integer, ForeignKey("domain.id", ondelete="CASCADE"), primary_key=True, nullable=False),
    Column("other_id", Integer, ForeignKey("domain.id", ondelete="CASCADE"), primary_key=True, nullable=False),
    Column("one_revision", Integer, nullable=False),
    Column("other_revision", Integer, nullable=False),
    Column("decision", Text, CheckConstraint("decision in ('keep', 'exclude', 'merge')"), nullable=False),
    Column("body", Text, nullable=False),  # JSON
    CheckConstraint("one_id < other_id"),
)

same_item = _table(  # pairs of items that are one, of the audits above
    "same_item",
    Column("one_id", Integer, ForeignKey("item.id", ondelete="CASCADE"), primary_key=True, nullable=False),
    Column("other_id", Integer, ForeignKey("item.id", ondelete="CASCADE"), primary_key=True, nullable=False),
    Column("raters", Integer, nullable=False),  # people who have both
    Column("evidence", Text, nullable=False),  # words of "id title raters"
    rowid=False,
)
Index("same_item_other", same_item.c.other_id)

protocol = _table(
    "protocol",
    Column("digest", Text, primary_key=True),
    Column("body", Text, nullable=False),  # JSON of evaluation.protocol.Protocol
)

run = _table(
    "run",
    _key(),
    Column("role", Text, CheckConstraint("role in ('main', 'baseline')"), nullable=False),
    Column("model", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("sources", Text, nullable=False),  # JSON list
    Column("params", Text, nullable=False),  # JSON object, complete
    Column("split", Text, nullable=False),
    Column("seed", Integer, nullable=False),
    Column("protocol_digest", Text, ForeignKey("protocol.digest"), nullable=False),
    Column("data_digest", Text, nullable=False),  # revisions of target and sources: equal digests met equal rows
    Column("device", Text, nullable=False),
    Column("device_reason", Text, nullable=False),
    Column(
        "status",
        Text,
        CheckConstraint("status in ('running', 'finished', 'stopped', 'failed', 'interrupted')"),
        nullable=False,
    ),
    Column("error", Text, nullable=False, server_default=""),
    Column("owner_host", Text, nullable=False),
    Column("owner_pid", Integer, nullable=False),
    Column("owner_started", REAL, nullable=False),  # start time of the process: a pid may be given again
    Column("created_at", Integer, nullable=False),
    Column("elapsed_s", REAL),
    Column("epochs", Integer),
    Column("unscored", REAL),
    Column("note", Text, nullable=False, server_default=""),
)
Index("run_target", run.c.target, run.c.protocol_digest)

curve_point = _table(  # keyed so that a point is stored exactly once
    "curve_point",
    _to("run", primary=True),
    Column("phase", Text, primary_key=True),
    Column("epoch", Integer, primary_key=True),
    Column("series", Text, primary_key=True),  # "train_loss" or the name of a validation metric
    Column("value", REAL),  # NULL = not a number
    Column("elapsed_s", REAL, nullable=False),
    rowid=False,
)

metric = _table(
    "metric",
    _to("run", primary=True),
    Column("name", Text, primary_key=True),
    Column("value", REAL),  # NULL = not a number
    rowid=False,
)

comparison = _table(  # a run against its own baseline, or against the best single-domain run
    "comparison",
    _to("run", primary=True),
    Column("kind", Text, CheckConstraint("kind in ('popularity', 'lift', 'margin')"), primary_key=True),
    Column("metric", Text, primary_key=True),
    Column("other_run_id", Integer, ForeignKey("run.id", ondelete="SET NULL")),
    Column("with_value", REAL),  # NULL = not a number
    Column("without_value", REAL),
    Column("relative", REAL),
    Column("low", REAL),
    Column("high", REAL),
)
Index("comparison_other", comparison.c.other_run_id)

artifact = _table(  # weights, id maps, manifest, per-person figures: bytes in chunks, never pickle
    "artifact",
    _to("run", primary=True),
    Column("name", Text, primary_key=True),
    Column("chunk", Integer, primary_key=True),
    Column("data", LargeBinary, nullable=False),
)

study = _table(  # a search for the best hyper-parameters of a model
    "study",
    _key(),
    Column("model", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("sources", Text, nullable=False),  # JSON list
    Column("fixed", Text, nullable=False),  # JSON object: parameters that are not searched
    Column("seed", Integer, nullable=False),
    Column("monitor", Text, nullable=False),  # metric on the validation part
    Column("higher_is_better", Integer, CheckConstraint("higher_is_better in (0, 1)"), nullable=False),
    Column("protocol_digest", Text, ForeignKey("protocol.digest"), nullable=False),
    Column("data_digest", Text, nullable=False),
    Column("created_at", Integer, nullable=False),
)

study_trial = _table(
    "study_trial",
    _to("study", primary=True),
    Column("number", Integer, primary_key=True),  # from 0, without gaps
    Column("state", Text, CheckConstraint("state in ('complete', 'pruned', 'failed')"), nullable=False),
    Column("params", Text, nullable=False),  # JSON object: the searched parameters
    Column("value", REAL),  # of the monitor; NULL = not a number
    Column("curve", Text, nullable=False),  # JSON list: the monitor after each epoch
    Column("elapsed_s", REAL, nullable=False),
    Column("error", Text, nullable=False, server_default=""),
    rowid=False,
)

text_vector = _table(  # a cache: what a text encoder makes of an item's text
    "text_vector",
    _key(),
    Column("encoder", Text, nullable=False),  # its fingerprint
    _to("item"),
    Column("text_hash", LargeBinary, nullable=False),  # of the text that was encoded
    Column("data", LargeBinary, nullable=False),  # float32
    UniqueConstraint("encoder", "item_id"),
)
Index("text_vector_item", text_vector.c.item_id)

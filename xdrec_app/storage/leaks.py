"""Items that two domains share: findings of the leakage audit, and what was decided about them.

A finding belongs to one revision of both domains; a decision stays whatever becomes of the data. Knows how nothing is
found: a finding is a JSON text.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, cast

from sqlalchemy import Connection, and_, or_, select, text, update
from sqlalchemy.dialects.sqlite import insert as upsert

from xdrec_app.core.errors import UserError
from xdrec_app.storage.database import Database
from xdrec_app.storage.schema import domain, item, leak, same_item

Decision = Literal["keep", "exclude", "merge"]

_FORGET_PAIRS = text(
    """
    DELETE FROM same_item WHERE one_id IN (SELECT id FROM item WHERE domain_id = :one)
                            AND other_id IN (SELECT id FROM item WHERE domain_id = :other)
    """
)
_STORE_PAIR = """
    INSERT INTO same_item (one_id, other_id, raters, evidence)
    SELECT one.id, other.id, ?, ? FROM item AS one, item AS other
    WHERE one.domain_id = ? AND one.item_id = ? AND other.domain_id = ? AND other.item_id = ?
"""


@dataclass(frozen=True)
class DomainState:
    """A domain at one moment; `revision` grows with every change of its rows, items or people."""

    key: int
    name: str
    revision: int


@dataclass(frozen=True)
class StoredPair:
    """One item of two domains.

    Attributes
    ----------
    items
        Its ids in the one and in the other domain.
    raters
        People who have it in both.
    evidence
        Words of "id title raters".
    """

    items: tuple[str, str]
    raters: int
    evidence: str


@dataclass(frozen=True)
class StoredLeak:
    """What is known about two domains, in the order in which they were made.

    Attributes
    ----------
    is_current
        Whether both domains are still as they were audited.
    body
        The finding, JSON.
    """

    domains: tuple[str, str]
    decision: Decision
    is_current: bool
    body: str


def domain_states(database: Database) -> dict[str, DomainState]:
    """Return all domains by name, in the order in which they were made."""
    with database.read() as connection:
        rows = connection.execute(select(domain.c.id, domain.c.name, domain.c.revision).order_by(domain.c.id)).all()
    return {row.name: DomainState(row.id, row.name, row.revision) for row in rows}


def load_leaks(database: Database) -> dict[tuple[str, str], StoredLeak]:
    """Return what was found and decided about each pair of domains that was ever audited."""
    one, other = domain.alias(), domain.alias()
    query = (
        select(leak, one.c.name.label("one"), other.c.name.label("other"))
        .add_columns(
            and_(leak.c.one_revision == one.c.revision, leak.c.other_revision == other.c.revision).label("is_current")
        )
        .join(one, one.c.id == leak.c.one_id)
        .join(other, other.c.id == leak.c.other_id)
        .order_by(leak.c.one_id, leak.c.other_id)
    )
    with database.read() as connection:
        rows = connection.execute(query).all()
    return {
        (row.one, row.other): StoredLeak(
            (row.one, row.other), cast(Decision, row.decision), bool(row.is_current), row.body
        )
        for row in rows
    }


def store_leak(
    database: Database,
    one: DomainState,
    other: DomainState,
    body: str,
    pairs: Iterable[StoredPair],
    *,
    wait_s: float | None = None,
) -> None:
    """Store a finding in place of the one before; the decision stays, at first it is to keep.

    A finding about data that have changed meanwhile is dropped: who asks again, finds it outdated anyway.

    Parameters
    ----------
    one, other
        The domains as they were read, in the order in which they were made.
    wait_s
        How long to wait for another writer; None = as long as the workspace was opened with.
    """
    values = {
        "one_id": one.key,
        "other_id": other.key,
        "one_revision": one.revision,
        "other_revision": other.revision,
        "body": body,
    }
    rows = [(pair.raters, pair.evidence, one.key, pair.items[0], other.key, pair.items[1]) for pair in pairs]
    with database.write(wait_s=wait_s) as connection:
        if not all(_is_as_read(connection, state) for state in (one, other)):
            return
        connection.execute(
            upsert(leak).values(decision="keep", **values).on_conflict_do_update(set_=values),
        )
        connection.execute(_FORGET_PAIRS, {"one": one.key, "other": other.key})
        if rows:
            connection.exec_driver_sql(_STORE_PAIR, rows)


def decide(database: Database, domains: tuple[str, str], decision: Decision) -> None:
    """Store what evaluation does with the items that two domains share.

    Raises
    ------
    UserError
        When there is no such domain, or the two have not been audited.
    """
    states = domain_states(database)
    for name in domains:
        if name not in states:
            raise UserError(f"There is no domain '{name}'.", f"There are: {', '.join(states)}.")
    one, other = sorted(states[name].key for name in domains)
    this = and_(leak.c.one_id == one, leak.c.other_id == other)
    with database.write() as connection:
        if not connection.execute(update(leak).where(this).values(decision=decision)).rowcount:
            raise UserError(
                f"Nothing is known yet about items that '{domains[0]}' and '{domains[1]}' share.",
                "Run the leakage audit first.",
            )


def same_items(database: Database, target: str, source: str) -> list[StoredPair]:
    """Return the items that two domains share, ids of the target first; the pairs with most raters come first."""
    one, other = item.alias(), item.alias()
    of_target, of_source = (
        select(domain.c.id).where(domain.c.name == name).scalar_subquery() for name in (target, source)
    )
    query = (
        select(same_item.c.raters, same_item.c.evidence, one.c.item_id.label("one"), other.c.item_id.label("other"))
        .add_columns((one.c.domain_id == of_target).label("is_target_first"))
        .join(one, one.c.id == same_item.c.one_id)
        .join(other, other.c.id == same_item.c.other_id)
        .where(
            or_(
                and_(one.c.domain_id == of_target, other.c.domain_id == of_source),
                and_(one.c.domain_id == of_source, other.c.domain_id == of_target),
            )
        )
        .order_by(same_item.c.raters.desc(), one.c.item_id, other.c.item_id)
    )
    with database.read() as connection:
        rows = connection.execute(query).all()
    return [
        StoredPair((row.one, row.other) if row.is_target_first else (row.other, row.one), row.raters, row.evidence)
        for row in rows
    ]


def _is_as_read(connection: Connection, state: DomainState) -> bool:
    query = select(domain.c.revision).where(domain.c.id == state.key)
    return connection.execute(query).scalar_one_or_none() == state.revision

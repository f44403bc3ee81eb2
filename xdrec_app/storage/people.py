"""People as they stand in the workspace now: what somebody did, and who there is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any

import numpy as np
from sqlalchemy import Connection, select, text

from xdrec_app.datasets.arrays import NO_TIME
from xdrec_app.datasets.repeats import resolve
from xdrec_app.datasets.signals import RawSignal
from xdrec_app.storage.database import Database
from xdrec_app.storage.schema import domain, person
from xdrec_app.storage.signals import effective_signal

# Joined in the order that is written: from the person along the indexes to their rows, whatever the planner believes.
_ROWS = text(
    """
    SELECT account.domain_id, item.item_id AS item, value, time, action, batch_id, line
    FROM account CROSS JOIN interaction ON account_id = account.id CROSS JOIN item ON item.id = interaction.item_id
    WHERE person_id = :person ORDER BY account.domain_id, batch_id, line
    """
)


@dataclass(frozen=True)
class HistoryRow:
    """What a person did with an item, as a dataset has it: the settings of the domain decide about repeated pairs.

    Attributes
    ----------
    value
        As models meet it.
    time
        Seconds since 1970; None where the file gave none.
    """

    domain: str
    item: str
    value: float
    time: int | None


def load_history(database: Database, user: str) -> list[HistoryRow] | None:
    """Return a person's history over all domains, latest first; None when nobody has that id.

    Parameters
    ----------
    user
        The person's name, which is their id wherever ids were not linked by hand.
    """
    with database.read() as connection:
        key = connection.execute(select(person.c.id).where(person.c.name == user)).scalar_one_or_none()
        if key is None:
            return None
        rows = connection.execute(_ROWS, {"person": key}).all()
        history = [
            row
            for domain_id, own in groupby(rows, attrgetter("domain_id"))
            for row in _resolved(connection, domain_id, [*own])
        ]
    # Stable: of equal times the one that stands later in the files is the later one.
    return sorted(reversed(history), key=lambda row: NO_TIME if row.time is None else row.time, reverse=True)


def _resolved(connection: Connection, domain_id: int, rows: Sequence[Any]) -> list[HistoryRow]:
    """Return the rows of one person in one domain, given in file order, as a dataset has them; in file order."""
    of_domain = connection.execute(select(domain).where(domain.c.id == domain_id)).one()
    settings = effective_signal(of_domain)
    actions = sorted({row.action or "" for row in rows})
    place = {action: number for number, action in enumerate(actions)}
    raw = RawSignal(
        np.array([row.value for row in rows], np.float32),
        np.array([place[row.action or ""] for row in rows], np.int32) if actions != [""] else None,
        tuple(actions),
    )
    values, counts = settings.signal.convert(raw, settings)
    kept = np.flatnonzero(counts)
    ids = sorted({row.item for row in rows})
    number = {id_: at for at, id_ in enumerate(ids)}
    items = np.array([number[row.item] for row in rows], np.int32)[kept]
    times = np.array([NO_TIME if row.time is None else row.time for row in rows], np.int64)[kept]
    found = resolve(np.zeros(len(kept), np.int32), items, values[kept], times, settings.repeats)
    chosen = sorted(zip(kept[found.rows].tolist(), found.values.tolist(), strict=True))
    return [HistoryRow(of_domain.name, rows[at].item, value, rows[at].time) for at, value in chosen]


def each_person(database: Database) -> Iterator[str]:
    """Yield the names of all people in ascending order."""
    with database.read() as connection:
        names = connection.execute(select(person.c.name).order_by(person.c.name)).scalars().all()
    yield from names

"""What a domain comes to: people, items, interactions, how values are distributed, and whom domains share.

Of a pair that a file repeats only the last row counts, as in a dataset. Counting walks over all rows, so the figures
are stored with the revision they belong to; without stored ones they are counted on the way.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from sqlalchemy import Connection, select, text
from sqlalchemy.dialects.sqlite import insert as upsert

from xdrec_app.storage.database import Database
from xdrec_app.storage.schema import domain, statistic

MAX_VALUES = 200
N_BINS = 50

_PEOPLE_AND_PAIRS = text(
    """
    SELECT count(*) FILTER (WHERE n > 0) AS users, coalesce(sum(n), 0) AS interactions
    FROM (SELECT (SELECT count(DISTINCT item_id) FROM interaction WHERE account_id = account.id) AS n
          FROM account WHERE domain_id = :domain)
    """
)
_ITEMS = text("SELECT count(*) FROM item WHERE domain_id = :domain")
_ROWS = text("SELECT count(*) FROM interaction WHERE batch_id IN (SELECT id FROM batch WHERE domain_id = :domain)")
_VALUES = text(
    """
    SELECT value, count(*) AS count FROM interaction
    WHERE batch_id IN (SELECT id FROM batch WHERE domain_id = :domain) GROUP BY value ORDER BY value
    """
)
_VALUES_OF_LAST_ROWS = text(
    """
    SELECT value, count(*) AS count
    FROM (SELECT value, row_number() OVER (PARTITION BY account_id, item_id
                                           ORDER BY time DESC NULLS LAST, batch_id DESC, line DESC) AS place
          FROM interaction WHERE batch_id IN (SELECT id FROM batch WHERE domain_id = :domain))
    WHERE place = 1 GROUP BY value ORDER BY value
    """
)
# One walk along the index by person; people are many, sets of domains few.
_PEOPLE_BY_DOMAINS = text(
    """
    SELECT domains, count(*) AS people
    FROM (SELECT group_concat(DISTINCT domain_id) AS domains FROM account INDEXED BY account_person
          WHERE EXISTS (SELECT 1 FROM interaction WHERE account_id = account.id) GROUP BY person_id)
    GROUP BY domains
    """
)


@dataclass(frozen=True)
class DomainStatistics:
    """One domain in numbers.

    Attributes
    ----------
    users
        People with at least one interaction in it.
    interactions
        Distinct pairs of a person and an item.
    histogram
        (value, number of interactions), ascending by value; of more than `MAX_VALUES` different values, the middles of
        `N_BINS` equally wide ranges.
    """

    name: str
    scale: tuple[float, float]
    users: int
    items: int
    interactions: int
    histogram: tuple[tuple[float, int], ...]


def all_statistics(connection: Connection) -> list[DomainStatistics]:
    """Return the statistics of every domain, in the order in which the domains were made."""
    return [_statistics_of(connection, row) for row in connection.execute(_domains().order_by(domain.c.id)).all()]


def domain_statistics(connection: Connection, name: str) -> DomainStatistics | None:
    """Return the statistics of one domain; None when there is none of that name."""
    row = connection.execute(_domains().where(domain.c.name == name)).one_or_none()
    return None if row is None else _statistics_of(connection, row)


def shared_people(connection: Connection) -> dict[tuple[str, str], int]:
    """Return how many people each pair of domains shares, every pair once, also those that share nobody."""
    names = {row.id: row.name for row in connection.execute(_domains().order_by(domain.c.id))}
    counts: Counter[tuple[int, int]] = Counter()
    for domains, people in connection.execute(_PEOPLE_BY_DOMAINS):
        for pair in combinations(sorted(map(int, domains.split(","))), 2):
            counts[pair] += people
    return {(names[one], names[other]): counts[one, other] for one, other in combinations(sorted(names), 2)}


def refresh_statistics(database: Database) -> None:
    """Count and store the statistics of every domain that changed since they were stored; cheap when none did."""
    outdated = _domains().where(statistic.c.revision.is_distinct_from(domain.c.revision))
    with database.read() as connection:
        if connection.execute(outdated.limit(1)).first() is None:
            return
    with database.write() as connection:
        for row in connection.execute(outdated).all():
            found = _count(connection, row)
            values = {
                "domain_id": row.id,
                "revision": row.revision,
                "users": found.users,
                "items": found.items,
                "interactions": found.interactions,
                "histogram": json.dumps(found.histogram),
            }
            connection.execute(upsert(statistic).values(values).on_conflict_do_update(set_=values))


def _domains() -> Any:
    stored = [statistic.c[name] for name in ("users", "items", "interactions", "histogram")]
    return select(domain, statistic.c.revision.label("counted_revision"), *stored).outerjoin(statistic)


def _statistics_of(connection: Connection, row: Any) -> DomainStatistics:
    if row.counted_revision != row.revision:
        return _count(connection, row)
    histogram = tuple((float(value), int(count)) for value, count in json.loads(row.histogram))
    scale = (row.scale_low, row.scale_high)
    return DomainStatistics(row.name, scale, row.users, row.items, row.interactions, histogram)


def _count(connection: Connection, row: Any) -> DomainStatistics:
    of_domain = {"domain": row.id}
    users, interactions = connection.execute(_PEOPLE_AND_PAIRS, of_domain).one()
    items = connection.execute(_ITEMS, of_domain).scalar_one()
    has_repeats = connection.execute(_ROWS, of_domain).scalar_one() != interactions
    values = connection.execute(_VALUES_OF_LAST_ROWS if has_repeats else _VALUES, of_domain)
    histogram = _binned([(float(value), int(count)) for value, count in values])
    return DomainStatistics(row.name, (row.scale_low, row.scale_high), users, items, interactions, histogram)


def _binned(values: list[tuple[float, int]]) -> tuple[tuple[float, int], ...]:
    if len(values) <= MAX_VALUES:
        return tuple(values)
    low, high = values[0][0], values[-1][0]
    width = (high - low) / N_BINS
    counts = [0] * N_BINS
    for value, count in values:
        counts[min(int((value - low) / width), N_BINS - 1)] += count
    return tuple((low + (number + 0.5) * width, count) for number, count in enumerate(counts))

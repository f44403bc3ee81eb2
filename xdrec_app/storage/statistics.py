"""What a domain comes to: people, items, interactions, how values are distributed, and whom domains share.

Figures are of the domain as a dataset has it. Counting walks over all rows, so the figures are stored with the revision
they belong to; without stored ones they are counted on the way.
"""

from __future__ import annotations

import json
from collections import Counter
from itertools import combinations
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select, text
from sqlalchemy.dialects.sqlite import insert as upsert

from xdrec_app.core.events import Value
from xdrec_app.storage.database import Database
from xdrec_app.storage.schema import domain, setting, statistic

if TYPE_CHECKING:
    from xdrec_app.storage.counting import Counted

SHARED_PEOPLE = "shared_people"

# One walk along the index by person; people are many, sets of domains few.
_PEOPLE_BY_DOMAINS = text(
    """
    SELECT domains, count(*) AS people
    FROM (SELECT group_concat(DISTINCT domain_id) AS domains FROM account INDEXED BY account_person
          WHERE EXISTS (SELECT 1 FROM interaction WHERE account_id = account.id) GROUP BY person_id)
    GROUP BY domains
    """
)


class DomainStatistics(Value):
    """One domain in numbers.

    Attributes
    ----------
    signal
        What a line of it says, e.g. ratings.
    scale
        Lowest and highest value that models meet; equal for implicit feedback.
    users
        People with at least one interaction in it.
    interactions
        Distinct pairs of a person and an item.
    histogram
        (value, number of interactions), ascending by value; of very many different values, the middles of equally wide
        ranges.
    """

    name: str
    signal: str
    scale: tuple[float, float]
    users: int
    items: int
    interactions: int
    histogram: tuple[tuple[float, int], ...]


def all_statistics(database: Database) -> list[DomainStatistics]:
    """Return the statistics of every domain, in the order in which the domains were made."""
    with database.read() as connection:
        rows = connection.execute(_domains().order_by(domain.c.id)).all()
    return [_statistics_of(database, row) for row in rows]


def domain_statistics(database: Database, name: str) -> DomainStatistics | None:
    """Return the statistics of one domain; None when there is none of that name."""
    with database.read() as connection:
        row = connection.execute(_domains().where(domain.c.name == name)).one_or_none()
    return None if row is None else _statistics_of(database, row)


def shared_people(connection: Connection) -> dict[tuple[str, str], int]:
    """Return how many people each pair of domains shares, every pair once, also those that share nobody."""
    revisions = _revisions(connection)
    stored = _stored_shared(connection)
    counted = stored["counts"] if stored.get("revisions") == revisions else _count_shared(connection)
    names = {row.id: row.name for row in connection.execute(select(domain.c.id, domain.c.name))}
    counts = {(one, other): people for one, other, people in counted}
    return {(names[one], names[other]): counts.get((one, other), 0) for one, other in combinations(sorted(names), 2)}


def refresh_statistics(database: Database) -> None:
    """Count and store the statistics of every domain that changed since they were stored; cheap when none did."""
    with database.read() as connection:
        outdated = connection.execute(_domains().where(statistic.c.revision.is_distinct_from(domain.c.revision))).all()
        revisions = _revisions(connection)
        is_current = _stored_shared(connection).get("revisions") == revisions
        shared = [] if is_current else _count_shared(connection)
    for row in outdated:
        counted = _count(database, row)
        with database.write() as connection:
            counted.keep(connection, row.id)
    if not is_current:
        values = {"name": SHARED_PEOPLE, "body": json.dumps({"revisions": revisions, "counts": shared})}
        with database.write() as connection:
            connection.execute(upsert(setting).values(values).on_conflict_do_update(set_=values))


def keep_statistics(connection: Connection, domain_id: int, revision: int, counted: DomainStatistics) -> None:
    """Store the statistics of a domain at a revision."""
    values = {"domain_id": domain_id, "revision": revision, "body": counted.model_dump_json()}
    connection.execute(upsert(statistic).values(values).on_conflict_do_update(set_=values))


def _domains() -> Any:
    counted = (statistic.c.revision.label("counted_revision"), statistic.c.body)
    return select(domain.c.id, domain.c.name, domain.c.revision, *counted).outerjoin(statistic)


def _revisions(connection: Connection) -> list[list[int]]:
    return [list(row) for row in connection.execute(select(domain.c.id, domain.c.revision).order_by(domain.c.id))]


def _stored_shared(connection: Connection) -> dict[str, Any]:
    body = connection.execute(select(setting.c.body).where(setting.c.name == SHARED_PEOPLE)).scalar_one_or_none()
    return dict(json.loads(body)) if body else {}


def _count_shared(connection: Connection) -> list[tuple[int, int, int]]:
    counts: Counter[tuple[int, int]] = Counter()
    for domains, people in connection.execute(_PEOPLE_BY_DOMAINS):
        for pair in combinations(sorted(map(int, domains.split(","))), 2):
            counts[pair] += people
    return [(one, other, people) for (one, other), people in counts.items()]


def _statistics_of(database: Database, row: Any) -> DomainStatistics:
    if row.counted_revision != row.revision:
        return _count(database, row).statistics
    return DomainStatistics.model_validate_json(row.body).model_copy(update={"name": row.name})


def _count(database: Database, row: Any) -> Counted:
    from xdrec_app.storage.counting import count  # numpy, which who only reads stored figures must not load

    return count(database, row.name)

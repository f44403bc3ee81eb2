"""People as they stand in the workspace now: what somebody did, and who there is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select

from xdrec_app.storage.database import Database
from xdrec_app.storage.schema import account, domain, interaction, item, person


@dataclass(frozen=True)
class HistoryRow:
    """What a person did with an item; of a repeated pair the last by time, file order breaking ties.

    Attributes
    ----------
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
    query = (
        select(domain.c.name, item.c.item_id, interaction.c.value, interaction.c.time, interaction.c.id)
        .select_from(interaction)
        .join(account, account.c.id == interaction.c.account_id)
        .join(person, person.c.id == account.c.person_id)
        .join(item, item.c.id == interaction.c.item_id)
        .join(domain, domain.c.id == item.c.domain_id)
        .where(person.c.name == user)
        .order_by(interaction.c.time, interaction.c.id)
    )
    with database.read() as connection:
        if connection.execute(select(person.c.id).where(person.c.name == user)).one_or_none() is None:
            return None
        rows = connection.execute(query).all()
    last = {(row.name, row.item_id): HistoryRow(row.name, row.item_id, row.value, row.time) for row in rows}
    order = {pair: place for place, pair in enumerate((row.name, row.item_id) for row in rows)}
    return [last[pair] for pair in sorted(last, key=lambda pair: -order[pair])]


def each_person(database: Database) -> Iterator[str]:
    """Yield the names of all people in ascending order."""
    with database.read() as connection:
        names = connection.execute(select(person.c.name).order_by(person.c.name)).scalars().all()
    yield from names

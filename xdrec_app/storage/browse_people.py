"""Pages of the people of a workspace, in the order of their ids."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, text

from xdrec_app.storage.browse_filters import Place, Window
from xdrec_app.storage.browse_rows import domain_state
from xdrec_app.storage.browse_walk import begins_with, walk, walk_count

_DOMAINS_OF_PERSON = text(
    """
    SELECT domain.name, count(DISTINCT item_id) AS interactions
    FROM account JOIN domain ON domain.id = account.domain_id JOIN interaction ON account_id = account.id
    WHERE person_id = :person GROUP BY domain.id ORDER BY domain.id
    """
)
_PEOPLE_COUNT = text(
    """
    SELECT count(*) FROM person
    WHERE EXISTS (SELECT 1 FROM account JOIN interaction ON account_id = account.id WHERE person_id = person.id)
    """
)


class PersonLine(NamedTuple):
    """A person, the domains in which they have interactions, and how many in each."""

    place: Place
    user: str
    domains: tuple[str, ...]
    counts: tuple[int, ...]


class PeopleLines(NamedTuple):
    """A page of people, in the order of ids; `last` is where to go on, unless the table is over."""

    rows: list[PersonLine]
    last: Place
    is_over: bool


def people_page(connection: Connection, prefix: str, domain_name: str, window: Window) -> PeopleLines:
    """Return the people of a window whose id begins with `prefix`, with interactions in a domain or, without, anywhere.

    Raises
    ------
    UserError
        When there is no such domain.
    """
    walked = walk(connection, *_query(connection, prefix, domain_name, window), window.limit, window.deadline)
    rows = [_person(connection, key, name) for _, key, name in walked.rows]
    last = window.place if walked.last is None else (walked.last[2],)
    return PeopleLines(rows[::-1] if window.is_back else rows, last, walked.is_over)


def count_people(
    connection: Connection, prefix: str, domain_name: str, place: Place, deadline: float
) -> tuple[int, Place, bool]:
    """Count the people after a place until the deadline.

    Returns
    -------
    n_people, last, is_over
        How many pass the filter, and where to go on, unless the table is over.
    """
    window = Window(place, 0, is_back=False, descending=False, deadline=deadline)
    counted = walk_count(connection, *_query(connection, prefix, domain_name, window), deadline)
    return counted.n_rows, place if counted.last is None else (counted.last[2],), counted.is_over


def people_count(connection: Connection) -> int:
    """Return the number of people with at least one interaction."""
    return int(connection.execute(_PEOPLE_COUNT).scalar_one())


def _query(connection: Connection, prefix: str, domain_name: str, window: Window) -> tuple[str, dict[str, object]]:
    """Return a walk along the index of names, and its values; the columns are: fits, key, name."""
    values: dict[str, object] = {"prefix": prefix}
    of_domain = ""
    if domain_name:
        of_domain = "AND domain_id = :domain"
        values["domain"] = domain_state(connection, domain_name).id
    where = [begins_with("p.name", "prefix")] if prefix else []
    if window.place:
        where.append(f"p.name {'<' if window.is_falling else '>'} :at")
        values["at"] = window.place[0]
    sql = (
        "SELECT EXISTS (SELECT 1 FROM account JOIN interaction ON account_id = account.id"
        f" WHERE person_id = p.id {of_domain}), p.id, p.name FROM person p"
        f" WHERE {' AND '.join(where) or 'TRUE'} ORDER BY p.name {'DESC' if window.is_falling else 'ASC'}"
    )
    return sql, values


def _person(connection: Connection, key: int, name: str) -> PersonLine:
    domains = connection.execute(_DOMAINS_OF_PERSON, {"person": key}).all()
    return PersonLine((name,), name, tuple([row.name for row in domains]), tuple([row.interactions for row in domains]))

"""Reports on domains as stored: one per domain, and one on how all of them overlap, with the revisions they belong to.

A cache, written by whoever looks closely; what is older than the data is not given out. Loads no numpy, so a window can
read it in its own process. What is said about overlaps is a JSON text to it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, delete, insert, select

from xdrec_app.datasets.domain_figures import DomainFigures
from xdrec_app.storage.schema import LINK_RULES, domain, report, setting

OVERLAPS = "overlaps"


class DomainRevision(NamedTuple):
    """A domain as it is at one moment; a key alone may be given again."""

    id: int
    name: str
    revision: int
    created_at: int


def domain_revisions(connection: Connection) -> list[DomainRevision]:
    """Return all domains, in the order in which they were made."""
    query = select(domain.c.id, domain.c.name, domain.c.revision, domain.c.created_at).order_by(domain.c.id)
    return [DomainRevision(*row) for row in connection.execute(query)]


def stored_report(connection: Connection, state: DomainRevision) -> DomainFigures | None:
    """Return what a close look at a domain found at this revision; None where nobody looked."""
    query = select(report.c.body).where(report.c.domain_id == state.id, report.c.revision == state.revision)
    body = connection.execute(query).scalar_one_or_none()
    return None if body is None else DomainFigures.model_validate_json(body)


def keep_report(connection: Connection, state: DomainRevision, figures: DomainFigures) -> None:
    """Store what was found, unless the domain has changed meanwhile."""
    if state in domain_revisions(connection):
        connection.execute(delete(report).where(report.c.domain_id == state.id))
        values = {"domain_id": state.id, "revision": state.revision, "body": figures.model_dump_json()}
        connection.execute(insert(report).values(values))


def stored_overlaps(connection: Connection, domains: Sequence[DomainRevision]) -> str | None:
    """Return what is known about the overlaps of all domains at these revisions; None where nobody looked."""
    body = _setting(connection, OVERLAPS)
    stored = {} if body is None else json.loads(body)
    return stored["found"] if stored.get("state") == _state(connection, domains) else None


def keep_overlaps(connection: Connection, domains: Sequence[DomainRevision], found: str) -> None:
    """Store what was found about the overlaps of all domains, unless any of them has changed meanwhile."""
    if list(domains) == domain_revisions(connection):
        body = json.dumps({"state": _state(connection, domains), "found": found})
        connection.execute(delete(setting).where(setting.c.name == OVERLAPS))
        connection.execute(insert(setting).values(name=OVERLAPS, body=body))


def _state(connection: Connection, domains: Sequence[DomainRevision]) -> list[object]:
    """Return what overlaps and their likely causes follow from."""
    return [_setting(connection, LINK_RULES), *map(list, domains)]


def _setting(connection: Connection, name: str) -> str | None:
    body: str | None = connection.execute(select(setting.c.body).where(setting.c.name == name)).scalar_one_or_none()
    return body

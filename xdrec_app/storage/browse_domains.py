"""Domains as a window shows them before it changes them: what their values mean, and how their people are linked.

Reads little, at once, and loads no numpy.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, func, select, text

from xdrec_app.datasets.linking import Rule, key_maker
from xdrec_app.datasets.signal_settings import SignalSettings
from xdrec_app.storage.links import LinkSettings, link_settings
from xdrec_app.storage.schema import account, batch, domain
from xdrec_app.storage.sqlite import driver_cursor

MAX_TRIED_ACCOUNTS = 200_000
"""Of so many accounts the keys are made in about a second."""


class DomainMeaning(NamedTuple):
    """What the values of a domain mean.

    Attributes
    ----------
    signal
        As somebody chose or the first file made it; its scale is None unless somebody chose one.
    found_scale
        What the values themselves show.
    actions
        What its logs call things that were done, in alphabetical order.
    has_interactions
        Without any there is nothing yet whose meaning could be changed.
    """

    name: str
    signal: SignalSettings
    found_scale: tuple[float, float]
    actions: tuple[str, ...]
    has_interactions: bool


def domain_meanings(connection: Connection) -> list[DomainMeaning]:
    """Return what the values of every domain mean, in the order in which the domains were made."""
    actions: dict[int, set[str]] = {}
    logs = select(batch.c.domain_id, batch.c.actions).where(batch.c.kind == "interactions")
    for domain_id, body in connection.execute(logs):
        actions.setdefault(domain_id, set()).update(json.loads(body))
    columns = (domain.c.id, domain.c.name, domain.c.signal, domain.c.scale_low, domain.c.scale_high)
    return [
        DomainMeaning(
            row.name,
            SignalSettings.model_validate_json(row.signal),
            (row.scale_low, row.scale_high),
            tuple(sorted(actions.get(row.id, ()))),
            row.id in actions,
        )
        for row in connection.execute(select(*columns).order_by(domain.c.id))
    ]


def present_links(connection: Connection) -> tuple[LinkSettings, frozenset[str]]:
    """Return how accounts become people, and the domains for which a mapping has a column."""
    mapped = connection.execute(select(domain.c.name).where(domain.c.id_space > 0)).scalars()
    return link_settings(connection), frozenset(mapped)


def linkable(connection: Connection, rule_sets: Sequence[Sequence[Rule]]) -> list[int] | None:
    """Count for each set of rules the people who would be in more than one domain if their ids alone decided.

    None where there are too many accounts to try it while somebody waits.
    """
    if connection.execute(select(func.count()).select_from(account)).scalar_one() > MAX_TRIED_ACCOUNTS:
        return None
    accounts = driver_cursor(connection).execute("SELECT domain_id, user_id FROM account").fetchall()
    counts = []
    for rules in rule_sets:
        key_of = key_maker(rules)
        first: dict[str, int] = {}
        shared = {key for at, id_ in accounts if first.setdefault(key := key_of(id_), at) != at}
        counts.append(len(shared))
    return counts


def revisions_key(connection: Connection) -> str:
    """Return a text that is another one whenever any domain or the links have changed."""
    query = text("SELECT id, name, revision FROM domain ORDER BY id")
    return json.dumps([link_settings(connection).model_dump(mode="json"), *map(list, connection.execute(query))])

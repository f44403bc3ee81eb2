"""Use-case: look closely at domains; what was found is stored with the revision of the data it belongs to.

One domain is in memory at a time; of the others only the names of their people.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from itertools import combinations
from typing import NamedTuple

import numpy as np

from xdrec_app.core.errors import UserError
from xdrec_app.core.events import LogLine, Progress, Tick
from xdrec_app.core.jobs import Job, dropped_on_stop
from xdrec_app.datasets.domain_figures import DomainFigures
from xdrec_app.datasets.domain_report import RawFigures, domain_figures, raw_figures
from xdrec_app.datasets.domain_table import DomainTable
from xdrec_app.datasets.signal_settings import SignalSettings
from xdrec_app.datasets.signals import RawSignal
from xdrec_app.services.data_requests import InspectDomains
from xdrec_app.services.data_results import DomainReports, Overlap
from xdrec_app.services.domain_reports import Findings, Overlaps, stored_findings
from xdrec_app.services.nobody_shared import nobody_shared
from xdrec_app.storage.database import Database, open_database
from xdrec_app.storage.reports import DomainRevision, domain_revisions, keep_overlaps, keep_report
from xdrec_app.storage.segments import read_segments
from xdrec_app.storage.snapshots import load_signal, load_table

ACTIVE = 5
"""From so many interactions on in each of two domains a person tells much about both."""

WRITE_WAIT_S = 1.0


class People(NamedTuple):
    """Names of the people of a domain, and of those of them who are active."""

    all: frozenset[str]
    active: frozenset[str]


def inspect_domains(request: InspectDomains) -> Job[DomainReports]:
    """Return the reports on domains and their overlaps; what is stored and not older than the data is not made again.

    Raises
    ------
    UserError
        When the workspace cannot be read, or there is no domain of such a name.
    """
    with open_database(request.workspace) as database:
        while True:
            before = stored_findings(database)
            found = yield from _completed(database, before, {state.name for state in before.chosen(request.domains)})
            with database.read() as connection:
                is_current = domain_revisions(connection) == before.states
            if is_current:
                return found.reports(request.domains)


def refresh_reports(database: Database) -> Job[None]:
    """Store reports on all domains that changed, and the overlaps; what goes wrong is only told.

    A stop ends it, and reports that are complete stay.
    """
    try:
        before = stored_findings(database)
        yield from dropped_on_stop(_completed(database, before, {state.name for state in before.states}))
    except (UserError, MemoryError) as error:
        yield LogLine(level="warning", message=f"The domains were not looked at closely. {error}")


def _completed(database: Database, before: Findings, wanted: set[str]) -> Job[Findings]:
    """Look at what was not looked at yet: at the wanted domains, and at the overlaps of all."""
    figures = dict(before.figures)
    people: dict[str, People] = {}
    for_overlaps = {state.name for state in before.states} if before.overlaps is None else set()
    for_figures = wanted - set(figures)
    states = [state for state in before.states if state.name in for_figures | for_overlaps]
    for done, state in enumerate(states):
        yield Progress(done=done, total=len(states), unit="domains", message=f"Looking closely at {state.name}")
        if state.name in for_figures:
            figures[state.name], people[state.name] = yield from _look(database, state)
            with suppress(UserError), database.write(wait_s=WRITE_WAIT_S) as connection:
                keep_report(connection, state, figures[state.name])
        else:
            people[state.name] = _people(load_table(database, state.name))
    if before.overlaps is not None:
        return Findings(before.states, figures, before.overlaps)
    overlaps = Overlaps(overlaps=_overlaps(people), nobody=nobody_shared(database))
    with suppress(UserError), database.write(wait_s=WRITE_WAIT_S) as connection:
        keep_overlaps(connection, before.states, overlaps.model_dump_json())
    return Findings(before.states, figures, overlaps)


def _look(database: Database, state: DomainRevision) -> Job[tuple[DomainFigures, People]]:
    settings = load_signal(database, state.name)
    raw = _raw_figures(database, state, settings)
    yield Tick()
    table = load_table(database, state.name)
    yield Tick()
    figures = yield from domain_figures(raw, settings, table)
    return figures, _people(table)


def _raw_figures(database: Database, state: DomainRevision, settings: SignalSettings) -> RawFigures:
    with database.read() as connection:
        rows = read_segments(connection, state.id)
    return raw_figures(RawSignal(rows.value, rows.action, rows.action_names), settings)


def _people(table: DomainTable) -> People:
    is_active = np.bincount(table.users, minlength=table.n_users) >= ACTIVE
    active = [table.user_ids[number] for number in np.flatnonzero(is_active).tolist()]
    return People(frozenset(table.user_ids), frozenset(active))


def _overlaps(people: Mapping[str, People]) -> tuple[Overlap, ...]:
    return tuple(
        Overlap(
            domains=(one, other),
            users=len(people[one].all & people[other].all),
            active=len(people[one].active & people[other].active),
        )
        for one, other in combinations(people, 2)
    )

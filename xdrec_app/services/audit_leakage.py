"""Use-cases: look for the same item in two domains, and decide what evaluation does with what was found."""

from __future__ import annotations

from functools import partial
from itertools import combinations

from xdrec_app.core.events import Change, Changed, Event, Progress
from xdrec_app.core.jobs import Job, tap
from xdrec_app.datasets.domain_table import DomainTable
from xdrec_app.services.data_requests import AuditLeakage, DecideLeak
from xdrec_app.services.data_results import AuditReport
from xdrec_app.services.leaks import audit_and_store, stored_findings
from xdrec_app.services.request import Done
from xdrec_app.storage.database import open_database
from xdrec_app.storage.leaks import decide, domain_states
from xdrec_app.storage.snapshots import load_table


def audit_leakage(request: AuditLeakage) -> Job[AuditReport]:
    """Return what all pairs of domains share; audits those that changed since. What was found stays when cancelled."""
    with open_database(request.workspace) as database:
        states = domain_states(database)
        known = stored_findings(database)
        outdated = [pair for pair in combinations(states, 2) if pair not in known]
        tables: dict[str, DomainTable] = {}
        for place, (one, other) in enumerate(outdated):
            yield Progress(done=place, total=len(outdated), unit="pairs of domains", message=f"Reading {one}, {other}")
            kept = tables[one] if one in tables else load_table(database, one)
            tables = {one: kept, other: load_table(database, other)}
            job = audit_and_store(database, (tables[one], tables[other]), (states[one], states[other]))
            yield from tap(job, partial(_of_all, place, len(outdated)))
        if outdated:
            yield Changed(changes=frozenset({Change.DOMAINS}))
        return AuditReport(findings=tuple(stored_findings(database).values()))


def decide_leak(request: DecideLeak) -> Job[Done]:
    """Store a decision; figures of runs from then on are made under it and say so.

    Raises
    ------
    UserError
        When there is no such domain, or the two have not been audited.
    """
    with open_database(request.workspace) as database:
        decide(database, request.domains, request.decision)
    yield Changed(changes=frozenset({Change.DOMAINS}))
    return Done()


def _of_all(place: int, n_pairs: int, event: Event) -> Event | None:
    """Say the progress of one pair as progress of all."""
    if not isinstance(event, Progress) or event.total is None:
        return None
    done, total = place * event.total + event.done, n_pairs * event.total
    return event.model_copy(update={"done": done, "total": total})

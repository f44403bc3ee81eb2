"""The leakage audit where data and storage meet: pairs of domains are audited once per revision, decisions applied.

Training audits too what it is about to learn from, so a lift is never shown before somebody looked.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from xdrec_app.core.jobs import Job
from xdrec_app.datasets.arrays import Bools
from xdrec_app.datasets.domain_table import DomainTable
from xdrec_app.datasets.vocabulary import UNKNOWN, Vocabulary
from xdrec_app.evaluation.copies import Copies
from xdrec_app.evaluation.leakage import Audit, SameItems, audit
from xdrec_app.services.data_results import Evidence, LeakFinding, SameItem
from xdrec_app.storage.database import Database, patiently
from xdrec_app.storage.leaks import DomainState, StoredPair, load_leaks, same_items, store_leak

N_EXAMPLES = 20
WRITE_WAIT_S = 0.05


def stored_findings(database: Database) -> dict[tuple[str, str], LeakFinding]:
    """Return the findings that are not outdated, by pair of domains in the order in which these were made."""
    findings = {}
    for domains, stored in load_leaks(database).items():
        if stored.is_current:
            found = LeakFinding.model_validate_json(stored.body)
            findings[domains] = found.model_copy(update={"domains": domains, "decision": stored.decision})
    return findings


def audit_and_store(
    database: Database, tables: tuple[DomainTable, DomainTable], states: tuple[DomainState, DomainState]
) -> Job[None]:
    """Audit two domains, given in the order in which they were made, and store what was found. A job.

    Parameters
    ----------
    states
        Of the domains, from before their tables were read.
    """
    one, other = tables
    found = yield from audit(one, other)
    body = _finding(one, other, found).model_dump_json(exclude={"decision"})
    pairs = [
        StoredPair((one.item_ids[a], other.item_ids[b]), raters, " ".join(_evidence(found.pairs, place)))
        for place, (a, b, raters) in enumerate(_columns(found.pairs))
    ]
    yield from patiently(lambda: store_leak(database, *states, body, pairs, wait_s=WRITE_WAIT_S))


def known_copies(
    database: Database, target: DomainTable, sources: Sequence[DomainTable], states: dict[str, DomainState]
) -> Job[tuple[Copies, ...]]:
    """Return the items that each source shares with the target, and what was decided; audits what was not. A job.

    Parameters
    ----------
    states
        Of all domains, in the order in which they were made, from before the tables were read.
    """
    order = {name: place for place, name in enumerate(states)}
    pairs = {source.name: _in_order(target, source, order) for source in sources}
    known = stored_findings(database)
    for one, other in pairs.values():
        if (one.name, other.name) not in known:
            yield from audit_and_store(database, (one, other), (states[one.name], states[other.name]))
    known = stored_findings(database)
    found = [
        _copies(database, target, source, known[one.name, other.name])
        for source in sources
        for one, other in [pairs[source.name]]
        if (one.name, other.name) in known
    ]
    return tuple(copies for copies in found if len(copies.source_items))


def _in_order(a: DomainTable, b: DomainTable, order: dict[str, int]) -> tuple[DomainTable, DomainTable]:
    return (a, b) if order[a.name] < order[b.name] else (b, a)


def _copies(database: Database, target: DomainTable, source: DomainTable, finding: LeakFinding) -> Copies:
    stored = same_items(database, target.name, source.name)
    of_target = Vocabulary(target.item_ids).numbers([pair.items[0] for pair in stored])
    of_source = Vocabulary(source.item_ids).numbers([pair.items[1] for pair in stored])
    is_known: Bools = (of_target != UNKNOWN) & (of_source != UNKNOWN)
    return Copies(source.name, finding.decision, finding.is_leak, of_source[is_known], of_target[is_known])


def _finding(one: DomainTable, other: DomainTable, found: Audit) -> LeakFinding:
    pairs = found.pairs
    evidence = pairs.by_id.astype(np.int64) + pairs.by_title + pairs.by_raters
    strongest = np.lexsort((-pairs.raters, -evidence))[:N_EXAMPLES].tolist()
    columns = _columns(pairs)
    return LeakFinding(
        domains=(one.name, other.name),
        pairs=len(pairs),
        leaking=found.leaking,
        shares=found.shares,
        chance=found.chance_shares,
        is_leak=found.is_leak,
        examples=tuple(
            SameItem(
                items=(one.item_ids[a], other.item_ids[b]),
                titles=(one.titles[a], other.titles[b]),
                raters=raters,
                counts=(int(found.counts[0][a]), int(found.counts[1][b])),
                evidence=_evidence(pairs, place),
            )
            for place, (a, b, raters) in ((place, columns[place]) for place in strongest)
        ),
    )


def _columns(pairs: SameItems) -> list[tuple[int, int, int]]:
    return list(zip(pairs.ones.tolist(), pairs.others.tolist(), pairs.raters.tolist(), strict=True))


def _evidence(pairs: SameItems, place: int) -> tuple[Evidence, ...]:
    words: tuple[tuple[Evidence, Bools], ...] = (
        ("id", pairs.by_id),
        ("title", pairs.by_title),
        ("raters", pairs.by_raters),
    )
    return tuple(word for word, column in words if column[place])

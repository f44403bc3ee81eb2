"""The stored reports on domains, for whoever shows them; `inspect_domains` makes them.

Loads no numpy: a window reads them in its own process.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from xdrec_app.core.errors import UserError
from xdrec_app.core.events import Value
from xdrec_app.datasets.domain_figures import DomainFigures
from xdrec_app.services.data_results import DomainReport, DomainReports, NobodyShared, Overlap
from xdrec_app.storage.database import Database
from xdrec_app.storage.reports import DomainRevision, domain_revisions, stored_overlaps, stored_report


class Overlaps(Value):
    """Who is in which domains, for all pairs of domains."""

    overlaps: tuple[Overlap, ...] = ()
    nobody: tuple[NobodyShared, ...] = ()


class Findings(NamedTuple):
    """What is known about the domains as they are at one moment.

    Attributes
    ----------
    states
        All domains.
    figures
        Name → what a close look found; domains at which nobody looked since they changed are missing.
    overlaps
        None where nobody looked since any of the domains changed.
    """

    states: list[DomainRevision]
    figures: dict[str, DomainFigures]
    overlaps: Overlaps | None

    def chosen(self, names: Sequence[str]) -> list[DomainRevision]:
        """Return the domains of some names, all without names.

        Raises
        ------
        UserError
            When there is none of such a name; the sentence lists those there are.
        """
        known = [state.name for state in self.states]
        for name in names:
            if name not in known:
                hint = f"There are: {', '.join(known)}." if known else "Import a file first."
                raise UserError(f"There is no domain '{name}'.", hint)
        return [state for state in self.states if not names or state.name in names]

    def reports(self, names: Sequence[str]) -> DomainReports:
        """Return what is known about some domains and the pairs of them; raises as :meth:`chosen` does."""
        states = self.chosen(names)
        shown = {state.name for state in states}
        overlaps = self.overlaps or Overlaps()
        return DomainReports(
            reports=tuple(
                DomainReport(domain=state.name, revision=state.revision, **dict(self.figures[state.name]))
                for state in states
                if state.name in self.figures
            ),
            overlaps=tuple(pair for pair in overlaps.overlaps if shown.issuperset(pair.domains)),
            nobody=tuple(pair for pair in overlaps.nobody if shown.issuperset(pair.domains)),
        )


def stored_findings(database: Database) -> Findings:
    """Return what is stored about all domains and is not older than the data."""
    with database.read() as connection:
        states = domain_revisions(connection)
        found = {state.name: stored_report(connection, state) for state in states}
        body = stored_overlaps(connection, states)
    figures = {name: one for name, one in found.items() if one is not None}
    return Findings(states, figures, None if body is None else Overlaps.model_validate_json(body))


def stored_reports(database: Database, names: Sequence[str] = ()) -> DomainReports:
    """Return what is stored about some domains, all without names, and is not older than the data.

    Raises
    ------
    UserError
        When there is no domain of such a name.
    """
    return stored_findings(database).reports(names)

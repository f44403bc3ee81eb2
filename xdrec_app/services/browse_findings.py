"""What is known about the domains of a workspace as a whole: stored reports, the stored audit, meanings, links.

Like all that a window reads it makes nothing anew: what is missing or older than the data, a job must make.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from pathlib import Path

from xdrec_app.datasets.linking import Rule
from xdrec_app.services.data_results import LeakFinding
from xdrec_app.services.domain_reports import stored_findings
from xdrec_app.services.finding_views import DomainMeaning, Inspection, MappingPreview, PresentLinks, StoredAudit
from xdrec_app.storage import browse_domains
from xdrec_app.storage.database import Database
from xdrec_app.storage.leaks import domain_states, load_leaks


class FindingReader:
    """Reads what is known about domains, on one thread."""

    _database: Database

    def inspection(self) -> Inspection:
        """Return what is stored from a close look at the domains and is not older than the data."""
        with self._database.read() as connection:
            state = browse_domains.revisions_key(connection)
        found = stored_findings(self._database)
        return Inspection(
            reports=found.reports(()),
            state=state,
            missing=tuple(domain.name for domain in found.states if domain.name not in found.figures),
            has_overlaps=found.overlaps is not None,
        )

    def audit(self) -> StoredAudit:
        """Return what the leakage audit found about the domains as they are now."""
        stored = load_leaks(self._database)
        current = {domains: leak for domains, leak in stored.items() if leak.is_current}
        return StoredAudit(
            findings=tuple(
                LeakFinding.model_validate_json(leak.body).model_copy(
                    update={"domains": domains, "decision": leak.decision}
                )
                for domains, leak in current.items()
            ),
            outdated=tuple(pair for pair in combinations(domain_states(self._database), 2) if pair not in current),
        )

    def meanings(self) -> tuple[DomainMeaning, ...]:
        """Return what the values of each domain mean."""
        with self._database.read() as connection:
            found = browse_domains.domain_meanings(connection)
        return tuple(DomainMeaning(**one._asdict()) for one in found)

    def present_links(self) -> PresentLinks:
        """Return how accounts become people now."""
        with self._database.read() as connection:
            settings, mapped = browse_domains.present_links(connection)
        return PresentLinks(rules=settings.rules, unlisted=settings.unlisted, mapped=tuple(sorted(mapped)))

    def linkable(self, rule_sets: Sequence[Sequence[Rule]]) -> list[int] | None:
        """Count for each set of rules the people who would be in several domains if their ids alone decided.

        None where there are too many accounts to try it while somebody waits.
        """
        with self._database.read() as connection:
            return browse_domains.linkable(connection, rule_sets)

    def mapping_preview(
        self, path: Path, columns: Mapping[str, str] | None = None, rules: Sequence[Rule] = ()
    ) -> MappingPreview:
        """Return the first rows of a mapping file and which column holds the ids of which domain.

        Parameters
        ----------
        columns
            Domain → column, as somebody decided; "" = none; the others are guessed.

        Raises
        ------
        UserError
            When the file cannot be read or has fewer than two columns.
        """
        from xdrec_app.services.mapping import preview_mapping  # numpy, which who asks for no mapping must not load

        return preview_mapping(self._database, path, columns or {}, rules)

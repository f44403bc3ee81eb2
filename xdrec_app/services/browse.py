"""What the window reads, in its own process: short read transactions on a connection that cannot write.

Imports neither torch nor pandas, scipy or numpy, nor anything that runs jobs. A browser belongs to one thread.
"""

from __future__ import annotations

from pathlib import Path
from typing import Self

from xdrec_app.core.errors import UserError
from xdrec_app.evaluation.protocol import Protocol
from xdrec_app.services.browse_findings import FindingReader
from xdrec_app.services.browse_tables import TableReader
from xdrec_app.services.figures import figures, loaded_groups
from xdrec_app.services.results import DomainSummary, SharedUsers, WorkspaceSummary
from xdrec_app.services.views import CurvePoint, Histogram, RunRow
from xdrec_app.storage import statistics
from xdrec_app.storage.database import open_database
from xdrec_app.storage.run_reading import list_runs, load_curves
from xdrec_app.storage.run_records import StoredRun


class Browser(TableReader, FindingReader):
    """Reads a workspace for a window; use :meth:`open`, and only on the thread that opened it."""

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open a workspace for reading; raises as :func:`~xdrec_app.storage.database.open_database` does."""
        return cls(open_database(path, read_only=True))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._database.close()

    def data_version(self) -> int:
        """Return a number that changes whenever any process has written to the workspace."""
        return self._database.data_version()

    def summary(self) -> WorkspaceSummary:
        """Return the domains in numbers, and the people each pair of them shares."""
        domains = statistics.all_statistics(self._database)
        with self._database.read() as connection:
            shared = statistics.shared_people(connection)
        return WorkspaceSummary(
            domains=tuple(
                DomainSummary(
                    name=one.name, users=one.users, items=one.items, interactions=one.interactions, scale=one.scale
                )
                for one in domains
            ),
            shared_users=tuple(SharedUsers(domains=pair, users=people) for pair, people in shared.items()),
        )

    def histogram(self, domain: str) -> Histogram:
        """Return how the values of a domain's interactions are distributed."""
        found = statistics.domain_statistics(self._database, domain)
        if found is None:
            raise UserError(f"There is no domain '{domain}' in the workspace.")
        return Histogram(
            values=tuple(value for value, _ in found.histogram), counts=tuple(count for _, count in found.histogram)
        )

    def runs(self) -> tuple[RunRow, ...]:
        """Return the runs that somebody asked for, newest first."""
        return tuple(_run_row(run) for run in list_runs(self._database))

    def curves(self, run: int) -> tuple[CurvePoint, ...]:
        """Return the learning curves of a run, in the order of time."""
        return tuple(
            CurvePoint(
                phase=point.phase,
                epoch=point.epoch,
                series=point.series,
                value=point.value,
                elapsed_s=point.elapsed_s,
            )
            for point in load_curves(self._database, run)
        )


def _run_row(run: StoredRun) -> RunRow:
    protocol = Protocol.model_validate_json(run.protocol)
    return RunRow(
        run=run.id,
        model=run.model,
        target=run.target,
        sources=run.sources,
        split=run.split,
        seed=run.seed,
        status=run.status,
        error=run.error,
        device=run.device,
        created_at=run.created_at,
        elapsed_s=run.elapsed_s,
        epochs=run.epochs,
        params=run.params,
        metrics=run.metrics,
        groups=loaded_groups(run.groups),
        popularity=figures(run.comparisons, "popularity"),
        lift=figures(run.comparisons, "lift"),
        margin=figures(run.comparisons, "margin"),
        protocol_sentence=protocol.sentence,
        unscored=run.unscored,
        note=run.note,
        can_serve=run.can_serve,
        candidates=protocol.candidates,
        warning=protocol.warning if run.metrics else "",
        device_reason=run.device_reason,
    )

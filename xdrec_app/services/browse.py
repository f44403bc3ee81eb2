"""What the window reads, in its own process: short read transactions on a connection that cannot write.

Imports neither torch nor pandas, scipy or numpy, nor anything that runs jobs. A browser belongs to one thread.
"""

from __future__ import annotations

from pathlib import Path
from typing import Self

from xdrec_app.core.errors import UserError
from xdrec_app.evaluation.protocol import Protocol
from xdrec_app.services.figures import figures
from xdrec_app.services.results import DomainSummary, SharedUsers, WorkspaceSummary
from xdrec_app.services.views import BatchRow, CurvePoint, Histogram, ItemRow, PersonHit, RejectedRow, RunRow
from xdrec_app.storage import browsing, statistics
from xdrec_app.storage.database import Database, open_database
from xdrec_app.storage.run_reading import list_runs, load_curves
from xdrec_app.storage.run_records import StoredRun

PAGE = 100
"""Rows of a table that are fetched at once, unless told otherwise."""

MAX_BATCHES = 1000
"""Imports that are listed at most, the newest ones."""


class Browser:
    """Reads a workspace for a window; use :meth:`open`, and only on the thread that opened it."""

    def __init__(self, database: Database) -> None:
        self._database = database

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

    def items(self, domain: str, after: int | None = None, limit: int = PAGE, search: str = "") -> tuple[ItemRow, ...]:
        """Return the next items of a domain, in the order of their import.

        Parameters
        ----------
        after
            The `key` of the last row of the page before; None for the first page.
        search
            Part of the title or of the id; empty = all.
        """
        with self._database.read() as connection:
            rows = browsing.items_page(connection, domain, after or 0, limit, search.strip())
        return tuple(ItemRow(**row._asdict()) for row in rows)

    def batches(self) -> tuple[BatchRow, ...]:
        """Return the imports, newest first."""
        with self._database.read() as connection:
            rows = browsing.batches_page(connection, MAX_BATCHES)
        return tuple(BatchRow(**row._asdict()) for row in rows)

    def rejected(self, batch: int, after_line: int = 0, limit: int = PAGE) -> tuple[RejectedRow, ...]:
        """Return the next lines of an import that were not taken, in the order of the file."""
        with self._database.read() as connection:
            rows = browsing.rejected_page(connection, batch, after_line, limit)
        return tuple(RejectedRow(**row._asdict()) for row in rows)

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

    def find_people(self, prefix: str = "", limit: int = PAGE, after: str | None = None) -> tuple[PersonHit, ...]:
        """Return the next people whose id begins with `prefix`, in the order of ids.

        Parameters
        ----------
        after
            The `user` of the last row of the page before; None for the first page.
        """
        with self._database.read() as connection:
            rows = browsing.people_page(connection, prefix, after or "", limit)
        return tuple(PersonHit(**row._asdict()) for row in rows)

    def people_count(self) -> int:
        """Return the number of people with at least one interaction."""
        with self._database.read() as connection:
            return browsing.people_count(connection)


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
        popularity=figures(run.comparisons, "popularity"),
        lift=figures(run.comparisons, "lift"),
        margin=figures(run.comparisons, "margin"),
        protocol_sentence=protocol.sentence,
        unscored=run.unscored,
        note=run.note,
        can_serve=run.can_serve,
        candidates=protocol.candidates,
        device_reason=run.device_reason,
    )

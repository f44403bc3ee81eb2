"""Use-case: append a file of ratings, clicks or purchases to a domain of a workspace."""

from __future__ import annotations

from contextlib import suppress

from xdrec_app.core.events import Change, Changed
from xdrec_app.core.jobs import Job
from xdrec_app.datasets.formats.base import TableFile
from xdrec_app.datasets.formats.interaction_file import InteractionFile
from xdrec_app.services.requests import ImportFile, ImportInteractions
from xdrec_app.services.results import ImportReport
from xdrec_app.storage.bulk import Ingested
from xdrec_app.storage.database import open_database
from xdrec_app.storage.ingest import ingest_interactions
from xdrec_app.storage.sqlite import WorkspaceBusy
from xdrec_app.storage.statistics import refresh_statistics

STATISTICS_WAIT_S = 1.0
"""The import itself waits as long as it takes; figures that can be counted later are not worth a wait."""


def import_interactions(request: ImportInteractions) -> Job[ImportReport]:
    """Import a file; all of it or, when it fails or is cancelled, nothing.

    Raises
    ------
    UserError
        When the workspace or the file cannot be used, or not one line of the file can.
    """
    with open_database(request.workspace, busy_timeout_s=STATISTICS_WAIT_S) as database:
        file = InteractionFile.open(request.file, request.dialect, request.columns)
        outcome = yield from ingest_interactions(database, request.domain, file)
        with suppress(WorkspaceBusy):  # then whoever writes now refreshes them
            refresh_statistics(database)
    yield Changed(changes=frozenset({Change.DOMAINS, Change.INTERACTIONS}))
    return report(request, file.table, file.columns, outcome)


def report(request: ImportFile, table: TableFile, columns: dict[str, str], outcome: Ingested) -> ImportReport:
    """Say what became of a file."""
    dialect = table.layout.dialect
    return ImportReport(
        batch=outcome.batch,
        domain=request.domain.strip(),
        lines=outcome.lines,
        imported=outcome.imported,
        merged=outcome.merged,
        rejected=outcome.rejected,
        encoding=dialect.encoding or "",
        delimiter=dialect.delimiter or "",
        columns=columns,
        elapsed_s=outcome.elapsed_s,
    )

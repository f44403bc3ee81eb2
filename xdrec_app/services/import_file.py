"""What all imports of a file have in common: one transaction, the figures that follow from it, the news, the report."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Protocol, TypeVar

from xdrec_app.core.errors import UserError
from xdrec_app.core.events import Change, Changed
from xdrec_app.core.jobs import Job
from xdrec_app.datasets.formats.base import TableFile
from xdrec_app.datasets.formats.dialect import Role
from xdrec_app.services.data_requests import ImportFile
from xdrec_app.services.data_results import ImportReport
from xdrec_app.storage.bulk import Ingested
from xdrec_app.storage.database import Database, open_database
from xdrec_app.storage.statistics import refresh_statistics

STATISTICS_WAIT_S = 1.0
"""The import itself waits as long as it takes; figures that can be counted later are not worth a wait."""


class UnderstoodFile(Protocol):
    """A file whose columns are known."""

    @property
    def table(self) -> TableFile:
        """How it is read."""
        ...

    @property
    def columns(self) -> dict[str, str]:
        """Role → name of its column."""
        ...


def wished_columns(request: ImportFile) -> dict[Role, str]:
    """Return the columns that were chosen; a domain that is named goes before a column that seems to name some."""
    no_column: dict[Role, str] = {"domain": ""} if request.domain else {}
    return no_column | request.columns


F = TypeVar("F", bound=UnderstoodFile)


def import_file(
    request: ImportFile,
    understand: Callable[[], F],
    ingest: Callable[[Database, F], Job[Ingested]],
    change: Change,
) -> Job[ImportReport]:
    """Import a file; all of it or, when it fails or is cancelled, nothing.

    Parameters
    ----------
    understand
        Opens the file and finds out which column is which.
    ingest
        Stores it.
    change
        What an import changes beside the domains.
    """
    with open_database(request.workspace, busy_timeout_s=STATISTICS_WAIT_S) as database:
        file = understand()
        outcome = yield from ingest(database, file)
        with suppress(UserError):  # busy or full: they are counted when they are asked for
            refresh_statistics(database)
    yield Changed(changes=frozenset({Change.DOMAINS, change}))
    dialect = file.table.layout.dialect
    return ImportReport(
        batch=outcome.batch,
        domain=", ".join(outcome.domains),
        lines=outcome.lines,
        imported=outcome.imported,
        merged=outcome.merged,
        rejected=outcome.rejected,
        trimmed=outcome.trimmed,
        format=file.table.reader.title,
        encoding=dialect.encoding or "",
        delimiter=dialect.delimiter or "",
        columns=file.columns,
        signal=outcome.signal,
        elapsed_s=outcome.elapsed_s,
    )

"""Writing a table of the workspace to a file: CSV, Excel or Parquet, by the ending of its name."""

from __future__ import annotations

import time

from xdrec_app.core.events import Progress
from xdrec_app.core.jobs import Job
from xdrec_app.services.data_requests import ExportRows
from xdrec_app.services.data_results import RowsExport
from xdrec_app.services.table_file import table_file
from xdrec_app.services.writers.base import OutColumn, writer_for
from xdrec_app.storage.database import open_database
from xdrec_app.storage.export_tables import open_table


def export_rows(request: ExportRows) -> Job[RowsExport]:
    """Write a table to a file, which appears when it is complete, or not at all.

    Raises
    ------
    UserError
        When the domain or the import is missing, the ending of the name is that of no format, the rows are too many
        for the format, or the file cannot be written.
    """
    started = time.monotonic()
    writer_for(request.out)  # a wrong name is said before anything is read
    with (
        open_database(request.workspace, read_only=True) as database,
        open_table(database, request.table, request.domain, request.batch) as table,
        table_file(request.out, [OutColumn(*column) for column in table.columns], table.n_rows) as out,
    ):
        n_done = 0
        yield Progress(done=0, total=table.n_rows, unit="rows", message="Exporting rows")
        for block in table.blocks:
            out.write(block)
            n_done += len(block)
            yield Progress(done=n_done, total=table.n_rows, unit="rows", message="Exporting rows")
        yield from out.finish()
    return RowsExport(file=request.out.absolute(), rows=n_done, elapsed_s=time.monotonic() - started)

"""Writing a table of the workspace to a file: CSV, Excel or Parquet, by the ending of its name."""

from __future__ import annotations

import time
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor, wait

from xdrec_app.core.errors import UserError
from xdrec_app.core.events import Event, Progress, Tick
from xdrec_app.core.jobs import Job
from xdrec_app.services.data_requests import ExportRows
from xdrec_app.services.data_results import RowsExport
from xdrec_app.services.whole_file import OutFile, whole_file
from xdrec_app.services.writers.base import OutColumn, RowWriter, writer_for, writers
from xdrec_app.storage.database import open_database
from xdrec_app.storage.export_tables import ExportTable, open_table

TICK_S = 0.1


def export_rows(request: ExportRows) -> Job[RowsExport]:
    """Write a table to a file, which appears when it is complete, or not at all.

    Raises
    ------
    UserError
        When the domain or the import is missing, the ending of the name is that of no format, the rows are too many
        for the format, or the file cannot be written.
    """
    started = time.monotonic()
    kind = writer_for(request.out)
    with (
        open_database(request.workspace, read_only=True) as database,
        open_table(database, request.table, request.domain, request.batch) as table,
    ):
        _require_room(kind, table)
        with whole_file(request.out) as file:
            writer = kind(file, [OutColumn(*column) for column in table.columns])
            is_finished = False
            try:
                n_rows = yield from _write(table, writer)
                yield from _finish(writer, file)
                is_finished = True
            finally:
                if not is_finished:
                    writer.abandon()
    return RowsExport(file=request.out.absolute(), rows=n_rows, elapsed_s=time.monotonic() - started)


def _require_room(kind: type[RowWriter], table: ExportTable) -> None:
    if kind.max_rows is not None and table.n_rows > kind.max_rows:
        roomy = " or ".join(writer.key.upper() for writer in writers if writer.max_rows is None)
        raise UserError(
            f"{table.n_rows:,} rows are too many for an {kind.title}, which holds {kind.max_rows:,}.",
            f"Export them as {roomy}.",
        )


def _write(table: ExportTable, writer: RowWriter) -> Generator[Event, None, int]:
    n_done = 0
    yield Progress(done=0, total=table.n_rows, unit="rows", message="Exporting rows")
    for block in table.blocks:
        writer.write(block)
        n_done += len(block)
        yield Progress(done=n_done, total=table.n_rows, unit="rows", message="Exporting rows")
    return n_done


def _finish(writer: RowWriter, file: OutFile) -> Generator[Event, None, None]:
    """Let the writer finish on a thread, for a large workbook takes its time; a cancel makes its next write fail."""
    with ThreadPoolExecutor(1) as pool:
        finishing = pool.submit(writer.finish)
        try:
            while not wait([finishing], TICK_S).done:
                yield Tick()
        except BaseException:
            file.give_up()
            raise
    finishing.result()

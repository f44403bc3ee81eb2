"""A table on its way into a file of any format: rows are written as they come, the file appears when it is whole."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from pathlib import Path

from xdrec_app.core.errors import UserError
from xdrec_app.core.events import Event, Tick
from xdrec_app.services.whole_file import OutFile, whole_file
from xdrec_app.services.writers.base import OutColumn, Row, RowWriter, writer_for, writers

TICK_S = 0.1


class TableFile:
    """An open table; see :func:`table_file`."""

    def __init__(self, writer: RowWriter, file: OutFile) -> None:
        self._writer = writer
        self._file = file
        self.is_finished = False

    def write(self, rows: Sequence[Row]) -> None:
        """Write some rows, or none."""
        if rows:
            self._writer.write(rows)

    def finish(self) -> Generator[Event, None, None]:
        """Write what is still to be written, on a thread: a large workbook takes its time.

        A cancel makes the next write of that thread fail.
        """
        with ThreadPoolExecutor(1) as pool:
            finishing = pool.submit(self._writer.finish)
            try:
                while not wait([finishing], TICK_S).done:
                    yield Tick()
            except BaseException:
                self._file.give_up()
                raise
        finishing.result()
        self.is_finished = True

    def abandon(self) -> None:
        """Let go of what was opened."""
        self._writer.abandon()


@contextmanager
def table_file(path: Path, columns: Sequence[OutColumn], max_rows: int) -> Iterator[TableFile]:
    """Open a file for a table; it replaces `path` when the block ends without an error, its last step `finish`.

    Parameters
    ----------
    max_rows
        As many rows may come.

    Raises
    ------
    UserError
        When the ending of the name is that of no format, the rows are too many for the format, or the file cannot be
        written.
    """
    kind = writer_for(path)
    if kind.max_rows is not None and max_rows > kind.max_rows:
        roomy = " or ".join(writer.key.upper() for writer in writers if writer.max_rows is None)
        raise UserError(
            f"{max_rows:,} rows are too many for an {kind.title}, which holds {kind.max_rows:,}.",
            f"Export them as {roomy}.",
        )
    with whole_file(path) as file:
        table = TableFile(kind(file, columns), file)
        try:
            yield table
        finally:
            if not table.is_finished:
                table.abandon()

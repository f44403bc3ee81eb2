"""Excel workbooks: one sheet, a frozen header, cells of the right kind, written row by row."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from xdrec_app.core.spreadsheets import harmless
from xdrec_app.services.whole_file import OutFile
from xdrec_app.services.writers.base import OutColumn, Row, RowWriter, moment, writers

MAX_TEXT = 32_767
"""Characters that a cell can hold; the rest of a longer text is left out."""

WIDTHS = {"text": 24, "number": 12, "integer": 12, "time": 19}
FIRST_DAY = datetime(1900, 1, 1)
MAX_INTEGER = 2**53


@writers.register
class ExcelWriter(RowWriter):
    """Texts are written as texts, never as formulas or links, and get an apostrophe where a copy could run them."""

    key = "xlsx"
    title = "Excel workbook"
    ending = ".xlsx"
    max_rows = 1_048_575

    def __init__(self, file: OutFile, columns: Sequence[OutColumn]) -> None:
        super().__init__(file, columns)
        import xlsxwriter

        # Rows go to a file at once, so that a million of them need no memory.
        self._book = xlsxwriter.Workbook(file, {"constant_memory": True, "tmpdir": str(file.folder)})
        self._book.use_zip64()
        self._sheet = self._book.add_worksheet()
        self._time_format = self._book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        cells: dict[str, Callable[[int, int, Any], object]] = {
            "text": self._text,
            "number": self._number,
            "integer": self._number,
            "time": self._time,
        }
        self._cells = [cells[column.kind] for column in columns]
        bold = self._book.add_format({"bold": True})
        for place, column in enumerate(columns):
            self._sheet.set_column(place, place, WIDTHS[column.kind])
            self._sheet.write_string(0, place, harmless(column.name), bold)
        self._sheet.freeze_panes(1, 0)
        self._n_rows = 0

    def write(self, rows: Sequence[Row]) -> None:
        """See :meth:`RowWriter.write`."""
        for row in rows:
            self._n_rows += 1
            for place, (cell, value) in enumerate(zip(self._cells, row, strict=True)):
                if value is not None:
                    cell(self._n_rows, place, value)

    def finish(self) -> None:
        """See :meth:`RowWriter.finish`."""
        from xlsxwriter.exceptions import FileCreateError

        try:
            self._book.close()
        except FileCreateError as error:  # an OSError in disguise
            raise error.args[0] from error

    def abandon(self) -> None:
        """See :meth:`RowWriter.abandon`."""
        self._sheet.row_data_fh.close()

    def _text(self, row: int, place: int, value: str) -> None:
        if value:
            self._sheet.write_string(row, place, harmless(value)[:MAX_TEXT])

    def _number(self, row: int, place: int, value: Any) -> None:
        """Write a number, or as text what a cell cannot hold: no number, infinity, more than 15 digits."""
        if math.isfinite(value) and (isinstance(value, float) or abs(value) <= MAX_INTEGER):
            self._sheet.write_number(row, place, value)
        else:
            self._sheet.write_string(row, place, str(value))

    def _time(self, row: int, place: int, value: int) -> None:
        at = moment(value)
        if at is not None and at >= FIRST_DAY:
            self._sheet.write_datetime(row, place, at, self._time_format)
        else:
            self._number(row, place, value)

"""Comma-separated values for spreadsheets and scripts."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from xdrec_app.core.spreadsheets import harmless
from xdrec_app.services.whole_file import OutFile
from xdrec_app.services.writers.base import OutColumn, Row, RowWriter, moment, writers


@writers.register
class DelimitedWriter(RowWriter):
    """UTF-8 with a byte order mark: without it Excel takes Chinese titles for Latin ones.

    Texts that a spreadsheet would run as a formula get an apostrophe in front.
    """

    key = "csv"
    title = "Comma-separated values (CSV)"
    ending = ".csv"

    def __init__(self, file: OutFile, columns: Sequence[OutColumn]) -> None:
        super().__init__(file, columns)
        self._cells = [_CELLS[column.kind] for column in columns]
        file.write(codecs.BOM_UTF8)
        self._write([[harmless(column.name) for column in columns]])

    def write(self, rows: Sequence[Row]) -> None:
        """See :meth:`RowWriter.write`."""
        columns = zip(*rows, strict=True)
        self._write(zip(*[map(cell, column) for cell, column in zip(self._cells, columns, strict=True)], strict=True))

    def finish(self) -> None:
        """Do nothing: every row is written at once."""

    def abandon(self) -> None:
        """Do nothing: nothing is open but the file."""

    def _write(self, rows: Iterable[Row]) -> None:
        text = io.StringIO()
        csv.writer(text).writerows(rows)
        self.file.write(text.getvalue().encode("utf-8", "surrogatepass"))


# Ids, titles and values come again and again, and to remember a cell is quicker than to make it.
_remembered = lru_cache(1 << 16)


@_remembered
def _text(value: str | None) -> str | None:
    return None if value is None else harmless(value)


@_remembered
def _number(value: float | None) -> str | None:
    return None if value is None else f"{value:.15g}"


def _integer(value: int | None) -> int | None:
    return value


def _time(value: int | None) -> datetime | int | None:
    """Return a time as people and spreadsheets read it, in UTC; one that no calendar has, in seconds."""
    return None if value is None else moment(value) or value


_CELLS: dict[str, Callable[[Any], Any]] = {"text": _text, "number": _number, "integer": _integer, "time": _time}

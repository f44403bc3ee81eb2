"""Spreadsheets of Excel and LibreOffice: one sheet is the table, its cells as a person sees them, lines are its rows.

Ids that are text keep their zeros; whole numbers have no decimals; dates are ISO 8601. A sheet is loaded as a whole.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from xdrec_app.core.errors import UserError
from xdrec_app.datasets.formats.base import SAMPLE_ROWS, Chunk, FormatReader, Layout, Record, formats
from xdrec_app.datasets.formats.columns import column_names, looks_like_header
from xdrec_app.datasets.formats.dialect import Dialect
from xdrec_app.datasets.formats.source import FileHead, Source, open_source, size_of

OLE2, ZIP = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK\x03\x04"
ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
MAX_UNPACKED = 2 << 30
"""Bytes of XML that are loaded at most; a full sheet of ten columns has about half of that."""

MAX_EXACT = 1e15
"""Excel keeps 15 digits; a whole number beyond is shown as it came."""

CHUNK_ROWS = 50_000
PANIC = "PanicException"


@formats.register
class ExcelReader(FormatReader):
    """Workbooks (.xlsx, .xlsm, .xlsb, .xls) and OpenDocument spreadsheets (.ods)."""

    key = "excel"
    title = "Excel and OpenDocument"
    endings = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")

    def sniff(self, head: FileHead, wish: Dialect, *, thorough: bool) -> Layout | None:
        """See :meth:`FormatReader.sniff`; loads the sheet, however thorough."""
        if not head.data.startswith((OLE2, ZIP)):
            return None
        with _workbook(head.path) as workbook:
            sheets = _sheet_names(workbook)
            name, sheet = _sheet(workbook, sheets, wish.sheet, head.path)
            records = list(islice(_records(sheet), SAMPLE_ROWS + 1))
        rows = [[cell.strip() for cell in record.cells] for record in records]
        has_header = looks_like_header(rows) if wish.has_header is None else wish.has_header
        decided = {"encoding": None, "delimiter": None, "has_header": has_header, "sheet": name}
        return Layout(
            confidence=1.0,
            dialect=wish.model_copy(update=decided),
            columns=column_names(rows[0] if has_header else [""] * len(rows[0])),
            sample=tuple(records[has_header:][:SAMPLE_ROWS]),
            sheets=sheets,
        )

    def read(self, path: Path, layout: Layout, wanted: Sequence[int]) -> Iterator[Chunk]:
        """See :meth:`FormatReader.read`."""
        size = size_of(path)
        n_columns = len(layout.columns)
        with _workbook(path) as workbook:
            _, sheet = _sheet(workbook, layout.sheets, layout.dialect.sheet, path)
            records = islice(_records(sheet), int(bool(layout.dialect.has_header)), None)
            while some := list(islice(records, CHUNK_ROWS)):
                done = size * some[-1].line // (sheet.total_height + 1)
                yield Chunk.of_records(some, n_columns, wanted, done=done)
        yield Chunk.of_records((), n_columns, wanted, done=size)


def cell_text(value: Any) -> str:
    """Return a cell as a person sees it."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer() and abs(value) < MAX_EXACT:
        return str(int(value))
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        minutes, seconds = divmod(int(value.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
    return str(value)


@contextmanager
def _workbook(path: Path) -> Iterator[Any]:
    """Open a workbook; whatever is wrong with it becomes a sentence."""
    from python_calamine import CalamineError, CalamineWorkbook

    with open_source(path) as source:
        if source.content is not source.file:
            raise UserError(f"{path} holds a packed spreadsheet.", "Unpack it and import what it holds.")
        _assert_loadable(source, path)
        try:
            with CalamineWorkbook.from_filelike(source.file) as workbook:
                yield workbook
        except CalamineError as error:
            raise _unreadable(source, path, str(error)) from error
        except BaseException as error:
            if type(error).__name__ != PANIC:  # the library gives up so on some damaged files
                raise
            raise _unreadable(source, path, "a value is out of its range") from error


def _assert_loadable(source: Source, path: Path) -> None:
    if source.file.read(len(ZIP)) == ZIP:
        try:
            with zipfile.ZipFile(source.file) as archive:
                size = sum(member.file_size for member in archive.infolist())
        except zipfile.BadZipFile as error:
            raise _unreadable(source, path, str(error)) from error
        if size > MAX_UNPACKED:
            raise UserError(
                f"{path} unpacks to {size / (1 << 30):.1f} GB, too much for a spreadsheet.",
                "Save its sheet as CSV or Parquet and import that.",
            )
    source.file.seek(0)


def _unreadable(source: Source, path: Path, reason: str) -> UserError:
    source.file.seek(0)
    if ENCRYPTED_STREAM in source.file.read():
        return UserError(f"{path} is protected by a password.", "Save a copy without one.")
    return UserError(
        f"{path} is no spreadsheet that can be read, or is damaged ({reason}).",
        "Open it in a spreadsheet program and save it again as .xlsx or .csv.",
    )


def _sheet_names(workbook: Any) -> tuple[str, ...]:
    from python_calamine import SheetTypeEnum

    return tuple(sheet.name for sheet in workbook.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet)


def _sheet(workbook: Any, names: Sequence[str], wish: str | None, path: Path) -> tuple[str, Any]:
    """Return the sheet that is wished, else the first that is not empty, and its name."""
    if wish is not None and wish not in names:
        raise UserError(f"{path} has no sheet '{wish}'.", f"Its sheets are: {', '.join(names)}.")
    for name in names if wish is None else [wish]:
        sheet = workbook.get_sheet_by_name(name)
        if next(_records(sheet), None) is not None:
            return name, sheet
    if wish is None:
        raise UserError(f"All sheets of {path} are empty.")
    raise UserError(f"The sheet '{wish}' of {path} is empty.")


def _records(sheet: Any) -> Iterator[Record]:
    """Go through the rows that are not blank; the text of a row is its cells, separated by tabs."""
    for line, row in enumerate(sheet.iter_rows(), start=1):
        cells = list(map(cell_text, row))
        if any(map(str.strip, cells)):
            yield Record(line, cells, "\t".join(cells))

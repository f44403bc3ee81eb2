"""Rows as files and text for spreadsheets: CSV to save, tab-separated text to paste.

A cell that a spreadsheet would run as a formula gets an apostrophe in front: titles come from other people's files.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from PySide6.QtCore import QIODevice, QSaveFile

from xdrec_app.core.errors import UserError
from xdrec_app.core.spreadsheets import harmless


def tab_separated(rows: Iterable[Sequence[str]]) -> str:
    """Return rows as text to paste; tabs and line ends within cells become spaces."""
    return "\n".join("\t".join(" ".join(harmless(cell).split()) for cell in row) for row in rows)


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write a CSV file that takes its name only when it is complete.

    UTF-8 with a byte order mark: without it Excel takes Chinese titles for Latin ones.

    Raises
    ------
    UserError
        When the file cannot be written.
    """
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(header)
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    data = text.getvalue().encode("utf-8-sig")
    file = QSaveFile(str(path))
    is_written = file.open(QIODevice.OpenModeFlag.WriteOnly) and file.write(data) == len(data) and file.commit()
    if not is_written:
        raise UserError(f"{path} cannot be written: {file.errorString()}.", "Choose another folder or name.")

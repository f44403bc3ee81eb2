"""A table of plain texts that is complete: the preview of a file, rejected lines, imports."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor

from xdrec_app.ui.theme import theme

Index = QModelIndex | QPersistentModelIndex
NUMERIC = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class TextModel(QAbstractTableModel):
    """Rows of texts under a header.

    Parameters
    ----------
    header
        One text per column.
    numeric
        Numbers of the columns that are aligned to the right.
    links
        Numbers of the columns whose cells do something when they are clicked.
    """

    def __init__(
        self,
        header: Sequence[str],
        numeric: Sequence[int] = (),
        parent: QObject | None = None,
        *,
        links: Sequence[int] = (),
    ) -> None:
        super().__init__(parent)
        self._header = list(header)
        self._numeric = frozenset(numeric)
        self._links = frozenset(links)
        self._quiet: frozenset[int] = frozenset()
        self._rows: Sequence[Sequence[str]] = ()

    def set_rows(self, rows: Sequence[Sequence[str]], header: Sequence[str] | None = None) -> None:
        """Replace the rows, and the header if one is given."""
        self.beginResetModel()
        self._rows = rows
        if header is not None:
            self._header = list(header)
        self.endResetModel()

    def set_numeric(self, columns: Sequence[int]) -> None:
        """Align other columns to the right, from the next rows on."""
        self._numeric = frozenset(columns)

    def set_quiet_columns(self, columns: frozenset[int]) -> None:
        """Show some columns faintly: they are not used."""
        self._quiet = columns
        if self._rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._rows) - 1, len(self._header) - 1))

    def rowCount(self, parent: Index | None = None) -> int:
        """Return the number of rows."""
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index | None = None) -> int:
        """Return the number of columns."""
        return 0 if parent is not None and parent.isValid() else len(self._header)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return text, alignment or colour of a cell."""
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole}:
            row = self._rows[index.row()]
            return row[index.column()] if index.column() < len(row) else ""
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() in self._numeric:
            return NUMERIC
        if role == Qt.ItemDataRole.ForegroundRole and index.column() in self._quiet:
            return QColor(theme().colours.faint)
        if role == Qt.ItemDataRole.ForegroundRole and index.column() in self._links:
            return QColor(theme().colours.accent)
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the name of a column."""
        if orientation == Qt.Orientation.Horizontal:
            if role == Qt.ItemDataRole.DisplayRole:
                return self._header[section]
            if role == Qt.ItemDataRole.TextAlignmentRole:
                return (
                    NUMERIC if section in self._numeric else Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
                )
        return None

"""The items of a domain: a window onto SQL that grows page by page as one scrolls."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt, Signal

from xdrec_app.services.views import ItemRow
from xdrec_app.ui import numbers
from xdrec_app.ui.reader import Reader
from xdrec_app.ui.tables.text_model import NUMERIC, Index

PAGE = 200
COLUMNS = 4


class ItemsModel(QAbstractTableModel):
    """Pages of :class:`~xdrec_app.services.views.ItemRow`, fetched on the reader thread.

    `loaded` is emitted after each page.
    """

    loaded = Signal()

    def __init__(self, reader: Reader, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._reader = reader
        self._header = (self.tr("Id"), self.tr("Title"), self.tr("Tags"), self.tr("Interactions"))
        self._domain = self._search = ""
        self._rows: list[ItemRow] = []
        self._is_complete = True
        self._is_fetching = False

    def show(self, domain: str, search: str) -> None:
        """Show the items of a domain whose id or title contains `search`."""
        self._domain, self._search = domain, search
        self._is_complete = self._is_fetching = False
        self._ask(None, self._replace)

    def clear(self) -> None:
        """Show nothing."""
        self._reader.forget("data.items")
        self._replace(())

    def canFetchMore(self, parent: Index) -> bool:
        """Return whether there may be more rows."""
        return not parent.isValid() and not self._is_complete and not self._is_fetching

    def fetchMore(self, parent: Index) -> None:
        """Fetch the next page; it arrives later."""
        if self.canFetchMore(parent) and self._rows:
            self._ask(self._rows[-1].key, self._append)

    def rowCount(self, parent: Index | None = None) -> int:
        """Return the number of rows fetched so far."""
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index | None = None) -> int:
        """Return the number of columns."""
        return 0 if parent is not None and parent.isValid() else COLUMNS

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return text or alignment of a cell."""
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() == COLUMNS - 1:
            return NUMERIC
        if role not in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole}:
            return None
        row = self._rows[index.row()]
        texts = (row.id, row.title or "–", ", ".join(row.tags), numbers.count(row.interactions))
        return texts[index.column()]

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the name of a column."""
        if orientation == Qt.Orientation.Horizontal:
            if role == Qt.ItemDataRole.DisplayRole:
                return self._header[section]
            if role == Qt.ItemDataRole.TextAlignmentRole:
                return NUMERIC if section == COLUMNS - 1 else Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None

    def _ask(self, after: int | None, on_answer: Any) -> None:
        domain, search = self._domain, self._search
        self._is_fetching = True
        self._reader.ask("data.items", lambda browser: browser.items(domain, after, PAGE, search), on_answer)

    def _replace(self, rows: tuple[ItemRow, ...]) -> None:
        self.beginResetModel()
        self._rows = list(rows)
        self._note_page(rows)
        self.endResetModel()
        self.loaded.emit()

    def _append(self, rows: tuple[ItemRow, ...]) -> None:
        first = len(self._rows)
        if rows:
            self.beginInsertRows(QModelIndex(), first, first + len(rows) - 1)
            self._rows.extend(rows)
            self.endInsertRows()
        self._note_page(rows)
        self.loaded.emit()

    def _note_page(self, rows: tuple[ItemRow, ...]) -> None:
        self._is_fetching = False
        self._is_complete = len(rows) < PAGE

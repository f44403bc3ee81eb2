"""The interactions of one person, all or those of one domain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QLocale, QObject, Qt, QTimeZone
from PySide6.QtCore import QDateTime as DateTime

from xdrec_app.services.results import HistoryItem
from xdrec_app.ui.tables.text_model import Index

ITEM_ROLE = int(Qt.ItemDataRole.UserRole)
SCALE_ROLE = ITEM_ROLE + 1
TITLE, TAGS, VALUE, DATE = range(4)

Scale = tuple[float, float]


def date_text(time: int | None) -> str:
    """Return the day of a moment given in seconds since 1970 (UTC); a dash when it is not known."""
    if time is None:
        return "–"
    return QLocale().toString(DateTime.fromSecsSinceEpoch(time, QTimeZone.utc()).date(), "d MMM yyyy")


class HistoryModel(QAbstractTableModel):
    """Rows in the order they came; under :data:`ITEM_ROLE` the item, under :data:`SCALE_ROLE` its domain's scale."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._header = (self.tr("Title"), self.tr("Tags"), self.tr("Value"), self.tr("Date"))
        self._all: tuple[HistoryItem, ...] = ()
        self._scales: Mapping[str, Scale] = {}
        self._domain = ""
        self.rows: tuple[HistoryItem, ...] = ()

    def set_history(self, history: Sequence[HistoryItem], scales: Mapping[str, Scale], domain: str = "") -> None:
        """Replace the interactions; `scales` gives (lowest, highest) value of each domain."""
        self.beginResetModel()
        self._all, self._scales, self._domain = tuple(history), scales, domain
        self._select()
        self.endResetModel()

    def show_domain(self, domain: str) -> None:
        """Show only one domain; "" = all."""
        self.beginResetModel()
        self._domain = domain
        self._select()
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:
        """Return the number of interactions."""
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index | None = None) -> int:
        """Return the number of columns."""
        return 0 if parent is not None and parent.isValid() else len(self._header)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a cell's text, or the whole interaction."""
        row = self.rows[index.row()]
        if role == ITEM_ROLE:
            return row
        if role == SCALE_ROLE:
            return self._scales.get(row.domain)
        if role == Qt.ItemDataRole.ToolTipRole and index.column() == TITLE:
            return f"{row.title or row.item}\n{row.domain} · {row.item}"
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole}:
            return (row.title or row.item, ", ".join(row.tags), f"{row.value:g}", date_text(row.time))[index.column()]
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the name of a column."""
        if orientation == Qt.Orientation.Horizontal:
            if role == Qt.ItemDataRole.DisplayRole:
                return self._header[section]
            if role == Qt.ItemDataRole.TextAlignmentRole:
                return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None

    def _select(self) -> None:
        self.rows = tuple(item for item in self._all if self._domain in {"", item.domain})

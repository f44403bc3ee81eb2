"""A ranked list of recommendations that can be narrowed down by a text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QObject, Qt

from xdrec_app.services.results import RecommendedItem
from xdrec_app.ui.tables.text_model import Index

ITEM_ROLE = int(Qt.ItemDataRole.UserRole)
SCORE_ROLE = ITEM_ROLE + 1
STRONGEST_ROLE = ITEM_ROLE + 2

EXPORT_HEADER = ("rank", "item", "title", "tags", "score", "why")


def cells(item: RecommendedItem) -> tuple[str, ...]:
    """Return a recommendation as the cells under :data:`EXPORT_HEADER`."""
    return (str(item.rank), item.id, item.title, "|".join(item.tags), f"{item.score:.6g}", item.why)


class RecommendationModel(QAbstractListModel):
    """Gives the title as text, and what the delegate paints under roles of its own.

    Under :data:`ITEM_ROLE` the item, under :data:`SCORE_ROLE` its score as a share of the best one's, under
    :data:`STRONGEST_ROLE` the weight of the strongest reason of the list, so that all bars can be compared.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all: tuple[RecommendedItem, ...] = ()
        self._needle = ""
        self._lowest = self._highest = self._strongest = 0.0
        self.rows: tuple[RecommendedItem, ...] = ()

    @property
    def total(self) -> int:
        """Number of recommendations, hidden ones included."""
        return len(self._all)

    def set_items(self, items: Sequence[RecommendedItem]) -> None:
        """Replace the list; the filter stays."""
        self.beginResetModel()
        self._all = tuple(items)
        scores = [item.score for item in items]
        self._highest = max(scores, default=0.0)
        # Scores have no zero of their own once one is negative: the worst of the list stands for it.
        self._lowest = min(0.0, *scores) if scores else 0.0
        self._strongest = max((reason.weight for item in items for reason in item.reasons), default=0.0)
        self._select()
        self.endResetModel()

    def set_filter(self, text: str) -> None:
        """Show only what has this text in title, id or a tag; case does not matter."""
        self.beginResetModel()
        self._needle = text.strip().casefold()
        self._select()
        self.endResetModel()

    def row_of(self, item_id: str) -> int:
        """Return the row of an item, -1 when it is not shown."""
        return next((row for row, item in enumerate(self.rows) if item.id == item_id), -1)

    def rowCount(self, parent: Index | None = None) -> int:
        """Return the number of recommendations shown."""
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return title, description, or what is painted."""
        item = self.rows[index.row()]
        if role == ITEM_ROLE:
            return item
        if role == SCORE_ROLE:
            span = self._highest - self._lowest
            return (item.score - self._lowest) / span if span > 0 else 1.0
        if role == STRONGEST_ROLE:
            return self._strongest
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{item.rank}. {item.title or item.id}. {item.why}"
        return (item.title or item.id) if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole} else None

    def _select(self) -> None:
        needle = self._needle
        self.rows = tuple(
            item for item in self._all if any(needle in text.casefold() for text in (item.title, item.id, *item.tags))
        )

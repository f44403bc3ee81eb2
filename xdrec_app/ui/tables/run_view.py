"""The view on the table of runs: the model's name takes the room that is left, and is never squeezed."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QWidget

from xdrec_app.ui.tables.run_table import RunTableModel
from xdrec_app.ui.tables.table_view import TableView

NAME_COLUMN = 1


class RunView(TableView):
    """Sorts by its header; several rows can be selected and copied."""

    def __init__(self, model: RunTableModel, name: str, parent: QWidget | None = None) -> None:
        super().__init__(model, name, parent=parent)
        self._runs = model
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setSortingEnabled(True)
        header = self.horizontalHeader()
        header.setSortIndicatorClearable(True)
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        model.modelReset.connect(self.fit_columns)

    def fit_columns(self) -> None:
        """Give each column its width, and what is left to the model's name."""
        widths = [column.width for column in self._runs.columns]
        widths[NAME_COLUMN] += max(0, self.viewport().width() - sum(widths))
        for number, width in enumerate(widths):
            self.setColumnWidth(number, width)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the columns to the new width."""
        super().resizeEvent(event)
        self.fit_columns()

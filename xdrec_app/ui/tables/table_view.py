"""The table as it looks everywhere: whole rows, quiet lines, room to breathe, copying as tab-separated text."""

from __future__ import annotations

from PySide6.QtCore import QAbstractItemModel
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

ROW_HEIGHT = 32


class TableView(QTableView):
    """A read-only table; the column `stretch` takes the room that is left.

    Parameters
    ----------
    widths
        Widths of the first columns in pixels; 0 leaves a column as it is.
    """

    def __init__(
        self,
        model: QAbstractItemModel,
        name: str,
        *,
        widths: tuple[int, ...] = (),
        stretch: int | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setModel(model)
        self.setAccessibleName(name)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setAlternatingRowColors(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        rows = self.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(ROW_HEIGHT)
        columns = self.horizontalHeader()
        columns.setHighlightSections(False)
        for number, width in enumerate(widths):
            if width:
                self.setColumnWidth(number, width)
        if stretch is not None:
            columns.setSectionResizeMode(stretch, QHeaderView.ResizeMode.Stretch)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy the selected rows as tab-separated text."""
        if event.matches(QKeySequence.StandardKey.Copy):
            QGuiApplication.clipboard().setText(self._selection_as_text())
            return
        super().keyPressEvent(event)

    def _selection_as_text(self) -> str:
        model = self.model()
        columns = range(model.columnCount())
        rows = sorted(index.row() for index in self.selectionModel().selectedRows())
        return "\n".join("\t".join(str(model.index(row, column).data() or "") for column in columns) for row in rows)

"""The view on a window model: stays where it is when rows come or go above, and says which rows it shows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from PySide6.QtCore import QItemSelectionModel, QModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QWidget

from xdrec_app.ui.spreadsheet import tab_separated
from xdrec_app.ui.tables.table_view import ROW_HEIGHT, TableView
from xdrec_app.ui.tables.text_model import Index
from xdrec_app.ui.tables.window_model import WindowModel


class WindowView(TableView):
    """The table.

    Signals
    -------
    order_asked
        Carries the key of the order of the column whose header was clicked.
    """

    order_asked = Signal(str)

    def __init__(self, model: WindowModel, parent: QWidget | None = None) -> None:
        super().__init__(model, "", parent=parent)
        self._window = model
        self._widths = [column.width for column in model.columns]
        self._stretches = [column.stretch for column in model.columns]
        self._is_fitting = False
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        header = self.horizontalHeader()
        header.setSectionsClickable(True)
        header.setSortIndicatorShown(True)
        header.sectionClicked.connect(self._header_clicked)
        header.sectionResized.connect(self._column_resized)
        self.forget_columns()
        model.replaced.connect(self._replaced)
        self._place = 0
        model.rowsAboutToBeInserted.connect(self._note_place)
        model.rowsInserted.connect(self._rows_inserted)
        model.rowsRemoved.connect(self._rows_removed)
        model.changed.connect(self._look)
        self.verticalScrollBar().valueChanged.connect(self._look)

    @property
    def selected_rows(self) -> list[Any]:
        """The selected rows, in the order of the table."""
        return [self._window.rows[at] for at in sorted(index.row() for index in self.selectionModel().selectedRows())]

    def show_order(self, order: str, *, is_falling: bool) -> None:
        """Mark the column by which the table is ordered."""
        columns = [column.order for column in self._window.columns]
        turn = Qt.SortOrder.DescendingOrder if is_falling else Qt.SortOrder.AscendingOrder
        self.horizontalHeader().setSortIndicator(columns.index(order) if order in columns else -1, turn)

    def forget_columns(self) -> None:
        """Hide the columns that may be empty until some row has something in them."""
        self._is_fitting = True
        for number, column in enumerate(self._window.columns):
            self.setColumnHidden(number, column.is_optional)
        self._fit()

    @Slot()
    def go_to_top(self) -> None:
        """Show the first rows of the table."""
        if self._window.is_at_top:
            self._put_at(at_bottom=False)
        elif self._window.source is not None:
            self._window.show(self._window.source)

    @Slot()
    def go_to_bottom(self) -> None:
        """Show the last rows of the table."""
        if self._window.is_at_bottom:
            self._put_at(at_bottom=True)
        else:
            self._window.show_bottom()

    def copy(self, *, has_header: bool = False) -> None:
        """Copy the selected rows as tab-separated text, with the names of the columns if wanted."""
        columns = [
            column for number, column in enumerate(self._window.columns) if not self.isColumnHidden(number)
        ]  # fmt: skip
        lines = [[(column.plain or column.text)(row) for column in columns] for row in self.selected_rows]
        header = [[column.title for column in columns]] if has_header else []
        QGuiApplication.clipboard().setText(tab_separated([*header, *lines]))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy, go to either end of the table, and do to the current row what a double click does."""
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.key() == Qt.Key.Key_Home:
            self.go_to_top()
        elif event.key() == Qt.Key.Key_End:
            self.go_to_bottom()
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and self.currentIndex().isValid():
            self.doubleClicked.emit(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def rowsAboutToBeRemoved(self, parent: Index, start: int, end: int) -> None:
        """Stay: where the current row goes another one becomes it, and the table would scroll there."""
        self._note_place()
        self.setAutoScroll(False)
        super().rowsAboutToBeRemoved(parent, start, end)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the columns, and show more rows or fewer."""
        super().resizeEvent(event)
        self._fit()
        self._look()

    # ------------------------------------------------------------------ rows

    @Slot()
    def _look(self) -> None:
        n_rows = self._window.rowCount()
        last = self.rowAt(self.viewport().height() - 1)
        self._window.look_at(max(0, self.rowAt(0)), last if last >= 0 else n_rows - 1)

    @Slot(bool)
    def _replaced(self, at_bottom: bool) -> None:
        self._show_columns(self._window.rows)
        self._put_at(at_bottom=at_bottom)

    @Slot(QModelIndex, int, int)
    def _rows_inserted(self, _parent: QModelIndex, first: int, last: int) -> None:
        n_new = last + 1 - first
        self._show_columns(self._window.rows[first : last + 1])
        if first == 0 and n_new < self._window.rowCount():
            self._move_by(n_new)

    @Slot(QModelIndex, int, int)
    def _rows_removed(self, _parent: QModelIndex, first: int, last: int) -> None:
        self.setAutoScroll(True)
        if first == 0:
            self._move_by(-(last + 1 - first))

    @Slot()
    def _note_place(self) -> None:
        self._place = self.verticalScrollBar().value()

    def _move_by(self, n_rows: int) -> None:
        """Keep the rows that are shown where they are, after others came or went above."""
        self.executeDelayedItemsLayout()  # now, for it sets the range of the scroll bar
        self.verticalScrollBar().setValue(self._place + n_rows * ROW_HEIGHT)

    def _put_at(self, *, at_bottom: bool) -> None:
        self.executeDelayedItemsLayout()
        n_rows = self._window.rowCount()
        index = self._window.index(n_rows - 1 if at_bottom else 0, 0)
        self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.NoUpdate)
        bar = self.verticalScrollBar()
        bar.setValue(bar.maximum() if at_bottom else 0)
        self._look()

    # ------------------------------------------------------------------ columns

    def _show_columns(self, rows: Iterable[Any]) -> None:
        for number, column in enumerate(self._window.columns):
            if self.isColumnHidden(number) and any(column.text(row) for row in rows):
                self._is_fitting = True
                self.setColumnHidden(number, False)
                self._fit()

    @Slot(int, int, int)
    def _column_resized(self, number: int, _old: int, new: int) -> None:
        if not self._is_fitting:
            self._widths[number], self._stretches[number] = new, 0
            self._fit()

    def _fit(self) -> None:
        """Share the room that is left among the columns that the user has given no width."""
        shown = [number for number in range(len(self._widths)) if not self.isColumnHidden(number)]
        left = max(0, self.viewport().width() - sum(self._widths[number] for number in shown))
        parts = max(1, sum(self._stretches[number] for number in shown))
        self._is_fitting = True
        for number in shown:
            self.setColumnWidth(number, self._widths[number] + left * self._stretches[number] // parts)
        self._is_fitting = False

    @Slot(int)
    def _header_clicked(self, number: int) -> None:
        if order := self._window.columns[number].order:
            self.order_asked.emit(order)

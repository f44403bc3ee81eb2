"""A few figures in columns: captions, lines, a quiet second figure behind the first."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QWidget

from xdrec_app.ui.theme import Space
from xdrec_app.ui.widgets.basic import label

Cell = tuple[str, str]
"""A figure and what it is of the whole; the second may be empty."""


class FigureTable(QWidget):
    """Rows of figures under captions; the first column names the rows."""

    def __init__(self, captions: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._n_columns = len(captions)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(Space.XS)
        self._grid.setVerticalSpacing(Space.S)
        self._grid.setColumnStretch(0, 1)
        for column, caption in enumerate(captions):
            self._put(0, column, label(caption, "caption"), is_whole=True)
        self.rows: list[tuple[str, tuple[Cell, ...]]] = []

    def set_rows(self, rows: Sequence[tuple[str, Sequence[Cell]]]) -> None:
        """Show other rows, each its name and one cell per further column."""
        self.rows = [(name, tuple(cells)) for name, cells in rows]
        for row in range(1, self._grid.rowCount()):
            for column in range(2 * self._n_columns):
                item = self._grid.itemAtPosition(row, column)
                widget = item.widget() if item is not None else None
                if widget is not None:
                    self._grid.removeWidget(widget)
                    widget.hide()
                    widget.deleteLater()
        for number, (name, cells) in enumerate(self.rows):
            row = 2 * number + 2
            line = QFrame()
            line.setProperty("look", "line")
            self._grid.addWidget(line, row - 1, 0, 1, 2 * self._n_columns)
            self._grid.addWidget(label(name), row, 0)
            for column, (figure, share) in enumerate(cells, start=1):
                self._put(row, column, label(figure, "strong"))
                self._put(row, column, label(share, "caption"), is_share=True)

    def _put(self, row: int, column: int, words: QLabel, *, is_share: bool = False, is_whole: bool = False) -> None:
        if column == 0:
            self._grid.addWidget(words, row, 0)
            return
        words.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        words.setMinimumWidth(56 if is_share else 64)
        self._grid.addWidget(words, row, 2 * column - 1 + is_share, 1, 2 if is_whole else 1)

"""What became of every line: lines read = imported + repeats + rejected, always."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from xdrec_app.ui import numbers
from xdrec_app.ui.theme import Space
from xdrec_app.ui.widgets.basic import StatTile, label


class ImportEquation(QWidget):
    """Four figures and the signs between them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.XL)
        self.lines = StatTile(self.tr("lines read"))
        self.imported = StatTile(self.tr("imported"))
        self.merged = StatTile(self.tr("repeat an earlier line"))
        self.merged.setToolTip(self.tr("Kept, too; which line of a pair counts is the domain's choice."))
        self.rejected = StatTile(self.tr("rejected"))
        for sign, tile in (("", self.lines), ("=", self.imported), ("+", self.merged), ("+", self.rejected)):
            if sign:
                row.addWidget(label(sign, "figure"), 0, Qt.AlignmentFlag.AlignTop)
            row.addWidget(tile)
        row.addStretch()

    def show_figures(self, lines: int, imported: int, merged: int, rejected: int) -> None:
        """Show the figures of one import or of several."""
        for tile, figure in (
            (self.lines, lines),
            (self.imported, imported),
            (self.merged, merged),
            (self.rejected, rejected),
        ):
            tile.set_figure(numbers.count(figure))

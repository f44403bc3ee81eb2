"""How much of the interactions the most popular items hold, as bars."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from xdrec_app.ui import numbers
from xdrec_app.ui.theme import Space, Type, theme
from xdrec_app.ui.widgets.painting import draw_bar, draw_text, font_of, text_width

ROW = 40
BAR = 12


class TailBars(QWidget):
    """One bar for each share of the items."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._domain = ""
        self.heads: tuple[tuple[float, float], ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme().changed.connect(self.update)

    def set_heads(self, domain: str, heads: Sequence[tuple[float, float]]) -> None:
        """Show other shares: (share of the items, share of the interactions they hold)."""
        self._domain, self.heads = domain, tuple(heads)
        self.setAccessibleDescription("; ".join(f"{self._name(items)}: {self._held(held)}" for items, held in heads))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Leave room for all bars."""
        return QSize(320, ROW * max(1, len(self.heads)))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint name, bar and figure of each share."""
        painter = QPainter(self)
        colours, font, strong = theme().colours, font_of(Type.BODY), font_of(Type.BODY, QFont.Weight.DemiBold)
        names = [self._name(items) for items, _ in self.heads]
        left = max((text_width(name, font) for name in names), default=0) + Space.L
        right = text_width(self._held(1.0), strong) + Space.M
        for number, (name, (_, held)) in enumerate(zip(names, self.heads, strict=True)):
            row = QRectF(0, number * ROW, self.width(), ROW)
            draw_text(painter, QRectF(0, row.y(), left, ROW), name, colours.text, font)
            bar = QRectF(left, row.y() + (ROW - BAR) / 2, self.width() - left - right, BAR)
            draw_bar(painter, bar, held, theme().domain_colour(self._domain))
            place = QRectF(bar.right(), row.y(), right, ROW)
            draw_text(painter, place, self._held(held), colours.text, strong, Qt.AlignmentFlag.AlignRight)

    def _name(self, items: float) -> str:
        return self.tr("Top {} of items").format(numbers.percent(items, 0))

    def _held(self, held: float) -> str:
        return numbers.percent(held)

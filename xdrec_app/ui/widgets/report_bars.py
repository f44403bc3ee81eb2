"""Counts as bars over a line with ticks; painted by hand so that no plotting library is loaded for it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QEvent, QLocale, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from xdrec_app.ui import numbers
from xdrec_app.ui.theme import Space, Type, theme
from xdrec_app.ui.widgets.painting import draw_text, font_of, text_width

HEIGHT = 176
FOOT = 20
HEAD = 8
MAX_BAR = 44.0
CROWDED = 24
"""From so many bars on they stand close together."""


class Bar(NamedTuple):
    """One bar.

    Attributes
    ----------
    label
        What stands under it, where there is room; empty for a bar between two labelled ones.
    name
        What the tool tip calls it.
    """

    label: str
    name: str
    n: int


def tick_step(top: int) -> int:
    """Return the distance of the ticks of a scale from 0 to `top`: 1, 2 or 5 times a power of ten, at most 4 ticks."""
    step: int = 10 ** max(0, math.floor(math.log10(max(1, top))) - 1)
    for factor in (1, 2, 5, 10, 20, 50, 100):
        if step * factor * 4 >= top:
            return step * factor
    return step * 100


def tick_text(tick: int) -> str:
    """Return a tick as briefly as it can be: 500, 2 k, 1.5 M."""
    for limit, unit in ((10**9, "G"), (10**6, "M"), (10**3, "k")):
        if tick >= limit:
            return f"{QLocale().toString(tick / limit, 'g', 3)} {unit}"
    return numbers.count(tick)


class BarChart(QWidget):
    """The bars of one domain; the tool tip tells count and share."""

    def __init__(self, unit: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bars: tuple[Bar, ...] = ()
        self._unit = unit
        self._domain = ""
        self._under = -1
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme().changed.connect(self.update)

    def set_bars(self, domain: str, bars: Sequence[Bar]) -> None:
        """Show other counts, in the colour of a domain."""
        self._domain, self.bars, self._under = domain, tuple(bars), -1
        self.setAccessibleDescription("; ".join(f"{bar.name}: {numbers.count(bar.n)}" for bar in self.bars))
        self.update()

    def sizeHint(self) -> QSize:
        """Be as wide as there is room."""
        return QSize(320, HEIGHT)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint ticks, bars, and as many labels as fit."""
        if not self.bars:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ticks(painter)
        painter.setPen(Qt.PenStyle.NoPen)
        for number, bar in enumerate(self.bars):
            if bar.n:
                colour = theme().domain_colour(self._domain)
                colour.setAlphaF(1.0 if number == self._under else 0.78)
                painter.setBrush(colour)
                place = self._bar(number)
                radius = min(3.0, place.width() / 3)
                painter.drawRoundedRect(place, radius, radius)
        self._paint_labels(painter)

    def event(self, event: QEvent) -> bool:
        """Show the tool tip of the bar under the pointer."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            number = self._bar_at(event.pos().x())
            QToolTip.showText(event.globalPos(), self.words(number) if number >= 0 else "", self)
            return True
        return super().event(event)

    def words(self, number: int) -> str:
        """Return what the tool tip of a bar says."""
        bar, total = self.bars[number], sum(bar.n for bar in self.bars)
        share = numbers.percent(bar.n / total) if total else "–"
        return self.tr("{name}: {n} {unit} ({share})").format(
            name=bar.name, n=numbers.count(bar.n), unit=self._unit, share=share
        )

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Mark the bar under the pointer."""
        self._mark(self._bar_at(event.position().x()))

    def leaveEvent(self, event: QEvent) -> None:
        """Mark no bar."""
        self._mark(-1)
        super().leaveEvent(event)

    # ------------------------------------------------------------------ places

    @property
    def _top(self) -> int:
        return max(1, *(bar.n for bar in self.bars))

    @property
    def _gutter(self) -> float:
        widest = max(text_width(tick_text(tick), font_of(Type.CAPTION)) for tick in self._ticks())
        return widest + Space.S

    def _ticks(self) -> range:
        step = tick_step(self._top)
        return range(0, self._top + 1, step)

    def _y(self, count: int) -> float:
        room = self.height() - FOOT - HEAD
        return HEAD + room * (1 - count / self._top)

    def _slot_width(self) -> float:
        return (self.width() - self._gutter) / len(self.bars)

    def _bar(self, number: int) -> QRectF:
        slot = self._slot_width()
        width = min(MAX_BAR, slot * (0.84 if len(self.bars) >= CROWDED else 0.7))
        left = self._gutter + number * slot + (slot - width) / 2
        top = min(self._y(self.bars[number].n), self._y(0) - 1.5)
        return QRectF(left, top, width, self._y(0) - top)

    def _bar_at(self, x: float) -> int:
        if not self.bars or x < self._gutter:
            return -1
        return min(len(self.bars) - 1, int((x - self._gutter) / self._slot_width()))

    def _mark(self, number: int) -> None:
        if number != self._under:
            self._under = number
            self.update()

    # ------------------------------------------------------------------ painting

    def _paint_ticks(self, painter: QPainter) -> None:
        colours, font = theme().colours, font_of(Type.CAPTION)
        for tick in self._ticks():
            y = round(self._y(tick)) + 0.5
            painter.setPen(QColor(colours.border_strong if tick == 0 else colours.border))
            painter.drawLine(QPointF(self._gutter, y), QPointF(self.width(), y))
            place = QRectF(0, y - 9, self._gutter - Space.S + 1, 18)
            draw_text(painter, place, tick_text(tick), colours.muted, font, Qt.AlignmentFlag.AlignRight)

    def _paint_labels(self, painter: QPainter) -> None:
        colours, font = theme().colours, font_of(Type.CAPTION)
        free_from = 0.0
        for number, bar in enumerate(self.bars):
            width = text_width(bar.label, font)
            middle = self._gutter + (number + 0.5) * self._slot_width()
            left = min(middle - width / 2, self.width() - width)
            if bar.label and left >= free_from:
                place = QRectF(left, self.height() - FOOT + 3, width + 1, FOOT - 3)
                draw_text(painter, place, bar.label, colours.muted, font)
                free_from = left + width + Space.M

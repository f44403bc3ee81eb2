"""How often each value occurs, as thin bars; painted by hand so that no plotting library is loaded for it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from xdrec_app.services.views import Histogram
from xdrec_app.ui import numbers
from xdrec_app.ui.theme import Type, theme

MAX_BARS = 40
AXIS_HEIGHT = 20
HEAD_ROOM = 4
MAX_BAR_WIDTH = 36.0


def merge_bars(histogram: Histogram, limit: int = MAX_BARS) -> list[tuple[str, int]]:
    """Return (label, count) of at most `limit` bars: neighbouring values share a bar where there are more."""
    pairs = list(zip(histogram.values, histogram.counts, strict=True))
    if len(pairs) <= limit:
        return [(_value(value), count) for value, count in pairs]
    step = -(-len(pairs) // limit)
    groups = [pairs[start : start + step] for start in range(0, len(pairs), step)]
    return [(f"{_value(group[0][0])} – {_value(group[-1][0])}", sum(n for _, n in group)) for group in groups]


def _value(value: float) -> str:
    return f"{value:g}"


class HistogramView(QWidget):
    """The bars of one domain; the tool tip tells value, count and share."""

    def __init__(self, colour: QColor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colour = colour
        self._bars: list[tuple[str, int]] = []
        self.setMinimumHeight(92)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def bars(self) -> list[tuple[str, int]]:
        """What is shown: (label, count) of each bar."""
        return self._bars

    def set_histogram(self, histogram: Histogram) -> None:
        """Show other counts."""
        self._bars = merge_bars(histogram)
        self.setAccessibleDescription("; ".join(f"{name}: {numbers.count(n)}" for name, n in self._bars))
        self.update()

    def set_colour(self, colour: QColor) -> None:
        """Show the bars in another colour."""
        self._colour = colour
        self.update()

    def sizeHint(self) -> QSize:
        """Be as wide as there is room."""
        return QSize(220, 92)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint bars, base line, and as many labels as fit."""
        if not self._bars:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        top = max(count for _, count in self._bars) or 1
        base = self.height() - AXIS_HEIGHT
        painter.setPen(Qt.PenStyle.NoPen)
        for number, (_, count) in enumerate(self._bars):
            height = max(2.0, (base - HEAD_ROOM) * count / top)
            bar = self._slot(number)
            colour = QColor(self._colour)
            colour.setAlphaF(0.45 + 0.55 * count / top)
            painter.setBrush(colour)
            painter.drawRoundedRect(QRectF(bar.left(), base - height, bar.width(), height), 3, 3)
        painter.setPen(QColor(theme().colours.border))
        painter.drawLine(QPointF(0, base + 0.5), QPointF(self.width(), base + 0.5))
        self._paint_labels(painter, base)

    def event(self, event: QEvent) -> bool:
        """Show the tool tip of the bar under the pointer."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip and self._bars:
            number = int(event.pos().x() * len(self._bars) / max(1, self.width()))
            name, count = self._bars[min(number, len(self._bars) - 1)]
            share = count / max(1, sum(n for _, n in self._bars))
            QToolTip.showText(event.globalPos(), f"{name}: {numbers.count(count)} ({numbers.percent(share)})", self)
            return True
        return super().event(event)

    def _slot(self, number: int) -> QRectF:
        width = self.width() / len(self._bars)
        bar = min(MAX_BAR_WIDTH, width * 0.72)
        return QRectF(number * width + (width - bar) / 2, 0, bar, self.height())

    def _paint_labels(self, painter: QPainter, base: int) -> None:
        font = self.font()
        font.setPixelSize(Type.CAPTION - 1)
        painter.setFont(font)
        painter.setPen(QColor(theme().colours.muted))
        metrics = QFontMetrics(font)
        names = [name.split(" – ")[0] for name, _ in self._bars]
        widest = max(metrics.horizontalAdvance(name) for name in names) + 8
        every = max(1, -(-int(widest * len(names)) // max(1, self.width())))
        for number in range(0, len(names), every):
            middle = self._slot(number).center().x()
            place = QRectF(middle - 30, base + 3, 60, AXIS_HEIGHT - 3)
            painter.drawText(place, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, names[number])

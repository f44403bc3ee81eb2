"""A relative difference as a dot on a line, its interval as a bar around it, zero in the middle; painted by hand."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from xdrec_app.services.results import LiftFigure
from xdrec_app.ui.metric_words import verdict
from xdrec_app.ui.theme import theme

LEAST_SPAN = 0.05


def span_of(figure: LiftFigure) -> float:
    """Return how far from zero the drawing of a figure reaches."""
    ends = (figure.relative, figure.low or 0.0, figure.high or 0.0)
    return max(LEAST_SPAN, *(abs(end) for end in ends if not math.isnan(end)))


class IntervalBar(QWidget):
    """One figure; bars with the same `span` can be compared by eye."""

    def __init__(self, metric: str, figure: LiftFigure, span: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._figure, self._span = figure, span
        self._verdict = verdict(metric, figure)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self._verdict.text)
        self.setToolTip(self._verdict.text)

    def sizeHint(self) -> QSize:
        """Return a size that fits into a row of text."""
        return QSize(72, 14)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint zero, the interval and the dot."""
        figure = self._figure
        if math.isnan(figure.relative):
            return
        colours = theme().colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = self.height() / 2
        painter.setPen(QPen(QColor(colours.border), 1))
        painter.drawLine(QPointF(0, middle), QPointF(self.width(), middle))
        painter.setPen(QPen(QColor(colours.border_strong), 1))
        painter.drawLine(QPointF(self._x(0), 2), QPointF(self._x(0), self.height() - 2))
        colour = QColor(getattr(colours, self._verdict.tone))
        painter.setPen(Qt.PenStyle.NoPen)
        if figure.low is not None and figure.high is not None:
            soft = QColor(colour)
            soft.setAlphaF(0.35)
            painter.setBrush(soft)
            left, right = self._x(figure.low), self._x(figure.high)
            painter.drawRoundedRect(QRectF(left, middle - 3, max(2.0, right - left), 6), 3, 3)
        painter.setBrush(colour)
        painter.drawEllipse(QPointF(self._x(figure.relative), middle), 4, 4)

    def _x(self, value: float) -> float:
        room = self.width() / 2 - 5
        return self.width() / 2 + room * max(-1.0, min(1.0, value / self._span))

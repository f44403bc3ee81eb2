"""A small picture of what the application is about: people who are at home in more than one domain."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from xdrec_app.ui.theme import theme

SIZE = QSize(220, 180)
RADIUS = 56.0
CENTRES = ((84.0, 66.0), (138.0, 66.0), (111.0, 112.0))
N_DOTS = 46
GOLDEN_ANGLE = math.pi * (3 - math.sqrt(5))


class OverlapPicture(QWidget):
    """Three overlapping circles with people in them; who stands in two or three is drawn strongly."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedSize(SIZE)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint circles, then people."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for number, (x, y) in enumerate(CENTRES):
            colour = theme().series_colour(number)
            fill = QColor(colour)
            fill.setAlphaF(0.16)
            edge = QColor(colour)
            edge.setAlphaF(0.75)
            painter.setBrush(fill)
            painter.setPen(QPen(edge, 1.6))
            painter.drawEllipse(QPointF(x, y), RADIUS, RADIUS)
        painter.setPen(Qt.PenStyle.NoPen)
        for place, inside in _people():
            ink = QColor(theme().colours.text) if len(inside) > 1 else theme().series_colour(inside[0])
            ink.setAlphaF(0.35 + 0.2 * len(inside))
            painter.setBrush(ink)
            radius = 1.8 + 0.6 * len(inside)
            painter.drawEllipse(place, radius, radius)


def _people() -> list[tuple[QPointF, list[int]]]:
    """Return evenly strewn points and the circles each lies in."""
    found = []
    for number in range(N_DOTS * 2):
        distance = 92 * math.sqrt((number + 0.5) / (N_DOTS * 2))
        place = QPointF(
            111 + distance * math.cos(number * GOLDEN_ANGLE), 81 + distance * math.sin(number * GOLDEN_ANGLE)
        )
        inside = [
            circle for circle, (x, y) in enumerate(CENTRES) if math.hypot(place.x() - x, place.y() - y) < RADIUS - 5
        ]
        if inside:
            found.append((place, inside))
    return found

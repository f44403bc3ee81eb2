"""A domain's name in its colour, as a small chip that only tells."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from xdrec_app.ui.theme import Space, Type, theme
from xdrec_app.ui.widgets.painting import draw_dot, draw_text, font_of, text_width

HEIGHT = 26
DOT_ROOM = 22


class DomainTag(QWidget):
    """Shows a domain and, if wanted, a note behind its name."""

    def __init__(self, domain: str, note: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.domain, self._note = domain, note
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(f"{domain} {note}".strip())
        theme().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """Return the room for dot, name and note."""
        font = font_of(Type.BODY)
        note = text_width(self._note, font) + Space.S if self._note else 0
        return QSize(round(DOT_ROOM + text_width(self.domain, font) + note + Space.M), HEIGHT)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the chip on a quiet ground of the domain's colour."""
        colours, colour, font = theme().colours, theme().domain_colour(self.domain), font_of(Type.BODY)
        ground = QColor(colour)
        ground.setAlphaF(0.16)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(QRectF(self.rect()), HEIGHT / 2, HEIGHT / 2)
        draw_dot(painter, QPointF(13, HEIGHT / 2), colour)
        name = text_width(self.domain, font)
        place = QRectF(DOT_ROOM, 0, name + 1, HEIGHT)
        draw_text(painter, place, self.domain, colours.text, font)
        if self._note:
            draw_text(
                painter, QRectF(place.right() + Space.S - 1, 0, self.width(), HEIGHT), self._note, colours.muted, font
            )

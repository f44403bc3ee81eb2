"""Some people to begin with, as tiles: what a page offers before anybody was chosen."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QGridLayout, QSizePolicy, QVBoxLayout, QWidget

from xdrec_app.services.views import PersonHit
from xdrec_app.ui import numbers
from xdrec_app.ui.theme import Space, Type, theme
from xdrec_app.ui.widgets.basic import label
from xdrec_app.ui.widgets.painting import draw_dot, draw_text, font_of, text_width

COLUMNS = 4
TILE_HEIGHT = 92
DOT_ONLY = 12


class PersonTile(QAbstractButton):
    """One person: id, interactions, the dots of the domains."""

    def __init__(self, person: PersonHit, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.person = person
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._activity = self.tr("{} interactions").format(numbers.count(person.interactions))
        domains = ", ".join(person.domains)
        self.setAccessibleName(f"{person.user}: {self._activity}, {domains}")
        self.setToolTip(domains)
        theme().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """Return a size with room for three lines."""
        return QSize(180, TILE_HEIGHT)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint a card with the person's lines."""
        colours = theme().colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        is_marked = self.underMouse() or self.hasFocus()
        painter.setPen(QPen(QColor(colours.accent if is_marked else colours.border), 2 if self.hasFocus() else 1))
        painter.setBrush(QColor(colours.surface))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 12, 12)
        inner = QRectF(self.rect()).adjusted(Space.L, Space.M, -Space.L, -Space.M)
        line = inner.height() / 3
        name, small = font_of(Type.LEAD, QFont.Weight.DemiBold), font_of(Type.CAPTION)
        draw_text(painter, QRectF(inner.x(), inner.y(), inner.width(), line), self.person.user, colours.text, name)
        middle = QRectF(inner.x(), inner.y() + line, inner.width(), line)
        draw_text(painter, middle, self._activity, colours.muted, small)
        x, y = inner.x(), inner.y() + 2 * line
        for domain in self.person.domains:
            width = text_width(domain, small)
            room = inner.right() - x - Space.M
            if room < DOT_ONLY:
                break
            draw_dot(painter, QPointF(x + 4, y + line / 2), theme().domain_colour(domain))
            draw_text(painter, QRectF(x + Space.M, y, min(width + 1, room), line), domain, colours.muted, small)
            x += Space.M + width + Space.S


class PeopleTiles(QWidget):
    """A heading and a grid of tiles.

    Signals
    -------
    chosen
        Carries the id of the person that was clicked.
    """

    chosen = Signal(str)

    def __init__(self, heading: str, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, Space.M, 0, 0)
        column.setSpacing(Space.XS)
        column.addWidget(label(heading, "heading"))
        column.addWidget(label(text, "muted", wraps=True))
        column.addSpacing(Space.M)
        self._grid = QGridLayout()
        self._grid.setSpacing(Space.M)
        column.addLayout(self._grid)
        column.addStretch()
        for number in range(COLUMNS):
            self._grid.setColumnStretch(number, 1)
        self.tiles: list[PersonTile] = []

    def set_people(self, people: Sequence[PersonHit]) -> None:
        """Offer other people."""
        for tile in self.tiles:
            self._grid.removeWidget(tile)
            tile.hide()
            tile.deleteLater()
        self.tiles = [PersonTile(person) for person in people]
        for number, tile in enumerate(self.tiles):
            tile.clicked.connect(partial(self._clicked, tile.person.user))
            self._grid.addWidget(tile, number // COLUMNS, number % COLUMNS)

    def _clicked(self, user: str, _checked: bool = False) -> None:
        self.chosen.emit(user)

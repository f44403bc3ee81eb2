"""Some people to begin with, as tiles: what a page offers before anybody was chosen."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from xdrec_app.services.views import PersonHit
from xdrec_app.ui import numbers
from xdrec_app.ui.theme import Space, theme
from xdrec_app.ui.widgets.basic import Dot, label

COLUMNS = 4
TILE_HEIGHT = 92


class PersonTile(QPushButton):
    """One person: id, interactions, the dots of the domains."""

    def __init__(self, person: PersonHit, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.person = person
        self.setProperty("look", "tile")
        self.setFixedHeight(TILE_HEIGHT)
        self.setMinimumWidth(150)
        domains = ", ".join(person.domains)
        interactions = self.tr("{} interactions").format(numbers.count(person.interactions))
        self.setAccessibleName(f"{person.user}: {interactions}, {domains}")
        self.setToolTip(domains)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.L, Space.M, Space.L, Space.M)
        column.setSpacing(Space.XS)
        column.addWidget(label(person.user, "strong"))
        column.addWidget(label(interactions, "caption"))
        dots = QHBoxLayout()
        dots.setSpacing(Space.XS)
        self._dots = [Dot(theme().domain_colour(domain)) for domain in person.domains]
        for dot in self._dots:
            dots.addWidget(dot)
        dots.addSpacing(Space.XS)
        dots.addWidget(label(self.tr("{} domains").format(len(person.domains)), "caption"))
        dots.addStretch()
        column.addLayout(dots)
        theme().changed.connect(self._recolour)

    def _recolour(self) -> None:
        for dot, domain in zip(self._dots, self.person.domains, strict=True):
            dot.set_colour(theme().domain_colour(domain))


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

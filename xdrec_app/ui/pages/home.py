"""Home: how to begin when nothing is open, what there is and what comes next when something is."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import ClassVar

from PySide6.QtCore import QT_TRANSLATE_NOOP, QSize, Qt, Slot
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from xdrec_app.core.events import Change
from xdrec_app.services.requests import WorldKey
from xdrec_app.ui import numbers
from xdrec_app.ui.icons import IconLabel
from xdrec_app.ui.pages.base import Page, pages
from xdrec_app.ui.theme import Space, theme
from xdrec_app.ui.widgets.basic import Card, Dot, StatTile, button, clear_layout, label
from xdrec_app.ui.widgets.overlap_picture import OverlapPicture

CONTENT_WIDTH = 880


@pages.register
class HomePage(Page):
    """The first page."""

    key: ClassVar[str] = "home"
    title: ClassVar[str] = str(QT_TRANSLATE_NOOP("Page", "Home"))
    icon: ClassVar[str] = "home"
    order: ClassVar[int] = 0
    has_header: ClassVar[bool] = False

    def build(self) -> None:
        """Make the column in the middle."""
        middle = QWidget()
        middle.setMaximumWidth(CONTENT_WIDTH)
        self._column = QVBoxLayout(middle)
        self._column.setContentsMargins(0, Space.XL, 0, Space.L)
        self._column.setSpacing(Space.L)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(middle, 20)
        row.addStretch(1)
        self.content.addStretch(1)
        self.content.addLayout(row)
        self.content.addStretch(3)
        theme().changed.connect(self._redraw)

    def refresh(self, changes: frozenset[Change]) -> None:
        """Show the open workspace, or the ways to begin."""
        clear_layout(self._column)
        if self.context.state.is_open:
            self._show_workspace()
        else:
            self._show_welcome()

    @Slot()
    def _redraw(self) -> None:
        if self.isVisible():
            self.refresh(frozenset())

    def _show_welcome(self) -> None:
        commands = self.context.commands
        hero = QWidget()
        beside = QHBoxLayout(hero)
        beside.setContentsMargins(0, 0, 0, 0)
        beside.setSpacing(Space.XL)
        words = QVBoxLayout()
        words.setSpacing(Space.M)
        words.addStretch()
        words.addWidget(label(self.tr("What does one domain tell us about the other?"), "display", wraps=True))
        text = self.tr(
            "Bring ratings, clicks or purchases of the same people in books, movies, music … "
            "and see what each adds to the recommendations of the others."
        )
        words.addWidget(label(text, "lead", wraps=True))
        words.addStretch()
        beside.addLayout(words, 1)
        beside.addWidget(OverlapPicture())
        self._column.addWidget(hero)
        tiles = QWidget()
        row = QHBoxLayout(tiles)
        row.setContentsMargins(0, Space.M, 0, 0)
        row.setSpacing(Space.L)
        sample = Tile(
            "sample",
            self.tr("Explore the sample"),
            self.tr("Books, movies and music: 200,000 invented ratings in seconds"),
            is_primary=True,
        )
        sample.clicked.connect(commands.open_sample)
        new = Tile("plus", self.tr("New workspace"), self.tr("Start empty and import your own files"))
        new.clicked.connect(commands.choose_new)
        old = Tile("folder", self.tr("Open workspace"), self.tr("A *.xdrec file holds data, runs and models"))
        old.clicked.connect(commands.choose_open)
        for tile in (sample, new, old):
            row.addWidget(tile, 1)
        self._column.addWidget(tiles)
        self._column.addWidget(self._other_samples())
        self._show_recent()
        self._column.addWidget(_drop_zone(self.tr("Drop a workspace, files or a folder anywhere in the window")))

    def _other_samples(self) -> QWidget:
        worlds: tuple[tuple[WorldKey, str, str], ...] = (
            ("shop", self.tr("Shop"), self.tr("Fashion, sports and home: views, carts and purchases with prices")),
            ("news_video", self.tr("News and video"), self.tr("Seconds of reading and watching; items live for days")),
            ("music", self.tr("Music"), self.tr("Songs, podcasts and concerts: plays and tickets")),
            ("ads", self.tr("Ads"), self.tr("Advertisements shown and clicked, and what was bought")),
        )
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(Space.XS, 0, 0, 0)
        row.setSpacing(Space.XS)
        row.addWidget(label(self.tr("Other sample worlds:"), "muted"))
        for world, name, sentence in worlds:
            made = button(name, partial(self.context.commands.open_world, world), look="link")
            made.setToolTip(sentence)
            made.setAccessibleDescription(sentence)
            row.addWidget(made)
        row.addStretch()
        return line

    def _show_recent(self) -> None:
        recent = [path for path in self.context.settings.recent() if path != self.context.state.path]
        if not recent:
            return
        card = Card(self.tr("Recent"))
        card.body.setSpacing(Space.XS)
        for path in recent:
            card.body.addWidget(self._recent_row(path))
        self._column.addWidget(card)

    def _recent_row(self, path: Path) -> QPushButton:
        made = RowButton("file", path.stem, str(path.parent))
        made.clicked.connect(lambda _checked=False: self.context.commands.open_files([path]))
        return made

    def _show_workspace(self) -> None:
        state = self.context.state
        assert state.path is not None and state.snapshot is not None
        self._column.addWidget(label(state.path.stem, "display", wraps=True))
        place = label(str(state.path), "muted")
        place.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._column.addWidget(place)
        self._column.addWidget(self._next_step())
        if state.domains:
            self._column.addWidget(self._contents())
        self._show_recent()

    def _contents(self) -> Card:
        state = self.context.state
        assert state.snapshot is not None
        card = Card(self.tr("In this workspace"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(Space.XL)
        shared = max((pair.users for pair in state.snapshot.summary.shared_users), default=0)
        figures = (
            (self.tr("domains"), numbers.count(len(state.domains))),
            (self.tr("interactions"), numbers.count(sum(domain.interactions for domain in state.domains))),
            (self.tr("items"), numbers.count(sum(domain.items for domain in state.domains))),
            (self.tr("people shared by the closest pair"), numbers.count(shared)),
            (self.tr("runs"), numbers.count(len(state.runs))),
        )
        for place, (caption, figure) in enumerate(figures):
            grid.addWidget(StatTile(caption, figure), 0, place)
        card.body.addLayout(grid)
        names = QHBoxLayout()
        names.setSpacing(Space.S)
        for domain in state.domains:
            names.addWidget(Dot(theme().domain_colour(domain.name)))
            names.addWidget(label(domain.name))
            names.addSpacing(Space.M)
        names.addStretch()
        card.body.addLayout(names)
        return card

    def _next_step(self) -> Card:
        navigate, state = self.context.navigate, self.context.state
        if not state.domains:
            heading, text = self.tr("Import your first file"), self.tr("A table of who rated or bought what.")
            action = button(self.tr("Import …"), self.context.commands.choose_import, look="primary", icon="import")
        elif not any(run.can_serve for run in state.runs):
            heading = self.tr("Train a first model")
            text = self.tr("Pick the domain to recommend in and the domains that may help.")
            action = button(self.tr("Train"), lambda: navigate("train"), look="primary", icon="train")
        else:
            heading = self.tr("See what is recommended to whom, and why")
            text = self.tr("Search a person, pick a run, and read the ranked list with its reasons.")
            action = button(
                self.tr("Recommendations"), lambda: navigate("recommendations"), look="primary", icon="recommendations"
            )
        card = Card()
        row = QHBoxLayout()
        row.setSpacing(Space.L)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(label(self.tr("Next step"), "caption"))
        words.addWidget(label(heading, "heading"))
        words.addWidget(label(text, "muted", wraps=True))
        row.addLayout(words, 1)
        row.addWidget(button(self.tr("Look at the data"), lambda: navigate("data")))
        row.addWidget(action)
        card.body.addLayout(row)
        return card


class Tile(QPushButton):
    """A large button: icon, name, one sentence."""

    def __init__(self, icon: str, name: str, sentence: str, *, is_primary: bool = False) -> None:
        super().__init__()
        self.setProperty("look", "tile-primary" if is_primary else "tile")
        self.setAccessibleName(name)
        self.setAccessibleDescription(sentence)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setMinimumHeight(148)
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(Space.L, Space.L, Space.L, Space.L)
        column.setSpacing(Space.XS)
        column.addWidget(IconLabel(icon, 28, "on_accent" if is_primary else "accent"))
        column.addSpacing(Space.S)
        column.addWidget(_passive(label(name, "heading")))
        column.addWidget(_passive(label(sentence, "" if is_primary else "muted", wraps=True)))
        column.addStretch()

    def sizeHint(self) -> QSize:
        """Take the height of what is inside; all tiles of a row are equally wide."""
        return QSize(200, self._column.sizeHint().height())


class RowButton(QPushButton):
    """A wide flat button: icon, name, and where it is."""

    def __init__(self, icon: str, name: str, place: str) -> None:
        super().__init__()
        self.setProperty("look", "row")
        self.setAccessibleName(name)
        self.setAccessibleDescription(place)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setMinimumHeight(40)
        row = QHBoxLayout(self)
        row.setContentsMargins(Space.S, 0, Space.S, 0)
        row.setSpacing(Space.M)
        row.addWidget(IconLabel(icon, 18))
        row.addWidget(_passive(label(name, "strong")))
        row.addWidget(_passive(label(place, "caption")), 1)


def _passive(words: QLabel) -> QLabel:
    words.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    return words


def _drop_zone(text: str) -> QFrame:
    zone = QFrame()
    zone.setProperty("look", "drop-zone")
    zone.setMinimumHeight(104)
    column = QVBoxLayout(zone)
    column.setSpacing(Space.S)
    column.addStretch()
    column.addWidget(IconLabel("import", 24, "faint"), 0, Qt.AlignmentFlag.AlignHCenter)
    column.addWidget(label(text, "muted"), 0, Qt.AlignmentFlag.AlignHCenter)
    column.addStretch()
    return zone

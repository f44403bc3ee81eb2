"""Data: the domains, the people they share, how values are distributed, items, imports and rejected lines."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from PySide6.QtCore import QT_TRANSLATE_NOOP, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QGridLayout, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from xdrec_app.core.events import Change
from xdrec_app.services.views import Histogram, RejectedRow
from xdrec_app.ui import numbers
from xdrec_app.ui.pages.base import Page, pages
from xdrec_app.ui.theme import Space
from xdrec_app.ui.widgets.basic import Card, EmptyState, button
from xdrec_app.ui.widgets.domain_card import DomainCard
from xdrec_app.ui.widgets.empty_states import nothing_imported
from xdrec_app.ui.widgets.imports_card import SHOWN_LINES, ImportsCard
from xdrec_app.ui.widgets.items_card import ItemsCard
from xdrec_app.ui.widgets.overlap_matrix import OverlapMatrix

if TYPE_CHECKING:
    from xdrec_app.services.browse import Browser

CARD_WIDTH = 300
NARROW = 960
OF_DATA = frozenset({Change.DOMAINS, Change.INTERACTIONS, Change.ITEMS, Change.LINKS})


def read_histograms(names: tuple[str, ...], browser: Browser) -> dict[str, Histogram]:
    """Return the distribution of the values of each domain."""
    return {name: browser.histogram(name) for name in names}


def read_rejected(batch: int, browser: Browser) -> tuple[int, tuple[RejectedRow, ...]]:
    """Return the first rejected lines of an import, with its number."""
    return batch, browser.rejected(batch, 0, SHOWN_LINES)


@pages.register
class DataPage(Page):
    """The second page."""

    key: ClassVar[str] = "data"
    title: ClassVar[str] = str(QT_TRANSLATE_NOOP("Page", "Data"))
    icon: ClassVar[str] = "data"
    order: ClassVar[int] = 1

    def build(self) -> None:
        """Make cards and tables, empty."""
        commands = self.context.commands
        self._import = button(self.tr("Import …"), commands.choose_import, look="primary", icon="import")
        self.header_actions.addWidget(self._import)
        self._states = QStackedWidget()
        self._states.addWidget(self._make_empty())
        self._states.addWidget(self._make_closed())
        self._states.addWidget(self._make_full())
        self.content.addWidget(self._states, 1)
        self.cards: list[DomainCard] = []

    def refresh(self, changes: frozenset[Change]) -> None:
        """Show what is in the workspace."""
        state = self.context.state
        self._import.setVisible(state.is_open)
        if state.snapshot is None:
            self.subtitle.setText(self.tr("No workspace is open"))
            self._states.setCurrentIndex(1)
            return
        if not state.domains:
            self.subtitle.setText(self.tr("The workspace is empty"))
            self._states.setCurrentIndex(0)
            return
        if changes & OF_DATA:
            self._fill()
        self._states.setCurrentIndex(2)

    def activate(self, payload: dict[str, Any]) -> None:
        """Show the rejected lines of the import ``batch``."""
        if "batch" in payload:
            self._ask_rejected(payload["batch"])

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put as many cards in a row as fit."""
        super().resizeEvent(event)
        if self._is_built:
            self._place_cards()

    # ------------------------------------------------------------------ widgets

    def _make_empty(self) -> QWidget:
        return nothing_imported(
            self.context.commands,
            "data",
            self.tr("Nothing imported yet"),
            self.tr(
                "Import a file of ratings, clicks or purchases for each domain. "
                "A column for the person and one for the item are enough."
            ),
        )

    def _make_closed(self) -> QWidget:
        commands = self.context.commands
        return EmptyState(
            "folder",
            self.tr("No workspace is open"),
            self.tr("Data, runs and models live in a workspace, which is one file."),
            (
                button(self.tr("Explore the sample"), commands.open_sample, look="primary", icon="sample"),
                button(self.tr("New …"), commands.choose_new),
                button(self.tr("Open …"), commands.choose_open),
            ),
        )

    def _make_full(self) -> QWidget:
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.L)
        self._grid = QGridLayout()
        self._grid.setSpacing(Space.L)
        column.addLayout(self._grid)
        self._middle = middle = QHBoxLayout()
        middle.setSpacing(Space.L)
        overlap = Card(
            self.tr("Shared people"),
            self.tr("People with interactions in both domains, and their share of the smaller one"),
        )
        self.matrix = OverlapMatrix()
        overlap.body.addWidget(self.matrix)
        overlap.body.addStretch()
        self.imports = ImportsCard()
        self.imports.rejected_asked.connect(self._ask_rejected)
        middle.addWidget(overlap, 4)
        middle.addWidget(self.imports, 7)
        column.addLayout(middle)
        self.items = ItemsCard(self.context.reader)
        column.addWidget(self.items, 1)
        return whole

    # ------------------------------------------------------------------ content

    def _fill(self) -> None:
        state = self.context.state
        assert state.snapshot is not None
        names = tuple(domain.name for domain in state.domains)
        self.subtitle.setText(
            self.tr("{n} interactions in {domains} domains").format(
                n=numbers.count(sum(domain.interactions for domain in state.domains)), domains=len(names)
            )
        )
        for card in self.cards:
            self._grid.removeWidget(card)
            card.hide()
            card.deleteLater()
        self.cards = [DomainCard(domain) for domain in state.domains]
        self._place_cards()
        self.matrix.set_summary(state.snapshot.summary)
        self.imports.set_batches(state.snapshot.batches)
        self.items.set_domains(names)
        self.context.reader.ask("data.histograms", partial(read_histograms, names), self._show_histograms)

    def _place_cards(self) -> None:
        is_narrow = self.width() < NARROW
        self._middle.setDirection(QBoxLayout.Direction.TopToBottom if is_narrow else QBoxLayout.Direction.LeftToRight)
        margins = self.content.contentsMargins()
        room = self.width() - margins.left() - margins.right()
        columns = max(1, min(len(self.cards), room // CARD_WIDTH))
        for number in range(self._grid.columnCount()):
            self._grid.setColumnStretch(number, 0)
        for number, card in enumerate(self.cards):
            self._grid.addWidget(card, number // columns, number % columns)
            self._grid.setColumnStretch(number % columns, 1)

    def _show_histograms(self, histograms: dict[str, Histogram]) -> None:
        for card in self.cards:
            if card.domain.name in histograms:
                card.set_histogram(histograms[card.domain.name])

    @Slot(int)
    def _ask_rejected(self, batch: int) -> None:
        self.context.reader.ask("data.rejected", partial(read_rejected, batch), self._show_rejected)

    def _show_rejected(self, answer: tuple[int, tuple[RejectedRow, ...]]) -> None:
        self.imports.show_rejected(*answer)

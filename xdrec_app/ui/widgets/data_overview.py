"""All domains at a glance: a card each, pairs that share nobody, the people they share, and the imports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from xdrec_app.services.data_results import NobodyShared
from xdrec_app.services.finding_views import DomainMeaning, Inspection
from xdrec_app.services.results import DomainSummary
from xdrec_app.services.views import Histogram
from xdrec_app.ui.theme import Space
from xdrec_app.ui.widgets.basic import button, clear_layout
from xdrec_app.ui.widgets.domain_card import DomainCard
from xdrec_app.ui.widgets.imports_card import ImportsCard
from xdrec_app.ui.widgets.nobody_notice import NobodyNotice
from xdrec_app.ui.widgets.overlap_card import OverlapCard
from xdrec_app.ui.workspace_state import Snapshot

CARD_WIDTH = 300
MIN_WIDTH = 400
NARROW = 900
SHOWN_NOTICES = 2


class DataOverview(QWidget):
    """Cards, notices, matrix, imports.

    Signals
    -------
    asked
        Something shall be done with a domain, see :attr:`DomainCard.asked`.
    rule_asked, links_asked
        People shall be linked, by a rule or in a way to be chosen.
    """

    asked = Signal(str, str)
    rule_asked = Signal(str)
    links_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cards: list[DomainCard] = []
        self.notices: list[NobodyNotice] = []
        self._domains: tuple[DomainSummary, ...] = ()
        self._strangers: tuple[NobodyShared, ...] = ()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.L)
        self._notices = QVBoxLayout()
        self._notices.setSpacing(Space.S)
        column.addLayout(self._notices)
        self._grid = QGridLayout()
        self._grid.setSpacing(Space.L)
        column.addLayout(self._grid)
        self._middle = QHBoxLayout()
        self._middle.setSpacing(Space.L)
        self.overlap = OverlapCard()
        self.overlap.links_asked.connect(self.links_asked)
        self.imports = ImportsCard()
        self._middle.addWidget(self.overlap, 4)
        self._middle.addWidget(self.imports, 8)
        column.addLayout(self._middle, 1)

    @property
    def matrix(self) -> QWidget:
        """The matrix of shared people."""
        return self.overlap.matrix

    def set_snapshot(self, snapshot: Snapshot) -> None:
        """Show other domains and imports."""
        if snapshot.summary.domains != self._domains:
            self._domains = snapshot.summary.domains
            self._make_cards()
        self.overlap.set_summary(snapshot.summary)
        self.overlap.setVisible(len(self._domains) > 1)
        self.imports.set_batches(snapshot.batches)

    def set_inspection(self, inspection: Inspection | None) -> None:
        """Show who is active in which domains, and which of them share nobody."""
        reports = inspection.reports if inspection is not None else None
        self.overlap.set_overlaps(reports.overlaps if reports is not None else ())
        self._set_strangers(reports.nobody if reports is not None else ())

    def set_details(self, histograms: Mapping[str, Histogram], meanings: Sequence[DomainMeaning]) -> None:
        """Show how values are distributed, and what they mean."""
        by_name = {meaning.name: meaning for meaning in meanings}
        for card in self.cards:
            if card.domain.name in histograms:
                card.set_histogram(histograms[card.domain.name])
            if card.domain.name in by_name:
                card.set_meaning(by_name[card.domain.name])

    def minimumSizeHint(self) -> QSize:
        """Let a narrow place make cards stack, not scroll sideways."""
        return QSize(MIN_WIDTH, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put as many cards in a row as fit."""
        super().resizeEvent(event)
        self._place_cards()

    def _make_cards(self) -> None:
        for card in self.cards:
            self._grid.removeWidget(card)
            card.hide()
            card.deleteLater()
        self.cards = [DomainCard(domain) for domain in self._domains]
        for card in self.cards:
            card.asked.connect(self.asked)
        self._place_cards()

    def _place_cards(self) -> None:
        is_narrow = self.width() < NARROW
        self._middle.setDirection(QBoxLayout.Direction.TopToBottom if is_narrow else QBoxLayout.Direction.LeftToRight)
        columns = max(1, min(len(self.cards), self.width() // CARD_WIDTH))
        for number in range(self._grid.columnCount()):
            self._grid.setColumnStretch(number, 0)
        for number, card in enumerate(self.cards):
            self._grid.addWidget(card, number // columns, number % columns)
            self._grid.setColumnStretch(number % columns, 1)

    def _set_strangers(self, strangers: tuple[NobodyShared, ...]) -> None:
        if strangers == self._strangers:
            return
        self._strangers = strangers
        clear_layout(self._notices)
        self.notices = [NobodyNotice(pair) for pair in strangers]
        for notice in self.notices:
            notice.rule_asked.connect(self.rule_asked)
            notice.links_asked.connect(self.links_asked)
            self._notices.addWidget(notice)
        hidden = self.notices[SHOWN_NOTICES:]
        for notice in hidden:
            notice.hide()
        if hidden:
            words = self.tr("Show all {n} pairs of domains that share nobody").format(n=len(strangers))
            self.more = button(words, self._show_all_notices, look="link")
            self._notices.addWidget(self.more, 0, Qt.AlignmentFlag.AlignLeft)

    def _show_all_notices(self) -> None:
        self.more.hide()
        for notice in self.notices:
            notice.show()

"""What a person had, newest first, all domains together or one of them."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from xdrec_app.services.results import PersonProfile
from xdrec_app.ui import numbers
from xdrec_app.ui.tables.history_model import DATE, TAGS, HistoryModel, Scale
from xdrec_app.ui.tables.table_view import TableView
from xdrec_app.ui.widgets.basic import Card
from xdrec_app.ui.widgets.history_delegate import HistoryDelegate
from xdrec_app.ui.widgets.segments import Segments

MIN_HEIGHT = 420
ROW = 36
TAGS_WIDTH = 150


class HistoryCard(Card):
    """Domain switch and table."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("History"), " ", parent)
        self.domains = Segments(self.tr("Domain of the history"))
        self.domains.changed.connect(self._show_domain)
        self.header.addWidget(self.domains)
        self.model = HistoryModel(self)
        self.table = TableView(self.model, self.tr("History"), widths=(0, TAGS_WIDTH, 108, 104), stretch=0)
        self.table.setItemDelegate(HistoryDelegate(self.table))
        self.table.verticalHeader().setDefaultSectionSize(ROW)
        self.table.setMinimumHeight(MIN_HEIGHT)
        self.body.addWidget(self.table, 1)

    def set_profile(self, profile: PersonProfile, scales: Mapping[str, Scale]) -> None:
        """Show a person's history; stays with the chosen domain where the person has it."""
        shown, total = len(profile.history), profile.history_total
        words = (
            self.tr("All {n} interactions, newest first").format(n=numbers.count(total))
            if shown >= total
            else self.tr("The newest {shown} of {n} interactions").format(
                shown=numbers.count(shown), n=numbers.count(total)
            )
        )
        self.hint.setText(words)
        self.domains.set_choices([("", self.tr("All")), *((taste.domain, taste.domain) for taste in profile.domains)])
        self.domains.setVisible(len(profile.domains) > 1)
        self.model.set_history(profile.history, scales, self.domains.chosen)
        self.table.setColumnHidden(DATE, all(item.time is None for item in profile.history))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the tags a third of the room."""
        super().resizeEvent(event)
        self.table.setColumnWidth(TAGS, max(TAGS_WIDTH, self.width() * 3 // 10))

    @Slot()
    def _show_domain(self) -> None:
        self.model.show_domain(self.domains.chosen)
        self.table.scrollToTop()

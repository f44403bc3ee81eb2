"""Who is shown: the id, the domains as chips, and the activity in a few figures."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from xdrec_app.services.results import PersonProfile
from xdrec_app.ui import numbers
from xdrec_app.ui.tables.history_model import date_text
from xdrec_app.ui.theme import Space
from xdrec_app.ui.widgets.basic import Card, StatTile, label
from xdrec_app.ui.widgets.domain_tag import DomainTag
from xdrec_app.ui.widgets.flow_layout import FlowLayout


class PersonHeader(Card):
    """The head of a profile."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        row = QHBoxLayout()
        row.setSpacing(Space.XXL)
        words = QVBoxLayout()
        words.setSpacing(Space.S)
        self.name = label("", "title")
        self.name.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        words.addWidget(self.name)
        chips = QWidget()
        self._chips = FlowLayout(chips)
        words.addWidget(chips)
        row.addLayout(words, 1)
        self._interactions = StatTile(self.tr("interactions"))
        self._last = StatTile(self.tr("last seen"))
        self._first = StatTile(self.tr("first seen"))
        for tile in (self._interactions, self._first, self._last):
            row.addWidget(tile, 0, Qt.AlignmentFlag.AlignVCenter)
        self.body.addLayout(row)
        self.tags: list[DomainTag] = []

    def set_profile(self, profile: PersonProfile) -> None:
        """Show a person."""
        self.name.setText(profile.user)
        self.setAccessibleName(profile.user)
        for tag in self.tags:
            self._chips.removeWidget(tag)
            tag.hide()
            tag.deleteLater()
        self.tags = [DomainTag(taste.domain, numbers.count(taste.interactions)) for taste in profile.domains]
        for tag in self.tags:
            self._chips.addWidget(tag)
        self._interactions.set_figure(numbers.count(profile.history_total))
        times = [item.time for item in profile.history if item.time is not None]
        is_whole = len(profile.history) >= profile.history_total
        self._first.setVisible(bool(times) and is_whole)
        self._last.setVisible(bool(times))
        if times:
            self._first.set_figure(date_text(min(times)))
            self._last.set_figure(date_text(max(times)))

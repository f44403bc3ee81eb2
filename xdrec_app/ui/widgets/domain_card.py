"""One domain in a card: how many people, items and interactions, what its lines say, and how values are distributed."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QWidget

from xdrec_app.services.finding_views import DomainMeaning
from xdrec_app.services.results import DomainSummary
from xdrec_app.services.views import Histogram
from xdrec_app.ui import numbers
from xdrec_app.ui.theme import Space, theme
from xdrec_app.ui.widgets.basic import Card, Dot, StatTile, icon_button, label
from xdrec_app.ui.widgets.histogram import HistogramView
from xdrec_app.ui.widgets.report_words import meaning_words, policy_words, scale_words


class DomainCard(Card):
    """Shows a domain; histogram and meaning arrive later.

    Signals
    -------
    asked
        Something shall be done with the domain, whose name comes second: report, rows, settings, rename, delete, or to
        export interactions, items, people.
    """

    asked = Signal(str, str)

    def __init__(self, domain: DomainSummary, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.domain = domain
        self.setAccessibleName(domain.name)
        self._dot = Dot(theme().domain_colour(domain.name))
        head = QHBoxLayout()
        head.setSpacing(Space.S)
        head.addWidget(self._dot)
        head.addWidget(label(domain.name, "heading"))
        head.addStretch()
        self.meaning = label(scale_words(domain.scale), "chip")
        self.meaning.setVisible(bool(scale_words(domain.scale)))
        head.addWidget(self.meaning, 0, Qt.AlignmentFlag.AlignVCenter)
        head.addWidget(self._make_menu())
        self.body.addLayout(head)
        figures = QHBoxLayout()
        figures.setSpacing(Space.XL)
        figures.addWidget(StatTile(self.tr("people"), numbers.count(domain.users)))
        figures.addWidget(StatTile(self.tr("items"), numbers.count(domain.items)))
        figures.addWidget(StatTile(self.tr("interactions"), numbers.count(domain.interactions)))
        figures.addStretch()
        self.body.addLayout(figures)
        self.histogram = HistogramView(theme().domain_colour(domain.name))
        self.histogram.setAccessibleName(self.tr("How often each value occurs in {}").format(domain.name))
        self.body.addWidget(self.histogram)
        filled = domain.interactions / max(1, domain.users * domain.items)
        per_person = domain.interactions / max(1, domain.users)
        words = self.tr("{n} per person, {share} of all pairs known")
        self.body.addWidget(
            label(words.format(n=numbers.figure(per_person, 1), share=numbers.percent(filled, 2)), "caption")
        )
        theme().changed.connect(self._recolour)

    def set_histogram(self, histogram: Histogram) -> None:
        """Show the distribution of the values."""
        self.histogram.set_histogram(histogram)

    def set_meaning(self, meaning: DomainMeaning) -> None:
        """Show what a line says."""
        self.settings.setEnabled(meaning.has_interactions)
        self.meaning.setVisible(meaning.has_interactions)
        self.meaning.setText(meaning_words(meaning.signal.kind, self.domain.scale))
        self.meaning.setToolTip(self.tr("Of repeated lines: {}").format(policy_words(meaning.signal.repeats)))

    def _make_menu(self) -> QToolButton:
        opener = icon_button("more", self.tr("What can be done with {}").format(self.domain.name), self._open_menu)
        self.menu = menu = QMenu(opener)
        self._add(menu, "report", self.tr("Show the report"))
        self._add(menu, "rows", self.tr("Show the rows"))
        menu.addSeparator()
        self.settings = self._add(menu, "settings", self.tr("What its values mean …"))
        self._add(menu, "rename", self.tr("Rename …"))
        exports = menu.addMenu(self.tr("Export"))
        self._add(exports, "interactions", self.tr("Interactions …"))
        self._add(exports, "items", self.tr("Items …"))
        self._add(exports, "people", self.tr("People …"))
        menu.addSeparator()
        self._add(menu, "delete", self.tr("Delete …"))
        self._opener = opener
        return opener

    def _open_menu(self) -> None:
        corner = self._opener.rect().bottomRight()
        corner.setX(corner.x() - self.menu.sizeHint().width())
        self.menu.popup(self._opener.mapToGlobal(corner))

    def _add(self, menu: QMenu, deed: str, text: str) -> QAction:
        return menu.addAction(text, partial(self.asked.emit, deed, self.domain.name))

    @Slot()
    def _recolour(self) -> None:
        colour = theme().domain_colour(self.domain.name)
        self._dot.set_colour(colour)
        self.histogram.set_colour(colour)

"""One domain in a card: how many people, items and interactions, and how the values are distributed."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QWidget

from xdrec_app.services.results import DomainSummary
from xdrec_app.services.views import Histogram
from xdrec_app.ui import numbers
from xdrec_app.ui.theme import Space, theme
from xdrec_app.ui.widgets.basic import Card, Dot, StatTile, label
from xdrec_app.ui.widgets.histogram import HistogramView


class DomainCard(Card):
    """Shows a domain; the histogram arrives later."""

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
        low, high = domain.scale
        scale = f"{low:g} – {high:g}" if low != high else f"{low:g}"
        head.addWidget(label(self.tr("values {}").format(scale), "chip"))
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

    @Slot()
    def _recolour(self) -> None:
        colour = theme().domain_colour(self.domain.name)
        self._dot.set_colour(colour)
        self.histogram.set_colour(colour)

"""A person in one domain: how much, how they rate, and which tags stand out."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QWidget

from xdrec_app.services.results import DomainTaste
from xdrec_app.ui import numbers
from xdrec_app.ui.theme import Space, theme
from xdrec_app.ui.widgets.basic import Card, Dot, StatTile, label
from xdrec_app.ui.widgets.tag_bars import TagBars


class TasteCard(Card):
    """Shows one domain of a person."""

    def __init__(self, taste: DomainTaste, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.taste = taste
        self.setAccessibleName(self.tr("Taste in {}").format(taste.domain))
        self._dot = Dot(theme().domain_colour(taste.domain))
        head = QHBoxLayout()
        head.setSpacing(Space.S)
        head.addWidget(self._dot)
        head.addWidget(label(taste.domain, "heading"))
        head.addStretch()
        self.body.addLayout(head)
        figures = QHBoxLayout()
        figures.setSpacing(Space.XL)
        figures.addWidget(StatTile(self.tr("interactions"), numbers.count(taste.interactions)))
        figures.addWidget(StatTile(self.tr("mean value"), numbers.figure(taste.mean_value, 2)))
        figures.addStretch()
        self.body.addLayout(figures)
        if taste.tags:
            self.bars = TagBars(taste.domain, taste.tags)
            self.body.addWidget(self.bars)
            self.body.addStretch()
            words = self.tr("Bar: share of their likes. Tick: everybody's.")
            self.body.addWidget(label(words, "caption", wraps=True))
        else:
            words = self.tr("No tag stands out: the items have none, or the person likes what everybody likes.")
            self.body.addWidget(label(words, "muted", wraps=True))
            self.body.addStretch()
        theme().changed.connect(self._recolour)

    def _recolour(self) -> None:
        self._dot.set_colour(theme().domain_colour(self.taste.domain))

"""The people that domains share: the matrix, for everybody or for the active ones, and the way to link more."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QWidget

from xdrec_app.services.data_results import Overlap
from xdrec_app.services.results import WorkspaceSummary
from xdrec_app.ui.widgets.basic import Card, button, label
from xdrec_app.ui.widgets.overlap_matrix import OverlapMatrix
from xdrec_app.ui.widgets.segments import Segments


class OverlapCard(Card):
    """Matrix and switch.

    Signals
    -------
    links_asked
        How people are linked shall be shown.
    """

    links_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        head = QHBoxLayout()
        head.addWidget(label(self.tr("Shared people"), "heading"))
        head.addStretch()
        head.addWidget(button(self.tr("Link people …"), self.links_asked.emit, look="link", icon="link"))
        self.body.addLayout(head)
        self._hint = label("", "caption", wraps=True)
        self.body.addWidget(self._hint)
        self.people = Segments(self.tr("Who is counted"))
        self.people.set_choices((("all", self.tr("Everybody")), ("active", self.tr("5 or more in each"))))
        self.people.changed.connect(self._show)
        self.matrix = OverlapMatrix()
        self.body.addWidget(self.matrix)
        foot = QHBoxLayout()
        foot.addWidget(self.people)
        foot.addStretch()
        self.body.addLayout(foot)
        self.body.addStretch()
        self.set_overlaps(())

    def set_summary(self, summary: WorkspaceSummary) -> None:
        """Show other domains."""
        self.matrix.set_summary(summary)

    def set_overlaps(self, overlaps: Sequence[Overlap]) -> None:
        """Say how many are active in both; with nothing the choice is gone."""
        self.matrix.set_overlaps(overlaps)
        self.people.setVisible(bool(overlaps))
        if not overlaps:
            self.people.choose("all")
        self._show()

    @Slot()
    def _show(self) -> None:
        counts_active = self.people.chosen == "active"
        self.matrix.count_active(counts_active)
        everybody = self.tr("People with interactions in both domains, and their share of the smaller one")
        active = self.tr("Of the people in both domains, those with at least 5 interactions in each")
        self._hint.setText(active if counts_active else everybody)

"""Everything about one recommendation: the item, the sentence, and every reason."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from xdrec_app.services.results import RecommendedItem
from xdrec_app.ui import numbers
from xdrec_app.ui.theme import Space
from xdrec_app.ui.widgets.basic import Card, label
from xdrec_app.ui.widgets.flow_layout import FlowLayout
from xdrec_app.ui.widgets.reason_bars import ReasonBars


class RecommendationDetails(Card):
    """The pane beside the list."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.setAccessibleName(self.tr("Details of the recommendation"))
        self.setMinimumWidth(240)
        self.body.setContentsMargins(0, 0, 0, 0)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._inside = QWidget()
        column = QVBoxLayout(self._inside)
        column.setContentsMargins(Space.L + 2, Space.L, Space.L + 2, Space.L)
        column.setSpacing(Space.M)
        area.setWidget(self._inside)
        for ground in (area.viewport(), self._inside):
            ground.setAutoFillBackground(False)
        self.body.addWidget(area)
        self.title = label("", "heading", wraps=True)
        self.title.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.about = label("", "caption", wraps=True)
        self._tags = QWidget()
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self._tags.setSizePolicy(policy)
        self._flow = FlowLayout(self._tags, Space.XS)
        self._chips: list[QLabel] = []
        line = QFrame()
        line.setProperty("look", "line")
        self.why = label("", wraps=True)
        self._heading = label(self.tr("Reasons in the history"), "strong")
        self.bars = ReasonBars()
        self.rest = label("", "caption", wraps=True)
        for part in (self.title, self.about, self._tags, line, self.why, self._heading, self.bars, self.rest):
            column.addWidget(part)
        column.addStretch()

    def set_item(self, item: RecommendedItem | None) -> None:
        """Show a recommendation; nothing for None."""
        self._inside.setVisible(item is not None)
        if item is None:
            return
        self.title.setText(item.title or item.id)
        self.about.setText(
            self.tr("{id}  ·  rank {rank}  ·  score {score}").format(
                id=item.id, rank=item.rank, score=numbers.figure(item.score)
            )
        )
        self._show_tags(item.tags)
        self.why.setText(item.why)
        self.why.setVisible(bool(item.why))
        self.bars.set_reasons(item.reasons)
        for part in (self._heading, self.bars, self.rest):
            part.setVisible(bool(item.reasons))
        named = sum((reason.weight for reason in item.reasons), 0.0)
        self.rest.setText(
            self.tr("Together these {n} make up {named} of what speaks for it; the rest of the history {rest}.").format(
                n=len(item.reasons), named=numbers.percent(named, 0), rest=numbers.percent(max(0.0, 1 - named), 0)
            )
        )

    def _show_tags(self, tags: tuple[str, ...]) -> None:
        for chip in self._chips:
            self._flow.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        self._chips = [label(tag, "chip") for tag in tags]
        for chip in self._chips:
            self._flow.addWidget(chip)
        self._tags.setVisible(bool(tags))

"""What the sources did, in one coloured sentence per key metric."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from xdrec_app.models.capabilities import Task
from xdrec_app.services.results import LiftFigure
from xdrec_app.ui.icons import IconLabel
from xdrec_app.ui.metric_words import key_metrics, lift_sentence, verdict
from xdrec_app.ui.theme import Space
from xdrec_app.ui.widgets.basic import clear_layout, label

_ICONS = {"success": "success", "danger": "warning", "muted": "info"}


class LiftLines(QWidget):
    """One sentence per key metric that has a lift; hidden without any."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(Space.XS)
        self.sentences: list[str] = []

    def set_lift(self, lift: Mapping[str, LiftFigure], task: Task | None) -> None:
        """Show the lift of a run."""
        clear_layout(self._column)
        self.sentences = []
        for number, name in enumerate(key_metrics(lift, task)):
            sentence, tone = lift_sentence(name, lift[name]), verdict(name, lift[name]).tone
            self.sentences.append(sentence)
            self._column.addWidget(_line(sentence, tone, is_first=number == 0))
        self.setVisible(bool(self.sentences))


def _line(sentence: str, tone: str, *, is_first: bool) -> QWidget:
    made = QWidget()
    row = QHBoxLayout(made)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(Space.S)
    row.addWidget(IconLabel(_ICONS[tone], 18, tone))
    words = label(sentence, tone, wraps=True)
    if is_first:
        font = words.font()
        font.setBold(True)
        words.setFont(font)
    row.addWidget(words, 1)
    return made

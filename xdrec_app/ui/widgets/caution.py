"""A sentence that warns against a figure, shown right above it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from xdrec_app.ui.icons import IconLabel
from xdrec_app.ui.theme import Space
from xdrec_app.ui.widgets.basic import label


class Caution(QFrame):
    """Hidden as long as there is nothing to warn of."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("level", "warning")
        row = QHBoxLayout(self)
        row.setContentsMargins(Space.M, Space.S, Space.M, Space.S)
        row.setSpacing(Space.M)
        self.text = label("", wraps=True)
        row.addWidget(IconLabel("warning", 20, "warning"), 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.text, 1)
        self.hide()

    def warn(self, sentence: str) -> None:
        """Show a sentence; an empty one hides it."""
        self.text.setText(sentence)
        self.setVisible(bool(sentence))

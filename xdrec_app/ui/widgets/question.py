"""A question inside the window: the page behind it is dimmed, the keyboard answers, nothing blocks."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from xdrec_app.ui.theme import Space, theme
from xdrec_app.ui.widgets.basic import Card, button, label

Answer = tuple[str, str, Callable[[], None]]
"""Label, look of the button, what it does."""


class Question(QWidget):
    """Covers `parent` until one of the answers is chosen; Escape chooses the first, the harmless one."""

    def __init__(self, parent: QWidget, heading: str, text: str, answers: tuple[Answer, ...]) -> None:
        super().__init__(parent)
        self._covered = parent
        self._answers = answers
        card = Card()
        card.setMinimumWidth(480)
        card.body.setContentsMargins(Space.XL, Space.XL, Space.XL, Space.XL)
        card.body.addWidget(label(heading, "heading", wraps=True))
        card.body.addWidget(label(text, "muted", wraps=True))
        row = QHBoxLayout()
        row.setSpacing(Space.S)
        row.addStretch()
        self.buttons = [button(words, partial(self.answer, act), look=look) for words, look, act in answers]
        for one in self.buttons:
            row.addWidget(one)
        card.body.addSpacing(Space.S)
        card.body.addLayout(row)
        outer = QVBoxLayout(self)
        outer.addWidget(card, 0, Qt.AlignmentFlag.AlignCenter)
        self.setAccessibleName(heading)
        parent.installEventFilter(self)
        self.setGeometry(parent.rect())
        self.show()
        self.raise_()
        self.buttons[0].setFocus()

    def answer(self, act: Callable[[], None]) -> None:
        """Close the question and do what was chosen."""
        self.hide()
        self.deleteLater()
        act()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay as large as the parent."""
        if event.type() == QEvent.Type.Resize and watched is self._covered:
            self.setGeometry(self._covered.rect())
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take Escape as the first answer."""
        if event.key() == Qt.Key.Key_Escape:
            self.answer(self._answers[0][2])
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Dim what lies behind."""
        veil = QColor(0, 0, 0, 150 if theme().is_dark else 90)
        QPainter(self).fillRect(self.rect(), veil)

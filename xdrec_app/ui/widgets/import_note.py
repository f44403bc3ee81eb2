"""One line in the colour of what it says, with buttons for what can be done about it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from xdrec_app.ui.icons import IconLabel
from xdrec_app.ui.theme import Space
from xdrec_app.ui.widgets.basic import button, label, restyle

TOKENS = {"info": "accent", "success": "success", "warning": "warning", "error": "danger"}


class ImportNote(QFrame):
    """The line.

    Attributes
    ----------
    buttons
        Those that are offered now.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(Space.M, Space.S, Space.M, Space.S)
        self._row.setSpacing(Space.M)
        self._icon = IconLabel("info", 20, "accent")
        self.words = label("", wraps=True)
        self._row.addWidget(self._icon)
        self._row.addWidget(self.words, 1)
        self.buttons: list[QPushButton] = []
        self.level = "info"

    def say(self, level: str, text: str, *offers: tuple[str, Callable[[], object]], more: str = "") -> None:
        """Say something.

        Parameters
        ----------
        level
            info, success, warning or error.
        offers
            Label of a button and what it does.
        more
            What a tool tip adds.
        """
        self.level = level
        restyle(self, "level", level)
        self._icon.set_icon(level, TOKENS[level])
        self.words.setText(text)
        self.setToolTip(more)
        for old in self.buttons:
            old.hide()
            old.deleteLater()
        self.buttons = [button(words, act) for words, act in offers]
        for one in self.buttons:
            self._row.addWidget(one)

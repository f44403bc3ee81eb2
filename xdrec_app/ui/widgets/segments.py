"""A choice of one of a few, as buttons in a well."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QPushButton, QWidget

from xdrec_app.ui.widgets.basic import clear_layout


class Segments(QFrame):
    """The buttons.

    Signals
    -------
    changed
        The user chose another one.
    """

    changed = Signal()

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("look", "well")
        self.setAccessibleName(name)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(2, 2, 2, 2)
        self._row.setSpacing(2)
        self._group = QButtonGroup(self)
        self._group.buttonClicked.connect(self._clicked)
        self.chosen = ""
        self.buttons: list[QPushButton] = []

    def set_choices(self, choices: Sequence[tuple[str, str]]) -> None:
        """Offer (key, text) of each choice; stays with the chosen one if it is among them, else takes the first."""
        for old in self.buttons:
            self._group.removeButton(old)
        clear_layout(self._row)
        self.buttons = []
        keys = [key for key, _ in choices]
        if self.chosen not in keys:
            self.chosen = keys[0] if keys else ""
        for key, text in choices:
            segment = QPushButton(text)
            segment.setObjectName(key)
            segment.setProperty("look", "segment")
            segment.setCheckable(True)
            segment.setChecked(key == self.chosen)
            self._group.addButton(segment)
            self._row.addWidget(segment)
            self.buttons.append(segment)

    def choose(self, key: str) -> None:
        """Show another one as chosen; says nothing."""
        for segment in self.buttons:
            if segment.objectName() == key:
                segment.setChecked(True)
                self.chosen = key

    @Slot(object)
    def _clicked(self, chosen: QPushButton) -> None:
        self.chosen = chosen.objectName()
        self.changed.emit()

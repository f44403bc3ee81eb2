"""A choice that is made by the program unless somebody makes it: the guess stands in the first place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from xdrec_app.ui.widgets.import_words import Choice

NARROWEST = 110


def editor_of(combo: QComboBox) -> QLineEdit:
    """Make a combo box take any text, as the style sheet draws such boxes, and return where it is typed."""
    combo.setEditable(True)
    combo.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
    edit = combo.lineEdit()
    if edit is None:
        raise RuntimeError("an editable combo box has no line to edit")
    return edit


class AutoChoice(QComboBox):
    """The guess, the usual answers and, if wanted, any text that is typed; ``decided`` says that it changed.

    Parameters
    ----------
    takes_text
        Whether an answer may be typed that is not in the list.
    """

    decided = Signal()

    def __init__(
        self, name: str, choices: Sequence[Choice], *, takes_text: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setMinimumWidth(NARROWEST)
        self.addItem(self.tr("Automatic"), None)
        for text, data in choices:
            self.addItem(text, data)
        self._known: Any = None
        self.activated.connect(self._compare)
        if takes_text:
            editor_of(self).editingFinished.connect(self._compare)

    @property
    def answer(self) -> Any:
        """What was chosen or typed; None = automatic. A tab may be typed as it is written: backslash and t."""
        text = self.currentText()
        place = self.findText(text)
        return self.itemData(place) if place >= 0 else text.replace("\\t", "\t") or None

    def set_answer(self, answer: Any) -> None:
        """Choose without telling anybody."""
        place = 0 if answer is None else self.findData(answer)
        self.setCurrentIndex(max(place, 0))
        if place < 0:
            self.setEditText(str(answer))
        self._known = answer

    def show_guess(self, guess: str) -> None:
        """Say what "Automatic" comes to; what is being typed stays."""
        edit = self.lineEdit()
        typed = edit.text() if edit is not None and self.findText(edit.text()) < 0 else None
        place = edit.cursorPosition() if edit is not None else 0
        self.setItemText(0, self.tr("Auto: {}").format(guess) if guess else self.tr("Automatic"))
        if edit is not None and typed is not None:
            edit.setText(typed)
        if edit is not None:
            edit.setCursorPosition(place if typed is not None else 0)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to what is around: a choice is never changed by passing over it."""
        event.ignore()

    @Slot()
    def _compare(self) -> None:
        if self.answer != self._known:
            self._known = self.answer
            self.decided.emit()

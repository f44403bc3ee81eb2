"""Boxes for numbers and choices that leave the wheel to the page around them, and show short numbers shortly."""

from __future__ import annotations

from PySide6.QtCore import QLocale, Qt
from PySide6.QtGui import QValidator, QWheelEvent
from PySide6.QtWidgets import QAbstractSpinBox, QComboBox, QDoubleSpinBox, QSpinBox, QWidget

INT_LIMIT = 2**31 - 1
FLOAT_LIMIT = 1e12
DECIMALS = 12
TEXT_MARGIN = 7
"""The style sheet's padding does not reach the text of a spin box."""


class IntBox(QSpinBox):
    """A whole number between two bounds; None = no bound."""

    def __init__(self, low: float | None = None, high: float | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setRange(-INT_LIMIT if low is None else int(low), INT_LIMIT if high is None else min(int(high), INT_LIMIT))
        self.lineEdit().setTextMargins(TEXT_MARGIN, 0, 0, 0)
        self.setStepType(QAbstractSpinBox.StepType.AdaptiveDecimalStepType)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Turn only with the focus."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class FloatBox(QDoubleSpinBox):
    """A number between two bounds, written as briefly as it can be: 0.001, 500, 1e-05; None = no bound."""

    def __init__(self, low: float | None = None, high: float | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setDecimals(DECIMALS)
        self.setRange(-FLOAT_LIMIT if low is None else low, FLOAT_LIMIT if high is None else high)
        self.lineEdit().setTextMargins(TEXT_MARGIN, 0, 0, 0)
        self.setStepType(QAbstractSpinBox.StepType.AdaptiveDecimalStepType)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def textFromValue(self, value: float) -> str:
        """Return the shortest text of up to ten digits."""
        return f"{value:.10g}".replace(".", self.locale().decimalPoint())

    def valueFromText(self, text: str) -> float:
        """Read a number in the user's or in plain notation."""
        number, is_number = self._read(text)
        return number if is_number else self.value()

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        """Let numbers within the bounds pass, and wait while one is being typed."""
        number, is_number = self._read(text)
        is_within = is_number and self.minimum() <= number <= self.maximum()
        state = QValidator.State.Acceptable if is_within else QValidator.State.Intermediate
        if not is_number and set(text) - set("0123456789eE+-., "):
            state = QValidator.State.Invalid
        return state, text, position

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Turn only with the focus."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def _read(self, text: str) -> tuple[float, bool]:
        found: tuple[float, bool] = self.locale().toDouble(text.strip())
        return found if found[1] else QLocale.c().toDouble(text.strip())


class ChoiceBox(QComboBox):
    """One of several words; `items` are (key, text)."""

    def __init__(self, items: tuple[tuple[str, str], ...] = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        for key, text in items:
            self.addItem(text, key)

    @property
    def key(self) -> str:
        """The key of the chosen item; empty without one."""
        return str(self.currentData() or "")

    def choose(self, key: str) -> None:
        """Choose an item by its key; an unknown one changes nothing."""
        found = self.findData(key)
        if found >= 0:
            self.setCurrentIndex(found)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Turn only with the focus."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

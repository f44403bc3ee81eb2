"""Boxes for filters of tables: bounds that may be left empty, and a person or an item that was picked from a row."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

from PySide6.QtCore import QDate, QDateTime, QLocale, Qt, QTime, QTimer, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QToolButton, QWidget

from xdrec_app.ui.icons import set_icon
from xdrec_app.ui.widgets.basic import restyle

TYPING_PAUSE_MS = 200
_MOMENT = re.compile(r"(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2})(?:[ T]+(\d{1,2}):(\d{2}))?)?)?")


def number_of(text: str) -> float:
    """Read a number in the user's or in plain notation; raises ValueError."""
    for locale in (QLocale.c(), QLocale()):
        number, is_number = locale.toDouble(text)
        if is_number:
            return float(number)
    raise ValueError(text)


def moments_of(text: str) -> tuple[int, int]:
    """Return the first and the last second, since 1970, of a year, month, day or minute like 2013-11-08 22:17.

    Raises
    ------
    ValueError
        When it is no such thing.
    """
    found = _MOMENT.fullmatch(text)
    if found is None:
        raise ValueError(text)
    year, month, day, hour, minute = (None if part is None else int(part) for part in found.groups())
    start = date(year or 0, month or 1, day or 1)
    if hour is not None and minute is not None:
        clock = QTime(hour, minute)
        if not clock.isValid():
            raise ValueError(text)
        first = _second(start, clock)
        return first, first + 59
    return _second(start), _second(_next(start, month, day)) - 1


def _next(start: date, month: int | None, day: int | None) -> date:
    if day is not None:
        return start + timedelta(days=1)
    if month is not None and month < 12:
        return date(start.year, month + 1, 1)
    return date(start.year + 1, 1, 1)


def _second(day: date, clock: QTime | None = None) -> int:
    moment = QDateTime(QDate(day.year, day.month, day.day), clock or QTime(0, 0))
    return int(moment.toSecsSinceEpoch())


class TypingBox(QLineEdit):
    """A line that tells when the typing pauses.

    Signals
    -------
    settled
        The text is another one, and no key was pressed for a moment.
    """

    settled = Signal()

    def __init__(self, name: str, hint: str, width: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setPlaceholderText(hint)
        self.setFixedWidth(width)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(TYPING_PAUSE_MS)
        self._pause.timeout.connect(self.settled)
        self.textChanged.connect(self._pause.start)
        self.returnPressed.connect(self._settle_now)

    @property
    def words(self) -> str:
        """The text without blanks around it."""
        return self.text().strip()

    def empty(self) -> None:
        """Take the text out; says nothing."""
        self.clear()
        self._pause.stop()

    @Slot()
    def _settle_now(self) -> None:
        self._pause.stop()
        self.settled.emit()


class BoundBox(TypingBox):
    """A number or a moment; `value` is None where there is none, or nothing one can read: then the box says so.

    Parameters
    ----------
    read
        Makes a value of a text that is not empty; raises ValueError.
    wanted
        What to write, for who wrote something else.
    """

    def __init__(
        self, name: str, hint: str, width: int, read: Callable[[str], float], wanted: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(name, hint, width, parent)
        self._read, self._wanted = read, wanted
        self.value: float | None = None
        self.textChanged.connect(self._take)

    @Slot()
    def _take(self) -> None:
        is_wrong = False
        self.value = None
        if self.words:
            try:
                self.value = self._read(self.words)
            except (ValueError, OverflowError):
                is_wrong = True
        self.setToolTip(self._wanted if is_wrong else "")
        restyle(self, "state", "invalid" if is_wrong else "")


class SubjectBox(QWidget):
    """Finds a person or an item by what is typed; or holds the very one that was picked from a row, as a chip.

    Signals
    -------
    changed
        Another one is sought.
    """

    changed = Signal()

    def __init__(self, name: str, hint: str, width: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.picked = ""
        self.typed = TypingBox(name, hint, width)
        self.typed.setClearButtonEnabled(True)
        self.typed.settled.connect(self.changed)
        self.chip = QToolButton()
        self.chip.setProperty("look", "chip")
        self.chip.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.chip.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        self.chip.setToolTip(self.tr("Show all again"))
        set_icon(self.chip, "close", "accent")
        self.chip.clicked.connect(self._drop)
        self.chip.hide()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.typed)
        row.addWidget(self.chip)

    def pick(self, id_: str, words: str = "") -> None:
        """Hold one person or item, with the words of its chip, or none with an empty id; says nothing."""
        self.picked = id_
        self.typed.empty()
        self.typed.setVisible(not id_)
        self.chip.setVisible(bool(id_))
        self.chip.setText(words or id_)
        self.chip.setAccessibleName(self.tr("{}: show all again").format(words or id_))

    @Slot()
    def _drop(self) -> None:
        self.pick("")
        self.changed.emit()

"""Messages above the page: inline, dismissible, with the details of an error to copy; never a modal box."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QTimer, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from xdrec_app.ui.icons import IconLabel
from xdrec_app.ui.messages import Level, Message, Messages
from xdrec_app.ui.theme import Space
from xdrec_app.ui.widgets.basic import button, icon_button, label

MAX_SHOWN = 3
PASSING_MS = 8000

_TOKENS = {Level.INFO: "accent", Level.SUCCESS: "success", Level.WARNING: "warning", Level.ERROR: "danger"}


class MessageStrip(QFrame):
    """One message."""

    def __init__(self, message: Message, on_dismiss: Callable[[MessageStrip], None]) -> None:
        super().__init__()
        self.message = message
        self.setProperty("level", str(message.level))
        self.setAccessibleName(f"{message.text} {message.hint}".strip())
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.M, Space.S, Space.S, Space.S)
        column.setSpacing(Space.S)
        row = QHBoxLayout()
        row.setSpacing(Space.M)
        row.addWidget(IconLabel(str(message.level), 20, _TOKENS[message.level]))
        row.addLayout(self._words(), 1)
        for made in self._buttons():
            row.addWidget(made)
        row.addWidget(icon_button("close", self.tr("Dismiss"), lambda: on_dismiss(self)))
        column.addLayout(row)
        self._details: QPlainTextEdit | None = None
        if message.details:
            self._details = QPlainTextEdit(message.details)
            self._details.setReadOnly(True)
            self._details.setAccessibleName(self.tr("Details"))
            self._details.setFixedHeight(180)
            self._details.hide()
            column.addWidget(self._details)

    def _words(self) -> QVBoxLayout:
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(label(self.message.text, "strong", wraps=True))
        if self.message.hint:
            words.addWidget(label(self.message.hint, wraps=True))
        return words

    def _buttons(self) -> list[QPushButton]:
        made = []
        if self.message.action is not None:
            made.append(button(*self.message.action))
        if self.message.details:
            made.append(button(self.tr("Details"), self._toggle, look="link"))
        if self.message.level is Level.ERROR:
            made.append(button(self.tr("Copy"), self._copy, look="link", icon="copy"))
        return made

    def _toggle(self) -> None:
        if self._details is not None:
            self._details.setVisible(not self._details.isVisible())

    def _copy(self) -> None:
        parts = (self.message.text, self.message.hint, self.message.details)
        QGuiApplication.clipboard().setText("\n".join(part for part in parts if part))


class MessageBar(QWidget):
    """The last few messages, newest on top."""

    def __init__(self, messages: Messages, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(Space.XXL, Space.M, Space.XXL, 0)
        self._column.setSpacing(Space.S)
        self.hide()
        messages.posted.connect(self.show_message)

    @property
    def shown(self) -> tuple[Message, ...]:
        """The messages on screen, newest first."""
        return tuple(strip.message for strip in self._strips())

    @Slot(object)
    def show_message(self, message: Message) -> None:
        """Show a message; the same one again only moves to the top."""
        for strip in self._strips():
            if strip.message == message:
                self._dismiss(strip)
        strip = MessageStrip(message, self._dismiss)
        self._column.insertWidget(0, strip)
        for old in self._strips()[MAX_SHOWN:]:
            self._dismiss(old)
        self.show()
        if message.level in {Level.INFO, Level.SUCCESS} and message.action is None:
            timer = QTimer(strip)
            timer.setSingleShot(True)
            timer.timeout.connect(lambda: self._dismiss(strip))
            timer.start(PASSING_MS)

    def _dismiss(self, strip: MessageStrip) -> None:
        self._column.removeWidget(strip)
        strip.hide()
        strip.deleteLater()
        if not self._strips():
            self.hide()

    def _strips(self) -> list[MessageStrip]:
        items = [self._column.itemAt(place) for place in range(self._column.count())]
        widgets = [item.widget() for item in items if item is not None]
        return [widget for widget in widgets if isinstance(widget, MessageStrip)]

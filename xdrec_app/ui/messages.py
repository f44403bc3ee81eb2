"""News for the user's eyes: whoever has some posts it here, the message bar shows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QObject, Signal, Slot

from xdrec_app.core.jobs import Failed


class Level(StrEnum):
    """How much a message matters."""

    INFO = "info"
    SUCCESS = "success"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True)
class Message:
    """One message.

    Attributes
    ----------
    hint
        What to do about it; may be empty.
    details
        A traceback or the like, folded away but copyable; may be empty.
    action
        Label of a button and what it does; None without one.
    """

    level: Level
    text: str
    hint: str = ""
    details: str = ""
    action: tuple[str, Callable[[], None]] | None = None


class Messages(QObject):
    """Where messages are posted; every page gets it with its context."""

    posted = Signal(object)

    def info(self, text: str, hint: str = "") -> None:
        """Tell something that needs no reaction."""
        self.posted.emit(Message(Level.INFO, text, hint))

    def success(self, text: str, hint: str = "") -> None:
        """Tell that something the user asked for is done."""
        self.posted.emit(Message(Level.SUCCESS, text, hint))

    def warning(self, text: str, hint: str = "") -> None:
        """Tell something the user should know before going on."""
        self.posted.emit(Message(Level.WARNING, text, hint))

    def error(self, text: str, hint: str = "", details: str = "") -> None:
        """Tell what went wrong."""
        self.posted.emit(Message(Level.ERROR, text, hint, details))

    def post(self, message: Message) -> None:
        """Post a message with a button of its own."""
        self.posted.emit(message)

    @Slot(object)
    def failed(self, failure: Failed) -> None:
        """Tell how a job or a question failed."""
        self.error(failure.sentence, failure.hint, failure.details)

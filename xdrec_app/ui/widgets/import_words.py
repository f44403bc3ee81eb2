"""What an import is about in words: roles of columns, kinds of files, what lines say, forms of text; sizes too."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, QLocale, QSize
from PySide6.QtWidgets import QWidget

from xdrec_app.datasets.formats.dialect import Kind, Role
from xdrec_app.datasets.signal_settings import SignalKey

Choice = tuple[str, Any]
"""Text, data."""

ROLES: dict[Kind, tuple[Role, ...]] = {
    "interactions": ("user", "item", "value", "time", "domain", "action"),
    "items": ("item", "title", "text", "tags", "category", "price", "image", "domain"),
    "users": ("user", "domain"),
}
"""The roles that the columns of a file of each kind may play."""

_ROLE_NAMES: dict[Role, Any] = {
    "user": QT_TRANSLATE_NOOP("Import", "Person"),
    "item": QT_TRANSLATE_NOOP("Import", "Item"),
    "value": QT_TRANSLATE_NOOP("Import", "Rating or count"),
    "time": QT_TRANSLATE_NOOP("Import", "Time"),
    "domain": QT_TRANSLATE_NOOP("Import", "Domain"),
    "action": QT_TRANSLATE_NOOP("Import", "Action"),
    "title": QT_TRANSLATE_NOOP("Import", "Title"),
    "text": QT_TRANSLATE_NOOP("Import", "Text"),
    "tags": QT_TRANSLATE_NOOP("Import", "Tags"),
    "category": QT_TRANSLATE_NOOP("Import", "Category"),
    "price": QT_TRANSLATE_NOOP("Import", "Price"),
    "image": QT_TRANSLATE_NOOP("Import", "Image"),
}
_KIND_NAMES: dict[Kind, Any] = {
    "interactions": QT_TRANSLATE_NOOP("Import", "Interactions"),
    "items": QT_TRANSLATE_NOOP("Import", "Items"),
    "users": QT_TRANSLATE_NOOP("Import", "People"),
}
_SIGNAL_NAMES: dict[SignalKey, Any] = {
    "ratings": QT_TRANSLATE_NOOP("Import", "Ratings"),
    "clicks": QT_TRANSLATE_NOOP("Import", "Clicks"),
    "views": QT_TRANSLATE_NOOP("Import", "Views with duration"),
    "purchases": QT_TRANSLATE_NOOP("Import", "Purchases and plays"),
    "impressions": QT_TRANSLATE_NOOP("Import", "Impressions with clicks"),
    "events": QT_TRANSLATE_NOOP("Import", "Events of several kinds"),
}
_DELIMITERS: dict[str, Any] = {
    ",": QT_TRANSLATE_NOOP("Import", "Comma ,"),
    ";": QT_TRANSLATE_NOOP("Import", "Semicolon ;"),
    "\t": QT_TRANSLATE_NOOP("Import", "Tab"),
    "|": QT_TRANSLATE_NOOP("Import", "Bar |"),
    "::": QT_TRANSLATE_NOOP("Import", "Double colon ::"),
    " ": QT_TRANSLATE_NOOP("Import", "Blank"),
}
ENCODINGS = ("utf-8", "gb18030", "cp1252", "iso-8859-1", "utf-16", "big5", "shift_jis", "euc-kr", "koi8-r")

LONGEST_NAME = 56
SAME_BYTES = "the very same bytes"
"""Part of the sentence with which an import refuses a file that it knows."""


def tr(text: str) -> str:
    """Translate a text of the imports."""
    return QCoreApplication.translate("Import", text)


def role_choices(kind: str) -> list[tuple[str, str]]:
    """Return (key, text) for every role of a kind of file; what a column without a role is comes first."""
    unused = tr("Attribute") if kind == "users" else tr("Not used")
    return [("", unused), *((role, tr(_ROLE_NAMES[role])) for role in roles_of(kind))]


def roles_of(kind: str) -> tuple[Role, ...]:
    """Return the roles that a file of this kind knows."""
    return next(roles for known, roles in ROLES.items() if known == kind)


def role_name(role: str) -> str:
    """Return a role for people."""
    return next((tr(name) for known, name in _ROLE_NAMES.items() if known == role), role)


def kind_choices() -> list[Choice]:
    """Return what a file may hold."""
    return [(tr(name), kind) for kind, name in _KIND_NAMES.items()]


def kind_name(kind: str) -> str:
    """Return what a file holds, for people; empty when it is not known."""
    return next((tr(name) for known, name in _KIND_NAMES.items() if known == kind), "")


def signal_choices() -> list[Choice]:
    """Return what a line may say."""
    return [(tr(name), signal) for signal, name in _SIGNAL_NAMES.items()]


def signal_name(signal: str | None) -> str:
    """Return what a line says, for people; empty for a file of items or people."""
    return next((tr(name) for known, name in _SIGNAL_NAMES.items() if known == signal), "")


def delimiter_choices() -> list[Choice]:
    """Return the usual delimiters; any other can be typed."""
    return [(tr(name), delimiter) for delimiter, name in _DELIMITERS.items()]


def delimiter_name(delimiter: str) -> str:
    """Return a delimiter for people."""
    return tr(_DELIMITERS[delimiter]) if delimiter in _DELIMITERS else delimiter


def form_words(title: str, encoding: str, delimiter: str) -> str:
    """Return the form of a file in one line: title of its format, encoding, delimiter."""
    return "  ·  ".join(word for word in (title, encoding, delimiter_name(delimiter)) if word)


def listed(names: Sequence[str], most: int = 6) -> str:
    """Return names with commas between them, the first ones only when there are many."""
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown}, …"


def domain_to_offer(suggestion: str, known: Iterable[str]) -> str:
    """Return a domain that is there already where only its case differs; a new one begins with a capital."""
    same = next((name for name in known if name.casefold() == suggestion.casefold()), None)
    is_word = all(part.isalpha() for part in suggestion.split())
    return same or (suggestion[:1].upper() + suggestion[1:] if is_word else suggestion)


def shortened(name: str) -> str:
    """Return the name of a file for a narrow place: its beginning and its end."""
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 20]}…{name[-19:]}"


def size(n_bytes: int) -> str:
    """Return the size of a file: 812 bytes, 1.9 MB."""
    return QLocale().formattedDataSize(n_bytes, 1, QLocale.DataSizeFormat.DataSizeSIFormat)


def roomy(parent: QWidget | None) -> QSize:
    """Return the size of a dialog with a table: most of the window that it stands in front of."""
    whole = parent.size() if parent is not None else QSize()
    return QSize(min(1400, whole.width() * 6 // 7), min(1000, whole.height() * 7 // 8)).expandedTo(QSize(900, 600))

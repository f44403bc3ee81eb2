"""The choices above the preview of an import: domain, what the file holds, and how its text is to be read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from xdrec_app.services.data_requests import Dialect
from xdrec_app.services.views import FilePreview
from xdrec_app.ui.theme import Space
from xdrec_app.ui.widgets.basic import label

_ROLES = {"interactions": ("user", "item", "value", "time"), "items": ("item", "title", "text", "tags")}
_ENCODINGS = ("utf-8", "gb18030", "cp1252", "iso-8859-1", "utf-16")


def roles_of(kind: str) -> tuple[str, ...]:
    """Return the roles that a file of this kind knows."""
    return _ROLES[kind]


def role_choices(kind: str) -> list[tuple[str, str]]:
    """Return (key, text) for every role of a kind of file, "not used" first."""

    def tr(text: str) -> str:
        return QCoreApplication.translate("roles", text)

    names = {
        "user": tr("Person"),
        "item": tr("Item"),
        "value": tr("Rating or count"),
        "time": tr("Time"),
        "title": tr("Title"),
        "text": tr("Text"),
        "tags": tr("Tags"),
    }
    return [("", tr("Not used")), *((key, names[key]) for key in _ROLES[kind])]


class ImportOptions(QWidget):
    """Domain, kind, delimiter, encoding, header; `changed` asks for another preview."""

    changed = Signal()

    def __init__(self, domains: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, Space.XS, 0, Space.XS)
        row.setSpacing(Space.L)
        self.kind_was_changed = False
        self.domain = QComboBox()
        self.domain.setEditable(True)
        self.domain.addItems(list(domains))
        self.domain.setPlaceholderText(self.tr("e.g. Books"))
        self.kind = self._combo(((self.tr("Ratings, clicks, purchases"), "interactions"), (self.tr("Items"), "items")))
        self.delimiter = self._combo(
            (
                (self.tr("Automatic"), None),
                (self.tr("Comma ,"), ","),
                (self.tr("Semicolon ;"), ";"),
                (self.tr("Tab"), "\t"),
                (self.tr("Bar |"), "|"),
                (self.tr("Double colon ::"), "::"),
            )
        )
        encodings = ((self.tr("Automatic"), None), *((name, name) for name in _ENCODINGS))
        self.encoding = self._combo(encodings)
        header = ((self.tr("Automatic"), None), (self.tr("Names of columns"), True), (self.tr("Data"), False))
        self.header = self._combo(header)
        self.kind.activated.connect(self._kind_chosen)
        for name, widget, share in (
            (self.tr("Domain"), self.domain, 3),
            (self.tr("The file holds"), self.kind, 3),
            (self.tr("First line"), self.header, 3),
            (self.tr("Delimiter"), self.delimiter, 2),
            (self.tr("Encoding"), self.encoding, 2),
        ):
            column = QVBoxLayout()
            column.setSpacing(Space.XS)
            caption = label(name, "caption")
            caption.setBuddy(widget)
            widget.setAccessibleName(name)
            column.addWidget(caption)
            column.addWidget(widget)
            row.addLayout(column, share)
        for combo in (self.delimiter, self.encoding, self.header):
            combo.activated.connect(self._dialect_chosen)

    def reset(self) -> None:
        """Forget all choices, for another file."""
        self._kind: Any = None
        self.kind_was_changed = False
        self._domain_is_guess = True
        for combo in (self.delimiter, self.encoding, self.header):
            combo.setCurrentIndex(0)

    def show_guess(self, preview: FilePreview) -> None:
        """Show what was guessed, where nothing was chosen."""
        self.kind_was_changed = False
        self.kind.setCurrentIndex(self.kind.findData(preview.kind))
        if self._domain_is_guess:
            self._domain_is_guess = False
            self.domain.setCurrentText(self._known_or_new(preview.suggested_domain))
        automatic = self.tr("Automatic: {}")
        names = {",": ",", "\t": self.tr("Tab")}
        self.delimiter.setItemText(0, automatic.format(names.get(preview.delimiter, preview.delimiter)))
        self.encoding.setItemText(0, automatic.format(preview.encoding))
        first_line = self.tr("names") if preview.has_header else self.tr("data")
        self.header.setItemText(0, automatic.format(first_line))

    def dialect(self) -> Dialect:
        """Return what was chosen; None for what is to be guessed."""
        return Dialect(
            encoding=self.encoding.currentData(),
            delimiter=self.delimiter.currentData(),
            has_header=self.header.currentData(),
        )

    def chosen_kind(self) -> str | None:
        """Return the chosen kind of file; None when it is to be guessed."""
        return self._kind if self._kind is None else str(self._kind)

    def _known_or_new(self, suggestion: str) -> str:
        known = [self.domain.itemText(number) for number in range(self.domain.count())]
        same = [name for name in known if name.casefold() == suggestion.casefold()]
        return same[0] if same else suggestion[:1].upper() + suggestion[1:]

    def _combo(self, choices: Sequence[tuple[str, Any]]) -> QComboBox:
        combo = QComboBox()
        combo.setMinimumWidth(110)
        for text, data in choices:
            combo.addItem(text, data)
        return combo

    def _kind_chosen(self, _number: int) -> None:
        self._kind = self.kind.currentData()
        self.kind_was_changed = True
        self.changed.emit()

    def _dialect_chosen(self, _number: int) -> None:
        self.changed.emit()

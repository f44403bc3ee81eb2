"""How the text of a file is to be read: the options that are rarely needed, only those that its format knows."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from xdrec_app.datasets.formats.dialect import Dialect
from xdrec_app.services.views import FilePreview
from xdrec_app.ui.theme import Space
from xdrec_app.ui.widgets.basic import label
from xdrec_app.ui.widgets.flow_layout import FlowLayout
from xdrec_app.ui.widgets.import_choice import AutoChoice
from xdrec_app.ui.widgets.import_words import ENCODINGS, delimiter_choices, delimiter_name

FIELD_WIDTH = 153
"""Six of them beside each other."""


class ImportDetails(QWidget):
    """Encoding, delimiter, quote, first line, decimals, comments, dates; `changed` asks for another preview."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        none = self.tr("None")
        names = [(name, name) for name in ENCODINGS]
        first_line = ((self.tr("Names of columns"), True), (self.tr("Data"), False))
        quotes = ((self.tr('Double "'), '"'), (self.tr("Single '"), "'"), (none, ""))
        decimals = ((self.tr("Point 4.5"), "."), (self.tr("Comma 4,5"), ","))
        comments = ((none, ""), ("#", "#"), ("//", "//"), ("%", "%"))
        dates = ((self.tr("Day first"), "day"), (self.tr("Month first"), "month"))
        self.delimiter = AutoChoice(self.tr("Delimiter"), delimiter_choices(), takes_text=True)
        self.encoding = AutoChoice(self.tr("Encoding"), names, takes_text=True)
        self.header = AutoChoice(self.tr("First line"), first_line)
        self.quote = AutoChoice(self.tr("Quotes"), quotes, takes_text=True)
        self.decimal = AutoChoice(self.tr("Decimals"), decimals)
        self.comment = AutoChoice(self.tr("Comment lines"), comments, takes_text=True)
        self.dates = AutoChoice(self.tr("Dates like 03/04/2021"), dates)
        self._choices = (
            self.delimiter,
            self.encoding,
            self.header,
            self.quote,
            self.decimal,
            self.comment,
            self.dates,
        )
        flow = FlowLayout(self, Space.M)
        self._fields: dict[AutoChoice, QWidget] = {}
        for choice in self._choices:
            flow.addWidget(self._field(choice))
            choice.decided.connect(self.changed)

    def dialect(self, sheet: str | None) -> Dialect:
        """Return what was chosen; None for what is to be guessed."""
        return Dialect(
            encoding=self.encoding.answer,
            delimiter=self.delimiter.answer,
            has_header=self.header.answer,
            quote=self.quote.answer,
            decimal=self.decimal.answer,
            comment=self.comment.answer,
            date_order=self.dates.answer,
            sheet=sheet,
        )

    def set_dialect(self, dialect: Dialect) -> None:
        """Choose what a template or a plan says."""
        answers = (
            dialect.delimiter,
            dialect.encoding,
            dialect.has_header,
            dialect.quote,
            dialect.decimal,
            dialect.comment,
            dialect.date_order,
        )
        for choice, answer in zip(self._choices, answers, strict=True):
            choice.set_answer(answer)

    def show_guess(self, preview: FilePreview) -> None:
        """Say what was guessed, and offer only what the format knows."""
        decimal = {".": self.tr("point"), ",": self.tr("comma")}
        order = {"day": self.tr("day first"), "month": self.tr("month first")}
        is_text = bool(preview.encoding)
        has_delimiter = bool(preview.delimiter)
        none = self.tr("none")
        shown = (
            (delimiter_name(preview.delimiter), has_delimiter),
            (preview.encoding, is_text),
            (self.tr("names") if preview.has_header else self.tr("data"), has_delimiter or bool(preview.sheet)),
            (preview.quote or none, has_delimiter),
            (decimal.get(preview.decimal, ""), True),
            (preview.comment or none, has_delimiter),
            (order.get(preview.date_order, ""), bool(preview.date_order)),
        )
        for choice, (guess, is_known) in zip(self._choices, shown, strict=True):
            choice.show_guess(guess)
            self._fields[choice].setVisible(is_known or choice.answer is not None)

    def _field(self, choice: AutoChoice) -> QWidget:
        field = QWidget()
        column = QVBoxLayout(field)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.XS)
        caption = label(choice.accessibleName(), "caption")
        caption.setBuddy(choice)
        column.addWidget(caption)
        column.addWidget(choice)
        choice.setFixedWidth(FIELD_WIDTH)
        self._fields[choice] = field
        return field

"""The choices above the preview of an import: domain, what the file holds, what a line says, how its text is read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QCompleter,
    QGridLayout,
    QHBoxLayout,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from xdrec_app.datasets.formats.dialect import Dialect
from xdrec_app.services.results import DomainSummary
from xdrec_app.services.views import FilePreview
from xdrec_app.ui import numbers
from xdrec_app.ui.icons import set_icon
from xdrec_app.ui.theme import Space
from xdrec_app.ui.widgets.basic import button, label
from xdrec_app.ui.widgets.boxes import ChoiceBox
from xdrec_app.ui.widgets.import_choice import editor_of
from xdrec_app.ui.widgets.import_details import ImportDetails
from xdrec_app.ui.widgets.import_words import domain_to_offer, kind_choices, listed, signal_choices
from xdrec_app.ui.widgets.segments import Segments


class ImportForm(QWidget):
    """Signals: `kind_chosen` and `signal_chosen` carry a key; `form_changed` says that the text is read otherwise."""

    kind_chosen = Signal(str)
    signal_chosen = Signal(str)
    form_changed = Signal()

    def __init__(self, domains: Sequence[DomainSummary], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._known = {domain.name: domain for domain in domains}
        self._domain_is_guess = True
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.S)
        column.addLayout(self._make_fields())
        column.addWidget(self._make_known_domain())
        self.conversion = label("", "caption", wraps=True)
        self.more = button(self.tr("How the text is read"), self._fold, look="link", icon="right")
        row = QHBoxLayout()
        row.setSpacing(Space.M)
        row.addWidget(self.conversion, 1)
        row.addWidget(self.more)
        column.addLayout(row)
        self.details = ImportDetails()
        self.details.changed.connect(self.form_changed)
        self.details.hide()
        column.addWidget(self.details)

    # ------------------------------------------------------------------ answers

    @property
    def domain_name(self) -> str:
        """The domain; empty where a column names it."""
        return self.domain.currentText().strip() if self._domains.currentWidget() is self.domain else ""

    @property
    def needs_domain(self) -> bool:
        """Whether a domain has to be named still."""
        return self._domains.currentWidget() is self.domain and not self.domain_name

    @property
    def dialect(self) -> Dialect:
        """What was decided about the form of the file."""
        sheet = self.sheet.key if self._sheet_is_chosen else None
        return self.details.dialect(sheet)

    @property
    def mode(self) -> Any:
        """Whether what the domain holds stays: append or replace."""
        return self._mode.chosen if self._known_domain.isVisibleTo(self) else "append"

    # ------------------------------------------------------------------ filling

    def set_answers(self, dialect: Dialect) -> None:
        """Choose the form that a template or a plan says."""
        self._sheet_is_chosen = dialect.sheet is not None
        self.details.set_dialect(dialect.model_copy(update={"sheet": None}))

    def set_domain(self, name: str, mode: str) -> None:
        """Choose the domain of a plan."""
        self._domain_is_guess = False
        self.domain.setCurrentText(name)
        self._mode.chosen = mode
        self._mode.set_choices(self._modes)

    def show_guess(self, preview: FilePreview) -> None:
        """Show how the file would be read, where nothing else was chosen."""
        self.kind.choose(preview.kind)
        self._signal_field.setVisible(preview.signal is not None)
        if preview.signal is not None:
            self.signal.choose(preview.signal.kind)
        self.conversion.setText(preview.conversion)
        self._show_sheets(preview)
        self._show_domain(preview)
        self.details.show_guess(preview)

    def _show_sheets(self, preview: FilePreview) -> None:
        self._sheet_field.setVisible(len(preview.sheets) > 1)
        if [self.sheet.itemData(place) for place in range(self.sheet.count())] != list(preview.sheets):
            self.sheet.clear()
            for name in preview.sheets:
                self.sheet.addItem(name, name)
        self.sheet.choose(preview.sheet)

    def _show_domain(self, preview: FilePreview) -> None:
        naming = [column.name for column in preview.columns if column.role == "domain"]
        self._domains.setCurrentWidget(self._domain_column if naming else self.domain)
        if naming:
            names = listed(preview.domains) or "…"
            self._domain_column.setText(self.tr("From the column {column}: {names}").format(
                column=naming[0], names=names
            ))  # fmt: skip
            self._domain_column.setToolTip("\n".join(preview.domains))
        elif self._domain_is_guess and not preview.problem:
            suggestion = preview.template_domain or preview.suggested_domain
            self.domain.setCurrentText(domain_to_offer(suggestion, self._known))
        self._show_known()

    @Slot()
    def _show_known(self) -> None:
        found = self._known.get(self.domain_name)
        self._known_domain.setVisible(found is not None)
        if found is not None:
            text = self.tr("{domain} is here already, with {n} interactions and {items} items.")
            self._known_words.setText(text.format(
                domain=found.name, n=numbers.count(found.interactions), items=numbers.count(found.items)
            ))  # fmt: skip

    # ------------------------------------------------------------------ widgets

    def _make_fields(self) -> QHBoxLayout:
        self.domain = QComboBox()
        edit = editor_of(self.domain)
        edit.setPlaceholderText(self.tr("e.g. Books"))
        edit.textEdited.connect(self._domain_typed)
        names = QCompleter(list(self._known), edit)
        names.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.domain.setCompleter(names)
        self.domain.addItems(list(self._known))
        self.domain.setCurrentText("")
        self.domain.activated.connect(self._domain_typed)
        self.domain.currentTextChanged.connect(self._show_known)
        self._domain_column = label("", "strong")
        self._domains = QStackedWidget()
        self._domains.addWidget(self.domain)
        self._domains.addWidget(self._domain_column)
        self._domains.setFixedHeight(self.domain.sizeHint().height())
        self.kind = ChoiceBox(tuple((key, text) for text, key in kind_choices()))
        self.kind.activated.connect(lambda _place: self.kind_chosen.emit(self.kind.key))
        self.signal = ChoiceBox(tuple((key, text) for text, key in signal_choices()))
        self.signal.activated.connect(lambda _place: self.signal_chosen.emit(self.signal.key))
        self.sheet = ChoiceBox()
        self._sheet_is_chosen = False
        self.sheet.activated.connect(self._sheet_chosen)
        row = QHBoxLayout()
        row.setSpacing(Space.L)
        row.addWidget(self._field(self.tr("Domain"), self._domains, self.domain), 4)
        row.addWidget(self._field(self.tr("The file holds"), self.kind, self.kind), 2)
        self._signal_field = self._field(self.tr("What a line says"), self.signal, self.signal)
        row.addWidget(self._signal_field, 3)
        self._sheet_field = self._field(self.tr("Sheet"), self.sheet, self.sheet)
        row.addWidget(self._sheet_field, 3)
        self._sheet_field.hide()
        return row

    def _make_known_domain(self) -> QWidget:
        self._known_domain = QWidget()
        row = QHBoxLayout(self._known_domain)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.M)
        self._known_words = label("", "muted")
        self._mode = Segments(self.tr("What becomes of what the domain holds"))
        self._modes = (("append", self.tr("Add to it")), ("replace", self.tr("Replace it")))
        self._mode.set_choices(self._modes)
        row.addWidget(self._known_words)
        row.addWidget(self._mode)
        row.addStretch()
        self._known_domain.hide()
        return self._known_domain

    def _field(self, name: str, widget: QWidget, buddy: QWidget) -> QWidget:
        field = QWidget()
        grid = QGridLayout(field)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(Space.XS)
        caption = label(name, "caption")
        caption.setBuddy(buddy)
        buddy.setAccessibleName(name)
        grid.addWidget(caption, 0, 0)
        grid.addWidget(widget, 1, 0)
        return field

    @Slot()
    def _domain_typed(self) -> None:
        self._domain_is_guess = False

    @Slot()
    def _sheet_chosen(self) -> None:
        self._sheet_is_chosen = True
        self.form_changed.emit()

    def show_details(self, shown: bool) -> None:
        """Unfold or fold how the text is read."""
        self.details.setVisible(shown)
        set_icon(self.more, "down" if shown else "right", "accent")

    def _fold(self) -> None:
        self.show_details(not self.details.isVisibleTo(self))

"""How a file is to be imported: what is decided, what is guessed, and the first rows as they would be read."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from xdrec_app.core.jobs import Failed
from xdrec_app.datasets.formats.dialect import Role
from xdrec_app.services.data_requests import AnyImport, ImportInteractions, ImportItems, ImportUsers
from xdrec_app.services.views import ColumnGuess, FilePreview, PlannedFile, UnderstoodCell
from xdrec_app.ui import numbers
from xdrec_app.ui.dialogs.import_look import ImportWish, Look, forget, look_at, remember
from xdrec_app.ui.page_context import PageContext
from xdrec_app.ui.tables.table_view import TableView
from xdrec_app.ui.tables.text_model import TextModel
from xdrec_app.ui.theme import Space
from xdrec_app.ui.widgets.import_form import ImportForm
from xdrec_app.ui.widgets.import_note import ImportNote
from xdrec_app.ui.widgets.import_words import role_choices, roles_of
from xdrec_app.ui.widgets.role_header import RoleHeader

KEY = "import.preview"
COLUMN_WIDTH = 170
MIDNIGHT = " 00:00"


class ImportSetup(QWidget):
    """The choices about one file and its preview.

    `looked` says that there is another preview, or none; `is_ready` tells which.

    Parameters
    ----------
    planned
        What a plan makes of the file, to start from.
    """

    looked = Signal()

    def __init__(self, context: PageContext, file: Path, planned: PlannedFile | None = None) -> None:
        super().__init__()
        self._context, self._file = context, file
        self._start = self.wish = ImportWish()
        self.look: Look | None = None
        self.is_ready = False
        self._build()
        if planned is not None and planned.request is not None:
            self._take_plan(planned.request)
        self.ask()

    @property
    def preview(self) -> FilePreview | None:
        """The first rows as they would be read."""
        return self.look.preview if self.look else None

    # ------------------------------------------------------------------ the request

    def request(self, workspace: Path, *, again: bool = False) -> AnyImport | None:
        """Return the import that was previewed; None, with the reason said, when something is still open."""
        preview = self.preview
        if preview is None or not self.is_ready:
            return None
        if self.form.needs_domain:
            self.note.say("warning", self.tr("Give the domain a name, such as Books."))
            self.form.domain.setFocus()
            return None
        if preview.dates:
            self.note.say("warning", self.tr("Say first what comes first in the dates: the day or the month."))
            self.dates.buttons[0].setFocus()
            return None
        common = {
            "workspace": workspace,
            "file": self._file,
            "domain": self.form.domain_name,
            "columns": {column.role: column.name for column in preview.columns if column.role},
            "dialect": preview.dialect.model_copy(update=self._decided_form()),
            "mode": self.form.mode,
            "again": again,
        }
        if preview.kind == "interactions":
            return ImportInteractions.model_validate(common | {"signal": self.wish.signal})
        return (ImportItems if preview.kind == "items" else ImportUsers).model_validate(common)

    def remember(self) -> None:
        """Keep what was decided for files of the same shape, off the window's thread."""
        if self.preview is not None and self.wish != self._start:
            self._context.reader.run(
                "import.remember", partial(remember, self._file, self.wish, self.preview), self._ignore, self._ignore
            )

    def forget_template(self) -> None:
        """Drop the template that was applied and guess anew."""
        if self.look is not None and self.look.template is not None:
            work = partial(forget, self.look.template.shape)
            self._context.reader.run("import.forget", work, self._ignore, self._ignore)
            self._set_wish(ImportWish())
            self._start = self.wish
            self.ask()

    def _decided_form(self) -> dict[str, Any]:
        """What was decided about the form, "there is none" included, which a preview cannot tell from a guess."""
        return {name: answer for name, answer in self.wish.dialect if answer is not None}

    def _ignore(self, _outcome: object) -> None:
        """A template saves clicks: nothing depends on it."""

    # ------------------------------------------------------------------ preview

    def ask(self) -> None:
        """Read the first rows as they would be imported now."""
        self.is_ready = False
        self.looked.emit()
        self._context.reader.run(KEY, partial(look_at, self._file, self.wish), self.show_look, self._show_unreadable)

    def show_look(self, look: Look) -> None:
        """Show the first rows."""
        self.look = look
        preview = look.preview
        if look.template is not None:
            self._set_wish(ImportWish.of_template(look.template))
            self._start = self.wish
        self.form.show_guess(preview)
        self._show_columns(preview)
        self._show_dates(preview)
        self._show_problems(preview)
        self.is_ready = not preview.problem
        self.looked.emit()

    def _show_columns(self, preview: FilePreview) -> None:
        names = [column.name for column in preview.columns]
        self._model.set_rows(preview.rows, names)
        roles = [column.role or "" for column in preview.columns]
        unused = frozenset(number for number, role in enumerate(roles) if not role)
        self._model.set_quiet_columns(unused if preview.kind != "users" else frozenset())
        notes = [(_understood(column), _examples(column)) for column in preview.columns]
        self.header.set_roles(names, roles, role_choices(preview.kind), notes)

    def _show_dates(self, preview: FilePreview) -> None:
        self.dates.setVisible(bool(preview.dates))
        for reading in preview.dates[:1]:
            text = self.tr("In dates like {}, is it the day or the month that comes first? The first rows do not tell.")
            more = [f"{one.text}:  {one.day_first}  |  {one.month_first}" for one in preview.dates]
            day = (self.tr("Day: {}").format(reading.day_first.removesuffix(MIDNIGHT)), "day")
            month = (self.tr("Month: {}").format(reading.month_first.removesuffix(MIDNIGHT)), "month")
            offers = [(words, partial(self._decide_dates, order)) for words, order in (day, month)]
            self.dates.say("warning", text.format(reading.text), *offers, more="\n".join(more))

    def _show_problems(self, preview: FilePreview) -> None:
        if preview.problem:
            self.note.say("warning", preview.problem)
        elif preview.n_rejected:
            first = preview.rejected[0]
            text = self.tr("Of the first {n} lines {rejected} would be rejected: line {line}: {reason}.").format(
                n=numbers.count(preview.n_previewed),
                rejected=numbers.count(preview.n_rejected),
                line=numbers.count(first.line),
                reason=first.reason,
            )
            lines = [f"{line.line}: {line.reason}\n{line.text}" for line in preview.rejected]
            self.note.say("warning", text, more="\n".join(lines))
        else:
            text = self.tr("All of the first {} lines can be imported. Nothing is written before you import.")
            self.note.say("info", text.format(numbers.count(preview.n_previewed)))

    def _show_unreadable(self, failure: Failed) -> None:
        self.look = None
        self._model.set_rows((), ())
        self.header.set_roles((), (), ())
        self.dates.hide()
        self.note.say("error", f"{failure.sentence} {failure.hint}".strip())
        self.form.show_details(True)
        self.looked.emit()

    # ------------------------------------------------------------------ decisions

    def _set_wish(self, wish: ImportWish) -> None:
        self.wish = wish
        self.form.set_answers(wish.dialect)

    def _take_plan(self, planned: AnyImport) -> None:
        signal = planned.signal if isinstance(planned, ImportInteractions) else None
        kinds = {ImportInteractions: "interactions", ImportItems: "items", ImportUsers: "users"}
        self._set_wish(
            ImportWish.model_validate(
                {
                    "dialect": planned.dialect,
                    "columns": planned.columns,
                    "kind": kinds[type(planned)],
                    "signal": signal,
                }
            )
        )
        self._start = self.wish
        if planned.domain:
            self.form.set_domain(planned.domain, planned.mode)

    def _decide(self, **answers: Any) -> None:
        self.wish = self.wish.model_copy(update=answers)
        self.ask()

    def _decide_dates(self, order: str) -> None:
        self.form.details.dates.set_answer(order)
        self._form_changed()

    @Slot()
    def _form_changed(self) -> None:
        self._decide(dialect=self.form.dialect)

    @Slot(str)
    def _kind_chosen(self, kind: str) -> None:
        self._decide(kind=kind, columns={}, signal=None)

    @Slot(str)
    def _signal_chosen(self, signal: str) -> None:
        self._decide(signal=signal, kind="interactions")

    @Slot(int, str)
    def _role_chosen(self, number: int, role: str) -> None:
        if self.preview is None:
            return
        name = self.preview.columns[number].name
        held = {column.role: column.name for column in self.preview.columns if column.role}
        others = {known: "" if column == name else column for known, column in held.items()}
        columns: dict[Role, str] = {known: others.get(known, "") for known in roles_of(self.preview.kind)}
        columns |= {known: name for known in columns if known == role}
        self._decide(columns=columns, kind=self.preview.kind)

    # ------------------------------------------------------------------ widgets

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.M)
        self.form = ImportForm(self._context.state.domains)
        self.form.kind_chosen.connect(self._kind_chosen)
        self.form.signal_chosen.connect(self._signal_chosen)
        self.form.form_changed.connect(self._form_changed)
        self.dates = ImportNote()
        self.dates.hide()
        self.note = ImportNote()
        self.note.say("info", self.tr("Reading the first rows …"))
        column.addWidget(self.form)
        column.addWidget(self.dates)
        column.addWidget(self._make_table(), 1)
        column.addWidget(self.note)

    def _make_table(self) -> QFrame:
        card = QFrame()
        card.setProperty("look", "card")
        inside = QVBoxLayout(card)
        inside.setContentsMargins(1, Space.XS, 1, Space.XS)
        self._model = TextModel((), parent=self)
        table = TableView(self._model, self.tr("The first rows of the file"))
        self.header = RoleHeader(table)
        self.header.role_chosen.connect(self._role_chosen)
        table.setHorizontalHeader(self.header)
        self.header.setDefaultSectionSize(COLUMN_WIDTH)
        inside.addWidget(table)
        return card


def _understood(column: ColumnGuess) -> str:
    """Return how a column's first telling cell is understood; nothing where cells are taken as they stand."""
    return next((f"→ {_plain(cell)}" for cell in column.cells if not _is_obvious(cell)), "")


def _examples(column: ColumnGuess) -> str:
    """Return all examples of how a column's cells are understood."""
    return "\n".join(f"{cell.text}  →  {_plain(cell)}" for cell in column.cells)


def _is_obvious(cell: UnderstoodCell) -> bool:
    text = cell.text.strip()
    shorter = text.rstrip("0").rstrip(".") if "." in text else text
    return _plain(cell) in {text, shorter}


def _plain(cell: UnderstoodCell) -> str:
    return cell.meaning.removesuffix(MIDNIGHT)

"""Importing files: a live preview that says how each column will be read, then the import, then what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from xdrec_app.core.events import Event, Progress
from xdrec_app.core.jobs import Failed, Outcome, Succeeded
from xdrec_app.services.data_requests import Dialect, ImportInteractions, ImportItems
from xdrec_app.services.data_results import ImportReport
from xdrec_app.services.views import FilePreview
from xdrec_app.ui import numbers
from xdrec_app.ui.dialogs.import_options import ImportOptions, role_choices, roles_of
from xdrec_app.ui.icons import IconLabel
from xdrec_app.ui.job_runner import JobHandle
from xdrec_app.ui.pages.base import PageContext
from xdrec_app.ui.tables.table_view import TableView
from xdrec_app.ui.tables.text_model import TextModel
from xdrec_app.ui.theme import Space
from xdrec_app.ui.widgets.basic import button, label, restyle
from xdrec_app.ui.widgets.role_header import RoleHeader

KEY = "import.preview"


def _preview(path: Path, dialect: Dialect, columns: dict[Any, str], kind: Any) -> FilePreview:
    from xdrec_app.services.preview import preview

    return preview(path, dialect, columns, kind)


class ImportDialog(QDialog):
    """Imports `files` into the open workspace, one after another."""

    def __init__(
        self, context: PageContext, workspace: Path, files: Sequence[Path], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._context, self._workspace = context, workspace
        self._files = list(files)
        self._position = 0
        self._columns: dict[Any, str] = {}
        self.preview: FilePreview | None = None
        self.report: ImportReport | None = None
        self._handle: JobHandle | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Import"))
        self.resize(1000, 660)
        self._build()
        self._show_file()

    def done(self, result: int) -> None:
        """Close; a preview still to come is dropped, a running import goes on in the job bar."""
        self._context.reader.forget(KEY)
        super().done(result)

    # ------------------------------------------------------------------ widgets

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.XL, Space.XL, Space.XL, Space.L)
        column.setSpacing(Space.M)
        self._heading = label("", "title")
        self._place = label("", "muted")
        column.addWidget(self._heading)
        column.addWidget(self._place)
        self.options = ImportOptions([domain.name for domain in self._context.state.domains])
        self.options.changed.connect(self._options_changed)
        column.addWidget(self.options)
        column.addWidget(self._make_table(), 1)
        column.addWidget(self._make_note())
        column.addLayout(self._make_buttons())

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
        self.header.setDefaultSectionSize(170)
        inside.addWidget(table)
        return card

    def _make_note(self) -> QFrame:
        self._note = QFrame()
        row = QHBoxLayout(self._note)
        row.setContentsMargins(Space.M, Space.S, Space.M, Space.S)
        row.setSpacing(Space.M)
        self._note_icon = IconLabel("info", 20, "accent")
        self.note_text = label("", wraps=True)
        self._progress = QProgressBar()
        self._progress.setTextVisible(False)
        self._progress.setAccessibleName(self.tr("Progress of the import"))
        self._progress.setFixedWidth(220)
        row.addWidget(self._note_icon)
        row.addWidget(self.note_text, 1)
        row.addWidget(self._progress)
        return self._note

    def _make_buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(Space.S)
        self.rejected_button = button(self.tr("Show rejected lines"), self._show_rejected)
        self.close_button = button(self.tr("Close"), self.reject)
        self.import_button = button(self.tr("Import"), self._import, look="primary")
        self.next_button = button(self.tr("Next file"), self._next, look="primary")
        row.addWidget(self.rejected_button)
        row.addStretch()
        for one in (self.close_button, self.next_button, self.import_button):
            row.addWidget(one)
        self.import_button.setDefault(True)
        return row

    # ------------------------------------------------------------------ preview

    def _show_file(self) -> None:
        self._columns, self.preview, self.report = {}, None, None
        file = self._files[self._position]
        more = self.tr("  ({position} of {n})").format(position=self._position + 1, n=len(self._files))
        self._heading.setText(file.name + (more if len(self._files) > 1 else ""))
        self._place.setText(str(file.parent))
        self.options.reset()
        self.rejected_button.hide()
        self.next_button.hide()
        self.import_button.show()
        self._ask()

    def _ask(self) -> None:
        self.import_button.setEnabled(False)
        self._say("info", self.tr("Reading the first rows …"))
        options = self.options
        work = partial(
            _preview, self._files[self._position], options.dialect(), dict(self._columns), options.chosen_kind()
        )
        self._context.reader.run(KEY, work, self.show_preview, self._show_unreadable)

    def show_preview(self, preview: FilePreview) -> None:
        """Show the first rows as they would be read."""
        self.preview = preview
        self.options.show_guess(preview)
        names = [column.name for column in preview.columns]
        self._model.set_rows(preview.rows, names)
        roles = [column.role or "" for column in preview.columns]
        self._model.set_quiet_columns(frozenset(number for number, role in enumerate(roles) if not role))
        self.header.set_roles(names, roles, role_choices(preview.kind))
        self.import_button.setEnabled(not preview.problem)
        if preview.problem:
            self._say("warning", preview.problem)
        else:
            self._say("info", self.tr("These are the first rows. Ids stay text; nothing is written before you import."))

    def _show_unreadable(self, failure: Failed) -> None:
        self.preview = None
        self._model.set_rows((), ())
        self._say("error", f"{failure.sentence} {failure.hint}".strip())

    @Slot()
    def _options_changed(self) -> None:
        if self.options.kind_was_changed:
            self._columns = {}
        self._ask()

    @Slot(int, str)
    def _role_chosen(self, number: int, role: str) -> None:
        if self.preview is None:
            return
        taken = {column.role: column.name for column in self.preview.columns if column.role}
        name = self.preview.columns[number].name
        chosen = {key: taken.get(key, "") for key in roles_of(self.preview.kind)}
        chosen = {key: "" if held == name else held for key, held in chosen.items()}
        if role:
            chosen[role] = name
        self._columns = chosen
        self._ask()

    # ------------------------------------------------------------------ import

    def _import(self) -> None:
        preview = self.preview
        if preview is None:
            return
        domain = self.options.domain.currentText().strip()
        if not domain:
            self._say("warning", self.tr("Give the domain a name, such as Books."))
            self.options.domain.setFocus()
            return
        kind = ImportInteractions if preview.kind == "interactions" else ImportItems
        request = kind(
            workspace=self._workspace,
            file=self._files[self._position],
            domain=domain,
            columns={column.role: column.name for column in preview.columns if column.role},
            dialect=Dialect(encoding=preview.encoding, delimiter=preview.delimiter, has_header=preview.has_header),
        )
        title = self.tr("Importing {}").format(preview.file_name)
        handle = self._context.runner.submit(request, title, shows_failure=False)
        self._handle = handle
        handle.news.connect(self._show_progress)
        handle.ended.connect(self._show_outcome)
        self._set_busy(True)
        self._say("info", self.tr("Importing …"))
        self._progress.setRange(0, 0)
        self._progress.show()

    @Slot(object)
    def _show_progress(self, event: Event) -> None:
        if isinstance(event, Progress):
            self._progress.setRange(0, 1000 if event.total else 0)
            if event.total:
                self._progress.setValue(min(1000, event.done * 1000 // event.total))
            self.note_text.setText(event.message or self.tr("Importing …"))

    @Slot(object)
    def _show_outcome(self, outcome: Outcome[ImportReport]) -> None:
        self._handle = None
        self._set_busy(False)
        if isinstance(outcome, Succeeded):
            self._show_report(outcome.result)
        elif isinstance(outcome, Failed):
            self._say("error", f"{outcome.sentence} {outcome.hint}".strip())
        else:
            self._say("info", self.tr("The import was cancelled; nothing of it was kept."))

    def _show_report(self, report: ImportReport) -> None:
        self.report = report
        text = self.tr(
            "{lines} lines: {imported} imported, {merged} repeat an earlier pair, {rejected} rejected. It took {time}."
        ).format(
            lines=numbers.count(report.lines),
            imported=numbers.count(report.imported),
            merged=numbers.count(report.merged),
            rejected=numbers.count(report.rejected),
            time=numbers.duration(report.elapsed_s),
        )
        self._say("warning" if report.rejected else "success", text)
        self.import_button.hide()
        self.rejected_button.setVisible(report.rejected > 0)
        self.next_button.setVisible(self._position + 1 < len(self._files))

    def _show_rejected(self) -> None:
        if self.report is not None:
            self._context.navigate("data", batch=self.report.batch)
        self.accept()

    def _next(self) -> None:
        self._position += 1
        self._show_file()

    def _set_busy(self, is_busy: bool) -> None:
        self.options.setEnabled(not is_busy)
        self.header.setEnabled(not is_busy)
        self.import_button.setEnabled(not is_busy)

    def _say(self, level: str, text: str) -> None:
        tokens = {"info": "accent", "success": "success", "warning": "warning", "error": "danger"}
        restyle(self._note, "level", level)
        self._note_icon.set_icon(level, tokens[level])
        self._progress.hide()
        self.note_text.setText(text)

"""Importing one file: a live preview that says how it will be read, then the import, then what became of every line.

For a plan of several files the same dialog adjusts how one of them is imported.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from xdrec_app.core.jobs import Failed, Outcome, Succeeded
from xdrec_app.services.data_requests import AnyImport, ImportInteractions, UndoImport
from xdrec_app.services.data_results import ImportReport
from xdrec_app.services.views import FilePreview, PlannedFile
from xdrec_app.ui.dialogs.import_setup import KEY, ImportSetup
from xdrec_app.ui.page_context import PageContext
from xdrec_app.ui.theme import Space
from xdrec_app.ui.widgets.basic import button, label
from xdrec_app.ui.widgets.import_progress import ImportProgress
from xdrec_app.ui.widgets.import_report import ImportReportView
from xdrec_app.ui.widgets.import_words import SAME_BYTES, form_words, roomy, shortened, size


class ImportDialog(QDialog):
    """Imports `file` into a workspace.

    `adjusted` carries a :class:`PlannedFile`, when the dialog serves a plan.

    Parameters
    ----------
    planned
        The file in a plan that is to be adjusted; None when the file is to be imported now.
    """

    adjusted = Signal(object)

    def __init__(
        self,
        context: PageContext,
        workspace: Path,
        file: Path,
        parent: QWidget | None = None,
        *,
        planned: PlannedFile | None = None,
    ) -> None:
        super().__init__(parent)
        self._context, self._workspace, self._file, self._planned = context, workspace, file, planned
        self._n_bytes = file.stat().st_size if file.is_file() else 0
        self.report: ImportReport | None = None
        self.setWindowTitle(self.tr("Import"))
        self.resize(roomy(parent))
        self._build()
        self._show_setup()

    def done(self, result: int) -> None:
        """Close; a preview still to come is dropped, a running import goes on in the job bar."""
        self._context.reader.forget(KEY)
        super().done(result)
        self.deleteLater()

    @property
    def preview(self) -> FilePreview | None:
        """The first rows as they would be read."""
        return self.setup.preview

    # ------------------------------------------------------------------ setting up

    @Slot()
    def _looked(self) -> None:
        preview = self.preview
        self.import_button.setEnabled(self.setup.is_ready)
        template = self.setup.look.template if self.setup.look else None
        self._template.setVisible(template is not None)
        self.forget_button.setVisible(template is not None)
        if template is not None:
            self._template.setText(self.tr("As {} was imported").format(shortened(template.name)))
        form = form_words(preview.format, preview.encoding, preview.delimiter) if preview else ""
        self.facts.setText("  ·  ".join(word for word in (size(self._n_bytes), form) if word))

    def _forget(self) -> None:
        self._template.hide()
        self.forget_button.hide()
        self.setup.forget_template()

    def _accept_setup(self) -> None:
        if self._planned is None:
            self._import(again=False)
            return
        request, preview = self.setup.request(self._workspace), self.preview
        if request is not None and preview is not None:
            self.adjusted.emit(_adjusted(self._planned, request, preview))
            self.accept()

    # ------------------------------------------------------------------ import

    def _import(self, *, again: bool) -> None:
        request = self.setup.request(self._workspace, again=again)
        if request is None:
            return
        title = self.tr("Importing {}").format(self._file.name)
        self.progress.follow(self._context.runner.submit(request, title, shows_failure=False), [self._file])
        self._show(self.progress)

    @Slot(object)
    def _imported(self, report: ImportReport) -> None:
        self.report = report
        self.setup.remember()
        self.report_view.show_report(report, self._file, self._n_bytes)
        self._show(self.report_view)

    @Slot(object)
    def _failed(self, failure: Failed) -> None:
        self._show_setup()
        self.import_button.setFocus()
        text = f"{failure.sentence} {failure.hint}".strip()
        if SAME_BYTES in failure.sentence:
            self.setup.note.say("warning", text, (self.tr("Import again"), self._import_again))
        else:
            self.setup.note.say("error", text)

    @Slot()
    def _cancelled(self) -> None:
        self._show_setup()
        self.import_button.setFocus()
        self.setup.note.say("info", self.tr("The import was cancelled; nothing of it was kept."))

    def _import_again(self) -> None:
        self._import(again=True)

    # ------------------------------------------------------------------ afterwards

    def _undo(self) -> None:
        if self.report is None:
            return
        request = UndoImport(workspace=self._workspace, batch=self.report.batch)
        title = self.tr("Taking back the import of {}").format(self._file.name)
        self.undo_button.setEnabled(False)
        self._context.runner.submit(request, title, shows_failure=False).ended.connect(self._undone)

    @Slot(object)
    def _undone(self, outcome: Outcome[object]) -> None:
        self.undo_button.setEnabled(True)
        if isinstance(outcome, Succeeded):
            self.report = None
            self._show_setup()
            self.setup.note.say("success", self.tr("The import was taken back; everything is as it was before."))
        elif isinstance(outcome, Failed):
            self.report_view.note.say("error", f"{outcome.sentence} {outcome.hint}".strip())

    # ------------------------------------------------------------------ widgets

    def _show_setup(self) -> None:
        self._show(self.setup)
        self._looked()

    def _show(self, view: QWidget) -> None:
        self._views.setCurrentWidget(view)
        is_setup, is_report = view is self.setup, view is self.report_view
        self.import_button.setVisible(is_setup)
        self.undo_button.setVisible(is_report)
        self.done_button.setVisible(is_report)
        self.close_button.setVisible(not is_report)
        self.close_button.setText(self.tr("Cancel") if is_setup else self.tr("Go on in the background"))
        main = self.done_button if is_report else self.import_button
        main.setDefault(True)
        if is_report:
            main.setFocus()

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.XL, Space.XL, Space.XL, Space.L)
        column.setSpacing(Space.M)
        column.addLayout(self._make_heading())
        column.addSpacing(Space.XS)
        self.setup = ImportSetup(self._context, self._file, self._planned)
        self.setup.looked.connect(self._looked)
        self.progress = ImportProgress(self._context.runner)
        self.progress.succeeded.connect(self._imported)
        self.progress.failed.connect(self._failed)
        self.progress.cancelled.connect(self._cancelled)
        self.report_view = ImportReportView(self._context, self._workspace)
        self._views = QStackedWidget()
        for view in (self.setup, self.progress, self.report_view):
            self._views.addWidget(view)
        column.addWidget(self._views, 1)
        column.addLayout(self._make_buttons())

    def _make_heading(self) -> QVBoxLayout:
        words = QVBoxLayout()
        words.setSpacing(Space.XS)
        name = label(shortened(self._file.name), "title")
        name.setToolTip(str(self._file))
        words.addWidget(name)
        row = QHBoxLayout()
        row.setSpacing(Space.S)
        self.facts = label("", "muted")
        self._template = label("", "chip-accent")
        self.forget_button = button(self.tr("Forget that"), self._forget, look="link")
        for widget in (self.facts, self._template, self.forget_button):
            row.addWidget(widget)
        row.addStretch()
        words.addLayout(row)
        return words

    def _make_buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(Space.S)
        words = self.tr("Import") if self._planned is None else self.tr("Use this in the plan")
        self.undo_button: QPushButton = button(self.tr("Undo this import"), self._undo)
        self.close_button: QPushButton = button(self.tr("Cancel"), self.reject)
        self.done_button: QPushButton = button(self.tr("Done"), self.accept, look="primary")
        self.import_button: QPushButton = button(words, self._accept_setup, look="primary")
        row.addWidget(self.undo_button)
        row.addStretch()
        for one in (self.close_button, self.done_button, self.import_button):
            row.addWidget(one)
        return row


def _adjusted(planned: PlannedFile, request: AnyImport, preview: FilePreview) -> PlannedFile:
    """Return a file of a plan as it was adjusted: wanted, and without a problem."""
    if isinstance(request, ImportInteractions) and preview.signal is not None:
        request = request.model_copy(update={"signal": preview.signal.kind})
    adjusted = {
        "kind": preview.kind,
        "domain": request.domain,
        "domains": preview.domains if not request.domain else (),
        "request": request,
        "problem": "",
        "skip": False,
    }
    return planned.model_copy(update=adjusted)

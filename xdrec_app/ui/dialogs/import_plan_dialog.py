"""Importing several files or folders: one plan that can be changed, one import, one report."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QModelIndex, Qt, Slot
from PySide6.QtWidgets import QAbstractItemView, QDialog, QFrame, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from xdrec_app.core.jobs import Failed
from xdrec_app.services.data_requests import AnyImport, ImportFolder
from xdrec_app.services.data_results import FolderReport
from xdrec_app.services.views import PlannedFile
from xdrec_app.ui.dialogs.import_dialog import ImportDialog
from xdrec_app.ui.page_context import PageContext
from xdrec_app.ui.tables.import_plan_model import ImportPlanModel, PlanColumn
from xdrec_app.ui.tables.table_view import TableView
from xdrec_app.ui.theme import Space
from xdrec_app.ui.widgets.basic import button, label
from xdrec_app.ui.widgets.import_folder_report import ImportFolderReport
from xdrec_app.ui.widgets.import_note import ImportNote
from xdrec_app.ui.widgets.import_progress import ImportProgress
from xdrec_app.ui.widgets.import_words import domain_to_offer, roomy, shortened

KEY = "import.plan"
WIDTHS = (212, 96, 156, 176, 0, 90)


def _plan(workspace: Path, paths: Sequence[Path]) -> tuple[PlannedFile, ...]:
    from xdrec_app.services.plan import plan_import

    return plan_import(workspace, paths)


class ImportPlanDialog(QDialog):
    """Plans the import of files and folders into a workspace and carries it out."""

    def __init__(
        self, context: PageContext, workspace: Path, paths: Sequence[Path], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._context, self._workspace, self._paths = context, workspace, list(paths)
        self.requests: tuple[AnyImport, ...] = ()
        self.setWindowTitle(self.tr("Import several files"))
        self.resize(roomy(parent))
        self._build()
        self._show(self.plan_view)
        self.note.say("info", self.tr("Looking at the files …"))
        self.import_button.setEnabled(False)
        context.reader.run(KEY, partial(_plan, workspace, self._paths), self.show_plan, self._say_failure)

    def done(self, result: int) -> None:
        """Close; a plan still to come is dropped, a running import goes on in the job bar."""
        self._context.reader.forget(KEY)
        super().done(result)
        self.deleteLater()

    # ------------------------------------------------------------------ plan

    def show_plan(self, files: tuple[PlannedFile, ...]) -> None:
        """Show what the files are taken for."""
        known = [domain.name for domain in self._context.state.domains]
        named = [planned.model_copy(update={"domain": domain_to_offer(planned.domain, known)}) for planned in files]
        self.model.set_files(named, _common_folder([planned.file for planned in files]))

    @Slot()
    def _plan_changed(self) -> None:
        rows = self.model.rows
        wanted = [row for row in rows if row.request is not None]
        self.import_button.setEnabled(bool(wanted))
        self.import_button.setText(
            self.tr("Import 1 file") if len(wanted) == 1 else self.tr("Import {} files").format(len(wanted))
        )
        problems = sum(bool(row.planned.problem) for row in rows)
        words = self.tr("{n} of {all} files will be imported.").format(n=len(wanted), all=len(rows))
        if problems:
            words += " " + self.tr("{} cannot be imported as they stand: see the notes.").format(problems)
        if not rows:
            words = self.tr("There is no file in here.")
        self.note.say("warning" if problems or not wanted else "info", words)

    @Slot(QModelIndex)
    def _row_chosen(self, index: QModelIndex) -> None:
        """Say in full what the column of notes may have to cut."""
        planned = self.model.rows[index.row()].planned if index.isValid() else None
        if planned is not None and (planned.problem or planned.note):
            self.note.say("warning" if planned.problem else "info", planned.problem or planned.note)
        else:
            self._plan_changed()

    @Slot(QModelIndex)
    def _clicked(self, index: QModelIndex) -> None:
        if index.column() == PlanColumn.ADJUST:
            self.adjust(index.row())

    @Slot(QModelIndex)
    def _activated(self, index: QModelIndex) -> None:
        if not index.flags() & Qt.ItemFlag.ItemIsEditable:
            self.adjust(index.row())

    def adjust(self, number: int) -> None:
        """Open the dialog of one file; what is decided there goes back into the plan."""
        row = self.model.rows[number]
        request = row.planned.request
        if request is not None:
            request = request.model_copy(update={"domain": row.domain})
        planned = row.planned.model_copy(update={"domain": row.domain, "request": request})
        dialog = ImportDialog(self._context, self._workspace, planned.file, self, planned=planned)
        dialog.adjusted.connect(partial(self.model.replace, number))
        dialog.open()

    # ------------------------------------------------------------------ import

    def _import(self) -> None:
        nameless = [number for number, row in enumerate(self.model.rows) if row.request and _lacks_domain(row.request)]
        if nameless:
            self.note.say("warning", self.tr("Give every file a domain, such as Books."))
            self.table.edit(self.model.index(nameless[0], PlanColumn.DOMAIN))
            return
        self._submit(tuple(row.request for row in self.model.rows if row.request is not None))

    @Slot(object)
    def _import_again(self, files: list[Path]) -> None:
        again = [request for request in self.requests if request.file in files]
        self._submit(tuple(request.model_copy(update={"again": True}) for request in again))

    def _submit(self, requests: tuple[AnyImport, ...]) -> None:
        self.requests = requests
        title = self.tr("Importing {} files").format(len(requests))
        handle = self._context.runner.submit(
            ImportFolder(workspace=self._workspace, files=requests), title, shows_failure=False
        )
        self.progress.follow(handle, [request.file for request in requests])
        self._show(self.progress)

    @Slot(object)
    def _imported(self, report: FolderReport) -> None:
        self.report_view.show_report(report)
        self._show(self.report_view)

    @Slot(object)
    def _say_failure(self, failure: Failed) -> None:
        self._show(self.plan_view)
        self.note.say("error", f"{failure.sentence} {failure.hint}".strip())

    @Slot()
    def _cancelled(self) -> None:
        self._show(self.plan_view)
        self.note.say("info", self.tr("Cancelled. Files that were complete by then are imported, the others are not."))

    # ------------------------------------------------------------------ widgets

    def _show(self, view: QWidget) -> None:
        self._views.setCurrentWidget(view)
        is_plan, is_report = view is self.plan_view, view is self.report_view
        self.import_button.setVisible(is_plan)
        self.done_button.setVisible(is_report)
        self.close_button.setVisible(not is_report)
        self.close_button.setText(self.tr("Cancel") if is_plan else self.tr("Go on in the background"))
        main = self.done_button if is_report else self.import_button
        main.setDefault(True)

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.XL, Space.XL, Space.XL, Space.L)
        column.setSpacing(Space.M)
        column.addWidget(label(self._heading(), "title"))
        self.plan_view = self._make_plan()
        self.progress = ImportProgress(self._context.runner)
        self.progress.succeeded.connect(self._imported)
        self.progress.failed.connect(self._say_failure)
        self.progress.cancelled.connect(self._cancelled)
        self.report_view = ImportFolderReport(self._context, self._workspace)
        self.report_view.again.connect(self._import_again)
        self._views = QStackedWidget()
        for view in (self.plan_view, self.progress, self.report_view):
            self._views.addWidget(view)
        column.addWidget(self._views, 1)
        row = QHBoxLayout()
        row.setSpacing(Space.S)
        self.close_button = button(self.tr("Cancel"), self.reject)
        self.done_button = button(self.tr("Done"), self.accept, look="primary")
        self.import_button = button(self.tr("Import"), self._import, look="primary")
        row.addStretch()
        for one in (self.close_button, self.done_button, self.import_button):
            row.addWidget(one)
        column.addLayout(row)

    def _heading(self) -> str:
        if len(self._paths) == 1:
            return shortened(self._paths[0].name)
        return self.tr("{} files and folders").format(len(self._paths))

    def _make_plan(self) -> QWidget:
        view = QWidget()
        column = QVBoxLayout(view)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.M)
        hint = self.tr("Untick what you do not want, write another domain in its place, or adjust how a file is read.")
        column.addWidget(label(hint, "muted", wraps=True))
        card = QFrame()
        card.setProperty("look", "card")
        inside = QVBoxLayout(card)
        inside.setContentsMargins(1, Space.XS, 1, Space.XS)
        self.model = ImportPlanModel(self)
        self.model.rows_changed.connect(self._plan_changed)
        self.table = TableView(self.model, self.tr("The plan"), widths=WIDTHS, stretch=PlanColumn.NOTE)
        triggers = QAbstractItemView.EditTrigger
        self.table.setEditTriggers(triggers.DoubleClicked | triggers.SelectedClicked | triggers.EditKeyPressed)
        self.table.clicked.connect(self._clicked)
        self.table.activated.connect(self._activated)
        self.table.selectionModel().currentRowChanged.connect(self._row_chosen)
        inside.addWidget(self.table)
        column.addWidget(card, 1)
        self.note = ImportNote()
        column.addWidget(self.note)
        return view


def _lacks_domain(request: AnyImport) -> bool:
    return not request.domain and not request.columns.get("domain")


def _common_folder(files: Sequence[Path]) -> Path:
    return Path(os.path.commonpath([file.parent for file in files])) if files else Path()

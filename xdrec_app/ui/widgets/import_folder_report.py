"""What became of several imported files: the sum, each file's part of it, its rejected lines, and its way back."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QModelIndex, Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from xdrec_app.core.jobs import Failed, Outcome, Succeeded
from xdrec_app.services.data_requests import UndoImport
from xdrec_app.services.data_results import FileOutcome, FolderReport, ImportReport
from xdrec_app.ui import numbers
from xdrec_app.ui.job_runner import JobHandle
from xdrec_app.ui.page_context import PageContext
from xdrec_app.ui.tables.table_view import TableView
from xdrec_app.ui.tables.text_model import TextModel
from xdrec_app.ui.theme import Space
from xdrec_app.ui.widgets.basic import Card
from xdrec_app.ui.widgets.import_equation import ImportEquation
from xdrec_app.ui.widgets.import_note import ImportNote
from xdrec_app.ui.widgets.import_rejected import RejectedLines
from xdrec_app.ui.widgets.import_words import SAME_BYTES

UNDO = 7
NUMERIC = (2, 3, 4, 5)


class ImportFolderReport(QWidget):
    """The report of several imports; `again` carries the files to import although they were imported before."""

    again = Signal(object)

    def __init__(self, context: PageContext, workspace: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context, self._workspace = context, workspace
        self.outcomes: list[FileOutcome] = []
        self._undone: set[int] = set()
        self._undoing: dict[JobHandle, int] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.M)
        self.note = ImportNote()
        self.equation = ImportEquation()
        self.rejected = RejectedLines(context, workspace)
        self.rejected.hide()
        sums = Card()
        sums.body.addWidget(self.equation)
        for widget, stretch in ((self.note, 0), (sums, 0), (self._make_table(), 3), (self.rejected, 2)):
            column.addWidget(widget, stretch)

    def show_report(self, report: FolderReport) -> None:
        """Show what became of some files; of files that are shown already, what became of them now."""
        fresh = {outcome.file: outcome for outcome in report.files}
        known = {outcome.file for outcome in self.outcomes}
        kept = [fresh.get(outcome.file, outcome) for outcome in self.outcomes]
        self.outcomes = [*kept, *(outcome for outcome in report.files if outcome.file not in known)]
        self._fill()
        rejecting = [n for n in range(len(self.outcomes)) if (found := self._standing(n)) and found.rejected]
        if rejecting:
            self.table.selectRow(rejecting[0])

    def undo(self, number: int) -> None:
        """Take the import of one file back."""
        report = self._standing(number)
        if report is None or number in self._undoing.values():
            return
        title = self.tr("Taking back the import of {}").format(self.outcomes[number].file.name)
        request = UndoImport(workspace=self._workspace, batch=report.batch)
        handle = self._context.runner.submit(request, title, shows_failure=False)
        self._undoing[handle] = number
        handle.ended.connect(self._undo_ended)
        self._fill()

    @Slot(object)
    def _undo_ended(self, outcome: Outcome[object]) -> None:
        handle = self.sender()
        number = self._undoing.pop(handle) if isinstance(handle, JobHandle) else -1
        report = self._standing(number)
        if isinstance(outcome, Succeeded) and report is not None:
            self._undone.add(report.batch)
        self._fill()
        if isinstance(outcome, Failed):
            self.note.say("error", f"{outcome.sentence} {outcome.hint}".strip())

    def _standing(self, number: int) -> ImportReport | None:
        """Return what was imported from a file, unless it was taken back."""
        report = self.outcomes[number].report if 0 <= number < len(self.outcomes) else None
        return report if report is not None and report.batch not in self._undone else None

    # ------------------------------------------------------------------ filling

    def _fill(self) -> None:
        standing = [report for number in range(len(self.outcomes)) if (report := self._standing(number))]
        self.equation.show_figures(
            sum(report.lines for report in standing),
            sum(report.imported for report in standing),
            sum(report.merged for report in standing),
            sum(report.rejected for report in standing),
        )
        self._model.set_rows([self._texts(number) for number in range(len(self.outcomes))])
        self._show_note(len(standing))
        if not any(report.rejected for report in standing):
            self.rejected.hide()

    def _show_note(self, n_standing: int) -> None:
        known = [outcome.file for outcome in self.outcomes if SAME_BYTES in outcome.problem]
        failed = [outcome for outcome in self.outcomes if outcome.problem]
        words = self.tr("{n} of {all} files are imported.").format(n=n_standing, all=len(self.outcomes))
        if known:
            words += " " + self.tr("{} were imported before, with the very same bytes.").format(len(known))
            self.note.say("warning", words, (self.tr("Import them again"), partial(self.again.emit, known)))
        else:
            self.note.say("warning" if failed else "success", words)

    def _texts(self, number: int) -> tuple[str, ...]:
        outcome, report = self.outcomes[number], self._standing(number)
        if report is not None:
            way_back = self.tr("Taking back …") if number in self._undoing.values() else self.tr("Undo")
            figures = (report.lines, report.imported, report.merged, report.rejected)
            return (outcome.file.name, report.domain, *map(numbers.count, figures), "", way_back)
        note = outcome.problem or self.tr("Taken back")
        return (outcome.file.name, outcome.domain, "", "", "", "", note, "")

    # ------------------------------------------------------------------ widgets

    def _make_table(self) -> Card:
        header = (
            self.tr("File"),
            self.tr("Domain"),
            self.tr("Lines"),
            self.tr("Imported"),
            self.tr("Repeats"),
            self.tr("Rejected"),
            self.tr("Note"),
            "",
        )
        self._model = TextModel(header, NUMERIC, self, links=(UNDO,))
        widths = (210, 120, 92, 92, 80, 80, 0, 90)
        self.table = TableView(self._model, self.tr("Files and what became of them"), widths=widths, stretch=6)
        self.table.clicked.connect(self._clicked)
        self.table.selectionModel().currentRowChanged.connect(self._row_chosen)
        card = Card()
        card.body.setContentsMargins(1, Space.XS, 1, Space.XS)
        card.body.addWidget(self.table)
        return card

    @Slot(QModelIndex)
    def _clicked(self, index: QModelIndex) -> None:
        if index.column() == UNDO:
            self.undo(index.row())
        else:
            self._row_chosen(index)

    @Slot(QModelIndex)
    def _row_chosen(self, index: QModelIndex) -> None:
        report = self._standing(index.row())
        self.rejected.setVisible(report is not None and report.rejected > 0)
        if report is not None and report.rejected:
            self.rejected.show_lines(report.batch, report.rejected, self.outcomes[index.row()].file.name)

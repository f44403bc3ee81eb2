"""The lines of an import that were not taken: number, reason and text of the first ones, and a file of all."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from xdrec_app.core.jobs import Failed, Outcome, Succeeded
from xdrec_app.services.data_requests import ExportRows
from xdrec_app.services.data_results import RowsExport
from xdrec_app.services.views import RejectedRow
from xdrec_app.ui import numbers
from xdrec_app.ui.page_context import PageContext
from xdrec_app.ui.tables.table_view import TableView
from xdrec_app.ui.tables.text_model import TextModel
from xdrec_app.ui.widgets.basic import Card, button, label

if TYPE_CHECKING:
    from xdrec_app.services.browse import Browser

SHOWN_LINES = 200
KEY = "import.rejected"


def _read(batch: int, browser: Browser) -> tuple[RejectedRow, ...]:
    return browser.rejected(batch, 0, SHOWN_LINES)


class RejectedLines(Card):
    """The rejected lines of one import at a time."""

    def __init__(self, context: PageContext, workspace: Path, parent: QWidget | None = None) -> None:
        super().__init__("", "", parent)
        self._context, self._workspace = context, workspace
        self._batch = self._n_rejected = 0
        self._file = ""
        self.heading = label("", "strong", wraps=True)
        self.export = button(self.tr("Export rejected lines …"), self._choose_file, icon="export")
        self.header.addWidget(self.heading, 1)
        self.header.addWidget(self.export)
        self.body.addLayout(self.header)
        header = (self.tr("Line"), self.tr("Reason"), self.tr("Text"))
        self.model = TextModel(header, numeric=(0,), parent=self)
        self.body.addWidget(TableView(self.model, self.tr("Rejected lines"), widths=(84, 280), stretch=2), 1)
        self.note = label("", "muted", wraps=True)
        self.note.hide()
        self.body.addWidget(self.note)

    def show_lines(self, batch: int, n_rejected: int, file: str) -> None:
        """Show the first rejected lines of an import of a file."""
        self._batch, self._n_rejected, self._file = batch, n_rejected, file
        self.heading.setText("")
        self.model.set_rows(())
        self.note.hide()
        self._context.reader.ask(KEY, partial(_read, batch), self._fill, self._say_failure)

    def _fill(self, rows: tuple[RejectedRow, ...]) -> None:
        words = self.tr("{n} rejected lines of {file}").format(n=numbers.count(self._n_rejected), file=self._file)
        if len(rows) < self._n_rejected:
            words += self.tr(", the first {n} of them").format(n=numbers.count(len(rows)))
        self.heading.setText(words)
        self.model.set_rows([(numbers.count(row.line), row.reason, row.text) for row in rows])

    # ------------------------------------------------------------------ export

    def _choose_file(self) -> None:
        dialog = QFileDialog(self, self.tr("Export rejected lines"), str(self._context.settings.folder()))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("csv")
        dialog.setNameFilters([self.tr("CSV (*.csv)"), self.tr("Excel (*.xlsx)"), self.tr("Parquet (*.parquet)")])
        dialog.selectFile(self.tr("{} rejected.csv").format(Path(self._file).stem))
        dialog.fileSelected.connect(self.write)
        dialog.open()

    @Slot(str)
    def write(self, path: str) -> None:
        """Write all rejected lines to a file."""
        out = Path(path)
        request = ExportRows(workspace=self._workspace, table="rejected", batch=self._batch, out=out)
        title = self.tr("Exporting rejected lines of {}").format(self._file)
        self.export.setEnabled(False)
        self._context.runner.submit(request, title, shows_failure=False).ended.connect(self._written)

    @Slot(object)
    def _written(self, outcome: Outcome[RowsExport]) -> None:
        self.export.setEnabled(True)
        if isinstance(outcome, Succeeded):
            words = self.tr("{n} lines are in {file}")
            self._say(words.format(n=numbers.count(outcome.result.rows), file=outcome.result.file))
        elif isinstance(outcome, Failed):
            self._say_failure(outcome)

    def _say_failure(self, failure: Failed) -> None:
        self._say(f"{failure.sentence} {failure.hint}".strip())

    def _say(self, text: str) -> None:
        self.note.setText(text)
        self.note.show()

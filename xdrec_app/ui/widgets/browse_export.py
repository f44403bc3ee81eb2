"""The button that writes a whole table to a file."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Literal

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QFileDialog, QMenu, QPushButton, QWidget

from xdrec_app.core.jobs import Succeeded
from xdrec_app.services.data_requests import ExportRows
from xdrec_app.services.data_results import RowsExport
from xdrec_app.ui import numbers
from xdrec_app.ui.icons import set_icon
from xdrec_app.ui.page_context import PageContext

TableName = Literal["interactions", "items", "people"]


class ExportButton(QPushButton):
    """Offers the formats, asks for a name, queues the job and tells how it ended.

    Parameters
    ----------
    chosen
        Returns the table to be exported and its domain; without a domain the people of all.
    """

    def __init__(
        self, context: PageContext, chosen: Callable[[], tuple[TableName, str]], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._context, self._chosen = context, chosen
        self.setText(self.tr("Export …"))
        self.setToolTip(self.tr("Write the whole table to a file, whatever is filtered"))
        set_icon(self, "export")
        menu = QMenu(self)
        for ending, title in (
            ("csv", self.tr("CSV")),
            ("xlsx", self.tr("Excel workbook")),
            ("parquet", self.tr("Parquet")),
        ):
            menu.addAction(title, partial(self.choose_file, ending))
        self.setMenu(menu)

    def choose_file(self, ending: str) -> QFileDialog:
        """Ask where the file shall be; returns the open dialog."""
        table, domain = self._chosen()
        name = f"{domain} {table}".strip()
        safe = "".join(letter if letter.isalnum() or letter in " -_." else "_" for letter in name)
        dialog = QFileDialog(self, self.tr("Export the whole table"), str(self._context.settings.folder()))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(ending)
        dialog.setNameFilters([f"{ending.upper()} (*.{ending})", self.tr("All files (*)")])
        dialog.selectFile(f"{safe}.{ending}")
        dialog.fileSelected.connect(partial(self.export, table, domain))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
        return dialog

    def export(self, table: TableName, domain: str, file: str) -> None:
        """Queue the job that writes the file."""
        workspace = self._context.state.path
        if workspace is None:
            return
        self._context.settings.set_folder(Path(file).parent)
        request = ExportRows(workspace=workspace, table=table, domain=domain, out=Path(file))
        handle = self._context.runner.submit(request, self.tr("Exporting to {}").format(Path(file).name))
        handle.ended.connect(self._exported)

    @Slot(object)
    def _exported(self, outcome: object) -> None:
        if isinstance(outcome, Succeeded) and isinstance(outcome.result, RowsExport):
            report = outcome.result
            words = self.tr("{rows} rows were written to {file}.")
            self._context.messages.success(words.format(rows=numbers.count(report.rows), file=report.file.name))

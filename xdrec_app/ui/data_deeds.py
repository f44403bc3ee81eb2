"""What an analyst can do with the data of the open workspace: take back, change, delete, link, export, decide.

Whatever cannot be undone asks first. Must not know how anything is shown.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from xdrec_app.core.jobs import Succeeded
from xdrec_app.datasets.linking import Rule
from xdrec_app.services.data_requests import DecideLeak, DeleteDomain, ExportRows, LinkPeople, UndoImport
from xdrec_app.services.data_results import LinkReport, RowsExport
from xdrec_app.services.request import Request
from xdrec_app.services.views import BatchRow
from xdrec_app.ui import numbers
from xdrec_app.ui.job_runner import JobHandle
from xdrec_app.ui.page_context import PageContext
from xdrec_app.ui.widgets.question import Question

Table = Literal["interactions", "items", "people", "rejected"]
Decision = Literal["keep", "exclude", "merge"]
ENDINGS = ("csv", "xlsx", "parquet")


class DataDeeds(QObject):
    """Asks, submits, and tells how it ended.

    Parameters
    ----------
    page
        Whose window is the parent of questions and dialogs.
    """

    def __init__(self, context: PageContext, page: QWidget) -> None:
        super().__init__(page)
        self._context, self._page = context, page
        self._done: dict[JobHandle, str] = {}

    # ------------------------------------------------------------------ imports and domains

    def ask_undo(self, batch: BatchRow) -> Question:
        """Ask whether an import shall be taken back."""
        snapshot = self._context.state.snapshot
        parts = [
            one
            for one in (snapshot.batches if snapshot is not None else ())
            if (one.file_name, one.created_at) == (batch.file_name, batch.created_at)
        ]
        words = self.tr(
            "Its {n} lines in {domains} go, with the people and items that only they brought. Other imports stay as "
            "they are, and runs keep their figures."
        )
        return self._ask(
            self.tr("Take {file} back?").format(file=batch.file_name),
            words.format(
                n=numbers.count(sum(one.imported + one.merged for one in parts)),
                domains=", ".join(one.domain for one in parts),
            ),
            self.tr("Take it back"),
            partial(self.undo, batch),
        )

    def undo(self, batch: BatchRow) -> None:
        """Take an import back."""
        title = self.tr("Taking {file} back").format(file=batch.file_name)
        self._submit(
            UndoImport(workspace=self._workspace, batch=batch.batch),
            title,
            self.tr("{file} was taken back.").format(file=batch.file_name),
        )

    def ask_delete(self, domain: str) -> Question:
        """Ask whether a domain shall be deleted."""
        words = self.tr("All its imports go, with its items. Runs that used it stay, but cannot be made again from it.")
        heading, answer = self.tr("Delete {domain}?").format(domain=domain), self.tr("Delete the domain")
        return self._ask(heading, words, answer, partial(self.delete, domain))

    def delete(self, domain: str) -> None:
        """Delete a domain."""
        title = self.tr("Deleting {domain}").format(domain=domain)
        done = self.tr("{domain} was deleted.").format(domain=domain)
        self._submit(DeleteDomain(workspace=self._workspace, domain=domain), title, done)

    def open_settings(self, domain: str, *, renames: bool = False) -> None:
        """Show what the values of a domain mean, to change it."""
        from xdrec_app.ui.dialogs.domain_dialog import DomainDialog

        DomainDialog(self._context, self._workspace, domain, self._page.window(), renames=renames).open()

    # ------------------------------------------------------------------ people and leaks

    @Slot()
    def open_links(self) -> None:
        """Show how people are linked, to change it."""
        from xdrec_app.ui.dialogs.link_dialog import LinkDialog

        LinkDialog(self._context, self._workspace, self._page.window()).open()

    def link_by(self, rules: tuple[Rule, ...]) -> None:
        """Link people by rules alone."""
        self._submit(LinkPeople(workspace=self._workspace, rules=rules), self.tr("Linking people"))

    def decide(self, domains: tuple[str, str], decision: Decision) -> None:
        """Decide what evaluation does with the items that two domains share."""
        request = DecideLeak(workspace=self._workspace, domains=domains, decision=decision)
        self._submit(request, self.tr("Storing a decision"))

    # ------------------------------------------------------------------ export

    def choose_export(self, table: Table, domain: str = "", batch: BatchRow | None = None) -> QFileDialog:
        """Ask where a table shall be written; returns the open dialog."""
        name = self.tr("{file} rejected").format(file=Path(batch.file_name).stem) if batch else f"{domain} {table}"
        safe = "".join(letter if letter.isalnum() or letter in " -_." else "_" for letter in name)
        dialog = QFileDialog(self._page, self.tr("Export"), str(self._context.settings.folder()))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        titles = (self.tr("CSV"), self.tr("Excel workbook"), self.tr("Parquet"))
        filters = [f"{title} (*.{ending})" for title, ending in zip(titles, ENDINGS, strict=True)]
        dialog.setNameFilters(filters)
        dialog.setDefaultSuffix(ENDINGS[0])
        dialog.filterSelected.connect(lambda chosen: dialog.setDefaultSuffix(ENDINGS[filters.index(chosen)]))
        dialog.selectFile(safe)
        dialog.fileSelected.connect(partial(self.export, table, domain, batch.batch if batch else None))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
        return dialog

    def export(self, table: Table, domain: str, batch: int | None, file: str) -> None:
        """Write a table to a file."""
        self._context.settings.set_folder(Path(file).parent)
        request = ExportRows(workspace=self._workspace, table=table, domain=domain, batch=batch, out=Path(file))
        self._submit(request, self.tr("Exporting to {}").format(Path(file).name))

    # ------------------------------------------------------------------ jobs

    @property
    def _workspace(self) -> Path:
        path = self._context.state.path
        assert path is not None  # nothing is offered without a workspace
        return path

    def _ask(self, heading: str, text: str, answer: str, act: partial[None]) -> Question:
        keep = (self.tr("Cancel"), "", lambda: None)
        return Question(self._page.window(), heading, text, (keep, (answer, "danger", act)))

    def _submit(self, request: Request, title: str, done: str = "") -> None:
        handle = self._context.runner.submit(request, title)
        self._done[handle] = done
        handle.ended.connect(self._ended)

    @Slot(object)
    def _ended(self, outcome: object) -> None:
        handle = self.sender()
        done = self._done.pop(handle, "") if isinstance(handle, JobHandle) else ""
        if isinstance(outcome, Succeeded) and (words := self._words(outcome.result) or done):
            self._context.messages.success(words)

    def _words(self, result: object) -> str:
        if isinstance(result, RowsExport):
            words = self.tr("{rows} rows were written to {file}.")
            return words.format(rows=numbers.count(result.rows), file=result.file.name)
        if isinstance(result, LinkReport):
            words = self.tr("{n} people are in more than one domain now.")
            return words.format(n=numbers.count(result.linked))
        return ""

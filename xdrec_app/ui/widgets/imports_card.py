"""The imports of a workspace, what became of their lines, and the rejected lines of one of them."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Signal
from PySide6.QtWidgets import QWidget

from xdrec_app.services.views import BatchRow, RejectedRow
from xdrec_app.ui import numbers
from xdrec_app.ui.tables.table_view import TableView
from xdrec_app.ui.tables.text_model import TextModel
from xdrec_app.ui.widgets.basic import Card, button, label

SHOWN_LINES = 500


class ImportsCard(Card):
    """A table of imports, and under it the rejected lines of the chosen one.

    `rejected_asked` carries the number of an import whose rejected lines shall be shown.
    """

    rejected_asked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", "", parent)
        self.body.addWidget(label(self.tr("Imports"), "heading"))
        self._batches: tuple[BatchRow, ...] = ()
        header = (
            self.tr("File"),
            self.tr("Domain"),
            self.tr("Imported"),
            self.tr("Repeats"),
            self.tr("Rejected"),
            self.tr("When"),
        )
        self._model = TextModel(header, numeric=(2, 3, 4), parent=self)
        self.table = TableView(self._model, self.tr("Imports"), widths=(0, 84, 82, 74, 80, 108), stretch=0)
        self.table.setMinimumHeight(220)
        self.table.activated.connect(self._chosen)
        self.table.clicked.connect(self._chosen)
        self.body.addWidget(self.table, 1)
        self._lines_heading = label("", "strong", wraps=True)
        self._lines_model = TextModel((self.tr("Line"), self.tr("Reason"), self.tr("Text")), numeric=(0,), parent=self)
        self.lines = TableView(self._lines_model, self.tr("Rejected lines"), widths=(70, 280), stretch=2)
        self.lines.setMinimumHeight(190)
        self._fold = button(self.tr("Hide the rejected lines"), self.hide_rejected, look="link")
        for widget in (self._lines_heading, self.lines, self._fold):
            self.body.addWidget(widget)
        self.hide_rejected()

    def set_batches(self, batches: tuple[BatchRow, ...]) -> None:
        """Show other imports."""
        self._batches = batches
        self._model.set_rows([self._texts(batch) for batch in batches])

    def show_rejected(self, batch: int, rows: tuple[RejectedRow, ...]) -> None:
        """Show the rejected lines of an import, the first 500 of them."""
        found = next((one for one in self._batches if one.batch == batch), None)
        if found is None:
            return
        words = self.tr("{n} rejected lines of {file}").format(n=numbers.count(found.rejected), file=found.file_name)
        if len(rows) < found.rejected:
            words += self.tr(", the first {n} of them").format(n=numbers.count(len(rows)))
        self._lines_heading.setText(words)
        self._lines_model.set_rows([(numbers.count(row.line), row.reason, row.text) for row in rows])
        for widget in (self._lines_heading, self.lines, self._fold):
            widget.show()

    def hide_rejected(self) -> None:
        """Show only the imports."""
        for widget in (self._lines_heading, self.lines, self._fold):
            widget.hide()

    def _texts(self, batch: BatchRow) -> tuple[str, ...]:
        return (
            batch.file_name,
            batch.domain,
            numbers.count(batch.imported),
            numbers.count(batch.merged),
            numbers.count(batch.rejected),
            numbers.when(batch.created_at),
        )

    def _chosen(self, index: QModelIndex) -> None:
        batch = self._batches[index.row()]
        if batch.rejected:
            self.rejected_asked.emit(batch.batch)
        else:
            self.hide_rejected()

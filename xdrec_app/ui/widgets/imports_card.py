"""The imports of a workspace, what became of their lines, and the rejected lines of one of them."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QWidget

from xdrec_app.services.views import BatchRow, RejectedRow
from xdrec_app.ui import numbers
from xdrec_app.ui.tables.table_view import TableView
from xdrec_app.ui.tables.text_model import TextModel
from xdrec_app.ui.theme import Space
from xdrec_app.ui.widgets.basic import Card, button, label
from xdrec_app.ui.widgets.import_words import kind_name

SHOWN_LINES = 500


class ImportsCard(Card):
    """A table of imports, what can be done with the chosen one, and under it its rejected lines.

    Signals
    -------
    rejected_asked
        The rejected lines of the import of this number shall be shown.
    undo_asked, export_asked
        Carry a :class:`BatchRow`: it shall be taken back, or its rejected lines be written to a file.
    """

    rejected_asked = Signal(int)
    undo_asked = Signal(object)
    export_asked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", "", parent)
        self._batches: tuple[BatchRow, ...] = ()
        self._shown = -1
        self.body.addLayout(self._make_head())
        self.body.addWidget(self._make_table(), 1)
        self._lines_heading = label("", "strong", wraps=True)
        self._lines_model = TextModel((self.tr("Line"), self.tr("Reason"), self.tr("Text")), numeric=(0,), parent=self)
        self.lines = TableView(self._lines_model, self.tr("Rejected lines"), widths=(70, 280), stretch=2)
        self.lines.setMinimumHeight(190)
        foot = QHBoxLayout()
        self._export = button(self.tr("Export the rejected lines …"), self._ask_export, look="link", icon="export")
        self._fold = button(self.tr("Hide the rejected lines"), self.hide_rejected, look="link")
        foot.addWidget(self._export)
        foot.addWidget(self._fold)
        foot.addStretch()
        self._folding = (self._lines_heading, self.lines, self._export, self._fold)
        self.body.addWidget(self._lines_heading)
        self.body.addWidget(self.lines)
        self.body.addLayout(foot)
        self.hide_rejected()

    @property
    def chosen(self) -> BatchRow | None:
        """The chosen import."""
        row = self.table.currentIndex().row()
        return self._batches[row] if 0 <= row < len(self._batches) else None

    def set_batches(self, batches: tuple[BatchRow, ...]) -> None:
        """Show other imports; rejected lines stay as long as their import is there."""
        if batches == self._batches:
            return
        self._batches = batches
        self._model.set_rows([self._texts(batch) for batch in batches])
        if batches:
            self.table.selectRow(0)
        if all(batch.batch != self._shown for batch in batches):
            self.hide_rejected()
        self._offer()

    def show_rejected(self, batch: int, rows: tuple[RejectedRow, ...]) -> None:
        """Show the rejected lines of an import, the first 500 of them."""
        found = next((one for one in self._batches if one.batch == batch), None)
        if found is None:
            return
        self._shown = batch
        words = self.tr("{n} rejected lines of {file}").format(n=numbers.count(found.rejected), file=found.file_name)
        if len(rows) < found.rejected:
            words += self.tr(", the first {n} of them").format(n=numbers.count(len(rows)))
        self._lines_heading.setText(words)
        self._lines_model.set_rows([(numbers.count(row.line), row.reason, row.text) for row in rows])
        for widget in self._folding:
            widget.show()

    def hide_rejected(self) -> None:
        """Show only the imports."""
        self._shown = -1
        for widget in self._folding:
            widget.hide()

    # ------------------------------------------------------------------ widgets

    def _make_head(self) -> QHBoxLayout:
        head = QHBoxLayout()
        head.setSpacing(Space.S)
        head.addWidget(label(self.tr("Imports"), "heading"))
        head.addStretch()
        self.show_button = button(self.tr("Rejected lines"), self._ask_rejected, look="link", icon="search")
        self.undo_button = button(self.tr("Take back …"), self._ask_undo, look="link", icon="undo")
        self.undo_button.setToolTip(self.tr("Take the chosen import back, whatever was imported after it"))
        head.addWidget(self.show_button)
        head.addWidget(self.undo_button)
        return head

    def _make_table(self) -> TableView:
        header = (
            self.tr("File"),
            self.tr("Domain"),
            self.tr("Imported"),
            self.tr("Repeats"),
            self.tr("Rejected"),
            self.tr("When"),
        )
        self._model = TextModel(header, numeric=(2, 3, 4), parent=self)
        self.table = TableView(self._model, self.tr("Imports"), widths=(0, 88, 78, 72, 78, 116), stretch=0)
        self.table.setMinimumHeight(220)
        self.table.activated.connect(self._activated)
        self.table.selectionModel().currentRowChanged.connect(self._offer)
        self._offer()
        return self.table

    def _texts(self, batch: BatchRow) -> tuple[str, ...]:
        kind = "" if batch.kind == "interactions" else f"  ·  {kind_name(batch.kind)}"
        return (
            batch.file_name + kind,
            batch.domain,
            numbers.count(batch.imported),
            numbers.count(batch.merged),
            numbers.count(batch.rejected),
            numbers.when(batch.created_at),
        )

    # ------------------------------------------------------------------ deeds

    @Slot()
    def _offer(self) -> None:
        chosen = self.chosen
        self.undo_button.setVisible(chosen is not None)
        self.show_button.setVisible(chosen is not None and chosen.rejected > 0)

    @Slot(QModelIndex)
    def _activated(self, _index: QModelIndex) -> None:
        self._ask_rejected()

    def _ask_rejected(self) -> None:
        if (chosen := self.chosen) is None:
            return
        if chosen.rejected:
            self.rejected_asked.emit(chosen.batch)
        else:
            self.hide_rejected()

    def _ask_undo(self) -> None:
        if (chosen := self.chosen) is not None:
            self.undo_asked.emit(chosen)

    def _ask_export(self) -> None:
        found = next((one for one in self._batches if one.batch == self._shown), None)
        if found is not None:
            self.export_asked.emit(found)

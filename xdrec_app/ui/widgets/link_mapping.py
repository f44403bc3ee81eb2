"""The file that says who is who: which of its columns holds the ids of which domain, and its first rows."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QCheckBox, QFileDialog, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from xdrec_app.core.jobs import Failed
from xdrec_app.services.finding_views import MappingPreview
from xdrec_app.ui.settings import Settings
from xdrec_app.ui.tables.table_view import TableView
from xdrec_app.ui.tables.text_model import TextModel
from xdrec_app.ui.theme import Space, theme
from xdrec_app.ui.widgets.basic import Dot, button, label
from xdrec_app.ui.widgets.boxes import ChoiceBox

DOMAINS_IN_ROW = 2
TABLE_HEIGHT = 150
COLUMN_WIDTH = 150
NONE = "\0"
"""Key of the choice that a domain has no column."""


class LinkMapping(QWidget):
    """Chooser, columns, preview.

    Signals
    -------
    changed
        Another file, or another column for a domain.
    """

    changed = Signal()

    def __init__(self, settings: Settings, domains: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self.path: Path | None = None
        self.chosen: dict[str, str] = {}
        self.preview: MappingPreview | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.M)
        column.addLayout(self._make_head())
        self._found = QWidget()
        inside = QVBoxLayout(self._found)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(Space.M)
        inside.addLayout(self._make_columns(domains))
        self.unlisted = QCheckBox(self.tr("Ids that the file does not name: equal ones are one person"))
        self.unlisted.setToolTip(
            self.tr("Otherwise they are different people, for each domain counts its people in its own way.")
        )
        inside.addWidget(self.unlisted)
        self.model = TextModel((), parent=self)
        self.table = TableView(self.model, self.tr("The first rows of the file"))
        self.table.setFixedHeight(TABLE_HEIGHT)
        self.table.horizontalHeader().setDefaultSectionSize(COLUMN_WIDTH)
        self.table.horizontalHeader().setStretchLastSection(True)
        inside.addWidget(self.table)
        column.addWidget(self._found)
        self._found.hide()
        self.problem = label("", "warning", wraps=True)
        self.problem.hide()
        column.addWidget(self.problem)

    @property
    def is_usable(self) -> bool:
        """Whether there is no file, or one whose columns are clear."""
        return self.path is None or (self.preview is not None and not self.preview.problem)

    @Slot()
    def choose_file(self) -> QFileDialog:
        """Ask which file it is; returns the open dialog."""
        dialog = QFileDialog(self, self.tr("Who is who"), str(self._settings.folder()))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self.set_file)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
        return dialog

    @Slot(str)
    def set_file(self, file: str) -> None:
        """Take a file."""
        self.path, self.preview, self.chosen = Path(file), None, {}
        self._settings.set_folder(self.path.parent)
        self._name.setText(self.path.name)
        self._drop.show()
        self.changed.emit()

    @Slot()
    def drop_file(self) -> None:
        """Have no file."""
        self.path, self.preview, self.chosen = None, None, {}
        self._name.setText(self.tr("No file: ids alone decide"))
        for widget in (self._drop, self._found, self.problem):
            widget.hide()
        self.changed.emit()

    def show_preview(self, preview: MappingPreview) -> None:
        """Show the first rows, and which column is whose."""
        self.preview = preview
        self.model.set_rows(preview.rows, preview.columns)
        for domain, box in self.columns.items():
            box.clear()
            box.addItem(self.tr("no column"), NONE)
            for name in preview.columns:
                box.addItem(name, name)
            held = self.chosen.get(domain, preview.guess.get(domain, ""))
            box.choose(held or NONE)
        self.problem.setText(preview.problem)
        self.problem.setVisible(bool(preview.problem))
        self._found.show()

    def show_failure(self, failure: Failed) -> None:
        """Say why the file cannot be read."""
        self.preview = None
        self._found.hide()
        self.problem.setText(f"{failure.sentence} {failure.hint}".strip())
        self.problem.show()

    # ------------------------------------------------------------------ widgets

    def _make_head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(Space.S)
        self._name = label(self.tr("No file: ids alone decide"))
        self._drop = button(self.tr("Without file"), self.drop_file, look="link", icon="close")
        self._drop.hide()
        row.addWidget(self._name)
        row.addWidget(self._drop)
        row.addStretch()
        row.addWidget(button(self.tr("Choose a file …"), self.choose_file, icon="file"))
        return row

    def _make_columns(self, domains: Sequence[str]) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(Space.S)
        grid.setVerticalSpacing(Space.S)
        self.columns: dict[str, ChoiceBox] = {}
        for number, domain in enumerate(domains):
            box = ChoiceBox()
            box.setMinimumWidth(COLUMN_WIDTH)
            box.setAccessibleName(self.tr("Column with the ids of {}").format(domain))
            box.activated.connect(partial(self._column_chosen, domain))
            row, place = number // DOMAINS_IN_ROW, 4 * (number % DOMAINS_IN_ROW)
            grid.addWidget(Dot(theme().domain_colour(domain)), row, place)
            grid.addWidget(label(domain), row, place + 1)
            grid.addWidget(box, row, place + 2)
            grid.setColumnMinimumWidth(place + 3, Space.L)
            self.columns[domain] = box
        grid.setColumnStretch(4 * DOMAINS_IN_ROW, 1)
        return grid

    def _column_chosen(self, domain: str, _place: int) -> None:
        key = self.columns[domain].key
        self.chosen[domain] = "" if key == NONE else key
        self.changed.emit()

"""A plan for several files as a table: what is wanted can be ticked, domains can be written in place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QColor

from xdrec_app.services.data_requests import AnyImport, ImportInteractions
from xdrec_app.services.views import PlannedFile
from xdrec_app.ui.theme import theme
from xdrec_app.ui.widgets.import_words import kind_name, listed, signal_name

Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole
Flag = Qt.ItemFlag


class PlanColumn(IntEnum):
    """The columns of a plan."""

    FILE = 0
    KIND = 1
    DOMAIN = 2
    SIGNAL = 3
    NOTE = 4
    ADJUST = 5


@dataclass(frozen=True)
class PlanRow:
    """A file of a plan as the user wants it."""

    planned: PlannedFile
    is_wanted: bool
    domain: str

    @classmethod
    def of(cls, planned: PlannedFile) -> PlanRow:
        """Return a file as the plan proposes it."""
        return cls(planned, planned.request is not None and not planned.skip, planned.domain)

    @property
    def is_domain_open(self) -> bool:
        """Whether the domain can be chosen: no column names it."""
        return self.planned.request is not None and not self.planned.domains

    @property
    def request(self) -> AnyImport | None:
        """The import of this file; None where it is not wanted or cannot be."""
        if not self.is_wanted or self.planned.request is None:
            return None
        return self.planned.request.model_copy(update={"domain": self.domain})


class ImportPlanModel(QAbstractTableModel):
    """The files of a plan; `rows_changed` says that the user decided something."""

    rows_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: list[PlanRow] = []
        self._folder = Path()

    def set_files(self, files: Sequence[PlannedFile], folder: Path) -> None:
        """Show another plan; files are named as they are seen from a folder."""
        self.beginResetModel()
        self.rows = [PlanRow.of(planned) for planned in files]
        self._folder = folder
        self.endResetModel()
        self.rows_changed.emit()

    def replace(self, number: int, planned: PlannedFile) -> None:
        """Show a file as it was adjusted."""
        self._set_row(number, PlanRow.of(planned))

    def name_of(self, number: int) -> str:
        """Return a file as seen from the folder of the plan."""
        file = self.rows[number].planned.file
        return str(file.relative_to(self._folder)) if file.is_relative_to(self._folder) else str(file)

    def rowCount(self, parent: Index | None = None) -> int:
        """Return the number of files."""
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index | None = None) -> int:
        """Return the number of columns."""
        return 0 if parent is not None and parent.isValid() else len(PlanColumn)

    def flags(self, index: Index) -> Flag:
        """Files that can be imported can be ticked; domains that no column names can be written."""
        row = self.rows[index.row()]
        flags = Flag.ItemIsEnabled | Flag.ItemIsSelectable
        if index.column() == PlanColumn.FILE and row.planned.request is not None:
            flags |= Flag.ItemIsUserCheckable
        if index.column() == PlanColumn.DOMAIN and row.is_domain_open:
            flags |= Flag.ItemIsEditable
        return flags

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        """Return text, tick, tool tip or colour of a cell."""
        row, column = self.rows[index.row()], PlanColumn(index.column())
        if role == Role.DisplayRole:
            return self._text(index.row(), column)
        if role == Role.EditRole and column == PlanColumn.DOMAIN:
            return row.domain
        if role == Role.CheckStateRole and column == PlanColumn.FILE and row.planned.request is not None:
            return Qt.CheckState.Checked if row.is_wanted else Qt.CheckState.Unchecked
        if role == Role.ToolTipRole:
            return str(row.planned.file) if column == PlanColumn.FILE else self._text(index.row(), column)
        if role == Role.ForegroundRole:
            return self._colour(row, column)
        return None

    def setData(self, index: Index, value: Any, role: int = Role.EditRole) -> bool:
        """Tick a file, or name its domain."""
        row = self.rows[index.row()]
        if role == Role.CheckStateRole and index.column() == PlanColumn.FILE:
            is_wanted = Qt.CheckState(value) == Qt.CheckState.Checked
            self._set_row(index.row(), PlanRow(row.planned, is_wanted, row.domain))
            return True
        if role == Role.EditRole and index.column() == PlanColumn.DOMAIN:
            self._set_row(index.row(), PlanRow(row.planned, row.is_wanted, str(value).strip()))
            return True
        return False

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole) -> Any:
        """Return the name of a column."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Role.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        if role != Role.DisplayRole:
            return None
        names = {
            PlanColumn.FILE: self.tr("File"),
            PlanColumn.KIND: self.tr("It holds"),
            PlanColumn.DOMAIN: self.tr("Domain"),
            PlanColumn.SIGNAL: self.tr("A line says"),
            PlanColumn.NOTE: self.tr("Note"),
            PlanColumn.ADJUST: "",
        }
        return names[PlanColumn(section)]

    def _text(self, number: int, column: PlanColumn) -> str:
        row = self.rows[number]
        request = row.planned.request
        signal = request.signal if isinstance(request, ImportInteractions) else None
        named = self.tr("by a column: {}").format(listed(row.planned.domains, 4)) if row.planned.domains else ""
        texts = {
            PlanColumn.FILE: self.name_of(number),
            PlanColumn.KIND: kind_name(row.planned.kind),
            PlanColumn.DOMAIN: named or row.domain,
            PlanColumn.SIGNAL: signal_name(signal),
            PlanColumn.NOTE: row.planned.problem or row.planned.note,
            PlanColumn.ADJUST: self.tr("Adjust …"),
        }
        return texts[column]

    def _colour(self, row: PlanRow, column: PlanColumn) -> QColor | None:
        colours = theme().colours
        if column == PlanColumn.ADJUST:
            return QColor(colours.accent)
        if column == PlanColumn.NOTE:
            return QColor(colours.danger if row.planned.problem else colours.muted)
        return None if row.is_wanted else QColor(colours.faint)

    def _set_row(self, number: int, row: PlanRow) -> None:
        self.rows[number] = row
        self.dataChanged.emit(self.index(number, 0), self.index(number, len(PlanColumn) - 1))
        self.rows_changed.emit()

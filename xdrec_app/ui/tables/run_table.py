"""The table of runs: all of them in memory, sorted and filtered here; a tick chooses whose curves are drawn."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QColor

from xdrec_app.services.results import LiftFigure
from xdrec_app.services.views import RunRow
from xdrec_app.ui import numbers
from xdrec_app.ui.known_models import known_models, model_title
from xdrec_app.ui.metric_words import key_metrics, lift_sentence, verdict
from xdrec_app.ui.split_words import split_title
from xdrec_app.ui.theme import theme

Index = QModelIndex | QPersistentModelIndex
DECIMALS = 4
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
STATUS_TONES = {"running": "accent", "stopped": "warning", "interrupted": "warning", "failed": "danger"}


@dataclass(frozen=True)
class Column:
    """One column: heading, text and sort key of a run, width, and whether it holds numbers."""

    heading: str
    text: Callable[[RunRow], str]
    key: Callable[[RunRow], Any]
    width: int
    is_numeric: bool = False
    tone: Callable[[RunRow], str] = lambda _row: ""
    tool_tip: Callable[[RunRow], str] = lambda _row: ""


class RunTableModel(QAbstractTableModel):
    """Runs, newest first until a column is chosen to sort by; sampled and full ranking stand in columns of their own.

    Signals
    -------
    ticks_changed
        Other runs are ticked.
    """

    ticks_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all: tuple[RunRow, ...] = ()
        self._rows: list[RunRow] = []
        self._ticked: list[int] = []
        self._filter = ""
        self._sorted_by: tuple[str, Qt.SortOrder] = ("", Qt.SortOrder.AscendingOrder)
        self.columns = self._make_columns(())

    # ------------------------------------------------------------------ content

    @property
    def rows(self) -> Sequence[RunRow]:
        """The runs as they are shown."""
        return self._rows

    @property
    def ticked(self) -> tuple[int, ...]:
        """The ticked runs, in the order of their ticks; a filter does not untick."""
        return tuple(self._ticked)

    def set_runs(self, runs: Sequence[RunRow]) -> None:
        """Show these runs; ticks of runs that are gone go too."""
        self.beginResetModel()
        self._all = tuple(runs)
        self.columns = self._make_columns({row.candidates for row in runs})
        self._arrange()
        self.endResetModel()
        known = {row.run for row in runs}
        if not known.issuperset(self._ticked):
            self._ticked = [run for run in self._ticked if run in known]
            self.ticks_changed.emit()

    def set_filter(self, text: str) -> None:
        """Show only runs that have every word of the text somewhere."""
        self.beginResetModel()
        self._filter = text.casefold()
        self._arrange()
        self.endResetModel()

    def set_ticked(self, runs: Sequence[int]) -> None:
        """Tick these runs and no others."""
        self._ticked = list(runs)
        if self._rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._rows) - 1, 0))
        self.ticks_changed.emit()

    def run_at(self, row: int) -> RunRow | None:
        """Return the run of a row."""
        return self._rows[row] if 0 <= row < len(self._rows) else None

    def row_of(self, run: int) -> int:
        """Return the row of a run, -1 when it is not shown."""
        return next((number for number, row in enumerate(self._rows) if row.run == run), -1)

    def as_text(self) -> str:
        """Return what is shown, tab-separated with a header."""
        lines = [[column.heading for column in self.columns]]
        lines += [[column.text(row) for column in self.columns] for row in self._rows]
        return "\n".join("\t".join(line) for line in lines)

    # ------------------------------------------------------------------ Qt's side

    def rowCount(self, parent: Index | None = None) -> int:
        """Return the number of runs shown."""
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index | None = None) -> int:
        """Return the number of columns."""
        return 0 if parent is not None and parent.isValid() else len(self.columns)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Let the first column be ticked."""
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return flags | Qt.ItemFlag.ItemIsUserCheckable if index.column() == 0 else flags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return text, tick, colour, alignment or tool tip of a cell."""
        row, column = self._rows[index.row()], self.columns[index.column()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return column.text(row)
            case Qt.ItemDataRole.CheckStateRole if index.column() == 0:
                return Qt.CheckState.Checked if row.run in self._ticked else Qt.CheckState.Unchecked
            case Qt.ItemDataRole.TextAlignmentRole:
                return RIGHT if column.is_numeric else LEFT
            case Qt.ItemDataRole.ForegroundRole if tone := column.tone(row):
                return QColor(getattr(theme().colours, tone))
            case Qt.ItemDataRole.ToolTipRole:
                return column.tool_tip(row) or column.text(row)
            case _:
                return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Tick or untick a run."""
        if role != Qt.ItemDataRole.CheckStateRole or index.column() != 0:
            return False
        run = self._rows[index.row()].run
        others = [one for one in self._ticked if one != run]
        self.set_ticked([*others, run] if Qt.CheckState(value) == Qt.CheckState.Checked else others)
        return True

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the heading of a column."""
        if orientation != Qt.Orientation.Horizontal or section >= len(self.columns):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.columns[section].heading
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return RIGHT if self.columns[section].is_numeric else LEFT
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column, -1 for newest first; what a run lacks comes last either way."""
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        runs = [self._rows[index.row()].run for index in before]
        self._sorted_by = (self.columns[column].heading if column >= 0 else "", order)
        self._arrange()
        after = [self.index(self.row_of(run), index.column()) for run, index in zip(runs, before, strict=True)]
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()

    def _arrange(self) -> None:
        words = self._filter.split()
        found = [row for row in self._all if all(word in self._searched(row) for word in words)]
        heading, order = self._sorted_by
        column = next((one for one in self.columns if one.heading == heading), None)
        if column is not None:
            having = [row for row in found if not _is_missing(column.key(row))]
            lacking = [row for row in found if _is_missing(column.key(row))]
            having.sort(key=column.key, reverse=order == Qt.SortOrder.DescendingOrder)
            found = having + lacking
        self._rows = found

    def _searched(self, row: RunRow) -> str:
        texts = [column.text(row) for column in self.columns]
        return "\n".join([*texts, row.model, row.split, row.note]).casefold()

    # ------------------------------------------------------------------ columns

    def _make_columns(self, kinds: Collection[str]) -> list[Column]:
        headings = {"sampled": self.tr("NDCG@10 sampled"), "popular": self.tr("NDCG@10 popular")}
        sampled = [
            self._metric_column("ndcg@10", heading, kind, 136) for kind, heading in headings.items() if kind in kinds
        ]
        return [
            Column(self.tr("Run"), lambda row: str(row.run), lambda row: row.run, 62),
            Column(self.tr("Model"), lambda row: model_title(row.model), lambda row: model_title(row.model), 152),
            Column(self.tr("Target"), lambda row: row.target, lambda row: row.target, 72),
            Column(self.tr("Sources"), _sources, _sources, 112),
            Column(self.tr("Split"), lambda row: split_title(row.split), lambda row: row.split, 96),
            self._metric_column("ndcg@10", self.tr("NDCG@10"), "full", 84),
            *sampled,
            self._metric_column("rmse", self.tr("RMSE"), "", 68),
            Column(self.tr("Lift"), _lift_text, _lift_key, 74, is_numeric=True, tone=_lift_tone, tool_tip=_lift_words),
            Column(
                self.tr("Status"),
                self._status,
                lambda row: row.status,
                84,
                tone=lambda row: STATUS_TONES.get(row.status, ""),
                tool_tip=lambda row: row.error,
            ),
            Column(
                self.tr("Time"),
                lambda row: "–" if row.elapsed_s is None else numbers.duration(row.elapsed_s),
                lambda row: row.elapsed_s,
                74,
                is_numeric=True,
            ),
            Column(self.tr("When"), lambda row: numbers.when(row.created_at), lambda row: row.created_at, 106),
        ]

    def _metric_column(self, name: str, heading: str, candidates: str, width: int) -> Column:
        def value(row: RunRow) -> float | None:
            return row.metrics.get(name) if candidates in {"", row.candidates} else None

        def text(row: RunRow) -> str:
            found = value(row)
            return "–" if found is None else numbers.figure(found, DECIMALS)

        return Column(
            heading,
            text,
            value,
            width,
            is_numeric=True,
            tone=lambda row: "warning" if row.warning else "",
            tool_tip=lambda row: row.warning or row.protocol_sentence,
        )

    def _status(self, row: RunRow) -> str:
        words = {
            "running": self.tr("running"),
            "finished": self.tr("finished"),
            "stopped": self.tr("stopped"),
            "failed": self.tr("failed"),
            "interrupted": self.tr("interrupted"),
        }
        return words.get(row.status, row.status)


def _is_missing(key: object) -> bool:
    return key is None or (isinstance(key, float) and math.isnan(key))


def _sources(row: RunRow) -> str:
    return ", ".join(row.sources) or "–"


def _key_lift(row: RunRow) -> tuple[str, LiftFigure] | None:
    """Return the lift of the metric that stands for the run."""
    model = known_models().get(row.model)
    for name in key_metrics(row.lift, model.capabilities.task if model is not None else None):
        return name, row.lift[name]
    return None


def _lift_text(row: RunRow) -> str:
    found = _key_lift(row)
    return verdict(*found).change if found is not None else "–"


def _lift_tone(row: RunRow) -> str:
    found = _key_lift(row)
    return verdict(*found).tone if found is not None else "faint"


def _lift_words(row: RunRow) -> str:
    found = _key_lift(row)
    return lift_sentence(*found) if found is not None else ""


def _lift_key(row: RunRow) -> float | None:
    found = _key_lift(row)
    return found[1].relative if found is not None else None

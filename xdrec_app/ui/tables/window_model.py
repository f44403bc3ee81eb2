"""A window onto a table of any length: some pages of it are in memory and move along as one scrolls.

The model asks for the next page before the last row is seen, forgets rows far from the ones that are shown, and never
waits. What the rows are and how pages of them are read is up to a :class:`RowSource`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt, Signal

from xdrec_app.core.jobs import Failed
from xdrec_app.services.table_views import Place, RowCount
from xdrec_app.ui.reader import Reader
from xdrec_app.ui.tables.text_model import NUMERIC, Index

if TYPE_CHECKING:
    from xdrec_app.services.browse import Browser

PAGE = 200
"""Rows that are asked for at once."""

AHEAD = 400
"""Rows that are kept ready beyond those that are shown."""

MAX_ROWS = 2000
"""Rows in memory; rows near those that are shown are never forgotten, though."""

ROW_ROLE = int(Qt.ItemDataRole.UserRole)
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True)
class Column:
    """One column.

    Attributes
    ----------
    text, plain
        A row's cell as people read it, and as a spreadsheet takes it; the same where `plain` is None.
    tip
        What is told of a cell under the mouse; its text where it is None.
    order
        Key of the order in which the table can stand by this column; empty = none.
    stretch
        Its part of the room that is left, against those of the others.
    is_optional
        Whether the column is only shown when some row has something in it.
    """

    title: str
    width: int
    text: Callable[[Any], str]
    plain: Callable[[Any], str] | None = None
    tip: Callable[[Any], str] | None = None
    is_numeric: bool = False
    order: str = ""
    stretch: int = 0
    is_optional: bool = False


class RowPage(Protocol):
    """A page with rows of any kind."""

    @property
    def rows(self) -> Sequence[Any]:
        """The rows, in the order of the table."""
        ...

    @property
    def last(self) -> Place:
        """Where to go on."""
        ...

    @property
    def is_over(self) -> bool:
        """Whether the table ends here."""
        ...


class RowSource(Protocol):
    """A table under a filter, in an order; its methods run on the reader thread."""

    def page(self, browser: Browser, *, after: Place, before: Place | None) -> RowPage:
        """Return up to :data:`PAGE` rows after a place or before it."""
        ...

    def count(self, browser: Browser, so_far: RowCount) -> RowCount:
        """Go on counting the rows."""
        ...

    def total(self, browser: Browser) -> int | None:
        """Return the number of rows without the filter; None where that is not known at once."""
        ...

    def place(self, row: Any) -> Place:
        """Return where a row stands in the order."""
        ...


@dataclass
class _End:
    """Where the window ends on one side: the place to go on from, and whether the table ends there too."""

    place: Place = ()
    is_edge: bool = True


class WindowModel(QAbstractTableModel):
    """Rows of a source around the place that is looked at; the row itself under :data:`ROW_ROLE`.

    Parameters
    ----------
    key
        Prefix of its questions to the reader.

    Signals
    -------
    replaced
        The window was put elsewhere: its first rows are there. Carries whether it is at the bottom of the table.
    changed
        Rows came or went, or it is known that none come.
    """

    replaced = Signal(bool)
    changed = Signal()

    def __init__(self, reader: Reader, key: str, columns: Sequence[Column], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._reader, self._key = reader, f"{key}.page"
        self.columns = tuple(columns)
        self.rows: list[Any] = []
        self.source: RowSource | None = None
        self._wanted: RowSource | None = None
        self._top, self._bottom = _End(), _End()
        self._shown = (0, 0)
        self.is_asking = False
        self._is_stopped = False

    @property
    def is_searching(self) -> bool:
        """Whether rows may still come where none are."""
        return not self.rows and (self.is_asking or not (self._top.is_edge and self._bottom.is_edge))

    @property
    def is_at_top(self) -> bool:
        """Whether the window begins where the table begins."""
        return self._top.is_edge

    @property
    def is_at_bottom(self) -> bool:
        """Whether the window ends where the table ends."""
        return self._bottom.is_edge

    # ------------------------------------------------------------------ where the window is

    def show(self, source: RowSource, *, at: Place = ()) -> None:
        """Show a source from its first row on, or from the row after a place; the rows before stay until it answers."""
        self._wanted = source
        self._ask(partial(source.page, after=at, before=None), partial(self._start, source, at))

    def show_bottom(self) -> None:
        """Put the window at the end of the table."""
        if (source := self._wanted) is not None:
            self._ask(partial(source.page, after=(), before=()), partial(self._start_at_bottom, source))

    def show_again(self) -> None:
        """Read the rows again, from the first one that is shown on: the data changed."""
        first = self._shown[0]
        if self._wanted is not None:
            is_known = self._wanted is self.source and 0 < first <= len(self.rows)
            self.show(self._wanted, at=self._wanted.place(self.rows[first - 1]) if is_known else ())

    def clear(self) -> None:
        """Show nothing."""
        self.stop()
        self._wanted = None
        self._put(None, (), _End(), _End(), at_bottom=False)

    def look_at(self, first: int, last: int) -> None:
        """Say which rows are shown now; fetches what is wanted next."""
        self._shown = (first, last)
        self._fetch()

    def stop(self) -> None:
        """Ask nothing more for now; what is under way is dropped."""
        self._is_stopped = True
        self._reader.forget(self._key)
        self.is_asking = False

    def go_on(self) -> None:
        """Ask again after a stop."""
        self._is_stopped = False
        if self._wanted is not None and self._wanted is not self.source:
            self.show(self._wanted)
        self._fetch()

    # ------------------------------------------------------------------ Qt

    def rowCount(self, parent: Index | None = None) -> int:
        """Return the number of rows in the window."""
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index | None = None) -> int:
        """Return the number of columns."""
        return 0 if parent is not None and parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return text or alignment of a cell, or its row."""
        column = self.columns[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.text(self.rows[index.row()])
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return NUMERIC if column.is_numeric else None
        if role == Qt.ItemDataRole.ToolTipRole:
            return (column.tip or column.text)(self.rows[index.row()])
        return self.rows[index.row()] if role == ROW_ROLE else None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the name of a column."""
        if orientation == Qt.Orientation.Horizontal:
            if role == Qt.ItemDataRole.DisplayRole:
                return self.columns[section].title
            if role == Qt.ItemDataRole.TextAlignmentRole:
                return NUMERIC if self.columns[section].is_numeric else LEFT
            if role == Qt.ItemDataRole.ToolTipRole and self.columns[section].order:
                return self.tr("Click to order the table by this column; once more for the opposite order")
        return None

    # ------------------------------------------------------------------ pages

    def _fetch(self) -> None:
        """Ask for the page that is wanted most, if any is."""
        if self.source is None or self.is_asking or self._is_stopped:
            return
        first, last = self._shown
        if not self._bottom.is_edge and last + AHEAD >= len(self.rows):
            self._ask(partial(self.source.page, after=self._bottom.place, before=None), self._append)
        elif not self._top.is_edge and first < AHEAD:
            self._ask(partial(self.source.page, after=(), before=self._top.place), self._prepend)

    def _ask(self, question: Callable[[Browser], RowPage], on_answer: Callable[[Any], None]) -> None:
        self.is_asking = True
        self._is_stopped = False
        self._reader.ask(self._key, question, on_answer, self._failed)

    def _failed(self, failure: Failed) -> None:
        self.is_asking = False
        self._is_stopped = True
        self._reader.failed.emit(failure)

    def _start(self, source: RowSource, at: Place, page: RowPage) -> None:
        self._put(source, page.rows, _End(at, not at), _End(page.last, page.is_over), at_bottom=False)

    def _start_at_bottom(self, source: RowSource, page: RowPage) -> None:
        self._put(source, page.rows, _End(page.last, page.is_over), _End(), at_bottom=True)

    def _put(self, source: RowSource | None, rows: Sequence[Any], top: _End, bottom: _End, *, at_bottom: bool) -> None:
        self.beginResetModel()
        self.source, self.rows = source, list(rows)
        self._top, self._bottom = top, bottom
        self._shown = (len(rows), len(rows)) if at_bottom else (0, 0)
        self.endResetModel()
        self.replaced.emit(at_bottom)
        self._note_change()

    def _append(self, page: RowPage) -> None:
        rows = page.rows
        if rows:
            start = len(self.rows)
            self.beginInsertRows(QModelIndex(), start, start + len(rows) - 1)
            self.rows += rows
            self.endInsertRows()
        self._bottom = _End(page.last, page.is_over)
        self._forget_top(min(len(self.rows) - MAX_ROWS, self._shown[0] - AHEAD))
        self._note_change()

    def _prepend(self, page: RowPage) -> None:
        rows = page.rows
        if rows:
            self.beginInsertRows(QModelIndex(), 0, len(rows) - 1)
            self.rows[:0] = rows
            self._shift(len(rows))
            self.endInsertRows()
        self._top = _End(page.last, page.is_over)
        self._forget_bottom(min(len(self.rows) - MAX_ROWS, len(self.rows) - 1 - self._shown[1] - AHEAD))
        self._note_change()

    def _forget_top(self, n_rows: int) -> None:
        if n_rows > 0 and self.source is not None:
            self.beginRemoveRows(QModelIndex(), 0, n_rows - 1)
            del self.rows[:n_rows]
            self._shift(-n_rows)
            self.endRemoveRows()
            self._top = _End(self.source.place(self.rows[0]), is_edge=False)

    def _forget_bottom(self, n_rows: int) -> None:
        if n_rows > 0 and self.source is not None:
            start = len(self.rows) - n_rows
            self.beginRemoveRows(QModelIndex(), start, len(self.rows) - 1)
            del self.rows[start:]
            self.endRemoveRows()
            self._bottom = _End(self.source.place(self.rows[-1]), is_edge=False)

    def _shift(self, n_rows: int) -> None:
        first, last = self._shown
        self._shown = (first + n_rows, last + n_rows)

    def _note_change(self) -> None:
        self.is_asking = False  # only now: a view that moved meanwhile must not ask from where the window was
        self._fetch()
        self.changed.emit()

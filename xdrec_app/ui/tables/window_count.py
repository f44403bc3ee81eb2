"""Counting the rows of a table step by step on the reader thread, between pages."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal

from xdrec_app.services.table_views import RowCount
from xdrec_app.ui.reader import Reader
from xdrec_app.ui.tables.window_model import RowSource

NONE_YET = RowCount(rows=0, is_final=False)


class WindowCount(QObject):
    """Counts one source at a time; `changed` is emitted with every step.

    Attributes
    ----------
    so_far
        What was counted.
    total
        The number of rows without the filter; None as long as it is not known.
    """

    changed = Signal()

    def __init__(self, reader: Reader, key: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._reader, self._key = reader, f"{key}.count"
        self._source: RowSource | None = None
        self.so_far = NONE_YET
        self.total: int | None = None

    def start(self, source: RowSource) -> None:
        """Count the rows of a source from the beginning."""
        self._source, self.so_far = source, NONE_YET
        self.changed.emit()
        self._reader.ask(f"{self._key}.total", source.total, self._take_total)
        self._step()

    def stop(self) -> None:
        """Count no further for now."""
        self._reader.forget(self._key)

    def go_on(self) -> None:
        """Go on after a stop."""
        if self._source is not None and not self.so_far.is_final:
            self._step()

    def clear(self) -> None:
        """Count nothing."""
        self.stop()
        self._source, self.so_far, self.total = None, NONE_YET, None

    def _step(self) -> None:
        if self._source is not None:
            self._reader.ask(self._key, partial(self._source.count, so_far=self.so_far), self._take)

    def _take_total(self, total: int | None) -> None:
        self.total = total
        self.changed.emit()

    def _take(self, counted: RowCount) -> None:
        self.so_far = counted
        self.changed.emit()
        self.go_on()

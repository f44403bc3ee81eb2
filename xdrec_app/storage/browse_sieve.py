"""A filter over whole stretches of rows: which of some hundred thousand pass, with few questions to SQL."""

from __future__ import annotations

from typing import Any

import numpy as np
from sqlalchemy import Connection

from xdrec_app.datasets.arrays import NO_TIME, Bools
from xdrec_app.storage.browse_filters import InteractionFilter
from xdrec_app.storage.browse_rows_by_id import subject_keys
from xdrec_app.storage.browse_walk import begins_with, by_keys, contains
from xdrec_app.storage.segment_reading import SegmentReader, Stretch
from xdrec_app.storage.segments import Column

_UNKNOWN, _FITS, _FAILS = 0, 1, 2


class Sieve:
    """One filter on the rows of one domain, while its data do not change.

    Whether an account or an item fits is asked once for each, when the first row of it comes by.
    """

    def __init__(self, connection: Connection, domain_id: int, filters: InteractionFilter) -> None:
        self.filters = filters
        self._subjects = subject_keys(connection, domain_id, filters)
        self._verdicts: dict[str, _Verdicts] = {}
        if filters.person_prefix:
            fits = begins_with("user_id", "prefix")
            self._verdicts["account"] = _Verdicts("account", fits, {"prefix": filters.person_prefix})
        if filters.item_search:
            fits = contains(("item_id", "title"), "search")
            self._verdicts["item"] = _Verdicts("item", fits, {"search": filters.item_search})

    def concerned(self, readers: list[SegmentReader]) -> list[SegmentReader]:
        """Return the imports that may have rows that pass; :meth:`mask` is only asked about these."""
        return [reader for reader in readers if self.filters.batch in (None, reader.batch)]

    def mask(self, connection: Connection, rows: Stretch) -> Bools:
        """Return which rows pass, bool [n_rows]."""
        passes = np.ones(len(rows.line), bool)
        for column, low, high in (
            (rows.value, self.filters.value_from, self.filters.value_to),
            (rows.time, self.filters.time_from, self.filters.time_to),
        ):
            if low is not None:
                passes &= column >= _bound(low, column)
            if high is not None:
                passes &= column <= _bound(high, column)
        if self.filters.time_from is not None or self.filters.time_to is not None:
            passes &= rows.time != NO_TIME
        columns = {"account": rows.account, "item": rows.item}
        for name, keys in self._subjects.items():
            passes &= np.isin(columns[name.removesuffix("_id")], keys)
        for name, verdicts in self._verdicts.items():
            left = np.flatnonzero(passes)
            passes[left] = verdicts.of(connection, columns[name][left])
        return passes


def _bound(value: float, column: Column) -> Any:
    """Return a bound, rounded as the column is, so that 4.3 is within "up to 4.3"; too large becomes infinite."""
    with np.errstate(over="ignore"):
        return column.dtype.type(value)


class _Verdicts:
    """Which keys of a table fit a condition, as far as it was asked."""

    def __init__(self, table: str, fits: str, values: dict[str, object]) -> None:
        self._sql = f"SELECT id FROM {table} WHERE id IN (SELECT value FROM json_each(:keys)) AND {fits}"
        self._values = values
        self._of_key = np.zeros(0, np.uint8)

    def of(self, connection: Connection, keys: Column) -> Bools:
        """Return whether each key fits, bool [n_keys]."""
        if len(keys) and keys.max() >= len(self._of_key):
            grown = np.zeros(int(keys.max() * 1.2) + 1, np.uint8)
            grown[: len(self._of_key)] = self._of_key
            self._of_key = grown
        unknown = np.unique(keys[self._of_key[keys] == _UNKNOWN])
        if len(unknown):
            fitting = [key for (key,) in by_keys(connection, self._sql, unknown.tolist(), self._values)]
            self._of_key[unknown] = _FAILS
            self._of_key[fitting] = _FITS
        fits: Bools = self._of_key[keys] == _FITS
        return fits

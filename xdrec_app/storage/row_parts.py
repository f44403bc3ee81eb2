"""The accepted lines of a file, gathered per domain as columns of numbers until the file is read to its end.

New ids get their keys then, in the order of their texts: rows of a new domain lie in the canonical order of datasets.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, select

from xdrec_app.datasets.arrays import NO_TIME, Bools, Doubles, Ints, Longs
from xdrec_app.datasets.formats.interaction_file import Coded, InteractionChunk
from xdrec_app.storage.schema import account, item
from xdrec_app.storage.segments import RawRows, smallest

GROWTH = 1.25
MAX_DISTINCT = 1000
"""Of more different values than this only the lowest and the highest are remembered."""


class Columns(NamedTuple):
    """Rows in file order.

    Attributes
    ----------
    account, item
        Database keys, int32 where they fit, else int64.
    value
        float64.
    time
        Seconds since 1970, int32 where they fit, else int64, `NO_TIME` among them.
    line
        Physical line in the file, int32 where that fits, else int64.
    action
        int32 positions in the names of the actions; None where the file names none.
    """

    account: Longs
    item: Longs
    value: Doubles
    time: Longs
    line: Longs
    action: Ints | None

    def raw(self, action_names: tuple[str, ...]) -> RawRows:
        """Return the rows as a segment holds them."""
        value = self.value.astype(np.float32)
        return RawRows(self.account, self.item, value, self.time, self.line, self.action, action_names)


class Ids:
    """Ids → numbers from 0: those with a database key first, then the new ones in the order of their appearance."""

    def __init__(self, known: Iterable[tuple[str, int]]) -> None:
        pairs = list(known)
        self._keys = [key for _, key in pairs]
        self._numbers = {id_: number for number, (id_, _) in enumerate(pairs)}

    def __len__(self) -> int:
        return len(self._numbers)

    def numbers(self, column: Coded) -> Ints:
        """Return the number of each row's id, int32 [n_rows]."""
        numbers = self._numbers
        of_text = np.zeros(len(column.texts), np.int32)
        used = np.zeros(len(column.texts), bool)
        used[column.codes] = True
        for place in np.flatnonzero(used).tolist():
            of_text[place] = numbers.setdefault(column.texts[place], len(numbers))
        return of_text[column.codes]

    def give_keys(self, first: int) -> tuple[Longs, list[str]]:
        """Give the new ids the keys from `first` on, in the order of their texts.

        Returns
        -------
        keys, new
            The key of each number, int64; the new ids in the order of their keys.
        """
        texts = list(self._numbers)[len(self._keys) :]
        order = sorted(range(len(texts)), key=texts.__getitem__)
        keys = np.empty(len(self._numbers), np.int64)
        keys[: len(self._keys)] = self._keys
        keys[len(self._keys) + np.array(order, np.int64)] = np.arange(first, first + len(texts))
        return keys, [texts[number] for number in order]


class ValueCounts:
    """How often which value occurs."""

    def __init__(self) -> None:
        self._counts: dict[float, int] = {}

    def add(self, values: Doubles) -> None:
        """Count the values of some rows."""
        distinct, counts = np.unique(values, return_counts=True)
        for value, count in zip(distinct.tolist(), counts.tolist(), strict=True):
            self._counts[value] = self._counts.get(value, 0) + count
        if len(self._counts) > MAX_DISTINCT:
            n_rows = sum(self._counts.values())
            low, high = min(self._counts), max(self._counts)
            self._counts = {low: n_rows - 1, high: 1}

    def pairs(self) -> list[tuple[float, int]]:
        """Return (value, count), ascending by value."""
        return sorted(self._counts.items())


class Growing:
    """A column that grows at its end, in one piece of memory: many small pieces would never be given back."""

    def __init__(self, dtype: type[np.generic]) -> None:
        self._room = np.empty(0, dtype)
        self._size = 0

    def add(self, values: npt.NDArray[Any]) -> None:
        """Append values."""
        needed = self._size + len(values)
        if needed > len(self._room):
            room = np.empty(max(needed, int(GROWTH * len(self._room))), self._room.dtype)
            room[: self._size] = self._room[: self._size]
            self._room = room
        self._room[self._size : needed] = values
        self._size = needed

    def take_out(self) -> npt.NDArray[Any]:
        """Return all values and forget them."""
        whole = self._room[: self._size]
        self._room, self._size = whole[:0].copy(), 0
        return whole


class Part:
    """The lines of a file that go into one domain."""

    def __init__(self, connection: Connection, domain_id: int, name: str) -> None:
        accounts = connection.execute(select(account.c.user_id, account.c.id).where(account.c.domain_id == domain_id))
        items = connection.execute(select(item.c.item_id, item.c.id).where(item.c.domain_id == domain_id))
        self.domain_id = domain_id
        self.name = name
        self.accounts = Ids((row.user_id, row.id) for row in accounts)
        self.items = Ids((row.item_id, row.id) for row in items)
        self.values = ValueCounts()
        self.n_rows = 0
        self._actions: dict[str, int] = {}
        self._account, self._item, self._action = Growing(np.int32), Growing(np.int32), Growing(np.int32)
        self._value, self._time, self._line = Growing(np.float64), Growing(np.int64), Growing(np.int64)

    @property
    def actions(self) -> tuple[str, ...]:
        """Names of the actions, by their positions in the column."""
        return tuple(self._actions)

    def add(self, chunk: InteractionChunk, rows: Bools | None = None) -> None:
        """Take in the lines of a chunk, or those where a mask is true."""
        chosen: Bools | slice = slice(None) if rows is None else rows
        values = chunk.values[chosen]
        self._account.add(self.accounts.numbers(chunk.users.take(chosen)))
        self._item.add(self.items.numbers(chunk.items.take(chosen)))
        self._value.add(values)
        self._time.add(chunk.times[chosen])
        self._line.add(chunk.lines[chosen])
        if chunk.actions is not None:
            self._action.add(self._action_numbers(chunk.actions.take(chosen)))
        self.values.add(values)
        self.n_rows += len(values)

    def join(self, account_keys: Longs, item_keys: Longs) -> Columns:
        """Return all lines as rows with database keys, and forget them."""
        action = self._action.take_out()
        return Columns(
            account=smallest(account_keys)[self._account.take_out()],
            item=smallest(item_keys)[self._item.take_out()],
            value=self._value.take_out(),
            time=smallest(self._time.take_out()),
            line=smallest(self._line.take_out()),
            action=action if self._actions else None,
        )

    def _action_numbers(self, column: Coded) -> Ints:
        of_text = [self._actions.setdefault(text, len(self._actions)) for text in column.texts]
        return np.array(of_text, np.int32)[column.codes]


def n_distinct(numbers: Longs) -> int:
    """Count distinct numbers and sort them in place, several times faster here than the hashing of `np.unique`."""
    numbers.sort()
    return int(np.count_nonzero(numbers[1:] != numbers[:-1])) + 1 if len(numbers) else 0


def times_or_none(times: Longs) -> Sequence[int | None]:
    """Return times with None for `NO_TIME`."""
    known: list[int | None] = times.tolist()
    return [None if at == NO_TIME else at for at in known] if (times == NO_TIME).any() else known

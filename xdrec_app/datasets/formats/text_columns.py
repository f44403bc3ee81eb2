"""Columns of text cells, as lists or as Arrow arrays, with one face to those who understand what the cells say.

Few cells of a column differ, so a column is best understood by its distinct texts; a column of times is the exception
and is turned into numbers as a whole.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, overload

import numpy as np

from xdrec_app.datasets.arrays import Ints, Longs

if TYPE_CHECKING:
    import pyarrow

DIGITS_OF_NUMBERS = 18
"""Whole numbers of so many digits fit into int64."""


class TextColumn(Sequence[str]):
    """One column of a chunk."""

    @abstractmethod
    def coded(self) -> tuple[list[str], Ints]:
        """Return the distinct texts in the order of their first occurrence, and for each cell its place among them.

        Returns
        -------
        texts, codes
            ``texts[codes[row]]`` is the cell; codes are int32 [n_rows].
        """

    @abstractmethod
    def whole_numbers(self) -> Longs | None:
        """Return the cells as int64 [n_rows]; None unless every cell consists of digits alone."""


class ListColumn(TextColumn):
    """Cells in a list."""

    def __init__(self, cells: Sequence[str]) -> None:
        self._cells = cells

    def __len__(self) -> int:
        return len(self._cells)

    def __iter__(self) -> Iterator[str]:
        return iter(self._cells)

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[str]: ...
    def __getitem__(self, place: int | slice) -> str | Sequence[str]:
        return self._cells[place]

    def coded(self) -> tuple[list[str], Ints]:
        """See :meth:`TextColumn.coded`."""
        codes: dict[str, int] = {}
        column = np.fromiter((codes.setdefault(cell, len(codes)) for cell in self._cells), np.int32, len(self._cells))
        return list(codes), column

    def whole_numbers(self) -> Longs | None:
        """See :meth:`TextColumn.whole_numbers`."""
        digits = "".join(self._cells)
        is_plain = digits.isascii() and digits.isdigit() and all(self._cells)
        if not is_plain or max(map(len, self._cells)) > DIGITS_OF_NUMBERS:
            return None
        return np.fromiter(map(int, self._cells), np.int64, len(self._cells))


class ArrowColumn(TextColumn):
    """Cells in an Arrow array of strings without nulls."""

    def __init__(self, cells: pyarrow.StringArray) -> None:
        self._cells: Any = cells

    def __len__(self) -> int:
        return len(self._cells)

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[str]: ...
    def __getitem__(self, place: int | slice) -> str | Sequence[str]:
        found: str | list[str] = (
            self._cells[place].as_py() if isinstance(place, int) else self._cells[place].to_pylist()
        )
        return found

    def coded(self) -> tuple[list[str], Ints]:
        """See :meth:`TextColumn.coded`."""
        encoded = self._cells.dictionary_encode()
        codes: Ints = _numbers_of(encoded.indices, np.int32)
        return encoded.dictionary.to_pylist(), codes

    def whole_numbers(self) -> Longs | None:
        """See :meth:`TextColumn.whole_numbers`."""
        import pyarrow as pa
        from pyarrow import compute

        if not compute.all(compute.ascii_is_decimal(self._cells)).as_py():
            return None
        if len(self._cells) and compute.max(compute.binary_length(self._cells)).as_py() > DIGITS_OF_NUMBERS:
            return None
        numbers: Longs = _numbers_of(self._cells.cast(pa.int64()), np.int64)
        return numbers


def _numbers_of(cells: pyarrow.Array, kind: type[np.int32 | np.int64]) -> Any:
    """Return an array of whole numbers without nulls; Arrow's own way would import pandas."""
    if not len(cells):
        return np.empty(0, kind)
    return np.frombuffer(cells.buffers()[1], kind)[cells.offset : cells.offset + len(cells)]

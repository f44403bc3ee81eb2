"""Ids (what the file says, text) and numbers (0 … n-1), and the way between them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from xdrec_app.datasets.arrays import Ints, Texts

UNKNOWN = -1
"""The number of an id a vocabulary does not have."""


class Vocabulary:
    """An immutable list of distinct ids; the position of an id is its number.

    Parameters
    ----------
    ids
        Distinct texts in the order of their numbers.
    """

    def __init__(self, ids: Iterable[str]) -> None:
        self._ids = tuple(ids)
        self._numbers = {id_: number for number, id_ in enumerate(self._ids)}
        if len(self._numbers) != len(self._ids):
            raise ValueError("the ids of a vocabulary must be distinct")

    def __len__(self) -> int:
        return len(self._ids)

    def __contains__(self, id_: object) -> bool:
        return id_ in self._numbers

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Vocabulary) and self._ids == other._ids

    def __hash__(self) -> int:
        return hash(self._ids)

    @property
    def ids(self) -> tuple[str, ...]:
        """All ids, in the order of their numbers."""
        return self._ids

    def number(self, id_: str) -> int:
        """Return the number of an id, or `UNKNOWN`."""
        return self._numbers.get(id_, UNKNOWN)

    def numbers(self, ids: Sequence[str] | Texts) -> Ints:
        """Return the numbers of `ids`, int32; `UNKNOWN` where an id is not known."""
        get = self._numbers.get
        return np.fromiter((get(id_, UNKNOWN) for id_ in ids), dtype=np.int32, count=len(ids))

    def id(self, number: int) -> str:
        """Return the id of a number.

        Raises
        ------
        IndexError
            When `number` is not in 0 … n-1.
        """
        if number < 0:
            raise IndexError(f"{number} is not the number of an id")
        return self._ids[number]

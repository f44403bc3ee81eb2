"""User-item interactions as parallel arrays of numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from xdrec_app.datasets.arrays import NO_TIME, Bools, Floats, Ints, Longs


@dataclass(frozen=True, eq=False)
class Interactions:
    """Rows of (user, item, value, time), each column one array of the same length.

    Attributes
    ----------
    users
        int32 numbers.
    items
        int32 numbers, in the joint catalogue unless said otherwise.
    values
        float32; a rating, or the strength of an implicit signal.
    times
        int64 seconds since 1970; `NO_TIME` where unknown.
    """

    users: Ints
    items: Ints
    values: Floats
    times: Longs

    def __post_init__(self) -> None:
        lengths = {len(self.users), len(self.items), len(self.values), len(self.times)}
        if len(lengths) != 1:
            raise ValueError(f"columns of different length: {sorted(lengths)}")

    @classmethod
    def of(cls, users: object, items: object, values: object = None, times: object = None) -> Interactions:
        """Build from anything array-like; values default to 1, times to `NO_TIME`."""
        user_array = np.asarray(users, dtype=np.int32)
        n_rows = len(user_array)
        return cls(
            users=user_array,
            items=np.asarray(items, dtype=np.int32),
            values=np.ones(n_rows, np.float32) if values is None else np.asarray(values, dtype=np.float32),
            times=np.full(n_rows, NO_TIME, np.int64) if times is None else np.asarray(times, dtype=np.int64),
        )

    def __len__(self) -> int:
        return len(self.users)

    def take(self, rows: Longs | Bools) -> Interactions:
        """Return the rows at the given positions, or where a mask is true."""
        return Interactions(self.users[rows], self.items[rows], self.values[rows], self.times[rows])

    def matrix(self, n_users: int, n_items: int, values: Floats | None = None) -> sparse.csr_matrix:
        """Return the rows as a float32 CSR matrix [n_users, n_items]; `values` replace the own ones."""
        data = self.values if values is None else values
        return sparse.csr_matrix((data, (self.users, self.items)), shape=(n_users, n_items), dtype=np.float32)

    @staticmethod
    def concatenate(parts: list[Interactions]) -> Interactions:
        """Return all rows of all parts, in order."""
        if not parts:
            return Interactions.of([], [])
        return Interactions(
            np.concatenate([part.users for part in parts]),
            np.concatenate([part.items for part in parts]),
            np.concatenate([part.values for part in parts]),
            np.concatenate([part.times for part in parts]),
        )

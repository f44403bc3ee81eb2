"""What is held out of training and what each person had in it: everything an evaluation asks of the data.

Knows no split and no file: whoever builds a :class:`HeldOut` has already decided which rows are hidden.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import sparse

from xdrec_app.datasets.arrays import Bools, Ints, Longs
from xdrec_app.datasets.interactions import Interactions
from xdrec_app.datasets.vocabulary import UNKNOWN, Vocabulary
from xdrec_app.metrics.base import ItemFacts


@dataclass(frozen=True, eq=False)
class Wanted:
    """The items a ranking should bring to the top.

    Attributes
    ----------
    items
        bool CSR [n_people, n_items]; items the model does not know are missing here.
    counts
        int32 [n_people]; items the model does not know are counted.
    """

    items: sparse.csr_matrix
    counts: Ints

    @property
    def people(self) -> Longs:
        """Positions of the people who want something, int64 ascending."""
        return np.flatnonzero(self.counts)


@dataclass(frozen=True, eq=False)
class HeldOut:
    """Held-out rows of the target, in a numbering of their own people.

    Attributes
    ----------
    people
        Ids of everybody with a held-out row, ascending.
    users
        int32 [n_people], what the scorer calls them; `UNKNOWN` for people it never saw.
    rows
        `users` are positions in `people`; `items` are target numbers, or `UNKNOWN`.
    history
        bool CSR [n_people, n_items] with ascending columns: what each person had in training, which cannot be
        recommended again.
    mean
        Mean value of the target's training rows; stands in for a rating that cannot be predicted.
    facts
        How often each item stands in the training rows, and its tags.
    competing
        bool [n_items]: the items that compete at all; None means that all do.
    """

    people: tuple[str, ...]
    users: Ints
    rows: Interactions
    history: sparse.csr_matrix
    mean: float
    facts: ItemFacts
    competing: Bools | None = None

    @classmethod
    def of(
        cls,
        people: Sequence[str],
        rows: Interactions,
        training: Interactions,
        users: Vocabulary,
        n_items: int,
        competing: Bools | None = None,
        tags: Sequence[tuple[str, ...]] = (),
    ) -> HeldOut:
        """Gather what belongs to the held-out rows.

        Parameters
        ----------
        people
            Ids; `rows.users` are positions in it. People without a row are left out.
        rows
            The held-out rows; items in target numbers, `UNKNOWN` where the model does not know one.
        training
            What the model was fitted on, in the numbers of `users`; rows of other domains (items from `n_items` on)
            are ignored.
        users
            The scorer's numbering of people.
        n_items
            Number of the target's items: the candidates.
        competing
            The candidates, if they are not all items, bool [n_items].
        tags
            One entry per item of the target, for the diversity of lists; may be left out.
        """
        present = sorted(np.unique(rows.users).tolist(), key=lambda number: people[number])
        ids = tuple(people[number] for number in present)
        position = np.zeros(len(people), np.int32)
        position[present] = np.arange(len(ids), dtype=np.int32)
        numbers = users.numbers(ids)
        in_target = training.take(training.items < n_items)
        return cls(
            people=ids,
            users=numbers,
            rows=Interactions(position[rows.users], rows.items, rows.values, rows.times),
            history=_history(in_target, numbers, len(users), n_items),
            mean=float(in_target.values.mean(dtype=np.float64)) if len(in_target) else float("nan"),
            facts=ItemFacts(
                counts=np.bincount(in_target.items, minlength=n_items).astype(np.int32),
                n_people=len(np.unique(in_target.users)),
                tags=tag_matrix(tags),
            ),
            competing=competing,
        )

    @property
    def n_people(self) -> int:
        """Number of people with a held-out row."""
        return len(self.people)

    @property
    def n_items(self) -> int:
        """Number of the target's items."""
        return int(self.history.shape[1])

    @property
    def n_candidates(self) -> int:
        """Number of items that compete."""
        return self.n_items if self.competing is None else int(self.competing.sum())

    @cached_property
    def tested(self) -> sparse.csr_matrix:
        """All held-out pairs of known items, liked or not, bool CSR [n_people, n_items]."""
        return self._pairs(self.rows.items != UNKNOWN)

    def wanted(self, relevant_from: float) -> Wanted:
        """Return what counts as relevant: held-out items with a value of at least `relevant_from`.

        A pair that also stands in the training history is neither a candidate nor wanted.
        """
        liked = (self.rows.values >= relevant_from) & ~self._is_in_history()
        items = self._pairs(liked & (self.rows.items != UNKNOWN))
        unknown = np.bincount(self.rows.users[liked & (self.rows.items == UNKNOWN)], minlength=self.n_people)
        return Wanted(items, (np.diff(items.indptr) + unknown).astype(np.int32))

    def only(self, positions: Longs) -> HeldOut:
        """Return the same for some of the people, given by ascending positions."""
        position = np.full(self.n_people, UNKNOWN, np.int32)
        position[positions] = np.arange(len(positions), dtype=np.int32)
        rows = self.rows.take(position[self.rows.users] != UNKNOWN)
        return HeldOut(
            people=tuple(self.people[position] for position in positions),
            users=self.users[positions],
            rows=Interactions(position[rows.users], rows.items, rows.values, rows.times),
            history=self.history[positions],
            mean=self.mean,
            facts=self.facts,
            competing=self.competing,
        )

    def _pairs(self, mask: Bools) -> sparse.csr_matrix:
        rows = self.rows.take(mask)
        shape = (self.n_people, self.n_items)
        pairs = sparse.csr_matrix((np.ones(len(rows), bool), (rows.users, rows.items)), shape=shape)
        pairs.sort_indices()
        return pairs

    def _is_in_history(self) -> Bools:
        history = self.history.tocoo()
        known = history.row.astype(np.int64) * self.n_items + history.col  # ascending
        asked = self.rows.users.astype(np.int64) * self.n_items + self.rows.items
        if not len(known):
            return np.zeros(len(asked), bool)
        places = np.minimum(np.searchsorted(known, asked), len(known) - 1)
        is_known: Bools = (known[places] == asked) & (self.rows.items != UNKNOWN)
        return is_known


def _history(training: Interactions, numbers: Ints, n_users: int, n_items: int) -> sparse.csr_matrix:
    position = np.full(n_users, UNKNOWN, np.int32)
    known = numbers != UNKNOWN
    position[numbers[known]] = np.flatnonzero(known)
    rows = position[training.users]
    mask = rows != UNKNOWN
    pairs = (rows[mask], training.items[mask])
    history = sparse.csr_matrix((np.ones(mask.sum(), bool), pairs), shape=(len(numbers), n_items))
    history.sort_indices()
    return history


def tag_matrix(tags: Sequence[tuple[str, ...]]) -> sparse.csr_matrix | None:
    """Return which item has which tag, bool CSR [n_items, n_tags]; None where no item has any."""
    numbers: dict[str, int] = {}
    columns = [numbers.setdefault(tag, len(numbers)) for own in tags for tag in dict.fromkeys(own)]
    if not columns:
        return None
    ends = np.cumsum([0, *(len(dict.fromkeys(own)) for own in tags)])
    return sparse.csr_matrix((np.ones(len(columns), bool), columns, ends), shape=(len(tags), len(numbers)))

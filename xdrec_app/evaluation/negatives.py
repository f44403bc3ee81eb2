"""Sampled negatives: against which other items each wanted item has to stand.

Drawn one after another without replacement, all items alike or in proportion to their training interactions, from the
items that may be drawn for a person. The draws hang on the protocol's seed, the person's id and the number of the
wanted item, never on a model or on who else is judged: every model meets the same negatives. Thousands of lists are
drawn at once; the numbers come from a counter that is hashed (splitmix64, Steele et al. 2014), as a generator for each
person would take longer to seed than to use.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from xdrec_app.datasets.arrays import Bools, Doubles, Ints, Longs

Words = npt.NDArray[np.uint64]

MAX_DRAWS = 1_000_000
ROOMY = 1.5
"""Where so many times as many items may be drawn as are wanted, drawing until enough differ is quick."""

_STEP = np.uint64(0x9E3779B97F4A7C15)
_FACTORS = ((np.uint64(30), np.uint64(0xBF58476D1CE4E5B9)), (np.uint64(27), np.uint64(0x94D049BB133111EB)))


class Urn:
    """Draws items with replacement, each at once whatever its weight (alias method, Vose 1991).

    Parameters
    ----------
    weights
        float64 [n_items], above 0: how likely an item is drawn.
    """

    def __init__(self, weights: Doubles) -> None:
        self.weights = weights
        n_items = len(weights)
        heights = weights * (n_items / weights.sum())
        self._own = np.ones(n_items)
        self._alias = np.arange(n_items)
        small = [item for item, height in enumerate(heights.tolist()) if height < 1]
        large = [item for item, height in enumerate(heights.tolist()) if height >= 1]
        while small and large:
            low, high = small.pop(), large[-1]
            self._own[low], self._alias[low] = heights[low], high
            heights[high] -= 1 - heights[low]
            if heights[high] < 1:
                small.append(large.pop())

    def __len__(self) -> int:
        return len(self.weights)

    def items(self, shares: Doubles) -> Longs:
        """Turn numbers in [0, 1) into items, int64 of the same shape."""
        scaled = shares * len(self)
        columns = scaled.astype(np.int64)
        items: Longs = np.where(scaled - columns < self._own[columns], columns, self._alias[columns])
        return items


@dataclass(frozen=True, eq=False)
class Rivals:
    """The items that wanted items may have to compete with.

    Attributes
    ----------
    keys
        float64 [n_people, n_items], what items are ranked by.
    may_compete
        bool [n_people, n_items].
    urn
        What they are drawn from.
    """

    keys: Doubles
    may_compete: Bools
    urn: Urn

    def ahead_of(self, people: Longs, items: Ints, seeds: Words, n_negatives: int) -> Longs:
        """Return how many of `n_negatives` rivals are ranked at least as high as each wanted item, int64 [n_lists].

        Parameters
        ----------
        people, items
            Rows and columns of `keys`: the wanted items.
        seeds
            One per wanted item's person.
        """
        own = seeds ^ mixed(items.astype(np.uint64) + np.uint64(1))
        is_roomy = self.may_compete.sum(axis=1)[people] >= ROOMY * n_negatives
        ahead = np.zeros(len(items), np.int64)
        pending = np.flatnonzero(is_roomy)
        n_draws = n_negatives + n_negatives // 2 + 16
        while len(pending) and n_draws <= 8 * n_negatives + 128:
            unfinished = []
            for part in _parts(pending, n_draws):
                ahead[part], is_enough = self._drawn(people[part], items[part], own[part], n_negatives, n_draws)
                unfinished.append(part[~is_enough])
            pending = np.concatenate(unfinished)
            n_draws *= 2
        for part in _parts(np.concatenate([np.flatnonzero(~is_roomy), pending]), len(self.urn)):
            ahead[part] = self._picked(people[part], items[part], own[part], n_negatives)
        return ahead

    def _drawn(self, people: Longs, items: Ints, seeds: Words, n_negatives: int, n_draws: int) -> tuple[Longs, Bools]:
        """Draw with replacement and pass over repetitions; also tell where enough different ones were drawn."""
        drawn = self.urn.items(uniform(seeds, n_draws))
        usable = self.may_compete[people[:, None], drawn] & _is_first(drawn)
        numbers = np.cumsum(usable, axis=1, dtype=np.int32)
        is_rival = usable & (numbers <= n_negatives)
        is_ahead = self.keys[people[:, None], drawn] >= self.keys[people, items][:, None]
        return (is_rival & is_ahead).sum(axis=1), numbers[:, -1] >= n_negatives

    def _picked(self, people: Longs, items: Ints, seeds: Words, n_negatives: int) -> Longs:
        """Give each item an arrival time and take the first to come (Efraimidis and Spirakis 2006)."""
        times = -np.log1p(-uniform(seeds, len(self.urn))) / self.urn.weights
        times[~self.may_compete[people]] = np.inf
        n_picked = min(n_negatives, times.shape[1])
        picked = np.argpartition(times, n_picked - 1, axis=1)[:, :n_picked]
        is_rival = np.take_along_axis(times, picked, axis=1) < np.inf
        is_ahead = self.keys[people[:, None], picked] >= self.keys[people, items][:, None]
        found: Longs = (is_rival & is_ahead).sum(axis=1)
        return found


def mixed(words: Words) -> Words:
    """Return words in which every bit hangs on every bit of the given ones."""
    for shift, factor in _FACTORS:
        words = (words ^ (words >> shift)) * factor
    return words ^ (words >> np.uint64(31))


def uniform(seeds: Words, n: int) -> Doubles:
    """Return n numbers in [0, 1) for each seed, float64 [n_seeds, n]; more numbers begin with the same ones."""
    words = mixed(seeds[:, None] + _STEP * np.arange(1, n + 1, dtype=np.uint64))
    numbers: Doubles = (words >> np.uint64(11)).astype(np.float64) * 2.0**-53
    return numbers


def _is_first(drawn: Longs) -> Bools:
    """Return where a number stands for the first time in its row, bool of the same shape."""
    n_lists, n_draws = drawn.shape
    bits = n_draws.bit_length()
    fits = (int(drawn.max(initial=0)) + 1) << bits <= np.iinfo(np.uint32).max
    words = (drawn.astype(np.uint32 if fits else np.uint64) << bits) | np.arange(n_draws, dtype=np.uint32)
    words.sort(axis=1)
    is_new = np.ones(drawn.shape, bool)
    is_new[:, 1:] = (words[:, 1:] >> bits) != (words[:, :-1] >> bits)
    is_first = np.empty(drawn.shape, bool)
    places = (words & ((1 << bits) - 1)).astype(np.int64)
    is_first[np.arange(n_lists)[:, None], places] = is_new
    return is_first


def _parts(lists: Longs, width: int) -> list[Longs]:
    size = max(1, MAX_DRAWS // max(1, width))
    return [lists[start : start + size] for start in range(0, len(lists), size)]

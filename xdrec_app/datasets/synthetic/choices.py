"""Who chooses what: taste times popularity, without repetition; and what people then make of it.

The structure has a known answer. How fond a person is of a circle is the same in all domains but for a small part of
its own, so what somebody did in one domain tells what they would do in another, and a joint model must beat a
single-domain one, most of all for people with a short history in the target.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from xdrec_app.datasets.arrays import Doubles, Ints, Longs

OWN_FONDNESS = 0.2
"""Standard deviation of the part of a person's fondness that belongs to one domain only."""
POPULARITY_EXPONENT = 1.35
"""Of the Zipf law of popularity before taste."""
UNRELEASED = 0.02
"""Share of items nobody could choose yet."""


@dataclass(frozen=True, eq=False)
class Choices:
    """Pairs of person and item in one domain, person after person.

    Attributes
    ----------
    members
        int64, the people of the domain.
    counts
        int32 [n_members], how many items each chose.
    items
        int64 [n_choices].
    affinity
        float64 [n_choices], how fond the person is of the item's circle.
    quality
        float64 [n_choices], of the item.
    """

    members: Longs
    counts: Ints
    items: Longs
    affinity: Doubles
    quality: Doubles

    @property
    def rows(self) -> Longs:
        """Position in `members` of each choice, int64."""
        return np.repeat(np.arange(len(self.members)), self.counts)

    @property
    def people(self) -> Longs:
        """The person of each choice, int64."""
        return self.members[self.rows]

    def __len__(self) -> int:
        return len(self.items)


def draw_choices(
    fondness: Doubles, circle_of: Longs, counts: Ints, rng: np.random.Generator, *, pull: float = 1.0
) -> Choices:
    """Let every person choose distinct items of a domain.

    Parameters
    ----------
    fondness
        [n_people, n_circles].
    circle_of
        [n_items].
    counts
        int32 [n_people], how many items each person chooses.
    pull
        How much taste decides beside popularity; 0 = not at all.
    """
    members = np.flatnonzero(counts)
    n_items, n_each = len(circle_of), counts[members]
    affinity = draw_own_fondness(fondness[members], rng)[:, circle_of]
    quality = rng.normal(size=n_items)
    appeal = pull * affinity + draw_log_popularity(quality, rng) + rng.gumbel(size=affinity.shape)
    # The largest n of logits + Gumbel noise are n draws without replacement by softmax.
    ranked = np.argsort(-appeal, axis=1)
    items = ranked[np.arange(n_items) < n_each[:, None]]
    rows = np.repeat(np.arange(len(members)), n_each)
    return Choices(members, n_each, items, affinity[rows, items], quality[items])


def draw_own_fondness(fondness: Doubles, rng: np.random.Generator) -> Doubles:
    """Return fondness [n_members, n_circles] with the part of it that belongs to one domain."""
    return fondness + OWN_FONDNESS * rng.normal(size=fondness.shape)


def draw_log_popularity(quality: Doubles, rng: np.random.Generator) -> Doubles:
    """Return log weights [n_items] after Zipf; good items tend to the top, some are not out yet (-inf)."""
    n_items = len(quality)
    rank = np.argsort(np.argsort(-(0.4 * quality + rng.normal(size=n_items))))
    weights: Doubles = -POPULARITY_EXPONENT * np.log(rank + 3.0)
    weights[rng.permutation(n_items)[: round(UNRELEASED * n_items)]] = -np.inf
    return weights


def draw_delight(choices: Choices, rng: np.random.Generator, *, taste_weight: float = 0.8) -> Doubles:
    """Return how much each choice pleased, [n_choices]: taste, the item, the person's habit, and chance."""
    habit = rng.normal(size=len(choices.members))[choices.rows]
    taste = (choices.affinity - choices.affinity.mean()) / (choices.affinity.std() + 1e-9)
    noise = rng.normal(0, 0.9, len(choices))
    delight: Doubles = taste_weight * taste + 0.45 * choices.quality + 0.5 * habit + noise
    return delight


def in_shares(delight: Doubles, shares: Sequence[float]) -> Ints:
    """Return steps 0 … n_shares - 1, int32 [n_choices], the more delight the higher, each of its share."""
    steps = np.quantile(delight, np.cumsum(shares)[:-1])
    return np.searchsorted(steps, delight).astype(np.int32)


def draw_quantities(n: int, rng: np.random.Generator) -> Longs:
    """Return how many of a thing are bought at once, int64 [n], 1 as a rule."""
    return np.minimum(rng.geometric(0.8, n), 6)


def draw_repeats(means: npt.NDArray[np.floating[Any]], rng: np.random.Generator) -> tuple[Longs, Longs]:
    """Let choices happen several times.

    Parameters
    ----------
    means
        [n_choices], how often on average, the first time not counted.

    Returns
    -------
    tuple
        For each time the choice, and how many times it had happened before; both int64.
    """
    counts = 1 + rng.poisson(means)
    choice = np.repeat(np.arange(len(counts)), counts)
    return choice, np.arange(len(choice)) - np.repeat(np.cumsum(counts) - counts, counts)

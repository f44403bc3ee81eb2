"""Groups of people and of items, for which figures stand apart: who is served well, and with what.

Drawn from the training history alone, so that models under the same protocol meet the same groups.
"""

from __future__ import annotations

import numpy as np

from xdrec_app.datasets.arrays import Bools, Ints, Longs

COLD_PEOPLE = "cold people"
WARM_PEOPLE = "warm people"
LIGHT_PEOPLE = "light people"
HEAVY_PEOPLE = "heavy people"
HEAD_ITEMS = "head items"
TAIL_ITEMS = "tail items"
NEW_ITEMS = "new items"

PEOPLE_GROUPS = (WARM_PEOPLE, COLD_PEOPLE, LIGHT_PEOPLE, HEAVY_PEOPLE)
ITEM_GROUPS = (HEAD_ITEMS, TAIL_ITEMS, NEW_ITEMS)

GROUP_WORDS = {
    COLD_PEOPLE: "people without any training interaction in the target",
    WARM_PEOPLE: "people with at least one",
    LIGHT_PEOPLE: "warm people with at most as many training interactions as the median of them",
    HEAVY_PEOPLE: "warm people with more",
    HEAD_ITEMS: "the fewest items that have half of all training interactions",
    TAIL_ITEMS: "other items with training interactions",
    NEW_ITEMS: "items without any",
}
"""What the groups are, in words. A group without anybody is left out of results."""


def people_groups(n_interactions: Longs | Ints) -> dict[str, Bools]:
    """Return the groups of people by their training interactions in the target, each bool [n_people]."""
    is_warm = n_interactions > 0
    median = float(np.median(n_interactions[is_warm])) if is_warm.any() else 0.0
    is_heavy = n_interactions > median
    return {
        WARM_PEOPLE: is_warm,
        COLD_PEOPLE: ~is_warm,
        LIGHT_PEOPLE: is_warm & ~is_heavy,
        HEAVY_PEOPLE: is_warm & is_heavy,
    }


def item_groups(counts: Ints) -> dict[str, Bools]:
    """Return the groups of items by their training interactions, each bool [n_items]."""
    order = np.argsort(-counts.astype(np.int64), kind="stable")
    before = np.cumsum(counts[order]) - counts[order]
    is_head = np.zeros(len(counts), bool)
    is_head[order] = before < counts.sum() / 2
    is_head &= counts > 0
    return {HEAD_ITEMS: is_head, TAIL_ITEMS: ~is_head & (counts > 0), NEW_ITEMS: counts == 0}

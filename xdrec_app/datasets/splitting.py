"""Splits: which rows of the target are trained on, chosen on and tested on, and what is hidden with them.

A split is drawn on the target's rows in canonical order by the seed alone, before any joint numbering, so a run with
sources and a run without meet the same test. What it hides, it hides wherever it could leak from.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from xdrec_app.core.params import Params as SplitParams
from xdrec_app.core.registry import Registry
from xdrec_app.datasets.arrays import Bools, Longs
from xdrec_app.datasets.domain_table import DomainTable


@dataclass(frozen=True, eq=False)
class SplitPlan:
    """Positions of rows in the target's table; the three parts are disjoint.

    Attributes
    ----------
    train, valid, test
        int64 row positions, ascending. A model that needs no validation trains on `train` and `valid` together.
    scored
        Ids of the people whose test rows are scored; None means everybody who has some.
    only_held_out_items
        Whether only the items of the part that is judged compete; otherwise all items of the target do.
    """

    train: Longs
    valid: Longs
    test: Longs
    scored: frozenset[str] | None = None
    only_held_out_items: bool = False


def without_repeats(plan: SplitPlan, target: DomainTable) -> SplitPlan:
    """Return a plan in which no pair of a person and an item is both trained on and held out, or held out twice.

    Where all rows of a repeated pair count, one of them may be held out while another is trained on; but what a person
    is known to have had is not ranked for them. A held-out row whose pair is trained on is trained on too; of a pair
    that is held out several times one row is kept, the validation's before the test's.
    """
    pairs = target.users.astype(np.int64) * max(target.n_items, 1) + target.items
    if len(np.unique(pairs)) == len(pairs):
        return plan
    held_out = np.concatenate([plan.valid, plan.test])
    is_trained_on = np.isin(pairs[held_out], pairs[plan.train])
    train = np.sort(np.concatenate([plan.train, held_out[is_trained_on]]))
    kept = _first_of_each(pairs, held_out[~is_trained_on])
    is_valid = np.isin(kept, plan.valid)
    return replace(plan, train=train, valid=np.sort(kept[is_valid]), test=np.sort(kept[~is_valid]))


def _first_of_each(pairs: Longs, rows: Longs) -> Longs:
    first = np.unique(pairs[rows], return_index=True)[1]
    found: Longs = rows[np.sort(first)]
    return found


class Split(ABC):
    """One way to hold data out.

    Attributes
    ----------
    key, title
        Name on the command line and for people.
    Params
        What can be set, such as shares.
    """

    key: ClassVar[str]
    title: ClassVar[str]
    Params: ClassVar[type[SplitParams]] = SplitParams

    def __init__(self, params: SplitParams | None = None) -> None:
        self.params: Any = params if params is not None else self.Params()

    @property
    @abstractmethod
    def description(self) -> str:
        """The split with its parameters in words, shown beside every figure made with it."""

    @abstractmethod
    def draw(self, target: DomainTable, sources: Sequence[DomainTable], seed: int) -> SplitPlan:
        """Divide the target's rows.

        Parameters
        ----------
        target
            The table whose rows are divided.
        sources
            Only to know who is shared (see `SplitPlan.scored`); the division of rows must not depend on them.
        seed
            Decides every draw.
        """

    def visible(self, source: DomainTable, target: DomainTable, plan: SplitPlan) -> Bools:
        """Return which rows of a source may be trained on, bool [n_rows]; all, unless a split says otherwise."""
        return np.ones(len(source), bool)


splits: Registry[Split] = Registry("split", "xdrec_app.datasets.splits")


def percent(share: float) -> str:
    """Return a share in words, e.g. 20 %."""
    return f"{100 * share:g} %"

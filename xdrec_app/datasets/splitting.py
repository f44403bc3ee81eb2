"""Splits: which rows of the target are trained on, chosen on and tested on, and what is hidden with them.

A split is drawn on the target's rows in canonical order by the seed alone, before any joint numbering, so a run with
sources and a run without meet the same test. What it hides, it hides wherever it could leak from.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

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
    """

    train: Longs
    valid: Longs
    test: Longs
    scored: frozenset[str] | None = None


class Split(ABC):
    """One way to hold data out; stateless.

    Attributes
    ----------
    key, title
        Name on the command line and for people.
    description
        The split in words, shown beside every figure made with it.
    """

    key: ClassVar[str]
    title: ClassVar[str]
    description: ClassVar[str]

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

"""Explainers: which rows of a person's history carried the score of an item, and how much."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from xdrec_app.core.registry import Registry
from xdrec_app.datasets.arrays import Doubles, Floats, Ints
from xdrec_app.datasets.interactions import Interactions
from xdrec_app.models.base import Recommender


@dataclass(frozen=True)
class Contribution:
    """What one row of a history did to the score of an item.

    Attributes
    ----------
    row
        Position in the history.
    item
        Joint number of that row's item.
    amount
        Part of the score, in the model's own units; below 0 where the row spoke against the item.
    weight
        Share of everything that spoke for the item, 0 … 1; 0 for a row that spoke against it. The weights of an
        item sum to 1, or to 0 when nothing spoke for it.
    """

    row: int
    item: int
    amount: float
    weight: float


class Explainer(ABC):
    """One way to explain scores; stateless.

    Attributes
    ----------
    key, title
        Name in code and for people.
    priority
        Among the explainers that support a model, the one with the highest is taken.
    """

    key: ClassVar[str]
    title: ClassVar[str]
    priority: ClassVar[int]

    @abstractmethod
    def supports(self, model: Recommender) -> bool:
        """Return whether this explainer can explain the scores of `model`."""

    @abstractmethod
    def explain(self, model: Recommender, history: Interactions, items: Ints) -> list[list[Contribution]]:
        """Explain the scores of some items for one person.

        Parameters
        ----------
        model
            Fitted, and supported.
        history
            The rows of that one person over all domains: users 0, items in joint numbers.
        items
            int32 target numbers.

        Returns
        -------
        list of list of Contribution
            For each item the rows that matter, strongest support first; empty where no row is the reason.
        """


explainers: Registry[Explainer] = Registry("explainer", "xdrec_app.explanation")


def choose(model: Recommender) -> Explainer:
    """Return the best explainer for a model; there is always one, see :mod:`xdrec_app.explanation.popularity`."""
    candidates = sorted((cls() for cls in explainers), key=lambda explainer: -explainer.priority)
    return next(explainer for explainer in candidates if explainer.supports(model))


def ordered(history: Interactions, amounts: Doubles | Floats) -> list[Contribution]:
    """Turn the amount of each row into contributions, strongest support first; rows of amount 0 are left out."""
    support = np.maximum(amounts.astype(np.float64), 0.0)
    total = support.sum()
    weights = support / total if total > 0 else support
    return [
        Contribution(int(row), int(history.items[row]), float(amounts[row]), float(weights[row]))
        for row in np.argsort(-amounts, kind="stable")
        if amounts[row] != 0
    ]

"""Exact shares of models whose score is a sum over the history."""

from __future__ import annotations

from xdrec_app.datasets.arrays import Ints
from xdrec_app.datasets.interactions import Interactions
from xdrec_app.explanation.base import Contribution, Explainer, explainers, ordered
from xdrec_app.models.base import Additive, Recommender


@explainers.register
class AdditiveShares(Explainer):
    """Asks the model itself: EASE and the item neighbourhoods add one term per row of the history."""

    key = "additive"
    title = "Exact shares of the score"
    priority = 20

    def supports(self, model: Recommender) -> bool:
        """See :meth:`Explainer.supports`."""
        return isinstance(model, Additive)

    def explain(self, model: Recommender, history: Interactions, items: Ints) -> list[list[Contribution]]:
        """See :meth:`Explainer.explain`."""
        if not isinstance(model, Additive):
            raise TypeError(f"the scores of '{model.key}' are no sum over the history")
        return [ordered(history, model.contributions(history, int(item))) for item in items]

"""Leave one out for models that are slow to ask: only what is read closely is left out, and only asked items are."""

from __future__ import annotations

from xdrec_app.datasets.arrays import Ints
from xdrec_app.datasets.interactions import Interactions
from xdrec_app.explanation.base import Contribution, Explainer, explainers, ordered
from xdrec_app.models.base import Occluded, Recommender


@explainers.register
class Occlusion(Explainer):
    """A row's contribution is what the model says an item loses without it."""

    key = "occlusion"
    title = "Score without what was read"
    priority = 15

    def supports(self, model: Recommender) -> bool:
        """See :meth:`Explainer.supports`."""
        return isinstance(model, Occluded)

    def explain(self, model: Recommender, history: Interactions, items: Ints) -> list[list[Contribution]]:
        """See :meth:`Explainer.explain`."""
        if not isinstance(model, Occluded):
            raise TypeError(f"'{model.key}' does not say what a row of a history is worth")
        if len(history) == 0 or len(items) == 0:
            return [[] for _ in items]
        amounts = model.without_rows(history, items)
        return [ordered(history, amounts[:, place]) for place in range(len(items))]

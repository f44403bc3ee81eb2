"""The last resort: no row of the history is the reason."""

from __future__ import annotations

from xdrec_app.datasets.arrays import Ints
from xdrec_app.datasets.interactions import Interactions
from xdrec_app.explanation.base import Contribution, Explainer, explainers
from xdrec_app.models.base import Recommender


@explainers.register
class Popularity(Explainer):
    """Gives no reasons, so the sentence says that many people liked the item."""

    key = "popularity"
    title = "Liked by many"
    priority = 0

    def supports(self, model: Recommender) -> bool:
        """See :meth:`Explainer.supports`."""
        return True

    def explain(self, model: Recommender, history: Interactions, items: Ints) -> list[list[Contribution]]:
        """See :meth:`Explainer.explain`."""
        return [[] for _ in items]

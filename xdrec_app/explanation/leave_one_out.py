"""Leave one out: what an item would score if one row of the history were missing."""

from __future__ import annotations

import numpy as np

from xdrec_app.datasets.arrays import Doubles, Ints
from xdrec_app.datasets.interactions import Interactions
from xdrec_app.explanation.base import Contribution, Explainer, explainers, ordered
from xdrec_app.models.base import Recommender

MAX_SCORES = 8_000_000


@explainers.register
class LeaveOneOut(Explainer):
    """A row's contribution is the score with the full history minus the score without the row.

    Faithful by construction: removing the first reason lowers the score most. The person is folded in once with each
    row missing and once complete, in blocks, so any model that serves new people is explained whatever its form.
    """

    key = "leave_one_out"
    title = "Score without each item of the history"
    priority = 10

    def supports(self, model: Recommender) -> bool:
        """See :meth:`Explainer.supports`."""
        return model.capabilities.fold_in

    def explain(self, model: Recommender, history: Interactions, items: Ints) -> list[list[Contribution]]:
        """See :meth:`Explainer.explain`.

        An item that cannot be scored without a row owes its whole score to that row.
        """
        n_rows = len(history)
        if n_rows == 0:
            return [[] for _ in items]
        full = _scores(model, history, np.array([n_rows]), items)[0]
        size = max(1, min(MAX_SCORES // max(1, model.n_target_items), MAX_SCORES // n_rows))
        without = np.concatenate(
            [
                _scores(model, history, np.arange(start, min(start + size, n_rows)), items)
                for start in range(0, n_rows, size)
            ]
        )
        amounts = np.where(np.isnan(without), np.abs(full), full - without)
        return [ordered(history, amounts[:, place]) if np.isfinite(full[place]) else [] for place in range(len(items))]


def _scores(model: Recommender, history: Interactions, missing: np.ndarray, items: Ints) -> Doubles:
    """Return the scores of `items` with each of the `missing` rows left out, float64 [n_missing, n_items].

    A missing row beyond the history leaves nothing out.
    """
    people, rows = np.nonzero(missing[:, None] != np.arange(len(history)))
    kept = history.take(rows)
    histories = Interactions(people.astype(np.int32), kept.items, kept.values, kept.times)
    scores = model.scores_of(model.fold_in(histories, len(missing)))
    return scores[:, items].astype(np.float64)

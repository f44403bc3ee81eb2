"""Gini index of how often items are shown."""

from __future__ import annotations

import numpy as np

from xdrec_app.metrics.base import EMPTY_PLACE, CatalogueMetric, RankedHits, catalogue_metrics


@catalogue_metrics.register
class Gini(CatalogueMetric):
    """Inequality of exposure: 0 when all candidates are shown equally often, near 1 when a few have all the places.

    With the candidates in ascending order of how often they stand in the first k places, x_1 ≤ … ≤ x_n:
    G = Σ (2 i - n - 1) x_i / (n Σ x_i) (Gini 1912).
    """

    key = "gini"
    title = "Gini"
    higher_is_better = False

    def value(self, ranked: RankedHits, k: int) -> float:
        """See :meth:`CatalogueMetric.value`."""
        shown = ranked.items[:, :k]
        times = np.sort(np.bincount(shown[shown != EMPTY_PLACE], minlength=ranked.n_candidates)).astype(np.float64)
        if times.sum() == 0:
            return float("nan")
        n = len(times)
        weights = 2 * np.arange(1, n + 1) - n - 1
        return float(weights @ times / (n * times.sum()))

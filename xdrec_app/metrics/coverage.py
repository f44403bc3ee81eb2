"""Catalogue coverage at k."""

from __future__ import annotations

import numpy as np

from xdrec_app.metrics.base import EMPTY_PLACE, CatalogueMetric, RankedHits, catalogue_metrics


@catalogue_metrics.register
class Coverage(CatalogueMetric):
    """Share of the candidates that stand in the first k places of at least one list."""

    key = "coverage"
    title = "Coverage"

    def value(self, ranked: RankedHits, k: int) -> float:
        """See :meth:`CatalogueMetric.value`."""
        if len(ranked) == 0 or ranked.n_candidates == 0:
            return float("nan")
        shown = np.unique(ranked.items[:, :k])
        return float((shown != EMPTY_PLACE).sum() / ranked.n_candidates)

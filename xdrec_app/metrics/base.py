"""The kinds of metrics, the values they work on, and their registries.

Results name a metric by its key (``rmse``) and, where it looks at the first k places only, by key and k (``ndcg@10``).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt
from scipy import sparse

from xdrec_app.core.registry import Registry

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]

EMPTY_PLACE = -1
"""Stands in `RankedHits.items` where a list has no item for a place."""

_PACKAGE = "xdrec_app.metrics"


@dataclass(frozen=True, eq=False)
class RankedHits:
    """The first K places of ranked lists, and which of them hold something relevant.

    Attributes
    ----------
    hits
        bool [n_lists, K]; place 0 is the top of the list.
    n_relevant
        int32 [n_lists], at least 1: how many relevant items there were to find, in the list or not.
    items
        int32 [n_lists, K], what stands at each place; `EMPTY_PLACE` where nothing does.
    n_candidates
        Number of items that could have been recommended to somebody.
    """

    hits: Bools
    n_relevant: Ints
    items: Ints
    n_candidates: int

    def __post_init__(self) -> None:
        if self.hits.shape != self.items.shape or len(self.hits) != len(self.n_relevant):
            raise ValueError(f"shapes differ: {self.hits.shape}, {self.items.shape}, {self.n_relevant.shape}")
        if len(self.n_relevant) and self.n_relevant.min() < 1:
            raise ValueError("a list without any relevant item cannot be judged")

    def __len__(self) -> int:
        return len(self.hits)

    @classmethod
    def concatenate(cls, parts: list[RankedHits]) -> RankedHits:
        """Return all lists of all parts, in order; the parts share K and the candidates."""
        return cls(
            hits=np.concatenate([part.hits for part in parts]),
            n_relevant=np.concatenate([part.n_relevant for part in parts]),
            items=np.concatenate([part.items for part in parts]),
            n_candidates=parts[0].n_candidates,
        )


@dataclass(frozen=True, eq=False)
class ItemFacts:
    """What is known of the candidates apart from anybody's list.

    Attributes
    ----------
    counts
        int32 [n_items]: training interactions of each.
    n_people
        How many people these interactions are of.
    tags
        bool CSR [n_items, n_tags]; None where no item has a tag.
    """

    counts: Ints
    n_people: int
    tags: sparse.csr_matrix | None = None


class Metric(ABC):
    """Base of all metrics; stateless.

    Attributes
    ----------
    key, title
        Name in results and for people.
    higher_is_better
        Its direction.
    """

    key: ClassVar[str]
    title: ClassVar[str]
    higher_is_better: ClassVar[bool] = True


class RankingMetric(Metric):
    """Judges each ranked list by itself, so that two models can be compared person by person."""

    @abstractmethod
    def values(self, ranked: RankedHits, k: int) -> Doubles:
        """Return the metric of the first `k` places, float64 [n_lists]; places a list lacks are misses."""


class CatalogueMetric(Metric):
    """Judges all ranked lists together."""

    @abstractmethod
    def value(self, ranked: RankedHits, k: int) -> float:
        """Return the metric over the first `k` places of all lists; NaN without lists."""


class ListMetric(Metric):
    """Judges what each ranked list holds, whether or not anybody wanted it."""

    @abstractmethod
    def values(self, items: Ints, facts: ItemFacts, k: int) -> Doubles:
        """Return the metric of the first `k` places of `items`, as in :class:`RankedHits`; float64 [n_lists].

        NaN for a list that cannot be judged.
        """


class RatingMetric(Metric):
    """A mean of losses over rated rows, possibly transformed at the end.

    The two steps are apart because a resampled set of people needs only its sums of losses and counts of rows.
    """

    higher_is_better: ClassVar[bool] = False

    def applies(self, truths: Doubles) -> bool:
        """Return whether the metric means something for ratings such as these, float64 [n_rows]."""
        return True

    @abstractmethod
    def losses(self, predictions: Doubles, truths: Doubles) -> Doubles:
        """Return the loss of each row, float64 [n_rows]."""

    def of_mean(self, mean: Doubles) -> Doubles:
        """Turn mean losses, of any shape, into the metric."""
        return mean

    def value(self, predictions: Doubles, truths: Doubles) -> float:
        """Return the metric over all rows; NaN without rows."""
        if len(truths) == 0:
            return float("nan")
        return float(self.of_mean(np.asarray(self.losses(predictions, truths).mean())))


class LikingMetric(Metric):
    """Judges how well scores tell liked rows from the others, over all rows together."""

    @abstractmethod
    def value(self, scores: Doubles, liked: Bools) -> float:
        """Return the metric of `scores`, float64 [n_rows]; NaN when either class is missing."""


class CalibrationMetric(Metric):
    """Judges whether predicted ratings are right on average wherever they lie, over all rows together."""

    higher_is_better: ClassVar[bool] = False

    @abstractmethod
    def value(self, predictions: Doubles, truths: Doubles) -> float:
        """Return the metric over all rows; NaN without rows."""


ranking_metrics: Registry[RankingMetric] = Registry("ranking metric", _PACKAGE)
catalogue_metrics: Registry[CatalogueMetric] = Registry("catalogue metric", _PACKAGE)
rating_metrics: Registry[RatingMetric] = Registry("rating metric", _PACKAGE)
liking_metrics: Registry[LikingMetric] = Registry("liking metric", _PACKAGE)
list_metrics: Registry[ListMetric] = Registry("list metric", _PACKAGE)
calibration_metrics: Registry[CalibrationMetric] = Registry("calibration metric", _PACKAGE)


def all_metrics() -> list[type[Metric]]:
    """Return the metrics of all kinds."""
    return [
        *rating_metrics,
        *liking_metrics,
        *calibration_metrics,
        *ranking_metrics,
        *list_metrics,
        *catalogue_metrics,
    ]


def name_at(key: str, k: int) -> str:
    """Return the name of a metric at a cut-off, e.g. ``ndcg@10``."""
    return f"{key}@{k}"


def higher_is_better(name: str) -> bool:
    """Return the direction of a metric as results name it, e.g. ``ndcg@10`` or ``rmse``.

    Raises
    ------
    KeyError
        When there is no such metric.
    """
    return {cls.key: cls.higher_is_better for cls in all_metrics()}[name.partition("@")[0]]

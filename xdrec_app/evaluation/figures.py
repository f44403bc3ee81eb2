"""From ranked lists and predicted ratings to metrics: of all, of each person, of groups of items."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

import numpy as np
from scipy import sparse

from xdrec_app.datasets.arrays import Bools, Doubles, Ints, Longs
from xdrec_app.datasets.vocabulary import UNKNOWN
from xdrec_app.evaluation.groups import NEW_ITEMS, item_groups
from xdrec_app.evaluation.held_out import HeldOut
from xdrec_app.evaluation.protocol import Protocol
from xdrec_app.evaluation.result import PersonSums
from xdrec_app.metrics.base import (
    EMPTY_PLACE,
    Metric,
    RankedHits,
    calibration_metrics,
    catalogue_metrics,
    liking_metrics,
    list_metrics,
    name_at,
    ranking_metrics,
    rating_metrics,
)
from xdrec_app.metrics.calibration import CalibrationBins, calibration_bins


@dataclass(frozen=True, eq=False)
class Figures:
    """What one task found; see :class:`~xdrec_app.evaluation.result.Evaluation`.

    `whole` are the metrics that are no means over people or rows.
    """

    per_person: dict[str, PersonSums] = field(default_factory=dict)
    whole: dict[str, float] = field(default_factory=dict)
    item_groups: dict[str, dict[str, PersonSums]] = field(default_factory=dict)
    calibration: CalibrationBins | None = None


@dataclass(frozen=True)
class Selection:
    """Which metrics are wanted; None means all, and then the figures of groups too."""

    names: Collection[str] | None = None

    @property
    def is_everything(self) -> bool:
        """Whether nothing is left out."""
        return self.names is None

    def at(self, metric: type[Metric], cutoffs: tuple[int, ...]) -> list[tuple[str, int]]:
        """Return name and cut-off of what is wanted of a metric that has cut-offs."""
        return [(name_at(metric.key, k), k) for k in cutoffs if self.has(name_at(metric.key, k))]

    def has(self, name: str) -> bool:
        """Return whether a metric is wanted."""
        return self.names is None or name in self.names


# ---------------------------------------------------------------------- rankings


def ranking_figures(
    ranked: RankedHits,
    relevant: sparse.csr_matrix,
    owners: Longs,
    held_out: HeldOut,
    protocol: Protocol,
    selection: Selection,
) -> Figures:
    """Judge all lists; parameters as in :class:`~xdrec_app.evaluation.ranking.RankedBlock`.

    Sampled candidates say nothing about what people would be shown: no metric of lists or of the catalogue then.
    """
    per_person = relevance(ranked, owners, held_out.n_people, protocol.cutoffs, selection)
    whole: dict[str, float] = {}
    if protocol.candidates == "full":
        per_person |= _contents(ranked, owners, held_out, protocol, selection)
        for catalogue in catalogue_metrics:
            whole |= {name: catalogue().value(ranked, k) for name, k in selection.at(catalogue, protocol.cutoffs)}
    if not selection.is_everything:
        return Figures(per_person, whole)
    groups = {}
    for name, group in item_groups(held_out.facts.counts).items():
        n_relevant = relevant @ group.astype(np.int32)
        if name == NEW_ITEMS:  # whatever the model does not know
            n_relevant = n_relevant + ranked.n_relevant - relevant.sum(axis=1).A1
        some = np.flatnonzero(n_relevant)
        in_group = (ranked.items[some] != EMPTY_PLACE) & group[ranked.items[some]]
        found = RankedHits(
            ranked.hits[some] & in_group, n_relevant[some].astype(np.int32), ranked.items[some], ranked.n_candidates
        )
        groups[name] = relevance(found, owners[some], held_out.n_people, protocol.cutoffs, selection)
    return Figures(per_person, whole, groups)


def relevance(
    ranked: RankedHits, owners: Longs, n_people: int, cutoffs: tuple[int, ...], selection: Selection
) -> dict[str, PersonSums]:
    """Return the ranking metrics at the cut-offs, gathered by the people the lists belong to."""
    counts = np.bincount(owners, minlength=n_people).astype(np.float64)
    return {
        name: PersonSums(_sums(owners, metric().values(ranked, k), n_people), counts)
        for metric in ranking_metrics
        for name, k in selection.at(metric, cutoffs)
    }


def _contents(
    ranked: RankedHits, owners: Longs, held_out: HeldOut, protocol: Protocol, selection: Selection
) -> dict[str, PersonSums]:
    """Return the metrics of what the lists hold.

    A list that a metric cannot judge does not count for it, and a metric that can judge none is left out.
    """
    found = {}
    for metric in list_metrics:
        for name, k in selection.at(metric, protocol.cutoffs):
            values = metric().values(ranked.items, held_out.facts, k)
            judged = ~np.isnan(values)
            if not judged.any():
                continue
            counts = np.bincount(owners[judged], minlength=held_out.n_people).astype(np.float64)
            found[name] = PersonSums(_sums(owners[judged], values[judged], held_out.n_people), counts)
    return found


# ---------------------------------------------------------------------- ratings


def rating_figures(predictions: Doubles, held_out: HeldOut, protocol: Protocol, selection: Selection) -> Figures:
    """Judge predictions of all held-out rows, float64 [n_rows] without NaN."""
    truths = held_out.rows.values.astype(np.float64)
    is_liked = truths >= protocol.relevant_from
    whole = {}
    for liking in liking_metrics:
        if selection.has(liking.key):
            whole[liking.key] = liking().value(predictions, is_liked)
    for calibration in calibration_metrics:
        if selection.has(calibration.key):
            whole[calibration.key] = calibration().value(predictions, truths)
    everything = np.ones(len(truths), bool)
    per_person = _losses(predictions, truths, held_out, everything, selection)
    if not selection.is_everything:
        return Figures(per_person, whole)
    items = held_out.rows.items
    groups = {}
    for name, group in item_groups(held_out.facts.counts).items():
        in_group = np.where(items == UNKNOWN, name == NEW_ITEMS, group[items])
        groups[name] = _losses(predictions, truths, held_out, in_group, selection)
    return Figures(per_person, whole, groups, calibration_bins(predictions, truths))


def _losses(
    predictions: Doubles, truths: Doubles, held_out: HeldOut, rows: Bools, selection: Selection
) -> dict[str, PersonSums]:
    people = held_out.rows.users[rows]
    counts = np.bincount(people, minlength=held_out.n_people).astype(np.float64)
    found = {}
    for cls in rating_metrics:
        metric = cls()
        if selection.has(cls.key) and metric.applies(truths):
            losses = metric.losses(predictions[rows], truths[rows])
            found[cls.key] = PersonSums(_sums(people, losses, held_out.n_people), counts)
    return found


def _sums(owners: Longs | Ints, values: Doubles, n_people: int) -> Doubles:
    return np.bincount(owners, weights=values, minlength=n_people).astype(np.float64)

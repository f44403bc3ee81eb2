"""Two evaluations of the same held-out people, compared person by person."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np

from xdrec_app.core.seeding import derive_seed
from xdrec_app.datasets.arrays import Doubles
from xdrec_app.evaluation.result import Evaluation, metric_of_totals

N_RESAMPLES = 1_000
MAX_WEIGHTS = 4_000_000


@dataclass(frozen=True)
class Comparison:
    """One metric of two models.

    Attributes
    ----------
    with_, without
        The metric both ways, over the people both judged.
    relative
        (with - without) / without; NaN when `without` is 0. Below 0 is the better side for an error.
    low, high
        95 % interval of `relative`, by a paired bootstrap over people; None where the metric is not a mean over
        people or nothing can be resampled.
    p_value
        How often resamples of two equal models would differ as much, two-sided; None as the interval.
    n_people
        How many people were judged by both; 0 where the metric is not a mean over people.
    """

    with_: float
    without: float
    relative: float
    low: float | None = None
    high: float | None = None
    p_value: float | None = None
    n_people: int = 0

    @property
    def differs(self) -> bool:
        """Whether the interval excludes that there is no difference."""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)

    def words(self, higher_is_better: bool) -> str:
        """Return the verdict on `with_`: "better", "worse", "no difference", or "not tested" without an interval."""
        if self.low is None:
            return "not tested"
        if not self.differs:
            return "no difference"
        return "better" if (self.relative > 0) == higher_is_better else "worse"


def compare(
    with_: Evaluation, without: Evaluation, names: Collection[str], seed: int = 0, n_resamples: int = N_RESAMPLES
) -> dict[str, Comparison]:
    """Compare the metrics `names` of two evaluations.

    All metrics see the same resamples: people drawn with replacement, each with both models' values. A ratio of
    sums is recomputed for every resample (an RMSE from the squared errors and row counts of the people drawn).

    Parameters
    ----------
    with_, without
        Their people may differ; those judged by both count.
    names
        Metrics that both have.
    seed
        Decides the resamples.
    """
    paired = [name for name in names if name in with_.per_person and name in without.per_person]
    columns = _columns(with_, without, paired)
    totals = columns.sum(axis=0)
    resampled = _resample(columns, n_resamples, np.random.default_rng(derive_seed(seed, "bootstrap")))
    found = {}
    for place, name in enumerate(paired):
        part = slice(3 * place, 3 * place + 3)
        n_people = int((columns[:, 3 * place + 2] > 0).sum())
        found[name] = replace(_comparison(name, totals[part], resampled[:, part]), n_people=n_people)
    for name in names:
        if name not in found:
            ours, theirs = with_.metrics[name], without.metrics[name]
            found[name] = Comparison(ours, theirs, float(_relative(np.array(ours), np.array(theirs))))
    return {name: found[name] for name in names}


def _columns(with_: Evaluation, without: Evaluation, names: list[str]) -> Doubles:
    """Return float64 [n_people, 3 · n_names]: sums with, sums without, counts, over the people both judged."""
    position = {id_: place for place, id_ in enumerate(without.people)}
    pairs = [(place, position[id_]) for place, id_ in enumerate(with_.people) if id_ in position]
    ours, theirs = np.array(pairs, np.int64).reshape(-1, 2).T
    columns = np.zeros((len(pairs), 3 * len(names)))
    for place, name in enumerate(names):
        a, b = with_.per_person[name], without.per_person[name]
        counts = a.counts[ours]
        both = (counts > 0) & (counts == b.counts[theirs])
        columns[both, 3 * place] = a.sums[ours][both]
        columns[both, 3 * place + 1] = b.sums[theirs][both]
        columns[both, 3 * place + 2] = counts[both]
    return columns


def _resample(columns: Doubles, n_resamples: int, random: np.random.Generator) -> Doubles:
    """Return the column totals of `n_resamples` draws of people with replacement, float64 [n_resamples, n_columns]."""
    n_people = len(columns)
    totals = np.zeros((n_resamples, columns.shape[1]))
    size = max(1, MAX_WEIGHTS // max(1, n_people))
    for start in range(0, n_resamples if n_people else 0, size):
        n_draws = min(size, n_resamples - start)
        drawn = random.integers(0, n_people, (n_draws, n_people)) + n_people * np.arange(n_draws)[:, None]
        times = np.bincount(drawn.ravel(), minlength=n_draws * n_people).reshape(n_draws, n_people)
        totals[start : start + n_draws] = times.astype(np.float64) @ columns
    return totals


def _comparison(name: str, totals: Doubles, resampled: Doubles) -> Comparison:
    ours, theirs = metric_of_totals(name, totals[:2], totals[[2, 2]])
    relative = float(_relative(ours, theirs))
    drawn = _relative(*(metric_of_totals(name, resampled[:, side], resampled[:, 2]) for side in (0, 1)))
    usable = drawn[np.isfinite(drawn)]
    if not np.isfinite(relative) or len(usable) < 2:
        return Comparison(float(ours), float(theirs), relative)
    low, high = np.quantile(usable, (0.025, 0.975))
    return Comparison(float(ours), float(theirs), relative, float(low), float(high), _p_value(usable))


def _p_value(drawn: Doubles) -> float:
    """Return the two-sided p-value of "no difference" of resampled differences, never below what so many can tell."""
    smaller = min(int((drawn <= 0).sum()), int((drawn >= 0).sum()))
    return min(1.0, 2 * (smaller + 1) / (len(drawn) + 1))


def _relative(with_: Doubles, without: Doubles) -> Doubles:
    usable = np.isfinite(without) & (without != 0)
    relative: Doubles = np.divide(with_ - without, without, out=np.full(np.shape(without), np.nan), where=usable)
    return relative

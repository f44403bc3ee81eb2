"""What an evaluation found, person by person, so that two models can be compared in pairs."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from xdrec_app.datasets.arrays import Bools, Doubles
from xdrec_app.evaluation.protocol import Protocol
from xdrec_app.metrics.base import rating_metrics
from xdrec_app.metrics.calibration import CalibrationBins


@dataclass(frozen=True, eq=False)
class PersonSums:
    """What each person adds to a metric: the metric is (a function of) the sum of `sums` over the sum of `counts`.

    Attributes
    ----------
    sums
        float64 [n_people]: of the values of a person's lists, or of the losses of their rows.
    counts
        float64 [n_people]: number of those lists or rows; 0 for a person the metric does not judge.
    """

    sums: Doubles
    counts: Doubles

    @property
    def means(self) -> Doubles:
        """The value of each person, float64 [n_people]; NaN for a person the metric does not judge."""
        means: Doubles = np.divide(self.sums, self.counts, out=np.full(len(self.sums), np.nan), where=self.counts > 0)
        return means

    def within(self, group: Bools) -> PersonSums:
        """Return the same with the people outside a group, bool [n_people], not judged."""
        return PersonSums(np.where(group, self.sums, 0.0), np.where(group, self.counts, 0.0))

    def value(self, name: str) -> float:
        """Return the metric `name` over all people; NaN without any."""
        return float(metric_of_totals(name, np.array(self.sums.sum()), np.array(self.counts.sum())))


def metric_of_totals(name: str, sums: Doubles, counts: Doubles) -> Doubles:
    """Return the metric `name` from total sums and counts of any shape; NaN where a count is 0."""
    means = np.divide(sums, counts, out=np.full(np.shape(sums), np.nan), where=counts > 0)
    return rating_metrics[name]().of_mean(means) if name in set(rating_metrics.keys()) else means


@dataclass(frozen=True, eq=False)
class Evaluation:
    """Metrics of one model under one protocol.

    Attributes
    ----------
    protocol
        What makes the figures comparable.
    metrics
        Name → value, e.g. ``ndcg@10``.
    people
        Ids of the people with a held-out row, ascending.
    per_person
        Metric → what each of `people` adds to it; only metrics that are means over people or rows.
    n_people
        How many people were judged.
    n_rows
        How many held-out rows were rated or had to be found.
    n_fallback
        Rows that could not be predicted and got the training mean.
    unscored
        Share of the judged people the model gave no score at all, 0 … 1.
    people_groups
        Group → who of `people` belongs to it, bool [n_people]; see :mod:`xdrec_app.evaluation.groups`.
    item_groups
        Group → metric → what each person adds when only held-out rows of the group's items are looked for.
    calibration
        Predicted and given ratings; None where no ratings were judged.
    """

    protocol: Protocol
    metrics: dict[str, float]
    people: tuple[str, ...]
    per_person: dict[str, PersonSums]
    n_people: int
    n_rows: int
    n_fallback: int
    unscored: float
    people_groups: dict[str, Bools] = field(default_factory=dict)
    item_groups: dict[str, dict[str, PersonSums]] = field(default_factory=dict)
    calibration: CalibrationBins | None = None

    @property
    def groups(self) -> dict[str, Evaluation]:
        """The same for each group in which anybody is judged; metrics of the whole catalogue are left out."""
        names = [*self.people_groups, *self.item_groups]
        found = {name: self.of_group(name) for name in names}
        return {name: one for name, one in found.items() if one.n_people}

    def of_group(self, name: str) -> Evaluation:
        """Return the same for one group of people or items."""
        if name in self.item_groups:
            per_person = self.item_groups[name]
        else:
            group = self.people_groups[name]
            per_person = {metric: sums.within(group) for metric, sums in self.per_person.items()}
        judged = [sums.counts > 0 for sums in per_person.values()]
        return replace(
            self,
            metrics={metric: sums.value(metric) for metric, sums in per_person.items()},
            per_person=per_person,
            n_people=int(np.any(judged, axis=0).sum()) if judged else 0,
            people_groups={},
            item_groups={},
            calibration=None,
        )

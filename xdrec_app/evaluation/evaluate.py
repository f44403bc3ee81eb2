"""Evaluation as a job: score the held-out rows of a target under a protocol.

*Ranking.* Judged are the people with a liked held-out item. Full: all items of the target compete, except what the
person had in training. Sampled: each liked held-out item competes with random ones, as in the published cold-start
tables (CDRIB, Cao et al., ICDE 2022), and a metric is the mean over these items, so a person with many counts for
many. An item without a score is a miss.

*Rating.* Every held-out row is judged; where the model cannot predict, the training mean stands in and is counted.

Knows nothing of how the model was trained or where the figures go.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

import numpy as np

from xdrec_app.core.events import Progress
from xdrec_app.core.jobs import Job
from xdrec_app.datasets.arrays import Doubles, Ints, Longs
from xdrec_app.datasets.vocabulary import UNKNOWN
from xdrec_app.evaluation.held_out import HeldOut
from xdrec_app.evaluation.protocol import Protocol
from xdrec_app.evaluation.ranking import ranked_blocks
from xdrec_app.evaluation.result import Evaluation, PersonSums
from xdrec_app.metrics.base import (
    RankedHits,
    catalogue_metrics,
    liking_metrics,
    name_at,
    ranking_metrics,
    rating_metrics,
)
from xdrec_app.models.base import Scorer
from xdrec_app.models.capabilities import Task

MAX_BLOCK_ROWS = 65_536


@dataclass(frozen=True, eq=False)
class _Part:
    """What one task found; see :class:`Evaluation`."""

    per_person: dict[str, PersonSums] = field(default_factory=dict)
    whole: dict[str, float] = field(default_factory=dict)
    n_people: int = 0
    n_rows: int = 0
    n_fallback: int = 0
    unscored: float = 0.0


def evaluate(scorer: Scorer, held_out: HeldOut, protocol: Protocol, tasks: Collection[Task]) -> Job[Evaluation]:
    """Judge a model on held-out rows. A job: yields progress per block of people or rows.

    Parameters
    ----------
    scorer
        A fitted model, or anything that scores `held_out.users`.
    held_out
        The rows, and what each person had in training.
    protocol
        Candidates, cut-offs, seed, and the value from which a row counts as liked.
    tasks
        "rating" asks `scorer.predict`, "ranking" asks `scorer.scores`; one or both.

    Returns
    -------
    Evaluation
        Without the metrics of a task for which nothing is held out.
    """
    rating = (yield from _rate(scorer, held_out, protocol)) if "rating" in tasks else _Part()
    ranking = (yield from _rank(scorer, held_out, protocol)) if "ranking" in tasks else _Part()
    per_person = rating.per_person | ranking.per_person
    means = {name: sums.value(name) for name, sums in per_person.items()}
    return Evaluation(
        protocol=protocol,
        metrics=means | rating.whole | ranking.whole,
        people=held_out.people,
        per_person=per_person,
        n_people=max(rating.n_people, ranking.n_people),
        n_rows=max(rating.n_rows, ranking.n_rows),
        n_fallback=rating.n_fallback,
        unscored=ranking.unscored if "ranking" in tasks else rating.unscored,
    )


def _rank(scorer: Scorer, held_out: HeldOut, protocol: Protocol) -> Job[_Part]:
    wanted = held_out.wanted(protocol.relevant_from)
    n_people = len(wanted.people)
    if n_people == 0:
        return _Part()
    owners, lists, done, n_unscored = [], [], 0, 0
    for block in ranked_blocks(scorer, held_out, wanted, protocol):
        owners.append(block.owners)
        lists.append(block.ranked)
        done += block.n_people
        n_unscored += block.n_unscored
        yield Progress(done=done, total=n_people, unit="people", message="Evaluating rankings")
    ranked = RankedHits.concatenate(lists)
    return _Part(
        per_person=person_values(ranked, np.concatenate(owners), held_out.n_people, protocol.cutoffs),
        whole=_coverage(ranked, protocol),
        n_people=n_people,
        n_rows=int(wanted.counts.sum()),
        unscored=n_unscored / n_people,
    )


def person_values(ranked: RankedHits, owners: Longs, n_people: int, cutoffs: tuple[int, ...]) -> dict[str, PersonSums]:
    """Return every ranking metric at every cut-off, gathered by the people the lists belong to."""
    counts = np.bincount(owners, minlength=n_people).astype(np.float64)
    found = {}
    for cls in ranking_metrics:
        metric = cls()
        for k in cutoffs:
            found[name_at(cls.key, k)] = PersonSums(_sums(owners, metric.values(ranked, k), n_people), counts)
    return found


def _coverage(ranked: RankedHits, protocol: Protocol) -> dict[str, float]:
    """Return the metrics of the whole catalogue; sampled candidates say nothing about it."""
    if protocol.candidates != "full":
        return {}
    return {name_at(cls.key, k): cls().value(ranked, k) for cls in catalogue_metrics for k in protocol.cutoffs}


def _rate(scorer: Scorer, held_out: HeldOut, protocol: Protocol) -> Job[_Part]:
    rows = held_out.rows
    if len(rows) == 0:
        return _Part()
    predictions = np.full(len(rows), np.nan)
    for start in range(0, len(rows), MAX_BLOCK_ROWS):
        block = slice(start, start + MAX_BLOCK_ROWS)
        predictions[block] = predict_rows(scorer, held_out, block)
        done = min(start + MAX_BLOCK_ROWS, len(rows))
        yield Progress(done=done, total=len(rows), unit="rows", message="Evaluating ratings")
    missing = np.isnan(predictions)
    predictions[missing] = held_out.mean
    truths = rows.values.astype(np.float64)
    predicted = np.bincount(rows.users, weights=~missing, minlength=held_out.n_people)
    return _Part(
        per_person=_losses(predictions, truths, held_out),
        whole={cls.key: cls().value(predictions, truths >= protocol.relevant_from) for cls in liking_metrics},
        n_people=held_out.n_people,
        n_rows=len(rows),
        n_fallback=int(missing.sum()),
        unscored=float((predicted == 0).mean()),
    )


def predict_rows(scorer: Scorer, held_out: HeldOut, block: slice) -> Doubles:
    """Predict some of the held-out rows, float64; NaN for an unknown person or item."""
    users, items = held_out.users[held_out.rows.users[block]], held_out.rows.items[block]
    known = (users != UNKNOWN) & (items != UNKNOWN)
    predictions = np.full(len(users), np.nan)
    if known.any():
        predictions[known] = scorer.predict(users[known], items[known])
    return predictions


def _losses(predictions: Doubles, truths: Doubles, held_out: HeldOut) -> dict[str, PersonSums]:
    people = held_out.rows.users
    counts = np.bincount(people, minlength=held_out.n_people).astype(np.float64)
    found = {}
    for cls in rating_metrics:
        metric = cls()
        if metric.applies(truths):
            found[cls.key] = PersonSums(_sums(people, metric.losses(predictions, truths), held_out.n_people), counts)
    return found


def _sums(owners: Longs | Ints, values: Doubles, n_people: int) -> Doubles:
    return np.bincount(owners, weights=values, minlength=n_people).astype(np.float64)

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
from scipy import sparse

from xdrec_app.core.events import Progress
from xdrec_app.core.jobs import Job
from xdrec_app.datasets.arrays import Doubles
from xdrec_app.datasets.vocabulary import UNKNOWN
from xdrec_app.evaluation.figures import Figures, Selection, ranking_figures, rating_figures
from xdrec_app.evaluation.groups import people_groups
from xdrec_app.evaluation.held_out import HeldOut
from xdrec_app.evaluation.protocol import Protocol
from xdrec_app.evaluation.ranking import ranked_blocks
from xdrec_app.evaluation.result import Evaluation
from xdrec_app.metrics.base import RankedHits
from xdrec_app.models.base import Scorer
from xdrec_app.models.capabilities import Task

MAX_BLOCK_ROWS = 65_536


@dataclass(frozen=True, eq=False)
class _Part:
    """What one task found; see :class:`Evaluation`."""

    figures: Figures = field(default_factory=Figures)
    n_people: int = 0
    n_rows: int = 0
    n_fallback: int = 0
    unscored: float = 0.0


def evaluate(
    scorer: Scorer,
    held_out: HeldOut,
    protocol: Protocol,
    tasks: Collection[Task],
    only: Collection[str] | None = None,
) -> Job[Evaluation]:
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
    only
        Names of metrics: these are computed and nothing else, no groups either.

    Returns
    -------
    Evaluation
        Without the metrics of a task for which nothing is held out.
    """
    selection = Selection(only)
    rating = (yield from _rate(scorer, held_out, protocol, selection)) if "rating" in tasks else _Part()
    ranking = (yield from _rank(scorer, held_out, protocol, selection)) if "ranking" in tasks else _Part()
    of_ratings, of_rankings = rating.figures, ranking.figures
    per_person = of_ratings.per_person | of_rankings.per_person
    means = {name: sums.value(name) for name, sums in per_person.items()}
    names = of_ratings.item_groups | of_rankings.item_groups
    return Evaluation(
        protocol=protocol,
        metrics=means | of_ratings.whole | of_rankings.whole,
        people=held_out.people,
        per_person=per_person,
        n_people=max(rating.n_people, ranking.n_people),
        n_rows=max(rating.n_rows, ranking.n_rows),
        n_fallback=rating.n_fallback,
        unscored=ranking.unscored if "ranking" in tasks else rating.unscored,
        people_groups=people_groups(np.diff(held_out.history.indptr)) if selection.is_everything else {},
        item_groups={
            name: of_ratings.item_groups.get(name, {}) | of_rankings.item_groups.get(name, {}) for name in names
        },
        calibration=of_ratings.calibration,
    )


def _rank(scorer: Scorer, held_out: HeldOut, protocol: Protocol, selection: Selection) -> Job[_Part]:
    wanted = held_out.wanted(protocol.relevant_from)
    n_people = len(wanted.people)
    if n_people == 0:
        return _Part()
    blocks = []
    done = 0
    for block in ranked_blocks(scorer, held_out, wanted, protocol):
        blocks.append(block)
        done += block.n_people
        yield Progress(done=done, total=n_people, unit="people", message="Evaluating rankings")
    figures = ranking_figures(
        RankedHits.concatenate([block.ranked for block in blocks]),
        sparse.vstack([block.relevant for block in blocks], format="csr"),
        np.concatenate([block.owners for block in blocks]),
        held_out,
        protocol,
        selection,
    )
    return _Part(
        figures=figures,
        n_people=n_people,
        n_rows=int(wanted.counts.sum()),
        unscored=sum(block.n_unscored for block in blocks) / n_people,
    )


def _rate(scorer: Scorer, held_out: HeldOut, protocol: Protocol, selection: Selection) -> Job[_Part]:
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
    predicted = np.bincount(rows.users, weights=~missing, minlength=held_out.n_people)
    return _Part(
        figures=rating_figures(predictions, held_out, protocol, selection),
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

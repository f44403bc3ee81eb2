"""The validation function that is handed down to a fit: quick, because early stopping calls it after every epoch."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from xdrec_app.core.jobs import run
from xdrec_app.core.seeding import derive_seed
from xdrec_app.evaluation.evaluate import evaluate
from xdrec_app.evaluation.held_out import HeldOut
from xdrec_app.evaluation.protocol import Protocol
from xdrec_app.metrics.base import higher_is_better
from xdrec_app.models.base import Scorer
from xdrec_app.models.capabilities import Task

MONITORS: Mapping[Task, str] = {"rating": "rmse", "ranking": "ndcg@10"}
"""The metric that early stopping watches, by what a model is trained for."""

MAX_PEOPLE = 2_000

Validation = Callable[[Scorer], Mapping[str, float]]


def validation(held_out: HeldOut, task: Task, protocol: Protocol, max_people: int = MAX_PEOPLE) -> Validation | None:
    """Build the function that judges a model while it is trained.

    Parameters
    ----------
    held_out
        The validation rows; its history is the training part.
    task
        "rating" gives the RMSE of all rows, "ranking" the NDCG@10 under full ranking.
    protocol
        Of the run; its seed draws the people and `relevant_from` says what counts as liked.
    max_people
        For ranking, at most that many people are scored, always the same ones.

    Returns
    -------
    Validation or None
        None when there is nothing to judge by.
    """
    monitor = MONITORS[task]
    quick = protocol.model_copy(update={"candidates": "full", "negatives": 0, "cutoffs": (10,)})
    judged = held_out
    if task == "ranking":
        people = held_out.wanted(protocol.relevant_from).people
        if len(people) > max_people:
            random = np.random.default_rng(derive_seed(protocol.seed, "validation people"))
            people = np.sort(random.choice(people, max_people, replace=False))
        judged = held_out.only(people)
    if len(judged.rows) == 0:
        return None

    def judge(scorer: Scorer) -> dict[str, float]:
        return {monitor: run(evaluate(scorer, judged, quick, (task,))).metrics[monitor]}

    return judge


def monitor_of(task: Task) -> tuple[str, bool]:
    """Return the metric that early stopping watches and whether higher is better."""
    return MONITORS[task], higher_is_better(MONITORS[task])

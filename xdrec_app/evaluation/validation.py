"""The validation function that is handed down to a fit: quick, because early stopping calls it after every epoch."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

import numpy as np

from xdrec_app.core.errors import UserError
from xdrec_app.core.jobs import run
from xdrec_app.core.seeding import derive_seed
from xdrec_app.evaluation.evaluate import evaluate
from xdrec_app.evaluation.held_out import HeldOut
from xdrec_app.evaluation.protocol import Protocol
from xdrec_app.metrics.base import (
    calibration_metrics,
    higher_is_better,
    liking_metrics,
    ranking_metrics,
    rating_metrics,
)
from xdrec_app.models.base import Scorer
from xdrec_app.models.capabilities import Task

MONITORS: Mapping[Task, str] = {"rating": "rmse", "ranking": "ndcg@10"}
"""The metric that early stopping watches if the protocol names none, by what a model is trained for."""

MAX_PEOPLE = 2_000

Validation = Callable[[Scorer], Mapping[str, float]]


def validation(held_out: HeldOut, task: Task, protocol: Protocol, max_people: int = MAX_PEOPLE) -> Validation | None:
    """Build the function that judges a model while it is trained.

    Parameters
    ----------
    held_out
        The validation rows; its history is the training part.
    task
        What the model is trained for: where the protocol names no monitor, "rating" gives the RMSE of all rows and
        "ranking" the NDCG@10 under full ranking.
    protocol
        Of the run; its seed draws the people and `relevant_from` says what counts as liked.
    max_people
        For ranking, at most that many people are scored, always the same ones.

    Returns
    -------
    Validation or None
        None when there is nothing to judge by.
    """
    monitor, _ = monitor_of(task, protocol.monitor)
    judged_by = task_of(monitor)
    k = int(monitor.partition("@")[2] or 10)
    quick = protocol.model_copy(update={"candidates": "full", "negatives": 0, "cutoffs": (k,)})
    judged = held_out
    if judged_by == "ranking":
        people = held_out.wanted(protocol.relevant_from).people
        if len(people) > max_people:
            random = np.random.default_rng(derive_seed(protocol.seed, "validation people"))
            people = np.sort(random.choice(people, max_people, replace=False))
        judged = held_out.only(people)
    if len(judged.rows) == 0:
        return None

    def judge(scorer: Scorer) -> dict[str, float]:
        found = run(evaluate(scorer, judged, quick, (judged_by,), (monitor,)))
        return {monitor: found.metrics.get(monitor, float("nan"))}

    return judge


def monitor_of(task: Task, named: str = "") -> tuple[str, bool]:
    """Return the metric that early stopping watches, the one that was named or else the task's, and its direction."""
    monitor = named or MONITORS[task]
    return monitor, higher_is_better(monitor)


def task_of(monitor: str) -> Task:
    """Return what a model has to do to be judged by a metric."""
    ranked = ranking_metrics.keys()
    return "ranking" if monitor.partition("@")[0] in ranked else "rating"


def require_monitor(name: str, tasks: Collection[Task], model: str) -> None:
    """Check that early stopping can watch a metric.

    Parameters
    ----------
    name
        Such as ``recall@20`` or ``auc``; empty for the usual one.
    tasks
        What the model can be judged by.
    model
        Its key, for the sentence.

    Raises
    ------
    UserError
        For a metric that there is not, that lacks its cut-off, or that the model cannot be judged by.
    """
    if not name:
        return
    key, at, k = name.partition("@")
    rated = [*rating_metrics.keys(), *liking_metrics.keys(), *calibration_metrics.keys()]
    ranked = ranking_metrics.keys()
    is_known = (key in rated and not at) or (key in ranked and k.isascii() and k.isdigit() and int(k) > 0)
    if not is_known:
        known = ", ".join([*(f"{key}@10" for key in ranked), *rated])
        raise UserError(f"An epoch cannot be chosen by '{name}'.", f"There are: {known}; any number may follow the @.")
    if task_of(name) not in tasks:
        raise UserError(
            f"An epoch of '{model}' cannot be chosen by '{name}': the model ranks items and does not predict ratings.",
            f"Choose one of: {', '.join(f'{key}@10' for key in ranked)}.",
        )

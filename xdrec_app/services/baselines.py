"""What a run is held against: popularity, itself without the sources, and the best single-domain run.

Baselines are runs too, computed once per model, parameters, protocol, data and seed; their weights are not kept.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from xdrec_app.core.events import LogLine
from xdrec_app.core.jobs import Job, dropped_on_stop, tap
from xdrec_app.evaluation.archive import pack_evaluation
from xdrec_app.evaluation.result import Evaluation
from xdrec_app.evaluation.transfer import lift
from xdrec_app.evaluation.validation import monitor_of
from xdrec_app.models.base import recommenders
from xdrec_app.services.evaluation_figures import group_figures
from xdrec_app.services.figures import stored_groups
from xdrec_app.services.news import as_progress
from xdrec_app.services.trial import Trial, load_evaluation
from xdrec_app.storage.artifacts import PER_PERSON
from xdrec_app.storage.database import patiently
from xdrec_app.storage.run_records import Comparison, ComparisonKind, RunResult
from xdrec_app.storage.runs import best_single_domain_run, create_run, delete_run, find_equal_run, finish_run

POPULARITY = "popularity"
WRITE_WAIT_S = 0.05


@dataclass(frozen=True)
class OtherRun:
    """A run to stand beside, and its evaluation."""

    run: int
    evaluation: Evaluation


Others = Mapping[ComparisonKind, OtherRun]


def others_of(trial: Trial, run: int, evaluation: Evaluation) -> Job[Others]:
    """Find or compute all that a run is held against; a stop leaves out what is not there yet."""
    found = dict((yield from _baselines(trial)))
    best = _best_single_domain(trial, evaluation)
    if best is not None and best != run:
        found["margin"] = OtherRun(best, load_evaluation(trial.database, best))
    return found


def comparisons(evaluation: Evaluation, others: Others) -> Iterator[Comparison]:
    """Compare an evaluation with the others, metric by metric."""
    for kind, other in others.items():
        for name, it in lift(evaluation, other.evaluation).items():
            yield Comparison(kind, name, other.run, it.with_, it.without, it.relative, it.low, it.high)


def _baselines(trial: Trial) -> Job[dict[ComparisonKind, OtherRun]]:
    popularity = recommenders[POPULARITY]
    wanted: dict[ComparisonKind, Trial] = {
        "popularity": Trial(
            trial.database,
            trial.experiment,
            popularity,
            popularity.Params(),
            (),
            trial.device,
            trial.device_reason,
        )
    }
    if trial.sources:
        wanted["lift"] = trial.alone()
    found: dict[ComparisonKind, OtherRun] = {}
    for kind, baseline in wanted.items():
        run = yield from dropped_on_stop(found_or_computed(baseline))
        if run is None:
            yield LogLine(level="warning", message="Stopped before all baselines were computed.")
            break
        found[kind] = OtherRun(run, load_evaluation(trial.database, run))
    return found


def found_or_computed(trial: Trial) -> Job[int]:
    """Return the stored run that would come out like this trial, computed now if there is none."""
    record = trial.record("baseline")
    known = find_equal_run(trial.database, record)
    if known is not None:
        return known
    run = create_run(trial.database, record)
    started = time.monotonic()
    try:
        fitted = yield from tap(trial.fit(), lambda event: as_progress(event, _words(trial)))
        held_out, _ = trial.numbered()
        evaluation = yield from trial.evaluate(fitted.model, held_out)
        result = RunResult(
            status="finished",
            elapsed_s=time.monotonic() - started,
            epochs=fitted.epochs,
            unscored=evaluation.unscored,
            metrics=evaluation.metrics,
            groups=stored_groups(group_figures(evaluation)),
            artifacts={PER_PERSON: pack_evaluation(evaluation)},
        )
        yield from patiently(lambda: finish_run(trial.database, run, result, wait_s=WRITE_WAIT_S))
    except BaseException:
        delete_run(trial.database, run)
        raise
    return run


def _words(trial: Trial) -> str:
    learns_from = f"with {' and '.join(trial.sources)}" if trial.sources else "on the target alone"
    return f"Baseline: {trial.model_class.title} {learns_from}"


def _best_single_domain(trial: Trial, evaluation: Evaluation) -> int | None:
    if not evaluation.metrics:
        return None
    monitor, higher_is_better = monitor_of(trial.model_class.capabilities.task)
    return best_single_domain_run(
        trial.database,
        target=trial.experiment.target.name,
        protocol_digest=trial.alone().protocol.digest,
        data_digest=trial.alone().data_digest,
        metric_name=monitor,
        higher_is_better=higher_is_better,
    )

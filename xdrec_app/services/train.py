"""Use-case: train a model, judge it beside its baselines, store the run."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from xdrec_app.core.events import Change, Changed, EpochEnd, Event, Progress, RunStarted
from xdrec_app.core.jobs import Job, tap
from xdrec_app.datasets.interactions import Interactions
from xdrec_app.evaluation.archive import pack_evaluation, pack_held_out, pack_interactions
from xdrec_app.evaluation.experiment import Fitted
from xdrec_app.evaluation.held_out import HeldOut
from xdrec_app.evaluation.result import Evaluation
from xdrec_app.models.base import recommenders
from xdrec_app.models.persistence import pack
from xdrec_app.services.baselines import WRITE_WAIT_S, Others, comparisons, others_of
from xdrec_app.services.evaluation_figures import calibration_figures, group_figures
from xdrec_app.services.experiment_requests import Train
from xdrec_app.services.experiments import Tables, draw_experiment
from xdrec_app.services.figures import figures, loaded_groups, stored_groups
from xdrec_app.services.pretrained_weights import pretrained_of
from xdrec_app.services.results import CalibrationBin, TrainReport
from xdrec_app.services.trial import Trial
from xdrec_app.storage.artifacts import HELD_OUT, IDS, MANIFEST, PER_PERSON, TRAINING, WEIGHTS
from xdrec_app.storage.database import Database, open_database, patiently
from xdrec_app.storage.run_reading import load_run
from xdrec_app.storage.run_records import Comparison, RunResult
from xdrec_app.storage.runs import (
    EpochRecorder,
    add_comparisons,
    create_run,
    delete_run,
    fail_run,
    finish_run,
    mark_interrupted,
)
from xdrec_app.training.device import choose_device, limit_threads


def train(request: Train) -> Job[TrainReport]:
    """Train as asked. Stop keeps the best weights so far; cancel deletes the run.

    Raises
    ------
    UserError
        For an unknown model, domain, split or parameter, or data the model cannot use; no run is stored then. When
        training itself fails, the run stays with its curves and the error.
    """
    limit_threads()
    model_class = recommenders[request.model]
    params = model_class.Params.parse(request.params)
    pretrained = yield from pretrained_of(request, params)
    device, device_reason = choose_device(request.device)
    with open_database(request.workspace) as database:
        mark_interrupted(database)
        yield Progress(done=0, message="Reading the interactions")
        experiment = yield from draw_experiment(Tables(database), request)
        trial = Trial(database, experiment, model_class, params, request.sources, device, device_reason, pretrained)
        return (yield from train_trial(trial, with_baselines=request.baselines and experiment.has_test))


def train_trial(trial: Trial, *, with_baselines: bool) -> Job[TrainReport]:
    """Fit, judge and store a trial; see :func:`train`."""
    database = trial.database
    started = time.monotonic()
    run = create_run(database, trial.record("main"))
    with whole_or_gone(database, run):
        yield RunStarted(run=run, device=str(trial.device), device_reason=trial.device_reason)
        yield runs_changed()
        recorder = EpochRecorder(database, run)
        fitted = yield from tap(trial.fit(), lambda event: recorded(recorder, run, event))
        elapsed_s = time.monotonic() - started
        held_out, known = trial.numbered()
        evaluation = yield from trial.evaluate(fitted.model, held_out)
        result = run_result(fitted, elapsed_s, evaluation, held_out, known)
        yield from patiently(lambda: recorder.settle(WRITE_WAIT_S))
        yield from patiently(lambda: finish_run(database, run, result, wait_s=WRITE_WAIT_S))
        yield runs_changed()
        others: Others = (yield from others_of(trial, run, evaluation)) if with_baselines else {}
        rows = tuple(comparisons(evaluation, others))
        yield from patiently(lambda: add_comparisons(database, run, rows, wait_s=WRITE_WAIT_S))
        yield runs_changed()
    return _report(trial, run, result, calibration_figures(evaluation), rows, others)


@contextmanager
def whole_or_gone(database: Database, run: int) -> Iterator[None]:
    """Delete the run when what is done within is cancelled; when it fails, the run stays with the error."""
    started = time.monotonic()
    try:
        yield
    except GeneratorExit:
        delete_run(database, run)
        raise
    except Exception as error:
        if load_run(database, run).status == "running":
            fail_run(database, run, str(error), time.monotonic() - started)
        raise


def recorded(recorder: EpochRecorder, run: int, event: Event) -> Event | None:
    """Store an epoch before anybody hears of it: the workspace is the truth, the event a hint."""
    if not isinstance(event, EpochEnd):
        return None
    numbered = event.model_copy(update={"run": run})
    recorder.record(numbered)
    return numbered


def runs_changed() -> Changed:
    """Return the news that the list of runs is another."""
    return Changed(changes=frozenset({Change.RUNS}))


def run_result(
    fitted: Fitted, elapsed_s: float, evaluation: Evaluation, held_out: HeldOut, known: Interactions
) -> RunResult:
    """Return what is stored of a fitted model with its evaluation.

    Parameters
    ----------
    held_out, known
        The target's test rows and its other rows, in the numbering of the model.
    """
    packed = pack(fitted.model)
    return RunResult(
        status="stopped" if fitted.stopped else "finished",
        elapsed_s=elapsed_s,
        epochs=fitted.epochs,
        unscored=evaluation.unscored,
        metrics=evaluation.metrics,
        groups=stored_groups(group_figures(evaluation)),
        artifacts={
            MANIFEST: packed.manifest.encode(),
            WEIGHTS: packed.weights,
            IDS: packed.ids,
            PER_PERSON: pack_evaluation(evaluation),
            HELD_OUT: pack_held_out(held_out),
            TRAINING: pack_interactions(known),
        },
    )


def _report(
    trial: Trial,
    run: int,
    result: RunResult,
    calibration: tuple[CalibrationBin, ...],
    rows: tuple[Comparison, ...],
    others: Others,
) -> TrainReport:
    protocol = trial.experiment.protocol
    names = {"popularity": others.get("popularity"), "without_sources": others.get("lift")}
    margin = others.get("margin")
    return TrainReport(
        run=run,
        model=trial.model_class.key,
        target=protocol.target,
        sources=trial.sources,
        status=result.status,
        elapsed_s=result.elapsed_s,
        epochs=result.epochs,
        device=str(trial.device),
        device_reason=trial.device_reason,
        protocol=protocol,
        protocol_sentence=protocol.sentence,
        metrics=dict(result.metrics),
        baselines={name: other.evaluation.metrics for name, other in names.items() if other is not None},
        lift=figures(rows, "lift"),
        margin=figures(rows, "margin"),
        margin_run=margin.run if margin is not None else None,
        unscored=result.unscored,
        groups=loaded_groups(result.groups),
        calibration=calibration,
    )

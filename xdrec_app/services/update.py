"""Use-case: go on from a stored run with what was imported since, and say what that changed.

The newest part of what is new is held out and judged twice: by the old model and by the updated one. The model that is
stored then learnt from that part too.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import torch

from xdrec_app.core.errors import UserError
from xdrec_app.core.events import Progress, RunStarted
from xdrec_app.core.jobs import Job, deaf_to_stop, tap
from xdrec_app.core.seeding import derive_seed
from xdrec_app.datasets.arrays import NO_TIME, Bools, Longs
from xdrec_app.datasets.domain_table import DomainTable
from xdrec_app.datasets.interactions import Interactions
from xdrec_app.datasets.splitting import SplitPlan, percent, splits, without_repeats
from xdrec_app.datasets.vocabulary import UNKNOWN
from xdrec_app.evaluation.archive import unpack_held_out, unpack_interactions
from xdrec_app.evaluation.copies import Copies
from xdrec_app.evaluation.evaluate import evaluate
from xdrec_app.evaluation.experiment import REFIT_SUFFIX, EpochCount, Experiment, Fitted, name_as_refit, relevant_from
from xdrec_app.evaluation.held_out import HeldOut
from xdrec_app.evaluation.outdated import OutdatedModel, in_numbers
from xdrec_app.evaluation.protocol import Protocol
from xdrec_app.evaluation.result import Evaluation
from xdrec_app.models.base import FitOptions, Recommender
from xdrec_app.services.baselines import WRITE_WAIT_S
from xdrec_app.services.compare_runs import compared_figures
from xdrec_app.services.experiment_requests import Update
from xdrec_app.services.experiments import Tables, read_domains
from xdrec_app.services.serving import ServedRun, serve
from xdrec_app.services.study_results import UpdateReport
from xdrec_app.services.train import recorded, run_result, runs_changed, whole_or_gone
from xdrec_app.services.trial import Trial
from xdrec_app.storage.artifacts import HELD_OUT, TRAINING, read_artifact
from xdrec_app.storage.database import Database, open_database, patiently
from xdrec_app.storage.run_reading import load_curves
from xdrec_app.storage.runs import EpochRecorder, create_run, finish_run, mark_interrupted
from xdrec_app.training.device import choose_device, limit_threads

NEWEST = "newest"
"""What stands for the split in the protocol of an update."""

HELD_OUT_SHARE = 0.2
MAX_EPOCHS = 5
MAX_LAST_EPOCHS = 2


def update(request: Update) -> Job[UpdateReport]:
    """Update a run. Stop keeps the weights so far; cancel leaves nothing.

    Raises
    ------
    UserError
        When the run has no model, or nothing of its target is new; no run is stored then.
    """
    limit_threads()
    started = time.monotonic()
    device, device_reason = choose_device(request.device)
    with open_database(request.workspace) as database:
        mark_interrupted(database)
        yield Progress(done=0, message="Loading the model")
        served = serve(database, request.run)
        old, run = served.model, served.run
        yield Progress(done=0, message="Reading the interactions")
        names = (run.target, *run.sources)
        target, sources, copies = yield from read_domains(Tables(database), names, type(old), old.params, device)
        new = _new_rows(database, served, target)
        if not len(new.rows):
            raise UserError(
                f"Nothing new was imported into '{run.target}' since run {run.id}.",
                "Import interactions first, or train again to learn from changed ones.",
            )
        newest = _newest(target, new.rows)
        experiment = _experiment(served, target, sources, copies, newest, len(new.rows))
        trial = Trial(database, experiment, type(old), old.params, run.sources, device, device_reason)
        before = yield from _judge_old(old, trial)
        number = create_run(database, trial.record("main"))
        with whole_or_gone(database, number):
            yield RunStarted(run=number, device=str(device), device_reason=device_reason)
            yield runs_changed()
            done = yield from _go_on(served, trial, number, started)
        return UpdateReport(
            run=number,
            old_run=run.id,
            model=old.key,
            target=run.target,
            sources=run.sources,
            status="stopped" if done.fitted.stopped else "finished",
            new_rows=len(new.rows),
            new_people=new.n_people,
            new_items=new.n_items,
            held_out=len(newest),
            before=before.metrics,
            after=done.evaluation.metrics,
            comparison=compared_figures(done.evaluation, before, run.seed),
            protocol=trial.protocol,
            protocol_sentence=trial.protocol.sentence,
            epochs=done.fitted.epochs,
            elapsed_s=time.monotonic() - started,
        )


class _NewRows(NamedTuple):
    """Positions of new rows in the target's table, and how many people and items of theirs a model does not know."""

    rows: Longs
    n_people: int
    n_items: int


def _new_rows(database: Database, served: ServedRun, target: DomainTable) -> _NewRows:
    """Find the rows whose pair of person and item the run neither learnt from nor was tested on."""
    model = served.model
    learnt = unpack_interactions(read_artifact(database, served.run.id, TRAINING))
    tested = unpack_held_out(read_artifact(database, served.run.id, HELD_OUT))
    users = np.concatenate([learnt.users, tested.users[tested.rows.users]])
    items = np.concatenate([learnt.items, tested.rows.items])
    people = model.users.numbers(target.user_ids)
    titles = np.array([model.catalogue.number(target.name, id_) for id_ in target.item_ids], np.int32)
    own_people, own_items = people[target.users], titles[target.items]
    is_known: Bools = (own_people != UNKNOWN) & (own_items != UNKNOWN)
    is_known &= np.isin(own_people * np.int64(model.n_items) + own_items, users * np.int64(model.n_items) + items)
    rows = np.flatnonzero(~is_known)
    return _NewRows(
        rows,
        n_people=len(np.unique(target.users[rows][own_people[rows] == UNKNOWN])),
        n_items=len(np.unique(target.items[rows][own_items[rows] == UNKNOWN])),
    )


def _newest(target: DomainTable, rows: Longs) -> Longs:
    """Return the newest share of some rows: by time where all have one, otherwise by their place in the files."""
    times, orders = target.times[rows], target.file_order[rows]
    order = np.lexsort((orders, times)) if (times != NO_TIME).all() else np.argsort(orders)
    n_newest = max(1, round(HELD_OUT_SHARE * len(rows)))
    newest: Longs = np.sort(rows[order[-n_newest:]])
    return newest


def _experiment(
    served: ServedRun,
    target: DomainTable,
    sources: list[DomainTable],
    copies: tuple[Copies, ...],
    newest: Longs,
    n_new: int,
) -> Experiment:
    """Return the experiment in which the newest rows are the test and everything else is learnt from."""
    nothing = np.empty(0, np.int64)
    plan = SplitPlan(np.setdiff1d(np.arange(len(target)), newest), nothing, newest)
    was = Protocol.model_validate_json(served.run.protocol)
    protocol = was.model_copy(
        update={
            "split": NEWEST,
            "split_words": (
                f"the newest {percent(HELD_OUT_SHARE)} of the {n_new} interactions that came after run {served.run.id}"
                f" ({len(newest)}) are held out to judge an update; the model that is kept then learnt from them too"
            ),
            "split_params": {"after_run": served.run.id, "new_rows": n_new},
            "scored": "people with a liked interaction among them are scored",
            "only_held_out_items": False,
            "relevant_from": relevant_from(target.scale),
            "copies": tuple(sorted((one.rule for one in copies if one.rule), key=lambda rule: rule.source)),
            "monitor": "",
        }
    )
    # "all" hides nothing of the sources; how the target is divided says the plan.
    return Experiment(target, tuple(sources), splits["all"](), without_repeats(plan, target), protocol, copies)


def _judge_old(old: Recommender, trial: Trial) -> Job[Evaluation]:
    """Judge the old model on the newest rows; items it does not know are misses."""
    experiment = trial.experiment
    data = experiment.data(with_sources=bool(trial.sources), with_validation=True)
    items = data.catalogue.numbers_in(old.catalogue)
    table, rows = experiment.target, experiment.plan.test
    tags = {number: own for number, own in zip(items.tolist(), table.tags, strict=False) if number != UNKNOWN}
    held_out = HeldOut.of(
        table.user_ids,
        Interactions(table.users[rows], items[table.items[rows]], table.values[rows], table.times[rows]),
        in_numbers(experiment.known(data), items),
        data.users,
        old.n_target_items,
        tags=[tags.get(number, ()) for number in range(old.n_target_items)],
    )
    scorer = OutdatedModel(old, data)
    return (yield from deaf_to_stop(evaluate(scorer, held_out, trial.protocol, old.capabilities.tasks)))


@dataclass(frozen=True, eq=False)
class _Updated:
    """The model that was stored, and what its predecessor, which had not seen the newest rows, came to on these."""

    fitted: Fitted
    evaluation: Evaluation


def _go_on(served: ServedRun, trial: Trial, number: int, started: float) -> Job[_Updated]:
    """Fit without the newest rows, judge on them, fit on everything and store that; a stop skips the second fit."""
    database, recorder = trial.database, EpochRecorder(trial.database, number)
    epochs = _epochs_of(database, served)
    count = EpochCount()

    def heard(job: Job[Fitted]) -> Job[Fitted]:
        return tap(tap(job, count.count), lambda event: recorded(recorder, number, event))

    fitted = yield from heard(_fit(trial, served.model, epochs))
    evaluation = yield from trial.evaluate(fitted.model, trial.numbered()[0])
    if not fitted.stopped:
        trial = replace(trial, experiment=_complete(trial.experiment))
        if type(served.model).goes_on():
            epochs = {phase: min(MAX_LAST_EPOCHS, n_epochs) for phase, n_epochs in epochs.items()}
        fitted = yield from heard(tap(_fit(trial, fitted.model, epochs), name_as_refit))
    fitted = replace(fitted, epochs=count.total)
    held_out, known = trial.numbered()
    result = run_result(fitted, time.monotonic() - started, evaluation, held_out, known)
    yield from patiently(lambda: recorder.settle(WRITE_WAIT_S))
    yield from patiently(lambda: finish_run(database, number, result, wait_s=WRITE_WAIT_S))
    yield runs_changed()
    return _Updated(fitted, evaluation)


def _fit(trial: Trial, start_from: Recommender, phase_epochs: Mapping[str, int]) -> Job[Fitted]:
    seed, device = derive_seed(trial.protocol.seed, "fit"), trial.device
    model = trial.model_class(trial.params)
    options = FitOptions(seed, torch.device(device), phase_epochs=phase_epochs, start_from=start_from)
    data = trial.experiment.data(with_sources=bool(trial.sources), with_validation=True)
    report = yield from model.fit(data, options)
    return Fitted(model, 0, report.stopped)


def _complete(experiment: Experiment) -> Experiment:
    """Return the same with nothing held out."""
    nothing = np.empty(0, np.int64)
    return replace(experiment, plan=SplitPlan(np.arange(len(experiment.target)), nothing, nothing))


def _epochs_of(database: Database, served: ServedRun) -> dict[str, int]:
    """Return how long each phase is to be trained: a few epochs for a model that goes on, all of them for one anew."""
    epochs: dict[str, int] = {}
    for point in load_curves(database, served.run.id):
        phase = point.phase.removesuffix(REFIT_SUFFIX)
        epochs[phase] = max(epochs.get(phase, 0), point.epoch)
    if not type(served.model).goes_on() or served.run.split == NEWEST:  # an update is as long as the one before it
        return epochs
    return {phase: min(MAX_EPOCHS, math.ceil(n_epochs / 3)) for phase, n_epochs in epochs.items()}

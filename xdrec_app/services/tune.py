"""Use-case: search for good hyper-parameters, trial after trial, on the validation part; the test is touched once."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from functools import partial

from xdrec_app.core.errors import UserError
from xdrec_app.core.events import Change, Changed, EpochEnd, LogLine, Progress
from xdrec_app.core.jobs import Job, StopRequested
from xdrec_app.core.params import Params
from xdrec_app.evaluation.choosing import fit_and_validate
from xdrec_app.evaluation.validation import monitor_of
from xdrec_app.models.base import recommenders
from xdrec_app.services.experiment_requests import Tune
from xdrec_app.services.experiments import Tables, draw_experiment
from xdrec_app.services.news import as_progress
from xdrec_app.services.search import Proposal, Search
from xdrec_app.services.study_results import TriedParams, TuneReport
from xdrec_app.services.train import train_trial
from xdrec_app.services.trial import Trial
from xdrec_app.storage.database import Database, open_database, patiently
from xdrec_app.storage.run_records import ParamValue
from xdrec_app.storage.runs import mark_interrupted
from xdrec_app.storage.studies import NewStudy, StudyTrial, TrialState, add_trial, find_or_create_study, load_study
from xdrec_app.training.device import choose_device, limit_threads

WRITE_WAIT_S = 0.05


def tune(request: Tune) -> Job[TuneReport]:
    """Search as asked. Stop drops the trial that runs and keeps the best so far; so does cancel, without training it.

    Raises
    ------
    UserError
        For an unknown model, domain, split or parameter, a model without anything to search, or a split without a
        validation part.
    """
    limit_threads()
    model_class = recommenders[request.model]
    fixed: dict[str, ParamValue] = model_class.Params.parse(request.params).model_dump(include=set(request.params))
    device, device_reason = choose_device(request.device)
    with open_database(request.workspace) as database:
        mark_interrupted(database)
        yield Progress(done=0, message="Reading the interactions")
        experiment = yield from draw_experiment(Tables(database), request)
        params = model_class.Params.parse(request.params)
        trial = Trial(database, experiment, model_class, params, request.sources, device, device_reason)
        study = find_or_create_study(database, _study(trial, fixed))
        was_stopped = yield from _try_all(trial, study, fixed, request.n_trials)
        report = _report(database, study)
        if report.best is None:
            raise UserError(
                f"No trial of study {study} came to a value.", report.trials[-1].error if report.trials else ""
            )
        if not request.train or was_stopped:
            return report
        best = model_class.Params.parse({**fixed, **report.best.params})
        chosen = Trial(database, experiment, model_class, best, request.sources, device, device_reason)
        trained = yield from train_trial(chosen, with_baselines=experiment.has_test)
    return report.model_copy(update={"trained": trained})


def _study(trial: Trial, fixed: Mapping[str, ParamValue]) -> NewStudy:
    record = trial.record("main")
    monitor, higher_is_better = monitor_of(trial.model_class.capabilities.task, trial.experiment.protocol.monitor)
    return NewStudy(
        model=record.model,
        target=record.target,
        sources=record.sources,
        fixed=fixed,
        seed=record.seed,
        monitor=monitor,
        higher_is_better=higher_is_better,
        protocol_digest=record.protocol_digest,
        protocol=record.protocol,
        data_digest=record.data_digest,
    )


def _try_all(trial: Trial, study: int, fixed: Mapping[str, ParamValue], n_trials: int) -> Job[bool]:
    """Try so many sets of parameters and store each; return whether a stop cut it short."""
    stored = load_study(trial.database, study)
    search = Search(trial.model_class.Params, fixed, stored.trials, stored.about.higher_is_better, stored.about.seed)
    best = _best(stored.trials, stored.about.higher_is_better)
    for place in range(n_trials):
        message = f"Best {stored.about.monitor} so far: {best.value:.4f}" if best is not None else "First trial"
        try:
            yield Progress(done=place, total=n_trials, unit="trials", message=message)
            proposal = search.propose()
            tried = yield from _try(trial, fixed, proposal)
        except StopRequested:
            return True
        yield from patiently(partial(add_trial, trial.database, study, tried, wait_s=WRITE_WAIT_S))
        yield Changed(changes=frozenset({Change.STUDIES}))
        if tried.error:
            yield LogLine(level="warning", message=f"{_words(tried.params)}: {tried.error}")
        best = _best([*([best] if best else []), tried], stored.about.higher_is_better)
    return False


def _try(trial: Trial, fixed: Mapping[str, ParamValue], proposal: Proposal) -> Job[StudyTrial]:
    """Fit and validate one set of parameters; a hopeless learning curve ends it early."""
    started = time.monotonic()
    error, value, pruned = "", math.nan, False
    try:
        params = trial.model_class.Params.parse({**fixed, **proposal.params})
        value, pruned = yield from _watched(trial, params, proposal)
    except UserError as refusal:
        error = str(refusal)
    proposal.tell(value, pruned=pruned)
    state: TrialState = "pruned" if pruned else "failed" if math.isnan(value) else "complete"
    elapsed_s = time.monotonic() - started
    return StudyTrial(0, state, proposal.params, value, tuple(proposal.curve), elapsed_s, error)


def _watched(trial: Trial, params: Params, proposal: Proposal) -> Job[tuple[float, bool]]:
    """Return the monitor, and whether the fit was ended because others were better at that point."""
    monitor, _ = monitor_of(trial.model_class.capabilities.task, trial.experiment.protocol.monitor)
    job = fit_and_validate(trial.experiment, trial.model_class, params, trial.device, with_sources=bool(trial.sources))
    words = f"Trial with {_words(proposal.params)}"
    try:
        while True:
            event = next(job)
            if isinstance(event, EpochEnd) and proposal.is_hopeless(event.validation.get(monitor, math.nan)):
                return proposal.curve[-1], True
            yield as_progress(event, words)
    except StopIteration as end:
        return float(end.value), False
    finally:
        job.close()


def _report(database: Database, number: int) -> TuneReport:
    """Return a study as it stands, with what was learnt about the parameters."""
    study = load_study(database, number)
    about = study.about
    params = recommenders[about.model].Params
    search = Search(params, about.fixed, study.trials, about.higher_is_better, about.seed)
    trials = tuple(_tried(trial) for trial in study.trials)
    best = _best(study.trials, about.higher_is_better)
    first = study.trials[0] if study.trials else None
    return TuneReport(
        study=number,
        model=about.model,
        target=about.target,
        sources=about.sources,
        monitor=about.monitor,
        higher_is_better=about.higher_is_better,
        trials=trials,
        best=_tried(best) if best is not None else None,
        default_value=first.value if first is not None and first.state == "complete" else None,
        importances=search.importances(),
    )


def _tried(trial: StudyTrial) -> TriedParams:
    return TriedParams(
        number=trial.number,
        state=trial.state,
        params=dict(trial.params),
        value=trial.value,
        curve=tuple(trial.curve),
        elapsed_s=trial.elapsed_s,
        error=trial.error,
    )


def _best(trials: Sequence[StudyTrial], higher_is_better: bool) -> StudyTrial | None:
    complete = [trial for trial in trials if trial.state == "complete"]
    sign = 1 if higher_is_better else -1
    return max(complete, key=lambda trial: sign * trial.value, default=None)


def _words(params: Mapping[str, ParamValue]) -> str:
    return ", ".join(f"{name} {_short(value)}" for name, value in params.items())


def _short(value: ParamValue) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)

"""Use-case: judge a stored run again, on its own test rows or on a file that was never imported."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xdrec_app.core.errors import UserError
from xdrec_app.core.events import LogLine, Progress
from xdrec_app.core.jobs import Job
from xdrec_app.datasets.formats.interaction_file import InteractionFile
from xdrec_app.datasets.interactions import Interactions
from xdrec_app.datasets.signal_settings import SignalSettings
from xdrec_app.datasets.signals import RawSignal
from xdrec_app.datasets.vocabulary import UNKNOWN, Vocabulary
from xdrec_app.evaluation.archive import unpack_held_out, unpack_interactions
from xdrec_app.evaluation.evaluate import evaluate
from xdrec_app.evaluation.held_out import HeldOut
from xdrec_app.evaluation.protocol import DEFAULT_CUTOFFS, Protocol
from xdrec_app.models.base import Recommender
from xdrec_app.models.capabilities import Task
from xdrec_app.services.evaluation_figures import calibration_figures, group_figures
from xdrec_app.services.requests import Evaluate
from xdrec_app.services.results import EvaluationReport
from xdrec_app.services.serving import ServedRun, serve
from xdrec_app.storage.artifacts import HELD_OUT, TRAINING, read_artifact
from xdrec_app.storage.database import Database, open_database
from xdrec_app.storage.snapshots import load_signal
from xdrec_app.training.device import limit_threads


def evaluate_run(request: Evaluate) -> Job[EvaluationReport]:
    """Judge a run under the protocol asked for.

    Raises
    ------
    UserError
        When the run has no model or nothing was held out, the file cannot be read, or the model cannot do the task.
    """
    limit_threads()
    with open_database(request.workspace) as database:
        yield Progress(done=0, message="Loading the model")
        served = serve(database, request.run)
        own = unpack_held_out(read_artifact(database, request.run, HELD_OUT))
        known = unpack_interactions(read_artifact(database, request.run, TRAINING))
        settings = _signal(database, served.model)
    tasks = _tasks(served, request.task)
    if request.test is None:
        if not len(own.rows):
            raise UserError(
                f"Run {request.run} was trained on everything: nothing was held out to evaluate it on.",
                "Give a file of held-out interactions with --test.",
            )
        held_out, about = own, {"scored": _protocol(served).scored}
    else:
        file = yield from _read(request, served.model, settings)
        model = served.model
        tags = model.catalogue.tags[: model.n_target_items]
        held_out = HeldOut.of(file.people.ids, file.rows, known, model.users, model.n_target_items, tags=tags)
        about = {
            "split": "file",
            "split_words": f"the {len(held_out.rows)} interactions of {request.test.name} are held out",
            "scored": "people with a liked interaction in the file are scored",
        }
        if file.n_rejected:
            yield LogLine(level="warning", message=f"{file.n_rejected} lines of {request.test.name} were left out.")
    protocol = _protocol(served).model_copy(
        update={
            **about,
            **({"split_params": {}} if request.test is not None else {}),
            "seed": request.seed if request.test is not None else served.run.seed,
            "candidates": request.candidates,
            "negatives": 0 if request.candidates == "full" else request.negatives,
            "cutoffs": request.cutoffs or DEFAULT_CUTOFFS,
        }
    )
    evaluation = yield from evaluate(served.model, held_out, protocol, tasks)
    known_people = held_out.users[held_out.rows.users] != UNKNOWN
    unknown = ~known_people | (held_out.rows.items == UNKNOWN)
    return EvaluationReport(
        run=request.run,
        metrics=evaluation.metrics,
        protocol=protocol,
        protocol_sentence=protocol.sentence,
        people=evaluation.n_people,
        rows=evaluation.n_rows,
        unknown_rows=int(unknown.sum()),
        unscored=evaluation.unscored,
        groups=group_figures(evaluation),
        calibration=calibration_figures(evaluation),
    )


def _protocol(served: ServedRun) -> Protocol:
    return Protocol.model_validate_json(served.run.protocol)


def _tasks(served: ServedRun, task: Task | None) -> tuple[Task, ...]:
    able = served.model.capabilities.tasks
    if task is None:
        return able
    if task not in able:
        raise UserError(
            f"The model '{served.model.key}' of run {served.run.id} ranks items; it does not predict ratings.",
            "Use --task ranking.",
        )
    return (task,)


@dataclass(frozen=True, eq=False)
class _TestFile:
    """Held-out interactions as a file has them."""

    people: Vocabulary
    rows: Interactions
    n_rejected: int


def _signal(database: Database, model: Recommender) -> SignalSettings:
    """Return how the values of the target are understood; as ratings where the domain is gone."""
    try:
        return load_signal(database, model.catalogue.domains[0])
    except UserError:
        return SignalSettings()


def _read(request: Evaluate, model: Recommender, settings: SignalSettings) -> Job[_TestFile]:
    """Read a file of held-out interactions, its values understood as those of the target; of a pair the last counts."""
    assert request.test is not None
    target = model.catalogue.domains[0]
    file = InteractionFile.open(request.test, request.dialect, request.columns)
    last: dict[tuple[str, str], float] = {}
    n_rejected = 0
    for chunk in file.chunks():
        actions = chunk.actions
        raw = RawSignal(chunk.values.astype(np.float32))
        if actions is not None:
            raw = raw._replace(actions=actions.codes, action_names=tuple(actions.texts))
        strengths, counts = settings.signal.convert(raw, settings)
        pairs = zip(chunk.users.cells(), chunk.items.cells(), strict=True)
        lines = zip(pairs, strengths.tolist(), counts.tolist(), strict=True)
        last.update((pair, strength) for pair, strength, is_one in lines if is_one)
        n_rejected += len(chunk.rejected)
        yield Progress(done=len(last), unit="interactions", message=f"Reading {request.test.name}")
    if not last:
        raise UserError(f"{request.test} holds no interaction that can be used.")
    people = Vocabulary(sorted({user for user, _ in last}))
    rows = Interactions.of(
        people.numbers([user for user, _ in last]),
        np.array([model.catalogue.number(target, item) for _, item in last], np.int32),
        list(last.values()),
    )
    return _TestFile(people, rows, n_rejected)

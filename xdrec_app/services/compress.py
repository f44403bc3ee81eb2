"""Use-case: a stored model in fewer bits, judged beside the original and kept as a run of its own."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from xdrec_app.core.errors import UserError
from xdrec_app.core.events import Progress, RunStarted
from xdrec_app.core.jobs import Job
from xdrec_app.datasets.vocabulary import UNKNOWN
from xdrec_app.evaluation.archive import pack_evaluation, unpack_held_out
from xdrec_app.evaluation.evaluate import evaluate
from xdrec_app.evaluation.held_out import HeldOut
from xdrec_app.evaluation.protocol import Protocol
from xdrec_app.evaluation.result import Evaluation
from xdrec_app.models.base import Recommender
from xdrec_app.models.persistence import PackedModel, repack, unpack
from xdrec_app.services.baselines import WRITE_WAIT_S
from xdrec_app.services.evaluation_figures import group_figures
from xdrec_app.services.experiment_requests import Compress
from xdrec_app.services.figures import stored_groups
from xdrec_app.services.study_results import CompressedFigures, CompressReport
from xdrec_app.services.train import runs_changed, whole_or_gone
from xdrec_app.storage.artifacts import HELD_OUT, IDS, MANIFEST, PER_PERSON, TRAINING, WEIGHTS, read_artifact
from xdrec_app.storage.database import Database, open_database, patiently
from xdrec_app.storage.run_reading import load_run
from xdrec_app.storage.run_records import NewRun, RunResult, StoredRun
from xdrec_app.storage.runs import create_run, finish_run
from xdrec_app.training.device import limit_threads

PEOPLE_TIMED = 256


def compress(request: Compress) -> Job[CompressReport]:
    """Compress the model of a run and keep it as a new run, which serves like any other. Cancel keeps nothing.

    The new run answers from the rounded numbers, expanded to float32 when it is loaded: it takes less room in the
    workspace and is read faster; scoring itself is as fast as before.

    Raises
    ------
    UserError
        When there is no such run, it has no model, or nothing in the model is large enough to be compressed.
    """
    limit_threads()
    with open_database(request.workspace) as database:
        stored = load_run(database, request.run)
        if not stored.can_serve:
            raise UserError(f"Run {stored.id} has no stored model (it is {stored.status}).", "Choose a finished run.")
        yield Progress(done=0, message="Compressing the model")
        before = _read(database, stored.id)
        after = repack(before, request.to)
        if len(after.weights) >= len(before.weights):
            raise UserError(f"Nothing in the model of run {stored.id} can be made smaller that way.")
        held_out = unpack_held_out(read_artifact(database, stored.id, HELD_OUT))
        protocol = Protocol.model_validate_json(stored.protocol)
        original = yield from _judge(before, held_out, protocol)
        smaller = yield from _judge(after, held_out, protocol)
        run = create_run(database, _record(stored))
        with whole_or_gone(database, run):
            yield RunStarted(run=run, device=stored.device, device_reason=stored.device_reason)
            result = _result(stored, after, smaller.evaluation, database)
            yield from patiently(lambda: finish_run(database, run, result, wait_s=WRITE_WAIT_S))
        yield runs_changed()
    return CompressReport(
        run=run, original=stored.id, model=stored.model, to=request.to, before=original.figures, after=smaller.figures
    )


@dataclass(frozen=True, eq=False)
class _Judged:
    evaluation: Evaluation | None
    figures: CompressedFigures


def _read(database: Database, run: int) -> PackedModel:
    return PackedModel(
        manifest=read_artifact(database, run, MANIFEST).decode(),
        weights=read_artifact(database, run, WEIGHTS),
        ids=read_artifact(database, run, IDS),
    )


def _judge(packed: PackedModel, held_out: HeldOut, protocol: Protocol) -> Job[_Judged]:
    started = time.perf_counter()
    model = unpack(packed)
    load_s = time.perf_counter() - started
    score_s = _scoring_time(model, held_out)
    evaluation = None
    if len(held_out.rows):
        evaluation = yield from evaluate(model, held_out, protocol, model.capabilities.tasks)
    figures = CompressedFigures(
        size_bytes=len(packed.weights),
        load_s=load_s,
        score_s=score_s,
        metrics={} if evaluation is None else evaluation.metrics,
    )
    return _Judged(evaluation, figures)


def _scoring_time(model: Recommender, held_out: HeldOut) -> float:
    """Return the seconds in which people are scored, the better of two."""
    known = held_out.users[held_out.users != UNKNOWN][:PEOPLE_TIMED]
    users = known if len(known) else np.arange(min(PEOPLE_TIMED, len(model.users)))
    seconds = []
    for _ in range(2):
        started = time.perf_counter()
        model.scores(users.astype(np.int32))
        seconds.append(time.perf_counter() - started)
    return min(seconds)


def _record(stored: StoredRun) -> NewRun:
    return NewRun(
        role="main",
        model=stored.model,
        target=stored.target,
        sources=stored.sources,
        params=stored.params,
        split=stored.split,
        seed=stored.seed,
        protocol_digest=stored.protocol_digest,
        protocol=stored.protocol,
        data_digest=stored.data_digest,
        device=stored.device,
        device_reason=f"Compressed from run {stored.id}. {stored.device_reason}",
    )


def _result(stored: StoredRun, packed: PackedModel, evaluation: Evaluation | None, database: Database) -> RunResult:
    artifacts = {
        MANIFEST: packed.manifest.encode(),
        WEIGHTS: packed.weights,
        IDS: packed.ids,
        HELD_OUT: read_artifact(database, stored.id, HELD_OUT),
        TRAINING: read_artifact(database, stored.id, TRAINING),
    }
    if evaluation is not None:
        artifacts[PER_PERSON] = pack_evaluation(evaluation)
    return RunResult(
        status="stopped" if stored.status == "stopped" else "finished",
        elapsed_s=stored.elapsed_s or 0.0,
        epochs=stored.epochs or 0,
        unscored=0.0 if evaluation is None else evaluation.unscored,
        metrics={} if evaluation is None else evaluation.metrics,
        groups={} if evaluation is None else stored_groups(group_figures(evaluation)),
        artifacts=artifacts,
    )

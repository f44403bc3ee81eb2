"""Use-case: the same training with several seeds, to see what is chance."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from xdrec_app.core.events import LogLine
from xdrec_app.core.jobs import Job
from xdrec_app.core.seeding import derive_seed
from xdrec_app.datasets.arrays import Ints
from xdrec_app.evaluation.archive import unpack_interactions
from xdrec_app.evaluation.protocol import Protocol
from xdrec_app.evaluation.stability import overlap
from xdrec_app.models.base import recommenders
from xdrec_app.models.ranking import top_k
from xdrec_app.services.experiment_requests import Repeat
from xdrec_app.services.experiments import Tables, draw_experiment
from xdrec_app.services.serving import serve
from xdrec_app.services.study_results import RepeatReport, Spread
from xdrec_app.services.train import train_trial
from xdrec_app.services.trial import Trial
from xdrec_app.storage.artifacts import TRAINING, read_artifact
from xdrec_app.storage.database import Database, open_database
from xdrec_app.storage.run_reading import load_run
from xdrec_app.storage.runs import find_equal_run, mark_interrupted
from xdrec_app.training.device import choose_device, limit_threads

MAX_PEOPLE = 2_000
"""For the stability of lists at most that many people are asked, always the same ones."""

LIST_LENGTH = 10


def repeat(request: Repeat) -> Job[RepeatReport]:
    """Train for each seed that has no stored run yet; stop ends the training of the moment, the others follow.

    Raises
    ------
    UserError
        As :func:`~xdrec_app.services.train.train`.
    """
    limit_threads()
    model_class = recommenders[request.model]
    params = model_class.Params.parse(request.params)
    device, reason = choose_device(request.device)
    seeds = tuple(range(request.seed, request.seed + request.n_seeds))
    runs = []
    with open_database(request.workspace) as database:
        mark_interrupted(database)
        tables = Tables(database)
        for seed in seeds:
            experiment = yield from draw_experiment(tables, request.model_copy(update={"seed": seed}))
            trial = Trial(database, experiment, model_class, params, request.sources, device, reason)
            known = find_equal_run(database, trial.record("main"))
            if known is not None and load_run(database, known).can_serve:
                yield LogLine(message=f"Seed {seed} is run {known}")
                runs.append(known)
            else:
                runs.append((yield from train_trial(trial, with_baselines=False)).run)
        stored = [load_run(database, run) for run in runs]
        protocol = Protocol.model_validate_json(stored[0].protocol)
        return RepeatReport(
            model=request.model,
            target=request.target,
            sources=request.sources,
            seeds=seeds,
            runs=tuple(runs),
            metrics={
                name: _spread([run.metrics[name] for run in stored])
                for name in stored[0].metrics
                if all(name in run.metrics for run in stored)
            },
            stability=_stability(database, runs),
            protocol=protocol,
            protocol_sentence=protocol.sentence,
        )


def _spread(values: Sequence[float]) -> Spread:
    return Spread(
        mean=float(np.mean(values)), sd=float(np.std(values, ddof=1)), low=float(min(values)), high=float(max(values))
    )


def _stability(database: Database, runs: Sequence[int]) -> float:
    """Return the mean overlap of the lists of two runs, over all pairs of runs."""
    people = sorted(set.intersection(*(set(serve(database, run).model.users.ids) for run in runs)))
    if len(people) > MAX_PEOPLE:
        random = np.random.default_rng(derive_seed(0, "people of stability"))
        people = sorted(random.choice(people, MAX_PEOPLE, replace=False).tolist())
    lists = [_lists(database, run, people) for run in runs]
    return float(np.mean([overlap(one, other) for one, other in combinations(lists, 2)]))


def _lists(database: Database, run: int, people: Sequence[str]) -> Ints:
    """Return the first items of each person without what they had in training, int32 [n_people, LIST_LENGTH]."""
    model = serve(database, run).model
    users = model.users.numbers(people)
    rows = unpack_interactions(read_artifact(database, run, TRAINING))
    in_target = rows.take(rows.items < model.n_target_items)
    seen = in_target.matrix(len(model.users), model.n_target_items)[users]
    return top_k(model.scores(users), LIST_LENGTH, seen)[0]

"""Use-case: two runs side by side, tested in pairs: person by person."""

from __future__ import annotations

from xdrec_app.core.errors import UserError
from xdrec_app.core.events import Progress
from xdrec_app.core.jobs import Job
from xdrec_app.evaluation.compare import Comparison, compare
from xdrec_app.evaluation.result import Evaluation
from xdrec_app.metrics.base import higher_is_better
from xdrec_app.services.requests import CompareRuns
from xdrec_app.services.results import ComparedFigure, RunComparison
from xdrec_app.services.trial import load_evaluation
from xdrec_app.storage.database import open_database
from xdrec_app.storage.run_reading import load_run
from xdrec_app.storage.run_records import StoredRun


def compare_runs(request: CompareRuns) -> Job[RunComparison]:
    """Compare two stored runs.

    Raises
    ------
    UserError
        When a run does not exist or was not evaluated, or when the two were judged under different protocols or on
        different data: such figures must not stand side by side.
    """
    first, second = request.runs
    with open_database(request.workspace, read_only=True) as database:
        yield Progress(done=0, total=2, unit="runs", message="Reading the runs")
        runs = tuple(load_run(database, run) for run in request.runs)
        evaluations = []
        for run in runs:
            if not run.metrics:
                raise UserError(f"Run {run.id} has no figures to compare.", "Compare runs with a test part.")
            evaluations.append(load_evaluation(database, run.id))
    ours, theirs = evaluations
    _require_alike(first, second, ours, theirs)
    seed = ours.protocol.seed
    groups = {name: (group, theirs.groups[name]) for name, group in ours.groups.items() if name in theirs.groups}
    return RunComparison(
        runs=(first, second),
        models=(_words(runs[0]), _words(runs[1])),
        target=runs[0].target,
        metrics=compared_figures(ours, theirs, seed),
        groups={name: compared_figures(*pair, seed) for name, pair in groups.items()},
        protocol=ours.protocol,
        protocol_sentence=ours.protocol.sentence,
    )


def _require_alike(first: int, second: int, ours: Evaluation, theirs: Evaluation) -> None:
    differences = ours.protocol.differences(theirs.protocol)
    if differences:
        raise UserError(
            f"Runs {first} and {second} were judged under different protocols: {'; '.join(differences)}.",
            "Train one of them again under the protocol of the other.",
        )
    shared = [name for name in ours.per_person if name in theirs.per_person]
    if not shared:
        raise UserError(f"Runs {first} and {second} have no metric in common that could be compared.")
    if ours.people != theirs.people:
        raise UserError(
            f"The data of '{ours.protocol.target}' changed between the runs {first} and {second}:"
            " they were tested on different people.",
            "Train the older one again.",
        )


def compared_figures(ours: Evaluation, theirs: Evaluation, seed: int) -> dict[str, ComparedFigure]:
    """Compare the metrics that two evaluations share."""
    names = [name for name in ours.metrics if name in theirs.metrics]
    found = compare(ours, theirs, names, seed)
    return {name: _figure(name, one) for name, one in found.items()}


def _figure(name: str, found: Comparison) -> ComparedFigure:
    return ComparedFigure.model_validate(
        {
            "first": found.with_,
            "second": found.without,
            "relative": found.relative,
            "low": found.low,
            "high": found.high,
            "p_value": found.p_value,
            "differs": found.differs,
            "verdict": found.words(higher_is_better(name)),
            "people": found.n_people,
        }
    )


def _words(run: StoredRun) -> str:
    return f"{run.model} with {', '.join(run.sources)}" if run.sources else f"{run.model} alone"

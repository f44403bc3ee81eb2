"""Use-case: the matrix of transfer lifts, what each domain tells about each other one.

Every cell is two stored runs, with the sources and without, so a matrix that was stopped goes on where it ended.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from xdrec_app.core.errors import UserError
from xdrec_app.core.events import Change, Changed, Progress
from xdrec_app.core.jobs import Job, StopRequested
from xdrec_app.evaluation.validation import monitor_of
from xdrec_app.models.base import recommenders
from xdrec_app.services.baselines import WRITE_WAIT_S, comparisons, found_or_computed, others_of
from xdrec_app.services.experiment_requests import ExperimentRequest, Transfer
from xdrec_app.services.experiments import Tables, draw_experiment
from xdrec_app.services.figures import figures
from xdrec_app.services.study_results import TransferCell, TransferReport
from xdrec_app.services.trial import Trial, load_evaluation
from xdrec_app.storage.database import open_database, patiently
from xdrec_app.storage.run_reading import load_run
from xdrec_app.storage.runs import add_comparisons, mark_interrupted
from xdrec_app.training.device import choose_device, limit_threads


def transfer(request: Transfer) -> Job[TransferReport]:
    """Compute the matrix, cell by cell. Stop keeps the cells there are; cancel too, in the workspace.

    Raises
    ------
    UserError
        For an unknown model, parameter, domain or split, or fewer than two domains. What makes a single cell
        impossible stands in that cell.
    """
    limit_threads()
    model_class = recommenders[request.model]
    model_class.Params.parse(request.params)
    monitor, _ = monitor_of(model_class.capabilities.task)
    with open_database(request.workspace) as database:
        mark_interrupted(database)
        tables = Tables(database)
        wanted = list(_wanted(request, list(tables.states)))
        cells: list[TransferCell] = []
        for place, experiment in enumerate(wanted):
            name = f"{' + '.join(experiment.sources)} → {experiment.target}, {experiment.split}"
            try:
                yield Progress(done=place, total=len(wanted), unit="cells", message=name)
                cells.append((yield from _cell(tables, experiment)))
            except StopRequested:
                break
            yield Changed(changes=frozenset({Change.RUNS}))
    return TransferReport(
        model=request.model, monitor=monitor, cells=tuple(cells), is_complete=len(cells) == len(wanted)
    )


def _wanted(request: Transfer, domains: Sequence[str]) -> Iterator[ExperimentRequest]:
    """Yield the experiments of all cells, one target after the other."""
    if len(domains) < 2:
        raise UserError("Transfer needs at least two domains.", "Import another one.")
    for target in request.targets:
        if target not in domains:
            raise UserError(f"There is no domain '{target}'.", f"There are: {', '.join(domains)}.")
    for target in request.targets or domains:
        others = [name for name in domains if name != target]
        sizes = range(1, len(others) + 1) if request.subsets == "all" else (1,)
        for sources in (subset for size in sizes for subset in combinations(others, size)):
            for split in request.splits:
                about = request.model_dump(include=set(ExperimentRequest.model_fields))
                yield ExperimentRequest(**about, target=target, sources=sources, split=split)


def _cell(tables: Tables, request: ExperimentRequest) -> Job[TransferCell]:
    cell = TransferCell(target=request.target, sources=request.sources, split=request.split)
    try:
        experiment = yield from draw_experiment(tables, request)
        if not experiment.has_test:
            raise UserError(f"The split '{request.split}' holds nothing out to judge by.")
        device, reason = choose_device(request.device)
        model_class = recommenders[request.model]
        params = model_class.Params.parse(request.params)
        trial = Trial(tables.database, experiment, model_class, params, request.sources, device, reason)
        return (yield from _computed(cell, trial))
    except UserError as error:
        return cell.model_copy(update={"reason": str(error)})


def _computed(cell: TransferCell, trial: Trial) -> Job[TransferCell]:
    database = trial.database
    run = yield from found_or_computed(trial)
    evaluation = load_evaluation(database, run)
    others = yield from others_of(trial, run, evaluation)
    rows = tuple(comparisons(evaluation, others))
    if not load_run(database, run).comparisons:
        yield from patiently(lambda: add_comparisons(database, run, rows, wait_s=WRITE_WAIT_S))
    return cell.model_copy(
        update={
            "run": run,
            "without_run": others["lift"].run if "lift" in others else None,
            "people": evaluation.n_people,
            "lift": figures(rows, "lift"),
            "over_popularity": figures(rows, "popularity"),
            "protocol": evaluation.protocol,
            "protocol_sentence": evaluation.protocol.sentence,
            "warning": evaluation.protocol.warning,
        }
    )

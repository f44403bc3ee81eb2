"""Many fits: several seeds, a search for parameters, the matrix of transfer lifts."""

from __future__ import annotations

import math

import pytest

from xdrec_app.core.errors import UserError
from xdrec_app.core.events import Changed, EpochEnd, Progress
from xdrec_app.core.jobs import Command, Succeeded, drive, run
from xdrec_app.services.experiment_requests import Repeat, Train, Transfer, Tune
from xdrec_app.services.repeat import repeat
from xdrec_app.services.train import train
from xdrec_app.services.transfer import transfer
from xdrec_app.services.tune import tune
from xdrec_app.storage.database import open_database
from xdrec_app.storage.run_reading import list_runs
from xdrec_app.storage.studies import list_studies, load_study


class StopAfter:
    """Stops a job at the n-th event of a kind."""

    def __init__(self, kind, n):
        self.kind, self.left = kind, n

    def see(self, event):
        self.left -= isinstance(event, self.kind)

    def poll(self):
        return Command.STOP if self.left <= 0 else Command.GO_ON


def number_of_runs(workspace):
    with open_database(workspace) as database:
        return len(list_runs(database)) + len(list_runs(database, "baseline"))


# ---------------------------------------------------------------------- transfer


def test_the_matrix_has_a_cell_for_every_pair_and_split(workspace):
    report = run(transfer(Transfer(workspace=workspace)))
    names = ("books", "movies", "songs")
    pairs = {(target, (source,)) for target in names for source in names if source != target}
    assert {(cell.target, cell.sources) for cell in report.cells if cell.split == "random"} == pairs
    assert {(cell.target, cell.sources) for cell in report.cells if cell.split == "cold-start"} == pairs
    assert report.is_complete
    assert all(cell.reason == "" and cell.people > 0 for cell in report.cells)


def test_a_cell_says_what_the_run_with_these_sources_says(workspace):
    report = run(transfer(Transfer(workspace=workspace, targets=("books",), splits=("random",))))
    own = run(train(Train(workspace=workspace, model="ease", target="books", sources=("movies",))))
    [cell] = [cell for cell in report.cells if cell.sources == ("movies",)]
    assert cell.lift["ndcg@10"] == own.lift["ndcg@10"]
    assert cell.protocol == own.protocol


def test_all_sets_of_sources_are_judged_when_asked_for(workspace):
    request = Transfer(workspace=workspace, targets=("books",), subsets="all", splits=("random",))
    cells = run(transfer(request)).cells
    assert [cell.sources for cell in cells] == [("movies",), ("songs",), ("movies", "songs")]


def test_cold_people_are_compared_with_popularity(workspace):
    cells = run(transfer(Transfer(workspace=workspace, targets=("books",), splits=("cold-start",)))).cells
    assert all(cell.over_popularity["ndcg@10"].relative > 0 for cell in cells)


def test_a_matrix_that_was_stopped_goes_on_where_it_ended(workspace):
    request = Transfer(workspace=workspace, splits=("random",))
    control = StopAfter(Changed, 2)
    stopped = drive(transfer(request), control.see, control)
    assert isinstance(stopped, Succeeded)
    assert 0 < len(stopped.result.cells) < 6
    assert not stopped.result.is_complete
    before = number_of_runs(workspace)
    whole = run(transfer(request))
    after = number_of_runs(workspace)
    assert whole.cells[: len(stopped.result.cells)] == stopped.result.cells
    assert run(transfer(request)) == whole
    assert before < after == number_of_runs(workspace)


def test_what_makes_one_cell_impossible_is_said_in_it(workspace):
    cells = run(transfer(Transfer(workspace=workspace, targets=("books",), splits=("all",)))).cells
    assert all("holds nothing out" in cell.reason and cell.run is None for cell in cells)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [({"targets": ("cars",)}, "no domain 'cars'"), ({"model": "easy"}, "easy"), ({"params": {"l3": 1}}, "l3")],
)
def test_what_no_cell_could_do_is_refused_at_once(workspace, wrong, sentence):
    with pytest.raises(UserError, match=sentence):
        run(transfer(Transfer(workspace=workspace, **wrong)))


# ---------------------------------------------------------------------- seeds


def test_several_seeds_give_mean_and_spread_of_their_runs(workspace):
    request = Repeat(workspace=workspace, model="ease", target="books", sources=("movies",), seed=3, n_seeds=3)
    report = run(repeat(request))
    own = [
        run(train(Train(workspace=workspace, model="ease", target="books", sources=("movies",), seed=seed)))
        for seed in (3, 4, 5)
    ]
    figures = [one.metrics["ndcg@10"] for one in own]
    spread = report.metrics["ndcg@10"]
    assert report.seeds == (3, 4, 5)
    assert spread.mean == pytest.approx(sum(figures) / 3)
    assert spread.sd == pytest.approx(math.sqrt(sum((figure - spread.mean) ** 2 for figure in figures) / 2))
    assert (spread.low, spread.high) == (min(figures), max(figures))
    assert 0 < report.stability < 1


def test_a_seed_that_was_trained_before_is_not_trained_again(workspace):
    request = Repeat(workspace=workspace, model="ease", target="books", n_seeds=2)
    first, n_runs = run(repeat(request)), number_of_runs(workspace)
    assert run(repeat(request)) == first
    assert number_of_runs(workspace) == n_runs


# ---------------------------------------------------------------------- search


def test_a_search_tries_the_defaults_first_and_keeps_every_trial(workspace):
    report = run(tune(Tune(workspace=workspace, model="ease", target="books", n_trials=4)))
    assert len(report.trials) == 4
    assert report.default_value == report.trials[0].value
    assert report.best.value == max(trial.value for trial in report.trials)
    assert report.trained.metrics["ndcg@10"] > 0
    with open_database(workspace) as database:
        assert len(load_study(database, report.study).trials) == 4


def test_a_search_that_is_asked_for_again_goes_on(workspace):
    request = Tune(workspace=workspace, model="ease", target="books", n_trials=2, train=False)
    first, second = run(tune(request)), run(tune(request))
    assert second.study == first.study
    assert second.trials[:2] == first.trials
    assert len(second.trials) == 4


def test_fixed_parameters_stay_as_they_are_and_make_a_study_of_their_own(workspace):
    free = run(
        tune(Tune(workspace=workspace, model="ease", target="books", sources=("movies",), n_trials=1, train=False))
    )
    fixed = run(
        tune(
            Tune(
                workspace=workspace,
                model="ease",
                target="books",
                sources=("movies",),
                params={"source_weight": 0.25},
                n_trials=2,
            )
        )
    )
    assert fixed.study != free.study
    assert "source_weight" in free.trials[0].params
    assert all("source_weight" not in trial.params for trial in fixed.trials)
    with open_database(workspace) as database:
        assert [stored.params["source_weight"] for stored in list_runs(database) if stored.role == "main"] == [0.25]


def test_a_stopped_search_keeps_the_trials_there_are_and_trains_nothing(workspace):
    control = StopAfter(Changed, 2)
    request = Tune(workspace=workspace, model="ease", target="books", n_trials=50)
    outcome = drive(tune(request), control.see, control)
    assert isinstance(outcome, Succeeded)
    assert len(outcome.result.trials) == 2
    assert outcome.result.trained is None
    assert number_of_runs(workspace) == 0


def test_the_epochs_of_a_trial_are_told_as_progress_and_kept_as_its_curve(workspace):
    events = []
    request = Tune(
        workspace=workspace, model="co_embedding", target="books", n_trials=1, train=False, params={"epochs": 3}
    )
    report = drive(tune(request), events.append).result
    assert not any(isinstance(event, EpochEnd) for event in events)
    assert any(isinstance(event, Progress) and event.unit == "epochs" for event in events)
    assert 1 <= len(report.trials[0].curve) <= 3


def test_a_model_without_ranges_cannot_be_searched(workspace):
    with pytest.raises(UserError, match="nothing to search"):
        run(tune(Tune(workspace=workspace, model="popularity", target="books")))


def test_studies_are_listed_the_newest_first(workspace):
    numbers = [
        run(tune(Tune(workspace=workspace, model="ease", target=target, n_trials=1, train=False))).study
        for target in ("books", "songs")
    ]
    with open_database(workspace) as database:
        assert [study.id for study in list_studies(database)] == numbers[::-1]

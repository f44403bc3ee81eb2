"""What was imported since a run is learnt in an update, and the newest of it says what that changed."""

import csv
from pathlib import Path

import pytest

from xdrec_app.core.errors import UserError
from xdrec_app.core.events import EpochEnd, Progress, RunStarted
from xdrec_app.core.jobs import Cancelled, Command, Succeeded, drive, run
from xdrec_app.services.data_requests import ImportInteractions
from xdrec_app.services.evaluate import evaluate_run
from xdrec_app.services.experiment_requests import Train, Update
from xdrec_app.services.import_interactions import import_interactions
from xdrec_app.services.recommend import recommend
from xdrec_app.services.requests import Evaluate, Recommend
from xdrec_app.services.train import train
from xdrec_app.services.update import NEWEST, update
from xdrec_app.storage.database import open_database
from xdrec_app.storage.run_reading import list_runs, load_curves

EPOCHS = {"co_embedding": {"epochs": 6, "n_negatives": 64}, "biased_mf": {"epochs": 6}}


def first_run(workspace: Path, model: str, **changes) -> int:
    settings = {"target": "books", "sources": ("movies",), "seed": 1, "baselines": False, **changes}
    return run(train(Train(workspace=workspace, model=model, params=EPOCHS.get(model, {}), **settings))).run


def runs_of(workspace: Path):
    with open_database(workspace, read_only=True) as database:
        return list_runs(database)


@pytest.fixture
def arrive(workspace, tmp_path, small_world):
    """Import 40 ratings of five new people and of two new items, later than all others."""

    def add() -> None:
        table = small_world.target
        known = [table.item_ids[item] for item in table.items[:12]]
        people = [*(f"new{number}" for number in range(5)), *(table.user_ids[user] for user in table.users[:3])]
        now = int(table.times.max()) + 10
        lines = [
            (person, item, 5 if place % 3 else 2, now + 10 * place)
            for place, person in enumerate(people)
            for item in ("fresh0", "fresh1", *known[place : place + 3])
        ]
        file = tmp_path / "later.csv"
        with file.open("w", newline="", encoding="utf-8") as opened:
            csv.writer(opened).writerows([("user_id", "item_id", "rating", "timestamp"), *lines])
        run(import_interactions(ImportInteractions(workspace=workspace, file=file, domain="books")))

    return add


@pytest.mark.parametrize("model", ["ease", "co_embedding", "popularity", "biased_mf"])
def test_new_people_and_new_items_are_served_by_the_updated_run(workspace, arrive, model):
    old = first_run(workspace, model, split="all" if model == "ease" else "random")
    arrive()
    report = run(update(Update(workspace=workspace, run=old)))
    assert (report.old_run, report.new_people, report.new_items) == (old, 5, 2)
    assert report.held_out == round(0.2 * report.new_rows) and report.new_rows >= 25
    assert report.before.keys() == report.after.keys() == report.comparison.keys() and report.after
    stored = runs_of(workspace)[0]
    assert (stored.id, stored.model, stored.split, stored.status) == (report.run, model, NEWEST, "finished")
    assert stored.can_serve and stored.role == "main"
    assert stored.metrics == pytest.approx(report.after, nan_ok=True)
    served = run(recommend(Recommend(workspace=workspace, run=report.run, user="new1", k=60, exclude_seen=False)))
    assert {"fresh0", "fresh1"} <= {item.id for item in served.items}


def test_the_old_model_misses_the_items_it_does_not_know(workspace, arrive):
    old = first_run(workspace, "ease")
    arrive()
    report = run(update(Update(workspace=workspace, run=old)))
    figure = report.comparison["recall@10"]
    assert (figure.first, figure.second) == (pytest.approx(report.after["recall@10"]), report.before["recall@10"])
    assert report.after["recall@20"] > report.before["recall@20"]
    assert f"came after run {old}" in report.protocol_sentence


def test_a_few_epochs_are_enough_and_both_fits_are_stored(workspace, arrive):
    old = first_run(workspace, "co_embedding")
    arrive()
    report = run(update(Update(workspace=workspace, run=old)))
    with open_database(workspace, read_only=True) as database:
        points = {(point.phase, point.epoch) for point in load_curves(database, report.run)}
    assert points == {("fit", 1), ("fit", 2), ("fit (refit)", 1), ("fit (refit)", 2)}
    assert report.epochs == 4


def test_nothing_new_is_refused_also_after_an_update(workspace, arrive):
    old = first_run(workspace, "ease")
    with pytest.raises(UserError, match="Nothing new was imported into 'books'"):
        run(update(Update(workspace=workspace, run=old)))
    arrive()
    report = run(update(Update(workspace=workspace, run=old)))
    with pytest.raises(UserError, match=f"since run {report.run}"):
        run(update(Update(workspace=workspace, run=report.run)))
    assert [stored.id for stored in runs_of(workspace)] == [report.run, old]


def test_what_is_kept_learnt_from_everything_so_nothing_is_left_to_evaluate_it_on(workspace, arrive):
    old = first_run(workspace, "popularity")
    arrive()
    report = run(update(Update(workspace=workspace, run=old)))
    with pytest.raises(UserError, match="trained on everything"):
        run(evaluate_run(Evaluate(workspace=workspace, run=report.run)))


class At:
    """Gives a command from the first event on that satisfies a condition."""

    def __init__(self, condition, command):
        self.condition, self.command, self.is_met = condition, command, False

    def emit(self, event):
        self.is_met |= self.condition(event)

    def poll(self):
        return self.command if self.is_met else Command.GO_ON


@pytest.mark.parametrize(
    "moment",
    [
        lambda event: isinstance(event, Progress) and event.message.startswith("Evaluating"),
        lambda event: isinstance(event, RunStarted),
        lambda event: isinstance(event, EpochEnd) and event.phase == "fit",
        lambda event: isinstance(event, EpochEnd) and event.phase == "fit (refit)",
    ],
)
def test_cancel_leaves_only_the_old_run(workspace, arrive, moment):
    old = first_run(workspace, "co_embedding")
    arrive()
    control = At(moment, Command.CANCEL)
    outcome = drive(update(Update(workspace=workspace, run=old)), control.emit, control)
    assert control.is_met and outcome == Cancelled()
    assert [stored.id for stored in runs_of(workspace)] == [old]


def test_stop_keeps_the_model_as_it_is_and_what_it_was_judged_on(workspace, arrive):
    old = first_run(workspace, "co_embedding")
    arrive()
    control = At(lambda event: isinstance(event, EpochEnd), Command.STOP)
    outcome = drive(update(Update(workspace=workspace, run=old)), control.emit, control)
    assert isinstance(outcome, Succeeded) and outcome.result.status == "stopped"
    again = run(evaluate_run(Evaluate(workspace=workspace, run=outcome.result.run)))
    assert again.metrics == outcome.result.after

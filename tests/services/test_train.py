import json

import pytest

from xdrec_app.core.errors import UserError
from xdrec_app.core.events import EpochEnd, Progress, RunStarted
from xdrec_app.core.jobs import Cancelled, Command, Failed, Succeeded, drive, run
from xdrec_app.models.base import recommenders
from xdrec_app.services.browse import Browser
from xdrec_app.services.evaluate import evaluate_run
from xdrec_app.services.experiment_requests import Train
from xdrec_app.services.requests import Evaluate
from xdrec_app.services.train import train
from xdrec_app.storage.database import open_database
from xdrec_app.storage.run_reading import list_runs, load_curves


def request(workspace, model="ease", **changes):
    settings = {"target": "books", "sources": ("movies", "songs"), "seed": 1, **changes}
    return Train(workspace=workspace, model=model, **settings)


def runs_of(workspace, role="main"):
    with open_database(workspace, read_only=True) as database:
        return list_runs(database, role)


class When:
    """Gives a command as soon as an event satisfies a condition."""

    def __init__(self, condition, command):
        self.condition, self.command, self.is_met, self.events = condition, command, False, []

    def emit(self, event):
        self.events.append(event)
        self.is_met |= self.condition(event)

    def poll(self):
        return self.command if self.is_met else Command.GO_ON


def is_epoch(number):
    return lambda event: isinstance(event, EpochEnd) and event.epoch == number


def test_a_finished_run_is_stored_with_all_it_reported(workspace):
    report = run(train(request(workspace)))
    (stored,) = runs_of(workspace)
    assert stored.status == "finished" and stored.can_serve and stored.metrics == report.metrics
    assert {row.kind for row in stored.comparisons} >= {"popularity", "lift"}
    assert json.loads(stored.protocol)["split"] == "random"


def test_every_epoch_is_stored_before_anybody_hears_of_it(workspace):
    job = train(request(workspace, "biased_mf", sources=(), params={"epochs": 4}))
    heard = 0
    for event in job:
        if isinstance(event, EpochEnd):
            heard += 1
            with open_database(workspace, read_only=True) as database:
                stored = {(point.phase, point.epoch) for point in load_curves(database, event.run)}
            assert (event.phase, event.epoch) in stored and len(stored) == heard
    assert heard >= 2


def test_baselines_are_computed_once(workspace):
    run(train(request(workspace)))
    assert {stored.model for stored in runs_of(workspace, "baseline")} == {"popularity", "ease"}
    again = run(train(request(workspace)))
    assert len(runs_of(workspace, "baseline")) == 2
    assert again.lift["ndcg@10"].without == pytest.approx(again.baselines["without_sources"]["ndcg@10"])


def test_the_lift_is_against_the_same_run_without_sources(workspace):
    joint = run(train(request(workspace)))
    alone = run(train(request(workspace, sources=())))
    assert joint.lift["ndcg@10"].without == pytest.approx(alone.metrics["ndcg@10"], abs=1e-12)
    assert joint.protocol == alone.protocol and alone.lift == {}


def test_the_margin_is_against_the_best_single_domain_run_of_the_protocol(workspace):
    popular = run(train(request(workspace, "popularity", sources=())))
    best = run(train(request(workspace, "item_knn", sources=())))
    joint = run(train(request(workspace)))
    rivals = {popular.run: popular, best.run: best}
    assert joint.margin_run is not None
    rival = rivals.get(joint.margin_run)
    figure = joint.margin["ndcg@10"]
    assert figure.without >= max(popular.metrics["ndcg@10"], best.metrics["ndcg@10"]) - 1e-12
    assert rival is None or figure.without == pytest.approx(rival.metrics["ndcg@10"])


def test_another_seed_is_another_protocol(workspace):
    run(train(request(workspace, "popularity", sources=())))
    other = run(train(request(workspace, sources=(), seed=2, baselines=False)))
    assert other.margin_run is None


def test_stop_keeps_the_best_weights_and_the_run(workspace):
    control = When(is_epoch(2), Command.STOP)
    outcome = drive(
        train(request(workspace, "co_embedding", params={"epochs": 500, "patience": 500})), control.emit, control
    )
    assert isinstance(outcome, Succeeded) and outcome.result.status == "stopped"
    assert outcome.result.epochs < 10 and outcome.result.metrics
    (stored,) = runs_of(workspace)
    assert stored.status == "stopped" and stored.can_serve


@pytest.mark.parametrize(
    "moment",
    [
        lambda event: isinstance(event, RunStarted),
        is_epoch(2),
        lambda event: isinstance(event, Progress) and event.message.startswith("Evaluating"),
        lambda event: isinstance(event, Progress) and event.message.startswith("Baseline"),
    ],
)
def test_cancel_leaves_nothing_whenever_it_comes(workspace, moment):
    control = When(moment, Command.CANCEL)
    outcome = drive(train(request(workspace, "co_embedding", params={"epochs": 4})), control.emit, control)
    assert outcome == Cancelled() and control.is_met
    assert runs_of(workspace) == []
    assert all(stored.status == "finished" for stored in runs_of(workspace, "baseline"))


def test_a_stop_among_the_baselines_keeps_the_run_without_a_lift(workspace):
    control = When(lambda event: isinstance(event, Progress) and event.message.startswith("Baseline"), Command.STOP)
    outcome = drive(train(request(workspace, "co_embedding", params={"epochs": 4})), control.emit, control)
    assert isinstance(outcome, Succeeded) and outcome.result.lift == {} and outcome.result.metrics
    assert [stored.status for stored in runs_of(workspace)] == ["finished"]


def test_a_training_that_fails_stays_with_its_error(workspace, monkeypatch):
    def broken(*_args):
        raise UserError("The data are too thin.")

    monkeypatch.setattr(recommenders["ease"], "_weights", broken)
    outcome = drive(train(request(workspace)), lambda event: None)
    assert isinstance(outcome, Failed) and outcome.sentence == "The data are too thin."
    (stored,) = runs_of(workspace)
    assert stored.status == "failed" and "too thin" in stored.error and not stored.can_serve


def test_what_cannot_be_stores_no_run(workspace):
    for changes in ({"model": "none"}, {"target": "none"}, {"split": "none"}, {"params": {"none": 1}}):
        assert isinstance(drive(train(request(workspace, **changes)), lambda event: None), Failed)
    assert runs_of(workspace) == []


def test_cold_people_are_served_by_their_history_elsewhere(workspace):
    report = run(train(request(workspace, split="cold-start")))
    assert report.metrics["ndcg@10"] > 0
    assert report.baselines["without_sources"]["ndcg@10"] == 0  # nothing is known of them without the sources
    assert "movies or songs" in report.protocol_sentence


@pytest.mark.parametrize("model", ["ease", "biased_mf"])
def test_a_stored_run_is_judged_again_exactly(workspace, model):
    report = run(
        train(request(workspace, model, baselines=False, **({"params": {"epochs": 3}} if model != "ease" else {})))
    )
    again = run(evaluate_run(Evaluate(workspace=workspace, run=report.run)))
    assert again.metrics == report.metrics and again.protocol == report.protocol


def test_ranking_models_do_not_rate(workspace):
    report = run(train(request(workspace, baselines=False)))
    with pytest.raises(UserError, match="does not predict ratings"):
        run(evaluate_run(Evaluate(workspace=workspace, run=report.run, task="rating")))


def test_the_window_sees_the_run_with_its_figures(workspace):
    report = run(train(request(workspace)))
    with Browser.open(workspace) as browser:
        (row,) = browser.runs()
    assert row.lift == report.lift and row.protocol_sentence == report.protocol_sentence

"""Protocols from the request to the stored run: settings of splits, files, monitors, groups, the test touched once."""

import pytest

from xdrec_app.core.errors import UserError
from xdrec_app.core.jobs import run
from xdrec_app.evaluation.choosing import fit_and_validate
from xdrec_app.evaluation.experiment import Experiment
from xdrec_app.models.base import recommenders
from xdrec_app.services.browse import Browser
from xdrec_app.services.compare_runs import compare_runs
from xdrec_app.services.data_requests import ImportInteractions
from xdrec_app.services.evaluate import evaluate_run
from xdrec_app.services.experiment_requests import Train
from xdrec_app.services.import_interactions import import_interactions
from xdrec_app.services.requests import CompareRuns, Evaluate
from xdrec_app.services.train import train
from xdrec_app.services.workspace import new_workspace
from xdrec_app.storage.database import open_database
from xdrec_app.storage.run_reading import list_runs, load_curves
from xdrec_app.training.device import choose_device


def trained(workspace, model="popularity", **changes):
    settings = {"target": "books", "seed": 1, "baselines": False, **changes}
    return run(train(Train(workspace=workspace, model=model, **settings)))


def test_the_settings_of_a_split_stand_in_the_protocol_and_in_its_words(workspace):
    half = trained(workspace, split_params={"test_share": "0.5"})
    usual = trained(workspace)
    assert half.protocol.split_params == {"test_share": 0.5, "valid_share": 0.1}
    assert "50 % of each person's rows" in half.protocol_sentence
    assert half.protocol.digest != usual.protocol.digest
    with pytest.raises(UserError, match="no parameter 'share'"):
        trained(workspace, split_params={"share": 1})


def test_rows_belong_to_the_part_that_their_imported_file_is(tmp_path):
    workspace = tmp_path / "files.xdrec"
    new_workspace(workspace)
    parts = {
        "train": "ann,a,5\nann,b,4\nbob,a,3\nbob,c,4\ncid,b,5\n",
        "valid": "ann,c,5\n",
        "test": "bob,b,5\ncid,a,4\n",
    }
    for part, rows in parts.items():
        file = tmp_path / f"shop.{part}.csv"
        file.write_text("user,item,rating\n" + rows)
        run(import_interactions(ImportInteractions(workspace=workspace, file=file, domain="shop")))
    names = {"valid": "shop.valid.csv", "test": "shop.test.csv"}
    report = trained(workspace, target="shop", split="files", split_params=names)
    assert report.metrics["hit@5"] == 1.0
    assert "the rows of shop.test.csv in the target are hidden" in report.protocol_sentence
    again = run(evaluate_run(Evaluate(workspace=workspace, run=report.run)))
    assert again.rows == 2 and again.metrics["ndcg@10"] == report.metrics["ndcg@10"]


def test_groups_stand_under_a_key_of_their_own_and_come_back_from_the_workspace(workspace):
    report = trained(workspace, "bias", split="random-rows", split_params={"test_share": 0.6})
    assert {"warm people", "head items", "tail items"} <= set(report.groups)
    assert not any("[" in name or name == "people" for name in report.metrics)
    assert report.groups["warm people"].people > 0
    assert [one.rows for one in report.calibration]
    with Browser.open(workspace) as browser:
        (row,) = browser.runs()
    assert row.groups == report.groups and row.metrics == report.metrics
    again = run(evaluate_run(Evaluate(workspace=workspace, run=report.run)))
    assert again.groups == report.groups and again.calibration == report.calibration


def test_cold_people_are_apart(workspace):
    cold = trained(workspace, "ease", sources=("movies", "songs"), split="cold-start")
    assert set(cold.groups) & {"warm people", "cold people"} == {"cold people"}
    assert cold.groups["cold people"].metrics["ndcg@10"] == cold.metrics["ndcg@10"]


def test_negatives_by_popularity_are_a_protocol_of_their_own(workspace):
    reports = [trained(workspace, candidates=kind, negatives=20) for kind in ("full", "sampled", "popular")]
    assert len({report.protocol.digest for report in reports}) == 3
    found = [report.metrics["ndcg@10"] for report in reports]
    assert found[1] > found[2] > 0  # popular rivals are the harder ones for popularity
    assert "by their popularity" in reports[2].protocol_sentence


def test_the_epoch_is_chosen_by_the_metric_that_the_protocol_names(workspace):
    report = trained(workspace, "biased_mf", params={"epochs": 2}, monitor="mae")
    assert report.protocol.monitor == "mae" and "chosen by mae" in report.protocol_sentence
    with open_database(workspace, read_only=True) as database:
        assert {point.series for point in load_curves(database, report.run)} == {"train_loss", "mae"}
    for monitor, model in (("ndcg", "biased_mf"), ("rmse", "ease")):
        with pytest.raises(UserError, match="cannot be chosen by"):
            trained(workspace, model, monitor=monitor)
    with open_database(workspace, read_only=True) as database:
        assert len(list_runs(database)) == 1


def test_the_test_is_touched_once_and_after_the_choice(workspace, monkeypatch):
    """Whoever asks for held-out rows is written down, in order with the end of the fit."""
    asked = []
    honest_held_out, honest_fit = Experiment.held_out, Experiment.fit

    def held_out(self, part, data):
        asked.append(part)
        return honest_held_out(self, part, data)

    def fit(self, *arguments, **named):
        fitted = yield from honest_fit(self, *arguments, **named)
        asked.append("chosen")
        return fitted

    monkeypatch.setattr(Experiment, "held_out", held_out)
    monkeypatch.setattr(Experiment, "fit", fit)
    trained(workspace, "biased_mf", params={"epochs": 3})
    assert asked == ["valid", "chosen", "test"]


def test_a_choice_of_parameters_does_not_touch_the_test(tables_of_small_world, monkeypatch):
    asked = []
    honest = Experiment.held_out
    monkeypatch.setattr(Experiment, "held_out", lambda self, part, data: asked.append(part) or honest(self, part, data))
    experiment = Experiment.draw(*tables_of_small_world, "random", seed=1)
    model = recommenders["bias"]
    run(fit_and_validate(experiment, model, model.Params(), choose_device("cpu")[0], with_sources=False))
    assert asked == ["valid"]


@pytest.fixture
def tables_of_small_world(small_world):
    return small_world.target, list(small_world.sources)


# ---------------------------------------------------------------------- comparing


def compared(workspace, first, second):
    return run(compare_runs(CompareRuns(workspace=workspace, runs=(first.run, second.run))))


def test_two_runs_are_tested_person_by_person_and_groups_apart(workspace):
    ease, popularity = trained(workspace, "ease"), trained(workspace)
    found = compared(workspace, ease, popularity)
    figure = found.metrics["ndcg@10"]
    assert figure.first == pytest.approx(ease.metrics["ndcg@10"])
    assert figure.second == pytest.approx(popularity.metrics["ndcg@10"])
    assert figure.differs == (figure.verdict in {"better", "worse"}) == (not figure.low <= 0 <= figure.high)
    assert 0 < figure.p_value <= 1 and figure.people > 0
    assert found.metrics["coverage@10"].verdict == "not tested"
    assert "ndcg@10" in found.groups["warm people"]


def test_a_run_does_not_differ_from_itself(workspace):
    report = trained(workspace, "ease")
    found = compared(workspace, report, report)
    assert {one.verdict for one in found.metrics.values()} == {"no difference", "not tested"}
    assert found.metrics["ndcg@10"].p_value == 1.0


def test_runs_under_different_protocols_are_refused_with_what_differs(workspace):
    usual = trained(workspace)
    others = {
        "the seed": trained(workspace, seed=2),
        "the settings of the split": trained(workspace, split_params={"test_share": 0.4}),
        "what competes": trained(workspace, candidates="sampled"),
        "the target": trained(workspace, target="movies"),
    }
    for words, other in others.items():
        with pytest.raises(UserError, match=f"different protocols.*{words}"):
            compared(workspace, usual, other)


def test_a_run_without_a_test_cannot_be_compared(workspace):
    usual, whole = trained(workspace), trained(workspace, split="all")
    with pytest.raises(UserError, match="has no figures"):
        compared(workspace, usual, whole)

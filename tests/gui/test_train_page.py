import json
import math
import time
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from xdrec_app.core.errors import UserError
from xdrec_app.core.events import EVENT_ADAPTER, Change, Event, Tick, Value
from xdrec_app.core.jobs import Job, StopRequested
from xdrec_app.core.params import ParamField
from xdrec_app.evaluation.protocol import Protocol
from xdrec_app.models.capabilities import Capabilities
from xdrec_app.services.experiment_requests import Train
from xdrec_app.services.model_schema import ModelSchema, ModelSchemas
from xdrec_app.services.request import Request
from xdrec_app.services.results import LiftFigure, TrainReport
from xdrec_app.ui.main_window import MainWindow
from xdrec_app.ui.pages.train import TrainPage
from xdrec_app.ui.training_curves import TRAIN_LOSS

EPOCHS = ParamField(name="epochs", kind="int", default=10, description="Passes over the data.", low=1, high=100)
L2 = ParamField(name="l2", kind="float", default=100.0, description="Weight of the penalty.", low=0.0, high=1e6)

SCHEMAS = ModelSchemas(
    models=(
        ModelSchema(
            key="ease",
            title="EASE",
            family="Linear",
            summary="Closed form.",
            reference="",
            capabilities=Capabilities(task="ranking", fold_in=True),
            params=(L2,),
        ),
        ModelSchema(
            key="mf",
            title="Factors",
            family="Factors",
            summary="By epochs.",
            reference="Somebody 2009",
            capabilities=Capabilities(task="rating", rating=True, trains_by_epochs=True),
            params=(EPOCHS,),
        ),
        ModelSchema(
            key="popularity",
            title="Popularity",
            family="Baselines",
            summary="Counts.",
            reference="",
            capabilities=Capabilities(task="ranking", uses_sources=False),
            params=(),
        ),
    ),
    broken={},
)

RECORDED = """
{"kind": "progress", "done": 0, "message": "Reading the interactions"}
{"kind": "run_started", "run": 7, "device": "cpu", "device_reason": "No CUDA device was found."}
{"kind": "phase_started", "phase": "source", "epochs": 2}
{"kind": "epoch_end", "run": 7, "phase": "source", "epoch": 1, "train_loss": 3.0, "learning_rate": 0.1,
 "interactions_per_s": 120000.0, "elapsed_s": 1.0}
{"kind": "epoch_end", "run": 7, "phase": "source", "epoch": 2, "train_loss": 2.0, "learning_rate": 0.1,
 "interactions_per_s": 130000.0, "elapsed_s": 2.0}
{"kind": "log", "level": "info", "message": "The best epoch was 2."}
{"kind": "phase_started", "phase": "target", "epochs": 10}
{"kind": "epoch_end", "run": 7, "phase": "target", "epoch": 1, "train_loss": 5.0, "validation": {"rmse": 1.1},
 "learning_rate": 0.1, "interactions_per_s": 90000.0, "elapsed_s": 3.0}
{"kind": "epoch_end", "run": 7, "phase": "target", "epoch": 2, "train_loss": "NaN", "validation": {"rmse": 1.05},
 "learning_rate": 0.1, "interactions_per_s": 90000.0, "elapsed_s": 4.0}
"""

PROTOCOL = Protocol(split="random", split_words="20 % hidden", seed=0, target="Books", scored="all", relevant_from=4.0)
REPORT = TrainReport(
    run=7,
    model="ease",
    target="Books",
    sources=("Movies",),
    status="finished",
    elapsed_s=4.2,
    epochs=4,
    device="cpu",
    device_reason="No CUDA device was found.",
    protocol=PROTOCOL,
    protocol_sentence=PROTOCOL.sentence,
    metrics={"ndcg@5": 0.11, "ndcg@10": 0.1904, "hit@10": 0.31, "coverage@10": 0.5},
    baselines={"popularity": {"ndcg@10": 0.039}, "without_sources": {"ndcg@10": 0.1717}},
    lift={"ndcg@10": LiftFigure(with_=0.1904, without=0.1717, relative=0.109, low=0.081, high=0.16)},
    margin={},
    margin_run=None,
    unscored=0.02,
)


def recorded_events() -> list[Event]:
    texts = RECORDED.replace("\n ", " ").strip().splitlines()
    return [EVENT_ADAPTER.validate_python(json.loads(text)) for text in texts]


class Training:
    """A job that says what was recorded, then waits until it is released, stopped or cancelled."""

    def __init__(self) -> None:
        self.is_released = self.was_stopped = self.was_cancelled = False

    def __call__(self, _request: Request) -> Job[Value]:
        try:
            yield from recorded_events()
            while not self.is_released:
                time.sleep(0.005)
                yield Tick()
        except StopRequested:
            self.was_stopped = True
            return REPORT.model_copy(update={"status": "stopped"})
        except GeneratorExit:
            self.was_cancelled = True
            raise
        return REPORT


@pytest.fixture(autouse=True)
def schemas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xdrec_app.ui.known_models.read_model_schemas", lambda: SCHEMAS)


@pytest.fixture
def training(fake_pool: Any) -> Training:
    made = Training()
    fake_pool.make_job = made
    return made


@pytest.fixture
def page(opened: MainWindow, qtbot: QtBot) -> TrainPage:
    opened.navigate("train")
    found = opened.page("train")
    assert isinstance(found, TrainPage)
    qtbot.waitUntil(lambda: found.view.curves.loss_plot is not None)
    return found


def wait_for_last_epoch(qtbot: QtBot, page: TrainPage) -> None:
    qtbot.waitUntil(lambda: page.view.curves.curves.n_epochs == 4)
    qtbot.waitUntil(
        lambda: len(page.view.curves.points("rmse")) == 1 and len(page.view.curves.points("rmse")[0].x) == 2
    )


def test_the_smallest_domain_is_the_first_target_and_the_others_are_sources(page: TrainPage) -> None:
    assert page.settings.target == "Books"
    assert page.settings.sources.chosen == ("Movies",)
    assert page.settings.sources.chips[0].accessibleName() == "Movies 12 shared"
    assert page.subtitle.text() == "EASE on Books, learning from Movies as well"


def test_another_target_turns_the_roles_around(page: TrainPage) -> None:
    page.settings.targets.chips[1].click()
    assert (page.settings.target, page.settings.sources.chosen) == ("Movies", ("Books",))


def test_what_is_set_is_what_is_asked_for(page: TrainPage, training: Training, fake_pool: Any, qtbot: QtBot) -> None:
    settings = page.settings
    settings.picker.choose("mf")
    settings.params.rows[0].set_value(3)
    settings.split.choose("leave-last")
    settings.seed.setValue(5)
    settings.device.choose("cpu")
    settings.candidates.choose("sampled")
    settings.negatives.setValue(999)
    settings.baselines.setChecked(False)
    training.is_released = True
    page._train.click()
    qtbot.waitUntil(lambda: bool(fake_pool.requests))
    assert fake_pool.requests[-1] == Train(
        workspace=page.context.state.path,
        model="mf",
        target="Books",
        sources=("Movies",),
        params={"epochs": 3},
        split="leave-last",
        seed=5,
        device="cpu",
        candidates="sampled",
        negatives=999,
        baselines=False,
    )


def test_curves_grow_phase_by_phase_while_it_trains(page: TrainPage, training: Training, qtbot: QtBot) -> None:
    page.settings.picker.choose("mf")
    page.train()
    wait_for_last_epoch(qtbot, page)
    first, second = page.view.curves.points(TRAIN_LOSS)
    assert (first.x, first.y) == ([1, 2], [3.0, 2.0])
    assert second.x == [3, 4]
    assert second.y[0] == 5.0
    assert math.isnan(second.y[1])
    assert page.view.curves.points("rmse")[0].y == [1.1, 1.05]
    assert "target, epoch 2 of at most 10" in page.view.status.text()
    assert "90.0 k interactions/s" in page.view.status.text()
    assert "at most 8.0 s left" in page.view.status.text()
    assert page.view.device.text() == "cpu: No CUDA device was found."
    assert page.view.log.toPlainText() == "The best epoch was 2."


def test_the_report_says_what_the_sources_did_and_the_curves_stay(
    page: TrainPage, training: Training, qtbot: QtBot
) -> None:
    training.is_released = True
    page.train()
    qtbot.waitUntil(page.view.report.isVisible)
    report = page.view.report
    assert report.lift.sentences == ["The sources raised NDCG@10 by +10.9 % [8.1, 16.0]"]
    assert report.table.texts()[:2] == [
        ["Metric", "This run", "Popularity", "Alone", "Lift"],
        ["NDCG@10", "0.1904", "0.0390", "0.1717", "+10.9 %"],
    ]
    assert PROTOCOL.sentence in report._protocol.text()
    assert "2.0 % of the people could not be scored" in report._protocol.text()
    assert len(page.view.curves.points(TRAIN_LOSS)) == 2
    assert page.view.stop.isHidden()


def test_all_metrics_unfold(page: TrainPage, training: Training, qtbot: QtBot) -> None:
    training.is_released = True
    page.train()
    qtbot.waitUntil(page.view.report.isVisible)
    table = page.view.report.table
    assert [row[0] for row in table.texts()[1:]] == ["NDCG@10", "Hit rate@10"]
    table._more.click()
    assert [row[0] for row in table.texts()[1:]] == ["NDCG@5", "NDCG@10", "Hit rate@10", "Coverage@10"]
    report = page.view.report
    report._copy()
    assert QGuiApplication.clipboard().text().startswith("Metric\tThis run\tPopularity\tAlone\tLift\nNDCG@5\t0.1100")


def test_stop_keeps_the_best(page: TrainPage, training: Training, qtbot: QtBot) -> None:
    page.train()
    wait_for_last_epoch(qtbot, page)
    page.view.stop.click()
    qtbot.waitUntil(page.view.report.isVisible)
    assert training.was_stopped
    assert "stopped early" in page.view.report.heading.text()


def test_cancel_leaves_nothing_but_the_curves_that_were_seen(page: TrainPage, training: Training, qtbot: QtBot) -> None:
    page.train()
    wait_for_last_epoch(qtbot, page)
    page.view.cancel.click()
    qtbot.waitUntil(page.view.cancel.isHidden)
    assert training.was_cancelled
    assert page.view.report.isHidden()
    assert "nothing was kept" in page.view.status.text()


def test_a_failure_stands_where_the_training_was_started(page: TrainPage, fake_pool: Any, qtbot: QtBot) -> None:
    def fails(_request: Request) -> Job[Value]:
        yield Tick()
        raise UserError("Leave-last needs times.", "Choose another split.")

    fake_pool.make_job = fails
    page.train()
    qtbot.waitUntil(page.view.error.isVisible)
    assert page.view.error.sentence.text() == "Leave-last needs times."
    assert page.view.error.hint.text() == "Choose another split."


def test_a_second_training_waits_and_is_shown_when_its_turn_comes(
    page: TrainPage, training: Training, qtbot: QtBot
) -> None:
    page.train()
    qtbot.waitUntil(lambda: page._train.text() == "Add to queue")
    page.settings.picker.choose("popularity")
    page._train.click()
    assert len(page.context.runner.queued) == 1
    training.is_released = True
    qtbot.waitUntil(lambda: page.view.title.text() == "Training Popularity on Books")
    qtbot.waitUntil(lambda: page._train.text() == "Train")


def test_what_was_typed_outlives_refreshes_and_other_pages(page: TrainPage, opened: MainWindow) -> None:
    page.settings.picker.choose("mf")
    page.settings.params.rows[0].set_value(42)
    page.settings.sources.chips[0].click()
    page.settings.split.choose("cold-start")
    opened.navigate("home")
    opened.navigate("train")
    page.refresh(frozenset(Change))
    path = page.context.state.path
    assert path is not None
    request = page.settings.request(path)
    assert request is not None
    assert (request.model, request.params, request.sources, request.split) == ("mf", {"epochs": 42}, (), "cold-start")


def test_the_settings_of_an_earlier_run_can_be_taken_over(page: TrainPage, opened: MainWindow) -> None:
    opened.navigate("train", target="Movies", sources=(), model="mf", params={"epochs": 9}, split="all", seed=3)
    assert opened.state.path is not None
    request = page.settings.request(opened.state.path)
    assert request is not None
    assert (request.target, request.sources, request.model) == ("Movies", (), "mf")
    assert (request.params, request.split, request.seed) == ({"epochs": 9}, "all", 3)


def test_a_model_that_ignores_the_sources_says_so(page: TrainPage) -> None:
    page.settings.picker.choose("popularity")
    assert page.settings._no_sources.text() == "Popularity looks at the target alone; sources change nothing."


def test_families_head_the_list_and_cannot_be_chosen(page: TrainPage) -> None:
    box = page.settings.picker.box
    assert [box.itemText(number) for number in range(box.count())] == [
        "Baselines",
        "Popularity",
        "Factors",
        "Factors",
        "Linear",
        "EASE",
    ]
    assert not box.model().index(0, 0).flags()


@pytest.mark.parametrize("asked", ["runs", "recommendations"])
def test_the_report_leads_on(page: TrainPage, training: Training, qtbot: QtBot, asked: str) -> None:
    went: list[tuple[str, dict[str, Any]]] = []

    def navigate(key: str, **payload: Any) -> None:
        went.append((key, payload))

    page.context = replace(page.context, navigate=navigate)
    training.is_released = True
    page.train()
    qtbot.waitUntil(page.view.report.isVisible)
    {"runs": page.view.report.see, "recommendations": page.view.report.recommend}[asked].click()
    assert went == [(asked, {"run": 7})]


def test_without_a_workspace_the_next_step_is_offered(window: MainWindow) -> None:
    window.navigate("train")
    page = window.page("train")
    assert isinstance(page, TrainPage)
    assert page.subtitle.text() == "No workspace is open"
    assert page._train.isHidden()


def test_without_domains_an_import_is_offered(fake_browser: Any, opened: MainWindow, qtbot: QtBot) -> None:
    opened.navigate("train")
    page = opened.page("train")
    assert isinstance(page, TrainPage)
    fake_browser.domains = ()
    fake_browser.version += 1
    qtbot.waitUntil(lambda: page.subtitle.text() == "There is nothing to learn from yet")
    assert page._train.isHidden()

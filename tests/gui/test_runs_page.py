from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from xdrec_app.core.events import Change, Changed, Value
from xdrec_app.core.jobs import Job
from xdrec_app.core.params import ParamField
from xdrec_app.models.capabilities import Capabilities
from xdrec_app.services.model_schema import ModelSchema, ModelSchemas
from xdrec_app.services.request import Done, Request
from xdrec_app.services.requests import DeleteRun
from xdrec_app.services.results import LiftFigure
from xdrec_app.services.views import CurvePoint, RunRow
from xdrec_app.ui.main_window import MainWindow
from xdrec_app.ui.pages.runs import RunsPage

SCHEMAS = ModelSchemas(
    models=(
        ModelSchema(
            key="ease",
            title="EASE",
            family="Linear",
            summary="",
            reference="",
            capabilities=Capabilities(task="ranking"),
            params=(ParamField(name="l2", kind="float", default=100.0, description=""),),
        ),
        ModelSchema(
            key="mf",
            title="Factors",
            family="Factors",
            summary="",
            reference="",
            capabilities=Capabilities(task="rating", rating=True, trains_by_epochs=True),
            params=(
                ParamField(name="epochs", kind="int", default=10, description=""),
                ParamField(name="embedding_size", kind="int", default=64, description=""),
            ),
        ),
    ),
    broken={},
)


def run_row(run: int, model: str, **others: Any) -> RunRow:
    values: dict[str, Any] = {
        "run": run,
        "model": model,
        "target": "Books",
        "sources": ("Movies",),
        "split": "random",
        "seed": 0,
        "status": "finished",
        "error": "",
        "device": "cpu",
        "device_reason": "The CPU was asked for.",
        "created_at": 1_700_000_000 + run,
        "elapsed_s": 2.0 * run,
        "epochs": None,
        "params": {},
        "metrics": {"ndcg@10": run / 100},
        "popularity": {},
        "lift": {},
        "margin": {},
        "protocol_sentence": "all items of Books compete",
        "unscored": 0.0,
        "note": "",
        "can_serve": True,
    }
    return RunRow(**(values | others))


LIFT = {"ndcg@10": LiftFigure(with_=0.05, without=0.04, relative=0.25, low=0.1, high=0.4)}
RUNS = (
    run_row(9, "mf", status="failed", error="The loss was not finite.", metrics={}, elapsed_s=None, can_serve=False),
    run_row(7, "mf", metrics={"rmse": 0.91, "ndcg@10": 0.02}, params={"epochs": 3, "embedding_size": 64}),
    run_row(5, "ease", lift=LIFT, params={"l2": 250.0}, unscored=0.1),
    run_row(4, "ease", candidates="sampled", sources=(), split="cold-start"),
    run_row(2, "mf", metrics={"rmse": 0.93, "ndcg@10": 0.01}, target="Movies", note="first try"),
)


def points(run: int) -> tuple[CurvePoint, ...]:
    if run not in {2, 7}:
        return ()
    return tuple(
        CurvePoint(phase="fit", epoch=epoch, series=series, value=value * run, elapsed_s=float(epoch))
        for epoch in (1, 2, 3)
        for series, value in (("train_loss", 2.0 / epoch), ("rmse", 1.0 / epoch))
    )


@pytest.fixture(autouse=True)
def schemas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xdrec_app.ui.known_models.read_model_schemas", lambda: SCHEMAS)


@pytest.fixture
def page(fake_browser: Any, opened: MainWindow, qtbot: QtBot) -> RunsPage:
    fake_browser.stored_runs = RUNS
    fake_browser.curves = points
    fake_browser.version += 1
    opened.navigate("runs")
    found = opened.page("runs")
    assert isinstance(found, RunsPage)
    qtbot.waitUntil(lambda: bool(found.model.rows) and found.curves.plot is not None)
    return found


def shown(page: RunsPage) -> list[int]:
    return [row.run for row in page.model.rows]


def texts(page: RunsPage, run: int) -> dict[str, str]:
    row = page.model.rows[page.model.row_of(run)]
    return {column.heading: column.text(row) for column in page.model.columns}


def test_the_newest_run_stands_first(page: RunsPage) -> None:
    assert shown(page) == [9, 7, 5, 4, 2]
    assert page.subtitle.text() == "5 runs"
    assert texts(page, 7) | {"When": ""} == {
        "Run": "7",
        "Model": "Factors",
        "Target": "Books",
        "Sources": "Movies",
        "Split": "Random",
        "NDCG@10": "0.0200",
        "NDCG@10 sampled": "–",
        "RMSE": "0.9100",
        "Lift": "–",
        "Status": "finished",
        "Time": "14 s",
        "When": "",
    }


def test_sampled_and_full_ranking_never_share_a_column(page: RunsPage) -> None:
    assert texts(page, 4)["NDCG@10"] == "–"
    assert texts(page, 4)["NDCG@10 sampled"] == "0.0400"
    page.model.set_runs([row for row in RUNS if row.candidates == "full"])
    assert "NDCG@10 sampled" not in [column.heading for column in page.model.columns]


def test_a_click_on_a_header_sorts_and_what_is_missing_stays_last(page: RunsPage) -> None:
    headings = [column.heading for column in page.model.columns]
    page.table.sortByColumn(headings.index("RMSE"), Qt.SortOrder.AscendingOrder)
    assert shown(page)[:2] == [7, 2]
    page.table.sortByColumn(headings.index("RMSE"), Qt.SortOrder.DescendingOrder)
    assert shown(page)[:2] == [2, 7]
    page.table.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
    assert shown(page) == [9, 7, 5, 4, 2]


def test_sorting_keeps_the_chosen_run_chosen(page: RunsPage) -> None:
    page.activate({"run": 5})
    page.table.sortByColumn(0, Qt.SortOrder.AscendingOrder)
    chosen = page.model.run_at(page.table.currentIndex().row())
    assert chosen is not None
    assert chosen.run == 5


def test_the_filter_looks_for_every_word_everywhere(page: RunsPage) -> None:
    page.filter.setText("factors books")
    assert shown(page) == [9, 7]
    assert page.subtitle.text() == "2 of 5 runs"
    page.filter.setText("FIRST try")
    assert shown(page) == [2]
    assert page.details.row is not None
    assert page.details.row.run == 2


def test_a_tick_lays_curves_over_each_other(page: RunsPage, qtbot: QtBot) -> None:
    page.model.set_ticked([])
    for run in (7, 2):
        index = page.model.index(page.model.row_of(run), 0)
        assert page.model.setData(index, Qt.CheckState.Checked, Qt.ItemDataRole.CheckStateRole)
    qtbot.waitUntil(lambda: set(page.curves.lines()) == {7, 2})
    assert page.curves.series.key == "rmse"
    assert page.curves.lines()[7].x == [1, 2, 3]
    assert page.curves.lines()[7].y == pytest.approx([7.0, 3.5, 7 / 3])
    page.curves.series.choose("train_loss")
    assert page.curves.lines()[2].y == pytest.approx([4.0, 2.0, 4 / 3])


def test_smoothing_never_reaches_one(page: RunsPage, qtbot: QtBot) -> None:
    page.model.set_ticked([7])
    qtbot.waitUntil(lambda: 7 in page.curves.lines())
    page.curves.smoothing.setValue(1000)
    assert page.curves.smoothing.value() < 100
    smooth = page.curves.lines()[7].y
    assert smooth[0] == pytest.approx(7.0)
    assert 7.0 > smooth[1] > 3.5


def test_the_plot_can_be_logarithmic(page: RunsPage, qtbot: QtBot) -> None:
    page.model.set_ticked([7])
    qtbot.waitUntil(lambda: 7 in page.curves.lines())
    page.curves.log_y.setChecked(True)
    assert page.curves.plot is not None
    assert page.curves.plot.getAxis("left").logMode
    assert not page.curves.plot.getAxis("bottom").logMode


def test_a_model_that_learns_in_one_step_says_why_there_is_no_curve(page: RunsPage, qtbot: QtBot) -> None:
    page.model.set_ticked([5])
    qtbot.waitUntil(lambda: "learn in one step" in page.curves._words.text())
    page.model.set_ticked([])
    qtbot.waitUntil(lambda: page.curves._words.text().startswith("Tick runs"))


def test_the_details_say_everything_about_a_run(page: RunsPage) -> None:
    page.activate({"run": 5})
    details = page.details
    assert details.title.text() == "Run 5: EASE"
    assert details.lift.sentences == ["The sources raised NDCG@10 by +25.0 % [10.0, 40.0]"]
    assert details.params() == {"l2": ("250", True)}
    words = details.protocol.text()
    assert "all items of Books compete" in words
    assert "10.0 % of the people could not be scored" in words
    assert "Trained on cpu. The CPU was asked for." in words


def test_parameters_that_differ_from_the_default_are_marked(page: RunsPage) -> None:
    page.activate({"run": 7})
    assert page.details.params() == {"epochs": ("3", True), "embedding_size": ("64", False)}


def test_a_failed_run_shows_its_error_and_cannot_serve(page: RunsPage) -> None:
    page.activate({"run": 9})
    assert page.details.error.isVisible()
    assert page.details.error.sentence.text() == "The loss was not finite."
    assert not page.details.recommend.isEnabled()


def test_a_run_is_deleted_only_after_a_second_look(
    page: RunsPage, fake_pool: Any, fake_browser: Any, qtbot: QtBot
) -> None:
    def deletes(request: Request) -> Job[Value]:
        assert isinstance(request, DeleteRun)
        fake_browser.stored_runs = tuple(row for row in RUNS if row.run != request.run)
        yield Changed(changes=frozenset({Change.RUNS}))
        return Done()

    fake_pool.make_job = deletes
    page.activate({"run": 7})
    page.details.delete.click()
    assert page.details.question.isVisible()
    page.details.keep.click()
    assert not page.details.question.isVisible()
    assert fake_pool.requests == []
    page.details.delete.click()
    page.details.really_delete.click()
    qtbot.waitUntil(lambda: shown(page) == [9, 5, 4, 2])
    assert [request.run for request in fake_pool.requests] == [7]
    assert 7 not in page.model.ticked


def test_another_run_takes_the_question_away(page: RunsPage) -> None:
    page.activate({"run": 7})
    page.details.delete.click()
    page.activate({"run": 5})
    assert not page.details.question.isVisible()


def test_a_run_leads_on_to_recommendations_and_to_training(page: RunsPage) -> None:
    went: list[tuple[str, dict[str, Any]]] = []

    def navigate(key: str, **payload: Any) -> None:
        went.append((key, payload))

    page.context = replace(page.context, navigate=navigate)
    page.activate({"run": 5})
    page.details.recommend.click()
    page.details.again.click()
    assert went[0] == ("recommendations", {"run": 5})
    assert went[1][0] == "train"
    assert went[1][1]["params"] == {"l2": 250.0}
    assert went[1][1]["sources"] == ("Movies",)


def test_the_table_is_copied_as_tab_separated_text(page: RunsPage) -> None:
    page._copy.click()
    lines = QGuiApplication.clipboard().text().split("\n")
    assert lines[0].startswith("Run\tModel\tTarget")
    assert len(lines) == 1 + len(RUNS)
    assert {line.count("\t") for line in lines} == {len(page.model.columns) - 1}


def test_what_was_chosen_and_ticked_outlives_new_runs(page: RunsPage, fake_browser: Any, qtbot: QtBot) -> None:
    page.activate({"run": 5})
    page.model.set_ticked([2, 7])
    fake_browser.stored_runs = (run_row(11, "ease", status="running", metrics={}), *RUNS)
    fake_browser.version += 1
    qtbot.waitUntil(lambda: shown(page)[0] == 11)
    assert page.details.row is not None
    assert page.details.row.run == 5
    assert page.model.ticked == (2, 7)


def test_another_workspace_begins_anew(page: RunsPage, opened: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    page.activate({"run": 5})
    page.model.set_ticked([2, 5])
    other = tmp_path / "other.xdrec"
    other.touch()
    with qtbot.waitSignal(opened.state.opened):
        opened.open_workspace(other)
    assert page.details.row is not None
    assert page.details.row.run == 9
    assert page.model.ticked == (9,)


def test_a_workspace_without_runs_leads_to_training(opened: MainWindow) -> None:
    opened.navigate("runs")
    page = opened.page("runs")
    assert isinstance(page, RunsPage)
    assert page.subtitle.text() == "Nothing was trained yet"
    assert page.filter.isHidden()

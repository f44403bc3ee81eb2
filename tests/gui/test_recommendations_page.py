"""The Recommendations page on recorded people, runs and lists."""

import csv
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from xdrec_app.core.errors import UserError
from xdrec_app.core.events import Change, Tick, Value
from xdrec_app.core.jobs import Job
from xdrec_app.services.request import Request
from xdrec_app.services.requests import Recommend, RecommendAll
from xdrec_app.services.results import ExportReport, Reason, RecommendationList, RecommendedItem
from xdrec_app.ui.main_window import MainWindow
from xdrec_app.ui.pages.recommendations import RecommendationsPage
from xdrec_app.ui.pages.train import TrainPage
from xdrec_app.ui.tables.recommendation_model import SCORE_ROLE

REASONS = (
    Reason(domain="Movies", item="m1", title="红楼梦", value=5.0, weight=0.6),
    Reason(domain="Books", item="b7", title="An Orbit", value=4.0, weight=0.2),
)
ITEMS = (
    RecommendedItem(
        rank=1, id="b1", title="The Long Way", tags=("noir", "space"), score=0.8, why="Because.", reasons=REASONS
    ),
    RecommendedItem(rank=2, id="b2", title="=1+1", tags=("history",), score=0.4, why="Many people liked it."),
    RecommendedItem(rank=3, id="b3", title="三体", tags=("space",), score=0.2, why="Many people liked it."),
)


def list_for(request: Recommend) -> RecommendationList:
    return RecommendationList(
        run=request.run,
        user=request.user,
        target="Books",
        is_new_person=request.user == "v1",
        items=ITEMS[: request.k],
    )


def answer(request: Request) -> Job[Value]:
    assert isinstance(request, Recommend)
    yield Tick()
    if request.run == 1:
        raise UserError("Run 1 does not know this person.", "Choose another run.")
    return list_for(request)


@pytest.fixture
def page(served: MainWindow, fake_pool: Any, qtbot: QtBot) -> RecommendationsPage:
    fake_pool.make_query = answer
    served.navigate("recommendations")
    found = served.page("recommendations")
    assert isinstance(found, RecommendationsPage)
    qtbot.waitUntil(lambda: len(found.tiles.tiles) == 4)
    return found


@pytest.fixture
def listed(page: RecommendationsPage, qtbot: QtBot) -> RecommendationsPage:
    """The page with the list of u2."""
    page.recommend_to("u2")
    qtbot.waitUntil(page.list.isVisible)
    return page


def test_only_runs_that_can_recommend_are_offered_newest_first(page: RecommendationsPage) -> None:
    runs = page.controls.runs
    assert [runs.itemData(row) for row in range(runs.count())] == [4, 3, 1]
    assert runs.itemText(1) == "EASE  ·  Books ← Movies, Music  ·  NDCG@10 0.190  ·  run 3"


def test_a_person_picked_from_the_search_is_asked_about_with_reasons(
    page: RecommendationsPage, fake_pool: Any, qtbot: QtBot
) -> None:
    qtbot.keyClicks(page.controls.search, "v")
    qtbot.keyClick(page.controls.search, Qt.Key.Key_Return)
    qtbot.waitUntil(page.list.isVisible)
    request = fake_pool.requests[-1]
    assert isinstance(request, Recommend)
    assert (request.user, request.run, request.k, request.explain, request.exclude_seen) == ("v1", 3, 10, True, True)
    assert page.list.note.isVisible()


def test_the_list_shows_items_and_the_details_show_the_reasons(listed: RecommendationsPage) -> None:
    assert listed.list.heading.text() == "Books for u2"
    assert [listed.list.model.index(row, 0).data() for row in range(3)] == ["The Long Way", "=1+1", "三体"]
    assert [listed.list.model.index(row, 0).data(SCORE_ROLE) for row in range(3)] == [1.0, 0.5, 0.25]
    assert listed.details.title.text() == "The Long Way"
    assert listed.details.bars.reasons == REASONS
    assert "80 %" in listed.details.rest.text()
    assert not listed.list.note.isVisible()


def test_another_row_shows_its_own_details(listed: RecommendationsPage) -> None:
    listed.list.view.setCurrentIndex(listed.list.model.index(2, 0))
    assert listed.details.title.text() == "三体"
    assert not listed.details.bars.isVisible()


def test_the_filter_looks_at_titles_and_tags_and_stays(
    listed: RecommendationsPage, fake_pool: Any, qtbot: QtBot
) -> None:
    qtbot.keyClicks(listed.list.filter, "SPACE")
    assert [item.id for item in listed.list.model.rows] == ["b1", "b3"]
    n_asked = len(fake_pool.requests)
    listed.refresh(frozenset({Change.INTERACTIONS}))
    qtbot.waitUntil(lambda: len(fake_pool.requests) > n_asked and not listed.context.runner.is_asking)
    assert listed.list.filter.text() == "SPACE"
    assert [item.id for item in listed.list.model.rows] == ["b1", "b3"]
    listed.list.filter.setText("no such thing")
    assert listed.list.nothing.isVisible()
    assert not listed.list.view.isVisible()


def test_length_and_known_items_are_asked_for(listed: RecommendationsPage, fake_pool: Any, qtbot: QtBot) -> None:
    listed.controls.length.setValue(2)
    qtbot.waitUntil(lambda: listed.list.model.rowCount() == 2)
    listed.controls.exclude_seen.click()
    qtbot.waitUntil(lambda: not fake_pool.requests[-1].exclude_seen)


def test_a_list_of_a_former_person_or_run_is_dropped(listed: RecommendationsPage) -> None:
    request = Recommend(workspace=Path("fake.xdrec"), run=3, user="u1")
    listed._show(list_for(request))
    listed._show(list_for(request.model_copy(update={"run": 4, "user": "u2"})))
    assert listed._shown is not None
    assert (listed._shown.user, listed._shown.run) == ("u2", 3)


def test_a_failure_is_told_in_its_place_and_another_run_mends_it(listed: RecommendationsPage, qtbot: QtBot) -> None:
    listed.activate({"run": 1})
    qtbot.waitUntil(listed.error.isVisible)
    assert listed.error.sentence.text() == "Run 1 does not know this person."
    assert not listed.list.isVisible()
    listed.activate({"run": 3})
    qtbot.waitUntil(listed.list.isVisible)
    assert not listed.error.isVisible()


def test_selected_rows_are_copied_for_a_spreadsheet(listed: RecommendationsPage, qtbot: QtBot) -> None:
    listed.list.view.selectAll()
    qtbot.keyClick(listed.list.view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    lines = QGuiApplication.clipboard().text().splitlines()
    assert lines[0] == "1\tb1\tThe Long Way\tnoir|space\t0.8\tBecause."
    assert lines[1].split("\t")[2] == "'=1+1"


def test_the_saved_list_holds_the_rows_that_are_shown(listed: RecommendationsPage, tmp_path: Path) -> None:
    listed.list.filter.setText("space")
    file = tmp_path / "list.csv"
    listed.save_list(str(file))
    with file.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.reader(lines))
    assert rows[0] == ["rank", "item", "title", "tags", "score", "why"]
    assert [row[2] for row in rows[1:]] == ["The Long Way", "三体"]


def test_a_file_that_cannot_be_written_is_told(listed: RecommendationsPage, served: MainWindow, tmp_path: Path) -> None:
    listed.save_list(str(tmp_path / "no such folder" / "list.csv"))
    assert "cannot be written" in served.message_bar.shown[-1].text


def test_the_export_for_everybody_is_a_job_with_what_is_set(
    page: RecommendationsPage, fake_pool: Any, served: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    def export(request: Request) -> Job[Value]:
        assert isinstance(request, RecommendAll)
        yield Tick()
        return ExportReport(file=request.out, people=58, rows=290, elapsed_s=0.1)

    fake_pool.make_job = export
    page.controls.runs.choose(4)
    page.controls.length.setValue(5)
    page.controls.exclude_seen.setChecked(False)
    page.export_for_everybody(str(tmp_path / "all.csv"))
    qtbot.waitUntil(lambda: bool(served.message_bar.shown))
    assert fake_pool.requests[-1] == RecommendAll(
        workspace=page.context.state.path, run=4, out=tmp_path / "all.csv", k=5, exclude_seen=False
    )
    assert served.message_bar.shown[-1].text == "290 recommendations for 58 people were saved to all.csv."


def test_the_file_dialog_holds_nothing_up(page: RecommendationsPage, qtbot: QtBot) -> None:
    page._export_all.click()
    dialog = page.findChild(QFileDialog)
    assert dialog is not None
    assert dialog.isVisible()
    dialog.reject()
    qtbot.waitUntil(lambda: page.findChild(QFileDialog) is None)


def test_without_a_run_the_way_leads_to_train(opened: MainWindow) -> None:
    opened.navigate("recommendations")
    page = opened.page("recommendations")
    assert isinstance(page, RecommendationsPage)
    assert page._states.currentIndex() == 2
    assert not page._export_all.isVisible()
    page._states.currentWidget().findChildren(type(page._export_all))[0].click()
    assert isinstance(opened.stack.currentWidget(), TrainPage)

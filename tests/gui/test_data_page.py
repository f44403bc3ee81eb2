from pathlib import Path

import pytest
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLineEdit, QTableView
from pytestqt.qtbot import QtBot

from xdrec_app.core.jobs import run
from xdrec_app.services.data_requests import ImportInteractions
from xdrec_app.services.import_interactions import import_interactions
from xdrec_app.services.inspect_domains import inspect_domains
from xdrec_app.services.results import WorkspaceSummary
from xdrec_app.services.views import Histogram
from xdrec_app.services.workspace import new_workspace
from xdrec_app.ui.main_window import MainWindow
from xdrec_app.ui.pages.data import VIEWS, DataPage
from xdrec_app.ui.widgets.histogram import merge_bars
from xdrec_app.ui.widgets.overlap_matrix import OverlapMatrix


def data_page(window: MainWindow) -> DataPage:
    window.navigate("data")
    page = window.page("data")
    assert isinstance(page, DataPage)
    return page


def test_a_real_workspace_fills_the_page(qtbot: QtBot, fake_pool, settings, tmp_path: Path) -> None:
    workspace = tmp_path / "small.xdrec"
    new_workspace(workspace)
    for domain, people in (("Books", range(6)), ("Movies", range(3, 9))):
        file = tmp_path / f"{domain}.csv"
        lines = [f"u{one},{domain[0]}{one % 4},{1 + one % 5}" for one in people]
        file.write_text("\n".join(["user,item,rating", *lines, "broken"]) + "\n")
        run(import_interactions(ImportInteractions(workspace=workspace, file=file, domain=domain)))
    fake_pool.make_job = inspect_domains
    window = MainWindow(fake_pool, settings)
    qtbot.addWidget(window)
    window.show()
    with qtbot.waitSignal(window.state.opened):
        window.open_workspace(workspace)
    page = data_page(window)
    assert [(card.domain.name, card.domain.users) for card in page.overview.cards] == [("Books", 6), ("Movies", 6)]
    assert page.overview.matrix.shared("Books", "Movies") == 3
    qtbot.waitUntil(lambda: all(card.histogram.bars for card in page.overview.cards))
    page.show_view("report")
    qtbot.waitUntil(page.report.report.isVisible)
    page.overview.imports.rejected_asked.emit(page.overview.imports._batches[0].batch)
    qtbot.waitUntil(lambda: page.overview.imports.lines.model().rowCount() == 1)
    assert page.overview.imports.lines.model().index(0, 2).data() == "broken"
    qtbot.waitUntil(lambda: not window.runner.is_busy)
    window.close()


def test_an_empty_workspace_offers_the_import(opened: MainWindow, fake_browser, qtbot: QtBot) -> None:
    page = data_page(opened)
    fake_browser.domains, fake_browser.imports = (), ()
    fake_browser.version += 1
    with qtbot.waitSignal(opened.state.changed, timeout=4000):
        pass
    assert page._states.shown == "empty"


def test_rejected_lines_are_shown_for_a_batch_that_was_handed_over(opened: MainWindow, qtbot: QtBot) -> None:
    opened.navigate("data", batch=1)
    page = data_page(opened)
    qtbot.waitUntil(page.overview.imports.lines.isVisible)
    assert page.overview.imports.lines.model().rowCount() == 2


def test_many_values_share_bars_and_no_count_is_lost() -> None:
    histogram = Histogram(values=tuple(map(float, range(101))), counts=tuple(range(101)))
    bars = merge_bars(histogram, 40)
    assert len(bars) <= 40
    assert sum(count for _, count in bars) == sum(range(101))
    assert bars[0][0] == "0 – 2"


def test_the_share_of_an_overlap_is_of_the_smaller_domain(qtbot: QtBot, fake_browser) -> None:
    matrix = OverlapMatrix()
    qtbot.addWidget(matrix)
    summary = fake_browser.summary()
    assert isinstance(summary, WorkspaceSummary)
    matrix.set_summary(summary)
    assert matrix.share("Movies", "Books") == 12 / 30
    assert matrix.shared("Books", "Books") == 30


@pytest.mark.parametrize("view", VIEWS)
def test_every_control_of_a_view_has_a_name(opened: MainWindow, view: str) -> None:
    opened.navigate("data", view=view)
    page = data_page(opened)
    controls = [
        one
        for kind in (QAbstractButton, QLineEdit, QComboBox)
        for one in page.findChildren(kind)
        if not one.objectName().startswith("qt_") and not isinstance(one.parent(), QComboBox | QLineEdit | QTableView)
    ]
    assert controls
    for control in controls:
        text = control.text() if isinstance(control, QAbstractButton) else ""
        assert control.accessibleName() or control.toolTip() or text, control

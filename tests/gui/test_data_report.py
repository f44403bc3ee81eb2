"""The report on a domain: what its bars and tables show, and when a job makes it anew."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QPoint
from pytestqt.qtbot import QtBot

from xdrec_app.core.errors import UserError
from xdrec_app.core.events import Value
from xdrec_app.core.jobs import Job
from xdrec_app.datasets.domain_figures import KCore, Shortage
from xdrec_app.services.data_requests import InspectDomains
from xdrec_app.services.data_results import DomainReport, DomainReports, Overlap
from xdrec_app.services.finding_views import Inspection
from xdrec_app.services.request import Request
from xdrec_app.ui.main_window import MainWindow
from xdrec_app.ui.pages.data import DataPage
from xdrec_app.ui.widgets.report_bars import BarChart, tick_step, tick_text
from xdrec_app.ui.widgets.report_page import ReportPage
from xdrec_app.ui.widgets.report_view import MANY_DOMAINS, DomainSwitch
from xdrec_app.ui.widgets.report_words import range_bars, time_bars, value_bars
from xdrec_app.ui.widgets.scroll_area import ScrollArea

FEBRUARY, APRIL = 1_643_673_600, 1_648_771_200  # 2022


def report_on(domain: str, **changes: object) -> DomainReport:
    figures: dict[str, object] = {
        "domain": domain, "revision": 1, "signal": "ratings", "policy": "last", "scale": (1, 5), "rows": 303,
        "users": 30, "items": 20, "cold_items": 2, "interactions": 300, "repeated": 1, "out_of_scale": 2,
        "left_out": 2, "density": 0.5, "time_span": (FEBRUARY, APRIL + 9), "histogram": ((1.0, 100), (5.0, 200)),
        "over_time": ((FEBRUARY, 120), (APRIL, 180)), "period": "month", "user_counts": ((1, 3), (2, 4), (4, 23)),
        "item_counts": ((1, 1), (2, 17)), "head_shares": ((0.01, 0.2), (0.1, 0.5)), "gini": 0.4,
        "shortages": (Shortage(k=2, users=3, items=3),), "k_cores": (KCore(k=2, users=27, items=17, interactions=290),),
    }  # fmt: skip
    return DomainReport.model_validate(figures | changes)


@pytest.fixture
def shown(qtbot: QtBot) -> ReportPage:
    page = ReportPage()
    qtbot.addWidget(page)
    page.show_report(report_on("Books"))
    return page


def data_page(window: MainWindow) -> DataPage:
    window.navigate("data", view="report")
    page = window.page("data")
    assert isinstance(page, DataPage)
    return page


def test_the_lines_of_a_report_add_up_in_words(shown: ReportPage) -> None:
    assert "303 lines = 300 interactions + 1 repeated + 2 left out" in shown.meaning.text()
    assert shown.tiles["out_of_scale"].accessibleName() == "out of scale: 2"


def test_months_without_interactions_stand_between_the_others() -> None:
    bars = time_bars(report_on("Books"))
    assert [(bar.name, bar.n) for bar in bars] == [("February 2022", 120), ("March 2022", 0), ("April 2022", 180)]


def test_a_report_without_times_shows_no_axis_of_time(shown: ReportPage) -> None:
    shown.show_report(report_on("Books", over_time=(), period="", time_span=None))
    assert shown.time_card.isHidden()
    assert "no times" in shown.meaning.text()


def test_a_domain_without_interactions_has_figures_and_no_charts(shown: ReportPage) -> None:
    nothing: dict[str, object] = {"interactions": 0, "over_time": (), "histogram": (), "head_shares": (), "k_cores": ()}
    shown.show_report(report_on("Books", **nothing))
    assert all(card.isHidden() for card, _ in shown._cards)
    shown.show_report(report_on("Books"))
    assert not any(card.isHidden() for card, _ in shown._cards)


def test_ranges_of_counts_reach_up_to_the_next_power_of_two() -> None:
    assert [bar.label for bar in range_bars(((1, 5), (2, 6), (512, 7)))] == ["1", "2–3", "512–1,023"]


def test_very_many_values_share_bars_and_no_count_is_lost() -> None:
    bars = value_bars([(float(value), value) for value in range(1, 101)])
    assert len(bars) <= 40
    assert sum(bar.n for bar in bars) == 5050
    assert bars[0].name == "1 – 3"


@pytest.mark.parametrize("top", [1, 3, 7, 10, 99, 101, 4321, 21_145, 25_000_000])
def test_a_scale_has_few_ticks_and_they_are_whole(top: int) -> None:
    ticks = range(0, top + 1, tick_step(top))
    assert 2 <= len(ticks) <= 5


def test_ticks_are_brief() -> None:
    assert [tick_text(tick) for tick in (0, 500, 20_000, 1_500_000)] == ["0", "500", "20 k", "1.5 M"]


def test_a_bar_tells_its_count_and_share(qtbot: QtBot) -> None:
    chart = BarChart("people")
    qtbot.addWidget(chart)
    chart.set_bars("Books", range_bars(((1, 30), (2, 10))))
    assert chart.words(0) == "1: 30 people (75.0 %)"
    chart.resize(300, 176)
    chart.grab()


def test_tables_show_parts_beside_the_whole(shown: ReportPage) -> None:
    assert shown.shortages.rows == [("fewer than 2", (("3", "10 %"), ("3", "15 %")))]
    assert shown.cores.rows[0] == ("all", (("30", ""), ("20", ""), ("300", "")))
    assert shown.cores.rows[1] == ("k = 2", (("27", "90 %"), ("17", "85 %"), ("290", "97 %")))


def test_cards_stack_where_there_is_no_room(qtbot: QtBot) -> None:
    page = ReportPage()
    area = ScrollArea(page)
    qtbot.addWidget(area)
    page.show_report(report_on("Books"))
    for width, n_beside in ((1100, 2), (680, 1), (1100, 2)):
        area.resize(width, 700)
        area.show()
        QCoreApplication.processEvents()
        tops = {card.mapTo(page, QPoint()).y() for card, _ in page._cards[1:3]}
        assert len(tops) == 3 - n_beside
        assert area.horizontalScrollBar().maximum() == 0


def test_many_domains_are_chosen_from_a_list(qtbot: QtBot) -> None:
    switch = DomainSwitch()
    qtbot.addWidget(switch)
    switch.set_domains(("Books", "Movies"))
    assert not switch.segments.isHidden()
    assert switch.box.isHidden()
    switch.set_domains(tuple(f"d{number}" for number in range(MANY_DOMAINS + 1)))
    assert switch.segments.isHidden()
    assert not switch.box.isHidden()


def test_a_stored_report_is_shown_and_no_job_runs(opened: MainWindow, fake_browser, fake_pool, qtbot: QtBot) -> None:
    reports = DomainReports(reports=(report_on("Books"), report_on("Movies", users=40)), overlaps=())
    fake_browser.stored_inspection = Inspection(reports=reports, state="7")
    page = data_page(opened)
    qtbot.waitUntil(page.report.report.isVisible)
    page.report.show_domain("Movies")
    assert page.report.report.tiles["users"].accessibleName() == "people: 40"
    assert not fake_pool.requests


def test_what_is_missing_a_job_finds_out_once(opened: MainWindow, fake_browser, fake_pool, qtbot: QtBot) -> None:
    found = DomainReports(
        reports=(report_on("Books"), report_on("Movies")),
        overlaps=(Overlap(domains=("Books", "Movies"), users=12, active=5),),
    )

    def inspect(_request: Request) -> Job[Value]:
        yield from ()
        return found

    fake_pool.make_job = inspect
    nothing = DomainReports(reports=(), overlaps=())
    fake_browser.stored_inspection = Inspection(
        reports=nothing, state="8", missing=("Books", "Movies"), has_overlaps=False
    )
    page = data_page(opened)
    # What was found is shown although it could not be stored, and nobody looks again at the same data.
    qtbot.waitUntil(page.report.report.isVisible)
    assert page.overview.overlap.matrix.active("Books", "Movies") == 5
    page.findings.read()
    with qtbot.waitSignal(page.findings.changed):
        pass
    assert fake_pool.requests == [InspectDomains(workspace=opened.state.path)]


def test_a_look_that_fails_says_so_and_can_be_repeated(
    opened: MainWindow, fake_browser, fake_pool, qtbot: QtBot
) -> None:
    def fail(_request: Request) -> Job[Value]:
        yield from ()
        raise UserError("There is no memory left.", "Close something.")

    fake_pool.make_job = fail
    nothing = DomainReports(reports=(), overlaps=())
    fake_browser.stored_inspection = Inspection(reports=nothing, state="9", missing=("Books",), has_overlaps=False)
    page = data_page(opened)
    qtbot.waitUntil(page.report.error.isVisible)
    assert page.report.error.sentence.text() == "There is no memory left."
    qtbot.waitUntil(page.report.nothing.isVisible)
    page.findings.look()
    qtbot.waitUntil(lambda: len(fake_pool.requests) == 2 and not page.findings.is_looking)


def test_another_workspace_is_not_shown_the_reports_of_the_former(
    opened: MainWindow, fake_browser, qtbot: QtBot, tmp_path: Path
) -> None:
    reports = DomainReports(reports=(report_on("Books"),), overlaps=())
    fake_browser.stored_inspection = Inspection(reports=reports, state="7")
    page = data_page(opened)
    qtbot.waitUntil(page.report.report.isVisible)
    fake_browser.stored_inspection = Inspection(reports=DomainReports(reports=(), overlaps=()), state="1")
    other = tmp_path / "other.xdrec"
    other.touch()
    with qtbot.waitSignal(opened.state.opened):
        opened.open_workspace(other)
    assert not page.report.report.isVisible()

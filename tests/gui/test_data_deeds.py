"""What can be done on the Data page: each deed asks for exactly what was shown, and the dangerous ones ask first."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from xdrec_app.core.events import Change, Value
from xdrec_app.core.jobs import Job
from xdrec_app.services.data_requests import DeleteDomain, ExportRows, LinkPeople, UndoImport
from xdrec_app.services.data_results import DomainReports, LinkReport, NobodyShared, Overlap, RowsExport
from xdrec_app.services.finding_views import Inspection
from xdrec_app.services.request import Request
from xdrec_app.ui.main_window import MainWindow
from xdrec_app.ui.pages.data import DataPage
from xdrec_app.ui.widgets.nobody_notice import NobodyNotice
from xdrec_app.ui.widgets.question import Question


@pytest.fixture
def page(opened: MainWindow) -> DataPage:
    opened.navigate("data")
    found = opened.page("data")
    assert isinstance(found, DataPage)
    return found


def stranger(one: str, other: str, rule: str = "") -> NobodyShared:
    return NobodyShared.model_validate(
        {"domains": (one, other), "samples": (("a1", " b"), ("A1",)), "cause": "Case differs.", "rule": rule}
    )


def show_inspection(page: DataPage, fake_browser, qtbot: QtBot, **found: object) -> None:
    reports = DomainReports.model_validate({"reports": (), "overlaps": ()} | found)
    fake_browser.stored_inspection = Inspection(reports=reports, state="5")
    with qtbot.waitSignal(page.findings.changed):
        page.findings.read()


def test_taking_an_import_back_asks_first(page: DataPage, opened: MainWindow, fake_pool, qtbot: QtBot) -> None:
    page.overview.imports.undo_button.click()
    question = opened.findChild(Question)
    assert question is not None
    assert not fake_pool.requests
    question.buttons[1].click()
    qtbot.waitUntil(lambda: bool(fake_pool.requests))
    assert fake_pool.requests == [UndoImport(workspace=opened.state.path, batch=1)]
    qtbot.waitUntil(lambda: any("taken back" in message.text for message in opened.message_bar.shown))


def test_the_harmless_answer_does_nothing(page: DataPage, opened: MainWindow, fake_pool, qtbot: QtBot) -> None:
    page.overview.cards[0].asked.emit("delete", "Books")
    question = opened.findChild(Question)
    assert question is not None
    question.buttons[0].click()
    qtbot.waitUntil(lambda: not opened.runner.is_busy)
    assert not fake_pool.requests


def test_a_domain_is_deleted_after_a_yes(page: DataPage, opened: MainWindow, fake_pool, qtbot: QtBot) -> None:
    page.overview.cards[1].asked.emit("delete", "Movies")
    question = opened.findChild(Question)
    assert question is not None
    question.buttons[1].click()
    qtbot.waitUntil(lambda: fake_pool.requests == [DeleteDomain(workspace=opened.state.path, domain="Movies")])


def test_rejected_lines_go_to_a_file(
    page: DataPage, opened: MainWindow, fake_pool, qtbot: QtBot, tmp_path: Path
) -> None:
    out = tmp_path / "bad lines.csv"

    def export(_request: Request) -> Job[Value]:
        yield from ()
        return RowsExport(file=out, rows=2, elapsed_s=0.1)

    fake_pool.make_job = export
    page.overview.imports.show_button.click()
    qtbot.waitUntil(page.overview.imports.lines.isVisible)
    page.overview.imports._export.click()
    dialog = page.findChild(QFileDialog)
    assert dialog is not None
    dialog.fileSelected.emit(str(out))
    dialog.reject()
    qtbot.waitUntil(lambda: bool(fake_pool.requests))
    assert fake_pool.requests == [
        ExportRows(workspace=opened.state.path, table="rejected", batch=1, out=out),
    ]
    qtbot.waitUntil(lambda: any("bad lines.csv" in message.text for message in opened.message_bar.shown))


def test_the_ending_follows_the_chosen_format(page: DataPage) -> None:
    dialog = page.deeds.choose_export("items", "Books")
    dialog.filterSelected.emit(dialog.nameFilters()[2])
    assert dialog.defaultSuffix() == "parquet"
    dialog.reject()


def test_a_card_leads_to_report_and_rows(page: DataPage) -> None:
    page.overview.cards[1].asked.emit("report", "Movies")
    assert (page.views.chosen, page.report.switch.chosen) == ("report", "Movies")
    assert page.report.switch.isVisible()
    page.overview.cards[1].asked.emit("rows", "Movies")
    assert (page.views.chosen, page.rows.domain.key) == ("rows", "Movies")
    assert not page.report.switch.isVisible()


def test_strangers_are_linked_by_the_rule_that_the_notice_names(
    page: DataPage, opened: MainWindow, fake_browser, fake_pool, qtbot: QtBot
) -> None:
    def link(_request: Request) -> Job[Value]:
        yield from ()
        return LinkReport(people=58, accounts=70, linked=12)

    fake_pool.make_job = link
    show_inspection(page, fake_browser, qtbot, nobody=(stranger("Books", "Movies", "case"),))
    (notice,) = page.overview.notices
    qtbot.waitUntil(notice.isVisible)
    notice.rule_asked.emit(notice.pair.rule)
    qtbot.waitUntil(lambda: bool(fake_pool.requests))
    assert fake_pool.requests == [LinkPeople(workspace=opened.state.path, rules=("case",))]
    qtbot.waitUntil(lambda: any("12 people" in message.text for message in opened.message_bar.shown))


def test_many_pairs_of_strangers_fold(page: DataPage, fake_browser, qtbot: QtBot) -> None:
    pairs = tuple(stranger(f"a{number}", f"b{number}") for number in range(4))
    show_inspection(page, fake_browser, qtbot, nobody=pairs)
    qtbot.waitUntil(page.overview.notices[1].isVisible)
    assert [notice.isVisible() for notice in page.overview.notices] == [True, True, False, False]
    page.overview.more.click()
    assert all(notice.isVisible() for notice in page.overview.notices)
    show_inspection(page, fake_browser, qtbot)
    assert page.overview.notices == []


def test_a_notice_without_a_rule_offers_to_link_only_by_hand(qtbot: QtBot) -> None:
    notice = NobodyNotice(stranger("Books", "Movies"))
    qtbot.addWidget(notice)
    (only,) = notice.findChildren(QPushButton)
    with qtbot.waitSignal(notice.links_asked):
        only.click()
    shown = [part.text() for part in notice.findChildren(QLabel)]
    assert "␣b" in shown


def test_the_matrix_counts_the_active_when_asked(page: DataPage, fake_browser, qtbot: QtBot) -> None:
    card = page.overview.overlap
    assert not card.people.isVisible()
    show_inspection(page, fake_browser, qtbot, overlaps=(Overlap(domains=("Books", "Movies"), users=12, active=3),))
    assert card.people.isVisible()
    assert card.matrix.shown("Movies", "Books") == (12, 12 / 30)
    card.people.buttons[1].click()
    assert card.matrix.shown("Movies", "Books") == (3, 3 / 12)
    assert "3 of them" in card.matrix._sentence("Books", "Movies")


def test_a_change_that_leaves_the_domains_as_they_are_leaves_the_cards_too(page: DataPage) -> None:
    cards = list(page.overview.cards)
    page.refresh(frozenset({Change.LINKS}))
    assert page.overview.cards == cards


def test_an_import_of_several_domains_is_taken_back_from_all(
    page: DataPage, opened: MainWindow, fake_browser, qtbot: QtBot
) -> None:
    one = fake_browser.imports[0]
    fake_browser.imports = (one, one.model_copy(update={"batch": 2, "domain": "Movies", "imported": 99, "merged": 0}))
    fake_browser.version += 1
    with qtbot.waitSignal(opened.state.changed):
        pass
    question = page.deeds.ask_undo(one)
    words = [part.text() for part in question.findChildren(QLabel)]
    assert any("400 lines in Books, Movies" in text for text in words)
    question.answer(lambda: None)

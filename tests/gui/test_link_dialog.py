"""Linking people in the window: rules, a mapping file with its columns, and the report in the dialog."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from xdrec_app.core.errors import UserError
from xdrec_app.core.events import Value
from xdrec_app.core.jobs import Job, run
from xdrec_app.services.data_requests import ImportInteractions, LinkPeople
from xdrec_app.services.data_results import LinkReport, NobodyShared
from xdrec_app.services.import_interactions import import_interactions
from xdrec_app.services.link_people import link_people
from xdrec_app.services.request import Request
from xdrec_app.services.workspace import new_workspace
from xdrec_app.ui.dialogs.link_dialog import LinkDialog
from xdrec_app.ui.main_window import MainWindow

BOOKS = "user,item,rating\nAna,b1,5\nBo,b1,4\ncy,b2,3\n"
MOVIES = "user,item,rating\nana,m1,5\nBO,m1,4\nDee,m2,3\n"
WHO = "nr,paper,film\n1,Ana,ana\n2,Bo,BO\n3,cy,Dee\n"


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    path = tmp_path / "w.xdrec"
    new_workspace(path)
    for domain, content in (("Books", BOOKS), ("Movies", MOVIES)):
        file = tmp_path / f"{domain}.csv"
        file.write_text(content)
        run(import_interactions(ImportInteractions(workspace=path, file=file, domain=domain)))
    return path


@pytest.fixture
def dialog(qtbot: QtBot, fake_pool, settings, workspace: Path) -> Iterator[LinkDialog]:
    fake_pool.make_job = link_people
    window = MainWindow(fake_pool, settings)
    window.show()
    with qtbot.waitSignal(window.state.opened):
        window.open_workspace(workspace)
    made = LinkDialog(window.context, workspace, window)
    made.open()
    yield made
    qtbot.waitUntil(lambda: not window.runner.is_busy)
    window.close()
    window.deleteLater()


def choose_file(dialog: LinkDialog, qtbot: QtBot, content: str) -> Path:
    file = dialog._workspace.parent / "who.csv"
    file.write_text(content)
    dialog.mapping.set_file(str(file))
    qtbot.waitUntil(lambda: dialog.mapping.preview is not None or dialog.mapping.problem.isVisible())
    return file


def test_each_rule_says_what_it_would_come_to(dialog: LinkDialog, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: bool(dialog.rules.effects["case"].text()))
    assert [dialog.rules.effects[rule].text() for rule in ("trim", "case", "email")] == [
        "nobody more", "2 more", "nobody more",
    ]  # fmt: skip


def test_rules_link_and_all_can_be_unlinked(dialog: LinkDialog, fake_pool, qtbot: QtBot, workspace: Path) -> None:
    dialog.rules.ticks["case"].setChecked(True)
    dialog.link.click()
    assert not dialog.link.isEnabled()
    qtbot.waitUntil(lambda: dialog.report is not None)
    assert "2 of 4 people are in more than one domain now." in dialog.words.text()
    qtbot.waitUntil(dialog.unlink.isVisible)
    dialog.report = None
    dialog.unlink.click()
    qtbot.waitUntil(lambda: dialog.report is not None)
    assert "Books and Movies still share nobody." in dialog.words.text()
    assert fake_pool.requests == [LinkPeople(workspace=workspace, rules=("case",)), LinkPeople(workspace=workspace)]
    qtbot.waitUntil(lambda: not dialog.unlink.isVisible())
    assert dialog.rules.chosen == ()


def test_a_file_is_understood_shown_and_used(dialog: LinkDialog, fake_pool, qtbot: QtBot, workspace: Path) -> None:
    file = choose_file(dialog, qtbot, WHO)
    assert dialog.mapping.columns["Books"].key == "paper"
    assert dialog.mapping.columns["Movies"].key == "film"
    assert dialog.mapping.model.index(2, 1).data() == "cy"
    dialog.mapping.unlisted.setChecked(True)
    dialog.link.click()
    qtbot.waitUntil(lambda: dialog.report is not None)
    assert fake_pool.requests == [
        LinkPeople(workspace=workspace, mapping=file, columns={"Books": "paper", "Movies": "film"}, unlisted="by_id")
    ]
    assert "3 of 3 people" in dialog.words.text()


def test_a_column_can_be_taken_from_a_domain(dialog: LinkDialog, qtbot: QtBot) -> None:
    choose_file(dialog, qtbot, WHO)
    box = dialog.mapping.columns["Movies"]
    box.setCurrentIndex(0)
    box.activated.emit(0)
    qtbot.waitUntil(dialog.mapping.problem.isVisible)
    assert "links nobody" in dialog.mapping.problem.text()
    assert not dialog.link.isEnabled()
    box.choose("film")
    box.activated.emit(box.currentIndex())
    qtbot.waitUntil(dialog.link.isEnabled)
    assert not dialog.mapping.problem.isVisible()


def test_a_file_that_is_no_mapping_holds_the_linking_back(dialog: LinkDialog, qtbot: QtBot) -> None:
    choose_file(dialog, qtbot, "only\none\ncolumn\n")
    assert "one column" in dialog.mapping.problem.text()
    assert not dialog.link.isEnabled()
    dialog.mapping.drop_file()
    assert dialog.link.isEnabled()
    assert not dialog.mapping.problem.isVisible()


def test_a_failure_is_told_in_the_dialog(dialog: LinkDialog, fake_pool, qtbot: QtBot) -> None:
    def fail(_request: Request) -> Job[Value]:
        yield from ()
        raise UserError("The workspace is locked.", "Close the other window.")

    fake_pool.make_job = fail
    dialog.link.click()
    qtbot.waitUntil(dialog.error.isVisible)
    assert dialog.error.hint.text() == "Close the other window."
    assert dialog.link.isEnabled()


def test_the_report_names_what_of_the_file_was_of_no_use(dialog: LinkDialog) -> None:
    nobody = NobodyShared(domains=("Books", "Movies"), samples=((), ()), cause="Swapped columns.")
    words = dialog._report_words(
        LinkReport(people=9, accounts=12, linked=0, lines=1200, rejected=3, unknown=7, nobody=(nobody,))
    )
    assert "1,200 lines; 3 of them cannot be used, 7 ids are in no domain." in words
    assert words.endswith("Books and Movies still share nobody. Swapped columns.")

"""Templates: what somebody decided about a file is offered again for files of the same shape."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from xdrec_app.core.events import Value
from xdrec_app.core.jobs import Job
from xdrec_app.services import templates
from xdrec_app.services.data_requests import ImportInteractions
from xdrec_app.services.data_results import ImportReport
from xdrec_app.services.request import Request
from xdrec_app.ui.dialogs.import_dialog import ImportDialog
from xdrec_app.ui.main_window import MainWindow

WORKSPACE = Path("w.xdrec")


def imported(request: Request) -> Job[Value]:
    """Import two lines, as far as anybody can tell."""
    assert isinstance(request, ImportInteractions)
    yield from ()
    return ImportReport(
        batch=1,
        domain=request.domain,
        lines=2,
        imported=2,
        merged=0,
        rejected=0,
        encoding="utf-8",
        delimiter=";",
        columns={},
        elapsed_s=0.1,
    )


@pytest.fixture
def no_templates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(templates, "settings_dir", lambda: tmp_path)


def test_what_was_decided_is_offered_again_and_can_be_forgotten(
    no_templates: None, opened: MainWindow, fake_pool, qtbot: QtBot, tmp_path: Path
) -> None:
    file = tmp_path / "kunden.csv"
    file.write_text("Kunde;Artikel\nk1;a1\nk2;a1\n", encoding="utf-8")
    fake_pool.make_job = imported
    first = ImportDialog(opened.context, WORKSPACE, file, opened)
    qtbot.waitUntil(lambda: first.preview is not None)
    for column, role in ((0, "user"), (1, "item")):
        first.setup.header.role_chosen.emit(column, role)
        qtbot.waitUntil(lambda column=column, role=role: first.setup.header.roles[column] == role)
    qtbot.waitUntil(lambda: first.setup.is_ready)
    first.import_button.click()
    qtbot.waitUntil(lambda: first.report is not None)
    qtbot.waitUntil(lambda: len(templates.known_templates()) == 1)
    first.accept()

    second = ImportDialog(opened.context, WORKSPACE, file, opened)
    second.open()
    qtbot.waitUntil(second.forget_button.isVisible)
    assert second.setup.wish.columns == templates.known_templates()[0].columns
    assert second.setup.wish.columns["value"] == ""
    second.forget_button.click()
    qtbot.waitUntil(lambda: second.setup.header.roles == ("", ""))
    assert templates.known_templates() == ()
    assert not second.forget_button.isVisible()


def test_a_guess_that_stood_is_no_template(
    no_templates: None, opened: MainWindow, fake_pool, qtbot: QtBot, tmp_path: Path
) -> None:
    path = tmp_path / "films.csv"
    path.write_text("user,item,rating\nu1,f1,4\nu2,f1,3\n", encoding="utf-8")
    fake_pool.make_job = imported
    dialog = ImportDialog(opened.context, WORKSPACE, path, opened)
    qtbot.waitUntil(lambda: dialog.setup.is_ready)
    dialog.import_button.click()
    qtbot.waitUntil(lambda: dialog.report is not None)
    answered: list[object] = []
    opened.reader.run("after what is remembered", lambda: None, answered.append)
    qtbot.waitUntil(lambda: bool(answered))
    assert templates.known_templates() == ()

from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog, QPushButton
from pytestqt.qtbot import QtBot

from xdrec_app.core.errors import UserError
from xdrec_app.core.events import Tick, Value
from xdrec_app.core.jobs import Job
from xdrec_app.services.data_requests import ImportInteractions
from xdrec_app.services.import_interactions import import_interactions
from xdrec_app.services.request import Done, Request
from xdrec_app.services.requests import CreateSample
from xdrec_app.services.workspace import new_workspace
from xdrec_app.ui.dialogs.import_dialog import ImportDialog
from xdrec_app.ui.dialogs.import_plan_dialog import ImportPlanDialog
from xdrec_app.ui.main_window import MainWindow
from xdrec_app.ui.messages import Level
from xdrec_app.ui.widgets.import_words import SAME_BYTES


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "data"
    made.mkdir()
    for name in ("books.csv", "films.csv"):
        (made / name).write_text("user,item,rating\nu1,i1,5\nu2,i1,4\n", encoding="utf-8")
    return made


def test_one_file_goes_straight_to_its_dialog(opened: MainWindow, folder: Path) -> None:
    opened.commands.open_files([folder / "books.csv"])
    assert opened.findChild(ImportDialog) is not None
    assert opened.findChild(ImportPlanDialog) is None


@pytest.mark.parametrize("names", [("",), ("books.csv", "films.csv")])
def test_a_folder_and_several_files_become_one_plan(
    opened: MainWindow, qtbot: QtBot, folder: Path, names: tuple[str, ...]
) -> None:
    opened.commands.open_files([folder / name for name in names])
    plan = opened.findChild(ImportPlanDialog)
    assert plan is not None
    qtbot.waitUntil(lambda: [row.planned.file.name for row in plan.model.rows] == ["books.csv", "films.csv"])


def test_files_dropped_without_a_workspace_wait_for_one(window: MainWindow, qtbot: QtBot, folder: Path) -> None:
    window.commands.open_files([folder / "books.csv"])
    (message,) = window.message_bar.shown
    assert message.level == Level.WARNING
    assert message.action is not None
    assert window.findChild(ImportDialog) is None
    with qtbot.waitSignal(window.state.opened):
        window.open_workspace(folder / "new.xdrec")
    assert window.findChild(ImportDialog) is not None


def test_a_workspace_opened_later_imports_nothing_again(opened: MainWindow, qtbot: QtBot, folder: Path) -> None:
    opened.commands.open_files([folder / "books.csv"])
    for dialog in opened.findChildren(ImportDialog):
        dialog.reject()
    with qtbot.waitSignal(opened.state.opened):
        opened.open_workspace(folder / "other.xdrec")
    assert not any(dialog.isVisible() for dialog in opened.findChildren(ImportDialog))


def test_a_folder_is_chosen_as_a_folder(opened: MainWindow) -> None:
    opened.commands.choose_folder()
    dialog = opened.findChild(QFileDialog)
    assert dialog is not None
    assert dialog.fileMode() == QFileDialog.FileMode.Directory
    dialog.reject()


@pytest.mark.parametrize(
    ("name", "world"), [("Shop", "shop"), ("News and video", "news_video"), ("Music", "music"), ("Ads", "ads")]
)
def test_each_sample_world_is_one_click_away_and_a_workspace_of_its_own(
    window: MainWindow, fake_pool, qtbot: QtBot, name: str, world: str
) -> None:
    def makes(request: Request) -> Job[Value]:
        request.workspace.touch()
        yield Tick()
        return Done()

    fake_pool.make_job = makes
    (link,) = [one for one in window.page("home").findChildren(QPushButton) if one.text() == name]
    with qtbot.waitSignal(window.state.opened):
        link.click()
    path = window.commands.sample_path().with_name(f"XDRec sample {world.replace('_', ' ')}.xdrec")
    assert fake_pool.requests == [CreateSample(workspace=path, world=world)]
    assert window.state.path == path


def test_the_sentence_that_offers_to_import_again_is_the_one_of_the_import(folder: Path) -> None:
    workspace = folder / "w.xdrec"
    new_workspace(workspace)
    request = ImportInteractions(workspace=workspace, file=folder / "books.csv", domain="Books")
    list(import_interactions(request))
    with pytest.raises(UserError, match=SAME_BYTES):
        list(import_interactions(request))

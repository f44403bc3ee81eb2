from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QCloseEvent, QDropEvent
from pytestqt.qtbot import QtBot

from xdrec_app.core.errors import UserError
from xdrec_app.core.events import Tick, Value
from xdrec_app.core.jobs import Cancelled, Job, StopRequested
from xdrec_app.services.experiment_requests import Train
from xdrec_app.services.request import Done, Request
from xdrec_app.services.requests import CreateSample, DeleteRun
from xdrec_app.ui.dialogs.import_dialog import ImportDialog
from xdrec_app.ui.main_window import MainWindow
from xdrec_app.ui.messages import Level
from xdrec_app.ui.reader import Reader
from xdrec_app.ui.widgets.question import Question


def forever(_request: Request) -> Job[Value]:
    try:
        while True:
            yield Tick()
    except StopRequested:
        return Done()


def drop(window: MainWindow, *files: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(file)) for file in files])
    event = QDropEvent(
        QPointF(10, 10),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    window.dropEvent(event)


def question(window: MainWindow) -> Question | None:
    return next((one for one in window.findChildren(Question) if one.isVisible()), None)


def test_every_page_stands_in_the_stack_from_the_start(window: MainWindow) -> None:
    assert window.stack.count() == len(window.pages)
    assert [page.key for page in window.pages[:2]] == ["home", "data"]
    assert not window.page("data")._is_built


def test_an_index_set_from_outside_shows_the_real_page(window: MainWindow) -> None:
    for number, page in enumerate(window.pages):
        window.stack.setCurrentIndex(number)
        assert page._is_built
        assert page.isVisible()
        assert window.rail._group.checkedId() == number


def test_the_pool_is_started_with_the_window_and_closed_with_it(window: MainWindow, fake_pool, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: fake_pool.is_started)
    assert window.close()
    assert fake_pool.is_closed


def test_opening_tells_name_and_recent_list(opened: MainWindow) -> None:
    assert opened.windowTitle().startswith("fake")
    assert [path.name for path in opened.settings.recent()] == ["fake.xdrec"]


def test_a_workspace_that_cannot_be_opened_is_told_in_the_window(qtbot: QtBot, fake_pool, settings) -> None:
    def refuse(_path: Path) -> object:
        raise UserError("This is no workspace.", "Choose another file.")

    window = MainWindow(fake_pool, settings, Reader(refuse))  # type: ignore[arg-type]
    qtbot.addWidget(window)
    window.show()
    with qtbot.waitSignal(window.state.open_failed):
        window.open_workspace(Path("nothing.xdrec"))
    (message,) = window.message_bar.shown
    assert (message.level, message.text, message.hint) == (
        Level.ERROR,
        "This is no workspace.",
        "Choose another file.",
    )
    assert window.state.path is None
    window.close()


def test_dropping_a_table_opens_the_import_dialog(opened: MainWindow, tmp_path: Path) -> None:
    file = tmp_path / "books.csv"
    file.write_text("user,item,rating\nu1,b1,5\n")
    drop(opened, file)
    dialog = opened.findChild(ImportDialog)
    assert dialog is not None
    assert dialog.isVisible()
    dialog.reject()


def test_dropping_a_table_without_a_workspace_says_what_to_do(window: MainWindow, tmp_path: Path) -> None:
    drop(window, tmp_path / "books.csv")
    assert window.findChild(ImportDialog) is None
    assert [message.level for message in window.message_bar.shown] == [Level.WARNING]


def test_dropping_a_workspace_opens_it(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    with qtbot.waitSignal(window.state.opened):
        drop(window, tmp_path / "other.xdrec")
    assert window.state.path == tmp_path / "other.xdrec"


def test_the_sample_is_made_once_and_opened(window: MainWindow, qtbot: QtBot, fake_pool, tmp_path: Path) -> None:
    def makes(request: Request) -> Job[Value]:
        request.workspace.touch()
        yield Tick()
        return Done()

    fake_pool.make_job = makes
    with qtbot.waitSignal(window.state.opened):
        window.commands.open_sample()
        window.commands.open_sample()
    with qtbot.waitSignal(window.state.opened):
        window.commands.open_sample()
    assert [type(request) for request in fake_pool.requests] == [CreateSample]


def test_closing_while_a_job_runs_asks_and_keep_running_keeps_it(window: MainWindow, fake_pool, qtbot: QtBot) -> None:
    fake_pool.make_job = forever
    handle = window.runner.submit(DeleteRun(workspace=Path("w"), run=1), "Deleting")
    assert not window.close()
    asked = question(window)
    assert asked is not None
    assert not window.close(), "a second close does not lose the question"
    assert question(window) is asked
    asked.buttons[0].click()
    assert window.isVisible()
    assert handle.outcome is None


def test_cancel_and_close_ends_the_job_and_the_window(window: MainWindow, fake_pool, qtbot: QtBot) -> None:
    fake_pool.make_job = forever
    handle = window.runner.submit(DeleteRun(workspace=Path("w"), run=1), "Deleting")
    window.close()
    asked = question(window)
    assert asked is not None
    asked.buttons[-1].click()
    qtbot.waitUntil(lambda: not window.isVisible())
    assert handle.outcome == Cancelled()
    assert fake_pool.is_closed


def test_a_training_run_may_be_stopped_on_closing(window: MainWindow, fake_pool, qtbot: QtBot) -> None:
    fake_pool.make_job = forever
    handle = window.runner.submit(Train(workspace=Path("w"), model="ease", target="Books"), "Training")
    window.close()
    asked = question(window)
    assert asked is not None
    assert len(asked.buttons) == 3
    asked.buttons[1].click()
    qtbot.waitUntil(lambda: not window.isVisible())
    assert handle.outcome is not None
    assert not isinstance(handle.outcome, Cancelled)


def test_a_refused_close_ignores_the_event(window: MainWindow, fake_pool) -> None:
    fake_pool.make_job = forever
    window.runner.submit(DeleteRun(workspace=Path("w"), run=1), "Deleting")
    event = QCloseEvent()
    window.closeEvent(event)
    assert not event.isAccepted()


@pytest.mark.parametrize("level", [Level.INFO, Level.WARNING])
def test_the_same_message_is_shown_once(window: MainWindow, level: Level) -> None:
    for _ in range(5):
        getattr(window.messages, str(level))("The same.")
    assert len(window.message_bar.shown) == 1

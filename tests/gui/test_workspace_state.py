from pytestqt.qtbot import QtBot

from xdrec_app.core.events import Change
from xdrec_app.ui.main_window import MainWindow
from xdrec_app.ui.workspace_state import EVERYTHING


def test_what_another_process_wrote_becomes_changes(opened: MainWindow, fake_browser, qtbot: QtBot) -> None:
    with qtbot.waitSignal(opened.state.changed, timeout=4000) as told:
        fake_browser.imports = ()
        fake_browser.version += 1
    assert told.args == [frozenset({Change.DOMAINS, Change.INTERACTIONS, Change.ITEMS})]
    assert opened.state.snapshot.batches == ()


def test_what_a_job_of_the_window_announced_is_told_once(opened: MainWindow, qtbot: QtBot) -> None:
    told: list[frozenset[Change]] = []
    opened.state.changed.connect(told.append)
    opened.state.note(frozenset({Change.LINKS}))
    qtbot.waitUntil(lambda: bool(told))
    qtbot.wait(300)
    assert told == [frozenset({Change.LINKS})]


def test_a_hidden_page_is_refreshed_when_it_is_shown(opened: MainWindow, qtbot: QtBot) -> None:
    opened.navigate("data")
    page = opened.page("data")
    opened.navigate("home")
    asked: list[frozenset[Change]] = []
    page.refresh = asked.append  # type: ignore[method-assign]
    opened.state.opened.emit(opened.state.path)
    assert asked == []
    opened.navigate("data")
    assert asked == [EVERYTHING]

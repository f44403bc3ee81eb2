"""What holds for every page, tested over the registry: a new page is tested the moment it exists."""

import pytest
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from xdrec_app.core.paths import resources_dir
from xdrec_app.ui.main_window import MainWindow
from xdrec_app.ui.pages.base import pages
from xdrec_app.ui.theme import Scheme, theme

KEYS = pages.keys()


def is_named(widget: QWidget) -> bool:
    words = [widget.accessibleName(), widget.toolTip()]
    if isinstance(widget, QAbstractButton):
        words.append(widget.text())
    return any(words)


def controls(page: QWidget) -> list[QWidget]:
    found = [one for kind in (QAbstractButton, QLineEdit, QComboBox) for one in page.findChildren(kind)]
    own = [one for one in found if not one.objectName().startswith("qt_")]
    # The line edit of an editable combo box and the clear button of a line edit belong to their owner.
    return [one for one in own if not isinstance(one.parent(), QComboBox | QLineEdit)]


def test_every_page_can_be_loaded() -> None:
    assert pages.broken == {}


def test_pages_have_places_of_their_own() -> None:
    orders = [page.order for page in pages]
    assert len(set(orders)) == len(orders)


@pytest.mark.parametrize("key", KEYS)
def test_a_page_has_an_icon(key: str) -> None:
    assert (resources_dir() / "icons" / f"{pages[key].icon}.svg").is_file()


@pytest.mark.parametrize("key", KEYS)
def test_a_page_shows_itself_without_a_workspace(window: MainWindow, key: str) -> None:
    window.navigate(key)
    assert window.page(key).isVisible()
    assert window.message_bar.shown == ()


@pytest.mark.parametrize("key", KEYS)
def test_a_page_shows_a_workspace_in_both_schemes(opened: MainWindow, key: str, qtbot: QtBot) -> None:
    opened.navigate(key)
    qtbot.wait(50)
    for scheme in (Scheme.DARK, Scheme.LIGHT):
        theme().apply(scheme)
        assert not opened.page(key).grab().isNull()
    assert opened.message_bar.shown == ()


@pytest.mark.parametrize("key", KEYS)
def test_every_control_has_a_name_for_a_screen_reader(opened: MainWindow, key: str) -> None:
    opened.navigate(key)
    nameless = [type(one).__name__ for one in controls(opened.page(key)) if not is_named(one)]
    assert nameless == []


@pytest.mark.parametrize("key", KEYS)
def test_a_page_follows_when_its_workspace_is_emptied(opened: MainWindow, fake_browser, key: str, qtbot: QtBot) -> None:
    opened.navigate(key)
    fake_browser.domains, fake_browser.imports, fake_browser.stored_runs = (), (), ()
    fake_browser.version += 1
    with qtbot.waitSignal(opened.state.changed, timeout=4000):
        pass
    assert opened.page(key).isVisible()
    assert opened.message_bar.shown == ()

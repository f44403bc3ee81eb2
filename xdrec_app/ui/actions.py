"""The table of actions: menus and shortcuts are drawn from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu

from xdrec_app.ui.settings import Settings
from xdrec_app.ui.theme import Scheme, theme


@dataclass(frozen=True)
class ActionRow:
    """One action; a row without text is a separator."""

    menu: str
    text: str = ""
    shortcut: str | QKeySequence.StandardKey = ""
    act: Callable[[], object] | None = None


def tr(text: str) -> str:
    """Translate a text of the menus."""
    return QCoreApplication.translate("actions", text)


def fill_menus(window: QMainWindow, rows: tuple[ActionRow, ...]) -> None:
    """Add the menus that the table describes to a window, in the table's order."""
    menus: dict[str, QMenu] = {}
    for row in rows:
        if row.menu not in menus:
            menus[row.menu] = window.menuBar().addMenu(row.menu)
        if not row.text:
            menus[row.menu].addSeparator()
            continue
        action = menus[row.menu].addAction(row.text)
        action.setShortcut(QKeySequence(row.shortcut))
        if row.act is None:
            action.setEnabled(False)
        else:
            action.triggered.connect(lambda _checked=False, act=row.act: act())


def add_theme_menu(menu: QMenu, settings: Settings) -> None:
    """Add the choice of the colour scheme."""
    group = QActionGroup(menu)
    names = {
        Scheme.SYSTEM: tr("Follow the system"),
        Scheme.LIGHT: tr("Light"),
        Scheme.DARK: tr("Dark"),
    }
    actions: dict[Scheme, QAction] = {}
    for scheme, name in names.items():
        action = menu.addAction(name)
        action.setCheckable(True)
        action.triggered.connect(lambda _checked=False, chosen=scheme: choose_scheme(chosen, settings))
        group.addAction(action)
        actions[scheme] = action
    menu.aboutToShow.connect(lambda: actions[theme().scheme].setChecked(True))


def choose_scheme(scheme: Scheme, settings: Settings) -> None:
    """Use a scheme now and at the next start."""
    settings.set_scheme(scheme)
    theme().apply(scheme)

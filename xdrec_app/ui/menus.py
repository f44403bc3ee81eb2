"""The menus of the main window."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialog, QVBoxLayout

from xdrec_app import __version__
from xdrec_app.core.paths import APPLICATION
from xdrec_app.ui.actions import ActionRow, add_theme_menu, fill_menus, tr
from xdrec_app.ui.icons import IconLabel
from xdrec_app.ui.language import add_language_menu
from xdrec_app.ui.theme import Space
from xdrec_app.ui.widgets.basic import button, label

if TYPE_CHECKING:
    from xdrec_app.ui.main_window import MainWindow


def fill_window_menus(window: MainWindow) -> None:
    """Add all menus to the window."""
    commands = window.commands
    keys = QKeySequence.StandardKey
    file, go, helping = tr("&File"), tr("&Go"), tr("&Help")
    fill_menus(
        window,
        (
            ActionRow(file, tr("&New workspace …"), keys.New, commands.choose_new),
            ActionRow(file, tr("&Open workspace …"), keys.Open, commands.choose_open),
            ActionRow(file, tr("Open the &sample"), "", commands.open_sample),
            ActionRow(file),
            ActionRow(file, tr("&Import files …"), "Ctrl+I", commands.choose_import),
            ActionRow(file, tr("Import a &folder …"), "Ctrl+Shift+I", commands.choose_folder),
            ActionRow(file),
            ActionRow(file, tr("&Quit"), "Ctrl+Q", window.close),
            *(
                ActionRow(go, page.tr_title(), f"Ctrl+{number + 1}", partial(window.stack.setCurrentIndex, number))
                for number, page in enumerate(window.pages)
            ),
        ),
    )
    view = window.menuBar().addMenu(tr("&View"))
    add_theme_menu(view.addMenu(tr("&Theme")), window.settings)
    add_language_menu(view.addMenu(tr("&Language")), window.settings, window.messages)
    fill_menus(window, (ActionRow(helping, tr("&About {}").format(APPLICATION), "", lambda: show_about(window)),))


def show_about(window: MainWindow) -> QDialog:
    """Show what this is."""
    dialog = QDialog(window)
    dialog.setWindowTitle(tr("About {}").format(APPLICATION))
    column = QVBoxLayout(dialog)
    column.setContentsMargins(Space.XXL, Space.XL, Space.XXL, Space.XL)
    column.setSpacing(Space.M)
    column.addWidget(IconLabel("logo", 48, "accent"))
    column.addWidget(label(f"{APPLICATION} {__version__}", "title"))
    column.addWidget(label(tr("What does one domain tell us about the other?"), "lead"))
    column.addWidget(label(tr("Apache License 2.0. Qt for Python is used under the LGPL."), "muted"))
    column.addWidget(button(tr("Close"), dialog.accept))
    dialog.open()
    return dialog

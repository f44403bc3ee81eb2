"""One page alone in a window, on a real workspace: ``python -m xdrec_app.ui.alone data sample.xdrec``.

For whoever works on a page. With ``--grab FILE`` it takes a picture as soon as the page is at rest and ends.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from xdrec_app.ui.app import has_display, make_application
from xdrec_app.ui.main_window import MainWindow
from xdrec_app.ui.page_context import PageContext
from xdrec_app.ui.pages.base import Page, pages
from xdrec_app.ui.settings import Settings
from xdrec_app.ui.theme import Scheme, theme


def main(words: list[str]) -> int:
    """Show the page that the words name."""
    parser = argparse.ArgumentParser(prog="python -m xdrec_app.ui.alone", description=__doc__)
    parser.add_argument("page", choices=[*pages.keys(), "window"], help="'window' shows the whole window")
    parser.add_argument("workspace", type=Path, nargs="?")
    parser.add_argument("--open", dest="first", default="home", help="page that the whole window shows first")
    parser.add_argument("--scheme", type=Scheme, choices=list(Scheme), default=Scheme.SYSTEM)
    parser.add_argument("--size", default="1280x800")
    parser.add_argument("--grab", type=Path, help="picture to write")
    parser.add_argument("--after", type=float, default=1.5, help="seconds from start to picture")
    chosen = parser.parse_args(words)
    if not has_display():
        parser.error("there is no display; set QT_QPA_PLATFORM=offscreen")
    app = make_application(Settings())
    theme().apply(chosen.scheme)
    window = MainWindow()
    window.resize(*map(int, chosen.size.split("x")))
    shown: QWidget = window if chosen.page == "window" else _alone(window.context, chosen.page, window)
    shown.resize(window.size())
    shown.show()
    if chosen.page == "window":
        window.navigate(chosen.first)
    if chosen.workspace is not None:
        window.open_workspace(chosen.workspace.resolve())
    if chosen.grab is not None:
        QTimer.singleShot(int(chosen.after * 1000), _grab_and_quit(shown, chosen.grab, window))
    code = app.exec()
    window.close()
    return code


def _alone(context: PageContext, key: str, keeper: QObject) -> Page:
    page = pages[key](context)
    keeper.destroyed.connect(page.deleteLater)
    return page


def _grab_and_quit(shown: QWidget, file: Path, window: MainWindow) -> Callable[[], None]:
    def grab() -> None:
        shown.grab().save(str(file))
        window.close()
        QApplication.quit()

    return grab


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

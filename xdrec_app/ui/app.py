"""Starting the window: checks for a display, sets up look and language, catches what nobody caught."""

from __future__ import annotations

import gc
import logging
import logging.handlers
import os
import sys
import threading
from pathlib import Path

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication

from xdrec_app.core.paths import APPLICATION, log_dir
from xdrec_app.ui.dialogs.bug_dialog import BugReporter
from xdrec_app.ui.language import install_translator
from xdrec_app.ui.main_window import MainWindow
from xdrec_app.ui.settings import Settings
from xdrec_app.ui.theme import application_font, theme


def has_display() -> bool:
    """Tell whether a window can be shown; Qt itself aborts the process where it cannot."""
    if os.environ.get("QT_QPA_PLATFORM") or not sys.platform.startswith("linux"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def make_application(settings: Settings) -> QApplication:
    """Return the application with its look and language in place; an existing one is dressed up."""
    known = QApplication.instance()
    app = known if isinstance(known, QApplication) else QApplication(sys.argv[:1])
    app.setApplicationName(APPLICATION)
    app.setStyle("Fusion")
    app.setFont(application_font())
    theme().apply(settings.scheme())
    install_translator(app, settings.language())
    return app


def run(argv_path: Path | None = None, *, open_sample: bool = False) -> int:
    """Show the window, with a workspace or the sample if asked for, until it is closed.

    Returns
    -------
    int
        The exit code: 1 where no window can be shown.
    """
    if not has_display():
        sys.stderr.write(
            "There is no display to show the window on. "
            "Use the command line ('xdrec --help'), or set QT_QPA_PLATFORM=offscreen.\n"
        )
        return 1
    _start_log()
    log_qt_messages()
    settings = Settings()
    app = make_application(settings)
    reporter = BugReporter()
    sys.excepthook = reporter.hook
    threading.excepthook = reporter.thread_hook
    window = MainWindow(settings=settings)
    reporter.window = window
    window.state.opened.connect(_spare_the_modules)
    window.show()
    if argv_path is not None:
        window.open_workspace(argv_path.resolve())
    elif open_sample:
        window.commands.open_sample()
    return app.exec()


def _spare_the_modules(_path: object) -> None:
    """Leave what is there now out of garbage collections.

    Modules, classes and what Pydantic made of them stay anyway, and going through them holds the window for 0.1 s or
    more, in the middle of scrolling through a table. By now all that reads a workspace has been imported.
    """
    gc.freeze()


def log_qt_messages() -> None:
    """Send what Qt has to say to the log instead of stderr."""

    def take(_kind: QtMsgType, _context: QMessageLogContext, message: str) -> None:
        logging.getLogger("qt").warning("%s", message)

    qInstallMessageHandler(take)


def _start_log() -> None:
    handler = logging.handlers.RotatingFileHandler(
        log_dir() / "window.log", maxBytes=1_000_000, backupCount=2, encoding="utf-8"
    )
    logging.basicConfig(
        level=logging.INFO, handlers=[handler], format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )

"""The main window: rail, pages, messages, job bar. It arranges and wires; what happens is in the parts."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from xdrec_app.core.paths import APPLICATION
from xdrec_app.services.remote import WorkerPool
from xdrec_app.ui.actions import choose_scheme
from xdrec_app.ui.closing import Closing
from xdrec_app.ui.commands import WindowCommands
from xdrec_app.ui.job_runner import JobRunner, Pool
from xdrec_app.ui.menus import fill_window_menus
from xdrec_app.ui.messages import Messages
from xdrec_app.ui.page_context import PageContext
from xdrec_app.ui.pages.base import Page, pages
from xdrec_app.ui.reader import Reader
from xdrec_app.ui.settings import Settings
from xdrec_app.ui.theme import Scheme, theme
from xdrec_app.ui.widgets.job_bar import JobBar
from xdrec_app.ui.widgets.message_bar import MessageBar
from xdrec_app.ui.widgets.nav_rail import NavRail
from xdrec_app.ui.workspace_state import WorkspaceState

WARM_UP_MS = 1500


class MainWindow(QMainWindow):
    """The window.

    Parameters
    ----------
    pool
        What executes requests, worker processes by default; started once the window is on screen, closed with it.
    settings, reader
        The user's own and a reader of real workspaces by default; replaced in tests.
    """

    def __init__(
        self, pool: Pool | None = None, settings: Settings | None = None, reader: Reader | None = None
    ) -> None:
        super().__init__()
        pool = pool or WorkerPool()
        self.settings = settings or Settings()
        self.messages = Messages(self)
        self.reader = reader or Reader()
        self.runner = JobRunner(pool, self)
        self.state = WorkspaceState(self.reader, self)
        self.commands = WindowCommands(
            self, self.state, self.runner, self.messages, self.settings, self.show_import_dialog
        )
        self._closing = Closing(self, self.runner)
        self.pages = self._make_pages()
        self._arrange()
        self._connect()
        fill_window_menus(self)
        self.setWindowTitle(APPLICATION)
        self.setAcceptDrops(True)
        self.setMinimumSize(960, 640)
        self.resize(1280, 800)
        self.restoreGeometry(self.settings.geometry())
        QTimer.singleShot(0, pool.start)

    def open_workspace(self, path: Path) -> None:
        """Open a workspace file; pages fill as soon as it is read."""
        self.state.open(Path(path))

    def page(self, key: str) -> Page:
        """Return a page by its key."""
        return next(page for page in self.pages if page.key == key)

    def navigate(self, key: str, **payload: Any) -> None:
        """Show a page and hand it a payload."""
        page = self.page(key)
        self.stack.setCurrentWidget(page)
        page.ensure_built()
        if payload:
            page.activate(payload)

    def show_import_dialog(self, paths: list[Path]) -> None:
        """Open the import dialog for a file, or a plan for several files and folders."""
        from xdrec_app.ui.dialogs.import_dialog import ImportDialog
        from xdrec_app.ui.dialogs.import_plan_dialog import ImportPlanDialog

        if self.state.path is None:
            return
        if len(paths) == 1 and not paths[0].is_dir():
            ImportDialog(self.context, self.state.path, paths[0], self).open()
        else:
            ImportPlanDialog(self.context, self.state.path, paths, self).open()

    def _make_pages(self) -> list[Page]:
        self.context = PageContext(
            self.state, self.runner, self.reader, self.messages, self.settings, self.commands, self.navigate
        )
        found = sorted(pages, key=lambda page: page.order)
        return [page(self.context) for page in found]

    def _arrange(self) -> None:
        self.rail = NavRail(self.pages)
        self.stack = QStackedWidget()
        self.stack.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        for page in self.pages:
            self.stack.addWidget(page)
        self.message_bar = MessageBar(self.messages)
        right = QVBoxLayout()
        right.setSpacing(0)
        right.addWidget(self.message_bar)
        right.addWidget(self.stack, 1)
        upper = QHBoxLayout()
        upper.setSpacing(0)
        upper.addWidget(self.rail)
        upper.addLayout(right, 1)
        centre = QWidget()
        whole = QVBoxLayout(centre)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(upper, 1)
        whole.addWidget(JobBar(self.runner))
        self.setCentralWidget(centre)
        self.stack.setFocus()

    def _connect(self) -> None:
        self.rail.chosen.connect(self.stack.setCurrentIndex)
        self.rail.theme_asked.connect(self._switch_theme)
        self.stack.currentChanged.connect(self._page_changed)
        self._page_changed(0)
        self.reader.failed.connect(self.messages.failed)
        self.runner.failed.connect(self.messages.failed)
        self.runner.changed.connect(self.state.note)
        self.state.opened.connect(self._opened)
        self.state.open_failed.connect(self.messages.failed)
        for module, problem in pages.broken.items():
            self.messages.error(self.tr("A page could not be loaded: {}").format(module), details=problem)

    @Slot(int)
    def _page_changed(self, number: int) -> None:
        self.rail.select(number)
        if self.isVisible() and number < len(self.pages):
            self.pages[number].ensure_built()

    @Slot(object)
    def _opened(self, path: Path) -> None:
        self.settings.add_recent(path)
        self.setWindowTitle(f"{path.stem} – {APPLICATION}")
        self.rail.set_workspace(path.stem, str(path))
        QTimer.singleShot(WARM_UP_MS, self._warm_up)

    @Slot()
    def _warm_up(self) -> None:
        """Import what draws curves while nothing else happens, off this thread: a third of a page's first click."""
        self.reader.run("window.warm_up", _import_plots, _nothing)

    @Slot()
    def _switch_theme(self) -> None:
        choose_scheme(Scheme.LIGHT if theme().is_dark else Scheme.DARK, self.settings)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Accept files."""
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open or import what was dropped."""
        event.acceptProposedAction()
        self.commands.open_files([url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()])

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask when a job runs; otherwise end all threads and processes."""
        if not self._closing.may_close():
            event.ignore()
            return
        self.settings.set_geometry(self.saveGeometry())
        self.state.close()
        self.reader.close()
        self.runner.close()
        super().closeEvent(event)


def _import_plots() -> None:
    importlib.import_module("xdrec_app.ui.plots")


def _nothing(_answer: None) -> None:
    """The modules are in place; there is nothing to show."""

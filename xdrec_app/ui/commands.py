"""What the window can be asked to do from anywhere: open, create, import, by dialog, by drop or by a page's button."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from xdrec_app.core.jobs import Succeeded
from xdrec_app.services.requests import CreateSample, CreateWorkspace
from xdrec_app.ui.job_runner import JobHandle, JobRunner
from xdrec_app.ui.messages import Messages
from xdrec_app.ui.settings import Settings
from xdrec_app.ui.workspace_state import WorkspaceState

SUFFIX = ".xdrec"
SAMPLE_NAME = "XDRec sample.xdrec"


class WindowCommands(QObject):
    """Opens, creates and imports.

    Parameters
    ----------
    window
        Parent of the dialogs.
    show_import
        Opens the import dialog for files.
    """

    def __init__(
        self,
        window: QWidget,
        state: WorkspaceState,
        runner: JobRunner,
        messages: Messages,
        settings: Settings,
        show_import: Callable[[list[Path]], None],
    ) -> None:
        super().__init__(window)
        self._window, self._state, self._runner = window, state, runner
        self._messages, self._settings, self._show_import = messages, settings, show_import

    def sample_path(self) -> Path:
        """Return where the sample workspace is or will be."""
        return self._settings.folder() / SAMPLE_NAME

    def open_sample(self) -> None:
        """Open the sample workspace; make it first if it is not there."""
        path = self.sample_path()
        if path.is_file():
            self._state.open(path)
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        self._create(CreateSample(workspace=path), self.tr("Making the sample: three domains, 200,000 ratings"))

    def choose_new(self) -> None:
        """Ask where a new workspace shall be, and make it."""
        dialog = self._dialog(self.tr("New workspace"), QFileDialog.AcceptMode.AcceptSave)
        # Nothing is ever overwritten: the job refuses a name that is taken, so the dialog need not ask.
        dialog.setOption(QFileDialog.Option.DontConfirmOverwrite)
        dialog.selectFile(self.tr("My workspace") + SUFFIX)
        dialog.fileSelected.connect(self._new)
        dialog.open()

    def choose_open(self) -> None:
        """Ask which workspace to open."""
        dialog = self._dialog(self.tr("Open a workspace"), QFileDialog.AcceptMode.AcceptOpen)
        dialog.fileSelected.connect(self._open)
        dialog.open()

    def choose_import(self) -> None:
        """Ask which file to import."""
        if not self._has_workspace():
            return
        dialog = QFileDialog(self._window, self.tr("Import a file"), str(self._settings.folder()))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        tables = self.tr("Tables (*.csv *.tsv *.txt *.dat *.gz)")
        dialog.setNameFilters([tables, self.tr("All files (*)")])
        dialog.filesSelected.connect(self.open_files)
        dialog.open()

    @Slot(list)
    def open_files(self, paths: Iterable[str | Path]) -> None:
        """Open the first workspace among the paths; import the other files."""
        files = [Path(path) for path in paths]
        workspaces = [path for path in files if path.suffix == SUFFIX]
        others = [path for path in files if path.suffix != SUFFIX]
        if workspaces:
            self._state.open(workspaces[0])
        elif others and self._has_workspace():
            self._settings.set_folder(others[0].parent)
            self._show_import(others)

    def _has_workspace(self) -> bool:
        if not self._state.is_open:
            self._messages.warning(
                self.tr("There is no workspace to import into yet."), self.tr("Make a new one or open one first.")
            )
        return self._state.is_open

    def _dialog(self, title: str, mode: QFileDialog.AcceptMode) -> QFileDialog:
        dialog = QFileDialog(self._window, title, str(self._settings.folder()))
        dialog.setAcceptMode(mode)
        dialog.setDefaultSuffix(SUFFIX.lstrip("."))
        dialog.setNameFilters([self.tr("XDRec workspaces (*.xdrec)"), self.tr("All files (*)")])
        return dialog

    @Slot(str)
    def _open(self, path: str) -> None:
        self._settings.set_folder(Path(path).parent)
        self._state.open(Path(path))

    @Slot(str)
    def _new(self, path: str) -> None:
        self._settings.set_folder(Path(path).parent)
        self._create(CreateWorkspace(workspace=Path(path)), self.tr("Making a workspace"))

    def _create(self, request: CreateSample | CreateWorkspace, title: str) -> None:
        if any(handle.request == request for handle in (self._runner.current, *self._runner.queued) if handle):
            return
        handle = self._runner.submit(request, title)
        handle.ended.connect(self._open_created)

    @Slot(object)
    def _open_created(self, outcome: object) -> None:
        handle = self.sender()
        if isinstance(outcome, Succeeded) and isinstance(handle, JobHandle):
            self._state.open(handle.request.workspace)

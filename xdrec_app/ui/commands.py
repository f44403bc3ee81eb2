"""What the window can be asked to do from anywhere: open, create, import, by dialog, by drop or by a page's button."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from xdrec_app.core.jobs import Succeeded
from xdrec_app.services.requests import CreateSample, CreateWorkspace, WorldKey
from xdrec_app.ui.job_runner import JobHandle, JobRunner
from xdrec_app.ui.messages import Level, Message, Messages
from xdrec_app.ui.settings import Settings
from xdrec_app.ui.workspace_state import WorkspaceState

SUFFIX = ".xdrec"
SAMPLE_NAME = "XDRec sample"
FIRST_WORLD: WorldKey = "ratings"
TABLES = (
    "*.csv *.tsv *.txt *.dat *.data *.inter *.item *.user *.json *.jsonl *.parquet *.xlsx *.xls *.ods "
    "*.gz *.zip *.bz2 *.xz *.zst"
)
"""Files that are offered first; a file of any name is read by what it holds."""


class WindowCommands(QObject):
    """Opens, creates and imports.

    Parameters
    ----------
    window
        Parent of the dialogs.
    show_import
        Opens the import dialog for files and folders.
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
        self._waiting: list[Path] = []
        state.opened.connect(self._import_waiting)

    def sample_path(self, world: WorldKey = FIRST_WORLD) -> Path:
        """Return where the workspace of a sample world is or will be."""
        name = SAMPLE_NAME if world == FIRST_WORLD else f"{SAMPLE_NAME} {world.replace('_', ' ')}"
        return self._settings.folder() / f"{name}{SUFFIX}"

    def open_sample(self) -> None:
        """Open the sample workspace; make it first if it is not there."""
        self.open_world(FIRST_WORLD)

    def open_world(self, world: WorldKey) -> None:
        """Open the workspace of a sample world; make it first if it is not there."""
        path = self.sample_path(world)
        if path.is_file():
            self._state.open(path)
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        self._create(CreateSample(workspace=path, world=world), self.tr("Making the sample"))

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
        """Ask which files to import."""
        if self._has_workspace():
            dialog = QFileDialog(self._window, self.tr("Import files"), str(self._settings.folder()))
            dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
            dialog.setNameFilters([self.tr("Tables ({})").format(TABLES), self.tr("All files (*)")])
            dialog.filesSelected.connect(self.open_files)
            dialog.open()

    def choose_folder(self) -> None:
        """Ask which folder to import, with all files in it."""
        if self._has_workspace():
            dialog = QFileDialog(self._window, self.tr("Import a folder"), str(self._settings.folder()))
            dialog.setFileMode(QFileDialog.FileMode.Directory)
            dialog.filesSelected.connect(self.open_files)
            dialog.open()

    @Slot(list)
    def open_files(self, paths: Iterable[str | Path]) -> None:
        """Open the first workspace among the paths; import the other files and folders.

        Without a workspace one is asked for, and the files are imported into the one that is opened then.
        """
        files = [Path(path) for path in paths]
        workspaces = [path for path in files if path.suffix == SUFFIX]
        others = [path for path in files if path.suffix != SUFFIX]
        if workspaces:
            self._state.open(workspaces[0])
        elif others:
            self._settings.set_folder(others[0].parent)
            self._waiting = others
            if self._has_workspace():
                self._import_waiting()

    def _has_workspace(self) -> bool:
        if not self._state.is_open:
            text = self.tr("There is no workspace to import into yet.")
            begins = self.tr("Make a new one or open one; then the import begins.")
            hint = begins if self._waiting else self.tr("Make a new one or open one first.")
            new = (self.tr("New workspace …"), self.choose_new)
            self._messages.post(Message(Level.WARNING, text, hint, action=new))
        return self._state.is_open

    @Slot()
    def _import_waiting(self) -> None:
        waiting, self._waiting = self._waiting, []
        if waiting:
            self._show_import(waiting)

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

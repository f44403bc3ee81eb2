"""What a page, and any larger widget on it, may use of the window."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from xdrec_app.services.requests import WorldKey
from xdrec_app.ui.job_runner import JobRunner
from xdrec_app.ui.messages import Messages
from xdrec_app.ui.reader import Reader
from xdrec_app.ui.settings import Settings
from xdrec_app.ui.workspace_state import WorkspaceState


class Commands(Protocol):
    """What any page may ask of the window; :class:`xdrec_app.ui.commands.WindowCommands` does it."""

    def open_sample(self) -> None:
        """Open the sample workspace, made first if there is none."""
        ...

    def open_world(self, world: WorldKey) -> None:
        """Open the workspace of a sample world, made first if there is none."""
        ...

    def choose_new(self) -> None:
        """Ask where a new workspace shall be."""
        ...

    def choose_open(self) -> None:
        """Ask which workspace to open."""
        ...

    def choose_import(self) -> None:
        """Ask which files to import."""
        ...

    def choose_folder(self) -> None:
        """Ask which folder to import."""
        ...

    def open_files(self, paths: list[Any]) -> None:
        """Open a workspace or import files, whichever the paths are."""
        ...


@dataclass(frozen=True)
class PageContext:
    """All that a page gets.

    Attributes
    ----------
    navigate
        ``navigate(key, **payload)`` shows another page and hands it the payload.
    """

    state: WorkspaceState
    runner: JobRunner
    reader: Reader
    messages: Messages
    settings: Settings
    commands: Commands
    navigate: Callable[..., None]

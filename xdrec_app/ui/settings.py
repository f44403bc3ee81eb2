"""What the window remembers between two starts: recent files, theme, language, folders, its size."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings

from xdrec_app.core.paths import documents_dir, settings_dir
from xdrec_app.ui.theme import Scheme

MAX_RECENT = 3


class Settings:
    """The user's settings, in one INI file.

    Parameters
    ----------
    file
        The INI file; by default the user's own.
    """

    def __init__(self, file: Path | None = None) -> None:
        self._store = QSettings(str(file or settings_dir() / "window.ini"), QSettings.Format.IniFormat)

    def recent(self) -> list[Path]:
        """Return the last opened workspaces that still exist, newest first."""
        stored = self._store.value("recent", [])
        texts = [stored] if isinstance(stored, str) else stored if isinstance(stored, list) else []
        return [path for path in map(Path, texts) if path.is_file()][:MAX_RECENT]

    def add_recent(self, path: Path) -> None:
        """Put a workspace first in the list of recent ones."""
        others = [known for known in self.recent() if known != path]
        self._store.setValue("recent", [str(known) for known in [path, *others][:MAX_RECENT]])

    def scheme(self) -> Scheme:
        """Return the chosen colour scheme."""
        stored = str(self._store.value("scheme", Scheme.SYSTEM))
        return Scheme(stored) if stored in set(Scheme) else Scheme.SYSTEM

    def set_scheme(self, scheme: Scheme) -> None:
        """Remember the colour scheme."""
        self._store.setValue("scheme", str(scheme))

    def language(self) -> str:
        """Return the chosen language as a locale name; empty = the system's."""
        return str(self._store.value("language", ""))

    def set_language(self, language: str) -> None:
        """Remember the language."""
        self._store.setValue("language", language)

    def folder(self) -> Path:
        """Return where new workspaces are offered to be saved."""
        stored = Path(str(self._store.value("folder", documents_dir())))
        return stored if stored.is_dir() else documents_dir()

    def set_folder(self, folder: Path) -> None:
        """Remember where the user saved or opened last."""
        self._store.setValue("folder", str(folder))

    def geometry(self) -> QByteArray:
        """Return the window's place and size; empty at the first start."""
        stored = self._store.value("geometry", QByteArray())
        return stored if isinstance(stored, QByteArray) else QByteArray()

    def set_geometry(self, geometry: QByteArray) -> None:
        """Remember the window's place and size."""
        self._store.setValue("geometry", geometry)

"""Where things are: resources of the application, and the user's folders as the platform wants them."""

from __future__ import annotations

from pathlib import Path

import platformdirs

APPLICATION = "XDRec"


def resources_dir() -> Path:
    """Return the folder of icons, styles, translations and generated schemas.

    It lies beside the package in a checkout and inside it once installed or frozen.
    """
    package = Path(__file__).resolve().parents[1]
    installed = package / "_resources"
    return installed if installed.is_dir() else package.parent / "resources"


def settings_dir() -> Path:
    """Return the folder of the user's settings, made if missing."""
    return platformdirs.user_config_path(APPLICATION, appauthor=False, ensure_exists=True)


def log_dir() -> Path:
    """Return the folder of log files, made if missing."""
    return platformdirs.user_log_path(APPLICATION, appauthor=False, ensure_exists=True)


def documents_dir() -> Path:
    """Return the folder in which new workspaces are offered to be saved."""
    return platformdirs.user_documents_path()

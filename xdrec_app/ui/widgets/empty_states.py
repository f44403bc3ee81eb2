"""The empty states that several pages share: no workspace, nothing imported, nothing trained."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QCoreApplication

from xdrec_app.ui.widgets.basic import EmptyState, button


class Openings(Protocol):
    """What a page without anything to show may offer."""

    def open_sample(self) -> None:
        """Open the sample workspace."""
        ...

    def choose_open(self) -> None:
        """Ask which workspace to open."""
        ...

    def choose_import(self) -> None:
        """Ask which file to import."""
        ...


def _tr(text: str) -> str:
    return QCoreApplication.translate("EmptyStates", text)


def no_workspace(openings: Openings, text: str) -> EmptyState:
    """Return the state of a page without a workspace; `text` says what would stand there."""
    return EmptyState(
        "folder",
        _tr("No workspace is open"),
        text,
        (
            button(_tr("Explore the sample"), openings.open_sample, look="primary", icon="sample"),
            button(_tr("Open …"), openings.choose_open),
        ),
    )


def nothing_imported(openings: Openings, icon: str, heading: str, text: str) -> EmptyState:
    """Return the state of a page that needs data."""
    action = button(_tr("Import …"), openings.choose_import, look="primary", icon="import")
    return EmptyState(icon, heading, text, (action,))


def nothing_trained(go_to_train: Callable[[], object], icon: str, heading: str, text: str) -> EmptyState:
    """Return the state of a page that needs a run."""
    action = button(_tr("Go to Train"), go_to_train, look="primary", icon="train")
    return EmptyState(icon, heading, text, (action,))

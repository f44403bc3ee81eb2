"""Widgets of which one is shown at a time, each made when it is first shown."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QStackedWidget, QWidget


class LazyStack(QStackedWidget):
    """Widgets by key."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._makers: dict[str, Callable[[], QWidget]] = {}
        self._made: dict[str, QWidget] = {}
        self.shown = ""

    def add(self, key: str, make: Callable[[], QWidget]) -> None:
        """Say how a widget is made."""
        self._makers[key] = make

    def show_key(self, key: str) -> None:
        """Show a widget; the first time, make it."""
        if key not in self._made:
            self._made[key] = self._makers[key]()
            self.addWidget(self._made[key])
        self.setCurrentWidget(self._made[key])
        self.shown = key

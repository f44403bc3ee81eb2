"""The area in which a page, or one view of it, scrolls as a whole."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

SCROLL_BAR_WIDTH = 12
"""As the style sheet says."""


class ScrollArea(QScrollArea):
    """Keeps the room of its scroll bar free, so that nothing jumps when the content grows."""

    def __init__(self, content: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidget(content)
        self.verticalScrollBar().rangeChanged.connect(self._reserve)
        self._reserve(0, 0)

    @Slot(int, int)
    def _reserve(self, _low: int, high: int) -> None:
        self.setViewportMargins(0, 0, 0 if high else SCROLL_BAR_WIDTH, 0)

"""Says that something is being worked out, unless it is there at once."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QProgressBar, QVBoxLayout, QWidget

from xdrec_app.ui.theme import Space
from xdrec_app.ui.widgets.basic import label

PATIENCE_MS = 200
LINE_WIDTH = 360


class BusyLine(QWidget):
    """A sentence and a running line; appears only after a moment, so that quick answers do not flicker."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.S)
        self._line = QProgressBar()
        self._line.setTextVisible(False)
        self._line.setMaximumWidth(LINE_WIDTH)
        self._line.setAccessibleName(text)
        column.addWidget(label(text, "muted"))
        column.addWidget(self._line)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PATIENCE_MS)
        self._timer.timeout.connect(self.show)
        self.hide()

    def start(self) -> None:
        """Begin to wait."""
        self._line.setRange(0, 0)
        if not self.isVisible():
            self._timer.start()

    def stop(self) -> None:
        """Be gone."""
        self._timer.stop()
        self._line.setRange(0, 1)
        self.hide()

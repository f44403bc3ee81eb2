"""The report of a bug: what the user can send us, never a bare traceback on the screen."""

from __future__ import annotations

import logging
import platform
import threading
import traceback
from types import TracebackType

from PySide6.QtCore import QObject, Qt, Signal, Slot, qVersion
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from xdrec_app import __version__
from xdrec_app.core.paths import APPLICATION
from xdrec_app.ui.theme import Space
from xdrec_app.ui.widgets.basic import button, label

log = logging.getLogger("xdrec.window")


class BugDialog(QDialog):
    """Says that something went wrong in the program, with details to copy."""

    def __init__(self, details: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Something went wrong in {}").format(APPLICATION))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.report = f"{APPLICATION} {__version__}, Qt {qVersion()}, {platform.platform()}\n\n{details}"
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.XL, Space.XL, Space.XL, Space.L)
        column.setSpacing(Space.M)
        column.addWidget(label(self.tr("This is a defect of the program, not of your data."), "heading"))
        text = self.tr("Your workspace is safe and you can go on. Please send us the details below.")
        column.addWidget(label(text, "muted", wraps=True))
        box = QPlainTextEdit(self.report)
        box.setReadOnly(True)
        box.setAccessibleName(self.tr("Details"))
        column.addWidget(box, 1)
        row = QHBoxLayout()
        row.addStretch()
        row.addWidget(button(self.tr("Copy details"), self._copy, icon="copy"))
        row.addWidget(button(self.tr("Go on"), self.accept, look="primary"))
        column.addLayout(row)
        self.resize(640, 420)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.report)


class BugReporter(QObject):
    """Receives exceptions that nobody caught, on any thread, and shows one dialog at a time."""

    caught = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.window: QWidget | None = None
        self._is_showing = False
        self.caught.connect(self._show, Qt.ConnectionType.QueuedConnection)

    def hook(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """Serve as ``sys.excepthook``."""
        details = "".join(traceback.format_exception(kind, error, trace))
        log.error("unexpected error\n%s", details)
        self.caught.emit(details)

    def thread_hook(self, failure: threading.ExceptHookArgs) -> None:
        """Serve as ``threading.excepthook``."""
        if failure.exc_value is not None:
            self.hook(failure.exc_type, failure.exc_value, failure.exc_traceback)

    @Slot(object)
    def _show(self, details: str) -> None:
        if self._is_showing:
            return
        self._is_showing = True
        dialog = BugDialog(details, self.window)
        dialog.finished.connect(self._closed)
        dialog.open()

    @Slot()
    def _closed(self) -> None:
        self._is_showing = False

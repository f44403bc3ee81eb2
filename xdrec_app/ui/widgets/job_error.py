"""Why a job failed, where it was started: the sentence, what to do about it, and the details of a bug."""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from xdrec_app.core.jobs import Failed
from xdrec_app.ui.icons import IconLabel
from xdrec_app.ui.theme import Space
from xdrec_app.ui.widgets.basic import button, label


class JobError(QFrame):
    """Shows one failure."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("level", "error")
        self._details = ""
        row = QHBoxLayout(self)
        row.setContentsMargins(Space.M, Space.M, Space.M, Space.M)
        row.setSpacing(Space.M)
        words = QVBoxLayout()
        words.setSpacing(2)
        self.sentence = label("", "strong", wraps=True)
        self.hint = label("", "muted", wraps=True)
        words.addWidget(self.sentence)
        words.addWidget(self.hint)
        row.addWidget(IconLabel("error", 20, "danger"))
        row.addLayout(words, 1)
        self._copy = button(self.tr("Copy details"), self._copy_details, look="link", icon="copy")
        row.addWidget(self._copy)

    def show_failure(self, failure: Failed) -> None:
        """Show a failure."""
        self.sentence.setText(failure.sentence)
        self.hint.setText(failure.hint)
        self.hint.setVisible(bool(failure.hint))
        self._details = failure.details
        self._copy.setVisible(failure.is_bug)
        self.setAccessibleName(failure.sentence)
        self.show()

    def _copy_details(self) -> None:
        QGuiApplication.clipboard().setText(self._details)

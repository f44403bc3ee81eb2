"""Closing the window while a job runs: asks, gives the job a moment, and never loses the question."""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Slot
from PySide6.QtWidgets import QMainWindow

from xdrec_app.ui.job_runner import JobRunner
from xdrec_app.ui.widgets.question import Answer, Question

GRACE_MS = 5000


class Closing(QObject):
    """Decides whether the window may close now."""

    def __init__(self, window: QMainWindow, runner: JobRunner) -> None:
        super().__init__(window)
        self._window = window
        self._runner = runner
        self._question: Question | None = None
        self._gave_up_waiting = False
        self._since = QElapsedTimer()
        self._wait = QTimer(self)
        self._wait.setInterval(50)
        self._wait.timeout.connect(self._check)

    def may_close(self) -> bool:
        """Return whether nothing runs; otherwise ask, and close later by itself if that is the answer."""
        if self._gave_up_waiting or not self._runner.is_busy:
            return True
        if self._question is None and not self._wait.isActive():
            self._ask()
        return False

    def _ask(self) -> None:
        job = self._runner.current
        assert job is not None
        answers: list[Answer] = [(self.tr("Keep running"), "", self._forget)]
        if job.can_stop:
            answers.append((self.tr("Stop, keep the best, close"), "", self._stop))
        answers.append((self.tr("Cancel the job and close"), "danger", self._cancel))
        self._question = Question(
            self._window,
            self.tr("A job is still running"),
            self.tr("{title}. If you cancel it, nothing of it is kept.").format(title=job.title),
            tuple(answers),
        )

    def _forget(self) -> None:
        self._question = None

    def _stop(self) -> None:
        self._question = None
        for waiting in self._runner.queued:
            waiting.cancel()
        if self._runner.current is not None:
            self._runner.current.stop()
        self._since.invalidate()  # the best model is worth waiting for
        self._wait.start()

    def _cancel(self) -> None:
        self._question = None
        self._runner.cancel_all()
        self._since.start()
        self._wait.start()

    @Slot()
    def _check(self) -> None:
        if self._runner.is_busy and not (self._since.isValid() and self._since.hasExpired(GRACE_MS)):
            return
        self._wait.stop()
        self._gave_up_waiting = True
        self._window.close()

"""A thread that drives one job and tells the window what happens, never more often than eyes can follow."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QThread, Signal

from xdrec_app.core.events import Event, Progress, Tick
from xdrec_app.core.jobs import Command, Job, drive

PROGRESS_INTERVAL_S = 1 / 20


class ThreadControl:
    """Told on one thread, asked on another; cancel outranks stop."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._cancel = threading.Event()

    def stop(self) -> None:
        """End early and keep the best."""
        self._stop.set()

    def cancel(self) -> None:
        """End now and leave nothing."""
        self._cancel.set()

    def poll(self) -> Command:
        """Return what to do now."""
        if self._cancel.is_set():
            return Command.CANCEL
        return Command.STOP if self._stop.is_set() else Command.GO_ON


class Throttle:
    """Passes at most one `Progress` per interval, and everything else except ticks.

    Parameters
    ----------
    clock
        Seconds; replaced in tests.
    """

    def __init__(self, interval_s: float = PROGRESS_INTERVAL_S, clock: Callable[[], float] = time.monotonic) -> None:
        self._interval_s = interval_s
        self._clock = clock
        self._last = float("-inf")

    def passes(self, event: Event) -> bool:
        """Tell whether the event is to be shown; the last step of a progress always is."""
        if isinstance(event, Tick):
            return False
        if not isinstance(event, Progress):
            return True
        now = self._clock()
        if event.done != event.total and now - self._last < self._interval_s:
            return False
        self._last = now
        return True


class JobThread(QThread):
    """Drives one job.

    `news` carries each :data:`~xdrec_app.core.events.Event` that passes the throttle, in order; `outcome` the
    :data:`~xdrec_app.core.jobs.Outcome`, after the last event. Connect both queued.
    """

    news = Signal(object)
    outcome = Signal(object)

    def __init__(self, make_job: Callable[[], Job[Any]], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.control = ThreadControl()
        self._make_job = make_job
        self._throttle = Throttle()

    def run(self) -> None:
        """Drive the job to its end."""
        self.outcome.emit(drive(self._make_job(), self._emit, self.control))

    def _emit(self, event: Event) -> None:
        if self._throttle.passes(event):
            self.news.emit(event)

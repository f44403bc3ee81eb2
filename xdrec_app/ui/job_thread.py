"""A thread that drives jobs and tells the window what happens, never more often than eyes can follow."""

from __future__ import annotations

import queue
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
    """Drives the jobs it is given, one after another, until it is closed.

    `news` carries each :data:`~xdrec_app.core.events.Event` that passes the throttle, in order; `outcome` the
    :data:`~xdrec_app.core.jobs.Outcome` of the job, after its last event. Connect both queued.
    """

    news = Signal(object)
    outcome = Signal(object)

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._jobs: queue.SimpleQueue[tuple[Job[Any], ThreadControl] | None] = queue.SimpleQueue()
        self._throttle = Throttle()

    def drive(self, job: Job[Any], control: ThreadControl) -> None:
        """Drive a job that has not been started; returns at once."""
        if not self.isRunning():
            self.start()
        self._jobs.put((job, control))

    def close(self) -> None:
        """Wait for the jobs that were given, and end."""
        self._jobs.put(None)
        self.wait()

    def run(self) -> None:
        """Drive what comes until None comes."""
        while (given := self._jobs.get()) is not None:
            self._throttle = Throttle()
            self.outcome.emit(drive(given[0], self._emit, given[1]))

    def _emit(self, event: Event) -> None:
        if self._throttle.passes(event):
            self.news.emit(event)

"""The lanes on which the window's work runs: one job at a time, others queue where the user sees them.

A second lane answers short questions that need a model; there the latest question wins. This module knows requests
and events, and no page.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any, Protocol

from PySide6.QtCore import QObject, Qt, Signal, Slot

from xdrec_app.core.events import Changed, Event, Value
from xdrec_app.core.jobs import Cancelled, Command, Failed, Job, Outcome
from xdrec_app.services.experiment_requests import Train
from xdrec_app.services.request import Request
from xdrec_app.ui.job_thread import JobThread, ThreadControl
from xdrec_app.ui.query_lane import Query, QueryLane


class Pool(Protocol):
    """What executes requests; in life :class:`xdrec_app.services.remote.WorkerPool`."""

    def start(self) -> None:
        """Warm the workers up; returns at once."""
        ...

    def close(self) -> None:
        """End the workers, by force if need be."""
        ...

    def job(self, request: Request) -> Job[Value]:
        """Run a request on the job lane."""
        ...

    def query(self, request: Request) -> Job[Value]:
        """Run a request on the query lane."""
        ...


class JobHandle(QObject):
    """One submitted job, to watch and to end.

    `news` carries its events, `ended` its outcome, exactly once; `cancelled` says that its end was asked for.
    """

    news = Signal(object)
    ended = Signal(object)
    cancelled = Signal()

    def __init__(self, request: Request, title: str, shows_failure: bool) -> None:
        super().__init__()
        self.request = request
        self.title = title
        self.shows_failure = shows_failure
        self.control = ThreadControl()
        self.outcome: Outcome[Any] | None = None

    @property
    def can_stop(self) -> bool:
        """Whether ending early keeps something."""
        return isinstance(self.request, Train)

    def stop(self) -> None:
        """End early and keep the best there is."""
        self.control.stop()

    def cancel(self) -> None:
        """End and leave nothing; a queued job never starts."""
        self.control.cancel()
        self.cancelled.emit()


class JobRunner(QObject):
    """Runs jobs one after another and queries beside them.

    Signals
    -------
    started, ended
        Carry the :class:`JobHandle`; `failed` carries a :class:`Failed`.
    queue_changed
        The list of waiting jobs is another one.
    changed
        Carries the set of changes a job committed.
    """

    started = Signal(object)
    ended = Signal(object)
    failed = Signal(object)
    queue_changed = Signal()
    changed = Signal(object)

    def __init__(self, pool: Pool, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = pool
        self._queue: deque[JobHandle] = deque()
        self.current: JobHandle | None = None
        self._thread = JobThread("jobs", self)
        self._thread.news.connect(self._take, Qt.ConnectionType.QueuedConnection)
        self._thread.outcome.connect(self._end_current, Qt.ConnectionType.QueuedConnection)
        self._query_lane = QueryLane(pool.query, self)
        self._query_lane.failed.connect(self.failed)

    @property
    def queued(self) -> tuple[JobHandle, ...]:
        """The jobs that wait, in order."""
        return tuple(self._queue)

    @property
    def is_busy(self) -> bool:
        """Whether a job runs."""
        return self.current is not None

    @property
    def is_asking(self) -> bool:
        """Whether a query waits for its answer."""
        return self._query_lane.is_busy

    def submit(self, request: Request, title: str, *, shows_failure: bool = True) -> JobHandle:
        """Queue a job; its signals come after this call has returned.

        Parameters
        ----------
        title
            What the user reads in the job bar, e.g. "Importing books.csv".
        shows_failure
            Whether a failure goes to the message bar; False for a caller that shows it in its own place.
        """
        handle = JobHandle(request, title, shows_failure)
        handle.cancelled.connect(self._drop_cancelled)
        self._queue.append(handle)
        self._start_next()
        self.queue_changed.emit()
        return handle

    def query(
        self,
        key: str,
        request: Request,
        on_answer: Callable[[Any], None],
        on_failed: Callable[[Failed], None] | None = None,
    ) -> None:
        """Ask a warm worker; an answer that a later query of the same key overtook is dropped.

        Parameters
        ----------
        on_answer
            Receives the request's result on the window's thread.
        on_failed
            Without it a failure goes to the message bar.
        """
        self._query_lane.ask(Query(key, request, on_answer, on_failed))

    def cancel_all(self) -> None:
        """Cancel the running job, the waiting ones and all queries."""
        for handle in self.queued:
            handle.cancel()
        if self.current is not None:
            self.current.cancel()
        self._query_lane.cancel()

    def close(self) -> None:
        """End the pool, by force where a job still runs, and wait for the threads."""
        self.cancel_all()
        self._pool.close()
        self._thread.close()
        self._query_lane.close()

    def _start_next(self) -> None:
        if self.current is None and self._queue:
            handle = self.current = self._queue.popleft()
            self._thread.drive(self._pool.job(handle.request), handle.control)
            self.started.emit(handle)

    @Slot(object)
    def _take(self, event: Event) -> None:
        if self.current is not None:
            self.current.news.emit(event)
        if isinstance(event, Changed):
            self.changed.emit(event.changes)

    @Slot(object)
    def _end_current(self, outcome: Outcome[Any]) -> None:
        handle, self.current = self.current, None
        if handle is not None:
            self._end(handle, outcome)
        self._start_next()
        self.queue_changed.emit()

    @Slot()
    def _drop_cancelled(self) -> None:
        for handle in self.queued:
            if handle.control.poll() is Command.CANCEL:
                self._queue.remove(handle)
                self._end(handle, Cancelled())
                self.queue_changed.emit()

    def _end(self, handle: JobHandle, outcome: Outcome[Any]) -> None:
        handle.outcome = outcome
        if isinstance(outcome, Failed) and handle.shows_failure:
            self.failed.emit(outcome)
        handle.ended.emit(outcome)
        self.ended.emit(handle)

"""The lanes on which the window's work runs: one job at a time, others queue where the user sees them.

A second lane answers short questions that need a model; there the latest question wins. This module knows requests
and events, and no page.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any, Protocol

import shiboken6
from PySide6.QtCore import QObject, Qt, Signal, Slot

from xdrec_app.core.events import Changed, Event, Value
from xdrec_app.core.jobs import Cancelled, Failed, Job, Outcome, Succeeded
from xdrec_app.services.requests import Request, Train
from xdrec_app.ui.job_thread import JobThread


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

    `news` carries its events, `ended` its outcome, exactly once.
    """

    news = Signal(object)
    ended = Signal(object)

    def __init__(self, request: Request, title: str, shows_failure: bool, parent: QObject) -> None:
        super().__init__(parent)
        self.request = request
        self.title = title
        self.shows_failure = shows_failure
        self.thread_of_job: JobThread | None = None
        self.outcome: Outcome[Any] | None = None

    @property
    def can_stop(self) -> bool:
        """Whether ending early keeps something."""
        return isinstance(self.request, Train)

    def stop(self) -> None:
        """End early and keep the best there is."""
        if self.thread_of_job is not None:
            self.thread_of_job.control.stop()

    def cancel(self) -> None:
        """End and leave nothing; a queued job never starts."""
        if self.thread_of_job is not None:
            self.thread_of_job.control.cancel()
        elif self.outcome is None:
            self.end(Cancelled())

    @Slot(object)
    def end(self, outcome: Outcome[Any]) -> None:
        """Record how it ended, and tell."""
        self.outcome = outcome
        self.ended.emit(outcome)


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
        self._query_lane = _QueryLane(pool.query, self)
        self._query_lane.failed.connect(self.failed)

    @property
    def queued(self) -> tuple[JobHandle, ...]:
        """The jobs that wait, in order."""
        return tuple(self._queue)

    @property
    def is_busy(self) -> bool:
        """Whether a job runs."""
        return self.current is not None

    def submit(self, request: Request, title: str, *, shows_failure: bool = True) -> JobHandle:
        """Queue a job; its signals come after this call has returned.

        Parameters
        ----------
        title
            What the user reads in the job bar, e.g. "Importing books.csv".
        shows_failure
            Whether a failure goes to the message bar; False for a caller that shows it in its own place.
        """
        handle = JobHandle(request, title, shows_failure, self)
        handle.ended.connect(self._ended)
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
        self._query_lane.ask(_Query(key, request, on_answer, on_failed))

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
        if self.current is not None and self.current.thread_of_job is not None:
            self.current.thread_of_job.wait()
        self._query_lane.wait()

    def _start_next(self) -> None:
        if self.current is not None or not self._queue:
            return
        handle = self._queue.popleft()
        self.current = handle
        thread = JobThread(lambda: self._pool.job(handle.request), self)
        handle.thread_of_job = thread
        thread.news.connect(handle.news, Qt.ConnectionType.QueuedConnection)
        thread.news.connect(self._note_changes, Qt.ConnectionType.QueuedConnection)
        thread.outcome.connect(handle.end, Qt.ConnectionType.QueuedConnection)
        thread.finished.connect(thread.deleteLater)
        thread.start()
        self.started.emit(handle)

    @Slot(object)
    def _note_changes(self, event: Event) -> None:
        if isinstance(event, Changed):
            self.changed.emit(event.changes)

    @Slot(object)
    def _ended(self, outcome: Outcome[Any]) -> None:
        handle = self.sender()
        assert isinstance(handle, JobHandle)
        if handle is self.current:
            if handle.thread_of_job is not None:
                handle.thread_of_job.wait()  # it emitted its last signal: nothing is left to run
                handle.thread_of_job = None
            self.current = None
        else:
            self._queue.remove(handle)
        if isinstance(outcome, Failed) and handle.shows_failure:
            self.failed.emit(outcome)
        self.ended.emit(handle)
        self._start_next()
        self.queue_changed.emit()


class _Query:
    def __init__(
        self,
        key: str,
        request: Request,
        on_answer: Callable[[Any], None],
        on_failed: Callable[[Failed], None] | None,
    ) -> None:
        self.key, self.request, self.on_answer, self.on_failed = key, request, on_answer, on_failed
        self.is_stale = False


class _QueryLane(QObject):
    """One query at a time; a new one of the same key cancels the running one and replaces the waiting one."""

    failed = Signal(object)

    def __init__(self, make_job: Callable[[Request], Job[Value]], parent: QObject) -> None:
        super().__init__(parent)
        self._make_job = make_job
        self._waiting: dict[str, _Query] = {}
        self._running: _Query | None = None
        self._thread: JobThread | None = None

    def ask(self, query: _Query) -> None:
        self._waiting[query.key] = query
        if self._running is not None and self._running.key == query.key:
            self._make_stale()
        self._start_next()

    def cancel(self) -> None:
        self._waiting.clear()
        self._make_stale()

    def wait(self) -> None:
        if self._thread is not None:
            self._thread.wait()

    def _make_stale(self) -> None:
        if self._running is not None and self._thread is not None:
            self._running.is_stale = True
            self._thread.control.cancel()

    def _start_next(self) -> None:
        if self._running is not None or not self._waiting:
            return
        query = self._waiting.pop(next(iter(self._waiting)))
        self._running = query
        self._thread = JobThread(lambda: self._make_job(query.request), self)
        self._thread.outcome.connect(self._ended, Qt.ConnectionType.QueuedConnection)
        self._thread.finished.connect(self._thread.deleteLater)
        self._thread.start()

    @Slot(object)
    def _ended(self, outcome: Outcome[Any]) -> None:
        query, thread = self._running, self._thread
        assert query is not None and thread is not None
        thread.wait()
        self._running = self._thread = None
        if not query.is_stale:
            self._answer(query, outcome)
        self._start_next()

    def _answer(self, query: _Query, outcome: Outcome[Any]) -> None:
        receiver = query.on_failed if isinstance(outcome, Failed) else query.on_answer
        owner = getattr(receiver, "__self__", None)
        if isinstance(owner, QObject) and not shiboken6.isValid(owner):
            return
        if isinstance(outcome, Succeeded):
            query.on_answer(outcome.result)
        elif isinstance(outcome, Failed):
            (query.on_failed or self.failed.emit)(outcome)

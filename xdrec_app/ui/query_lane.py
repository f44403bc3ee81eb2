"""The lane for short questions that need a model: one at a time, and the latest of each kind wins."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import shiboken6
from PySide6.QtCore import QObject, Qt, Signal, Slot

from xdrec_app.core.events import Value
from xdrec_app.core.jobs import Command, Failed, Job, Outcome, Succeeded
from xdrec_app.services.request import Request
from xdrec_app.ui.job_thread import JobThread, ThreadControl


@dataclass(frozen=True)
class Query:
    """One question: what it fills (`key`), the request, who receives the answer, and how to drop it."""

    key: str
    request: Request
    on_answer: Callable[[Any], None]
    on_failed: Callable[[Failed], None] | None
    control: ThreadControl = field(default_factory=ThreadControl)


class QueryLane(QObject):
    """Asks one query at a time; a new one of the same key cancels the running one and replaces the waiting one."""

    failed = Signal(object)

    def __init__(self, make_job: Callable[[Request], Job[Value]], parent: QObject) -> None:
        super().__init__(parent)
        self._make_job = make_job
        self._waiting: dict[str, Query] = {}
        self._running: Query | None = None
        self._thread = JobThread("queries", self)
        self._thread.outcome.connect(self._end, Qt.ConnectionType.QueuedConnection)

    @property
    def is_busy(self) -> bool:
        """Whether a query runs or waits."""
        return self._running is not None or bool(self._waiting)

    def ask(self, query: Query) -> None:
        """Take a query in."""
        self._waiting[query.key] = query
        if self._running is not None and self._running.key == query.key:
            self._running.control.cancel()
        self._start_next()

    def cancel(self) -> None:
        """Drop all queries."""
        self._waiting.clear()
        if self._running is not None:
            self._running.control.cancel()

    def close(self) -> None:
        """Wait for the running query and end the thread."""
        self._thread.close()

    def _start_next(self) -> None:
        if self._running is None and self._waiting:
            query = self._running = self._waiting.pop(next(iter(self._waiting)))
            self._thread.drive(self._make_job(query.request), query.control)

    @Slot(object)
    def _end(self, outcome: Outcome[Any]) -> None:
        query, self._running = self._running, None
        if query is not None and query.control.poll() is not Command.CANCEL:
            self._answer(query, outcome)
        self._start_next()

    def _answer(self, query: Query, outcome: Outcome[Any]) -> None:
        receiver = query.on_failed if isinstance(outcome, Failed) else query.on_answer
        owner = getattr(receiver, "__self__", None)
        if isinstance(owner, QObject) and not shiboken6.isValid(owner):
            return
        if isinstance(outcome, Succeeded):
            query.on_answer(outcome.result)
        elif isinstance(outcome, Failed):
            (query.on_failed or self.failed.emit)(outcome)

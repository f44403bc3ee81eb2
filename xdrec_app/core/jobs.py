"""Jobs: the one shape of everything that takes time.

A job is a generator that yields events and returns a result. :func:`drive` runs it and acts between two events, so no
signature below the shells carries a token, a callback or a thread:

* *cancel* closes the generator; its ``finally`` blocks clean up and nothing remains;
* *stop* throws :class:`StopRequested` into it; a job that knows the word ends early and keeps what it has.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Generator
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

from xdrec_app.core.errors import UserError
from xdrec_app.core.events import Changed, Event

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

Job = Generator[Event, None, T]


class StopRequested(Exception):
    """Thrown into a job that shall end early and keep the best it has."""


class Command(StrEnum):
    """What a driver may be told between two events."""

    GO_ON = "go_on"
    STOP = "stop"
    CANCEL = "cancel"


class Control(Protocol):
    """Whoever may stop or cancel a job; asked between two events, must not block."""

    def poll(self) -> Command:
        """Return what to do now."""
        ...


@dataclass(frozen=True)
class Succeeded(Generic[T_co]):
    """The job ended and returned `result`; also after a stop."""

    result: T_co


class JobFailed(Exception):
    """Carries the failure of a job that ran elsewhere, so that driving its relay ends in that very failure."""

    def __init__(self, failure: Failed) -> None:
        super().__init__(failure.sentence)
        self.failure = failure


@dataclass(frozen=True)
class Cancelled:
    """The job was closed on request; nothing of it remains."""


@dataclass(frozen=True)
class Failed:
    """The job raised.

    Attributes
    ----------
    sentence, hint
        For people; see :class:`~xdrec_app.core.errors.UserError`.
    details
        The traceback of a bug; empty for an error the user can mend.
    """

    sentence: str
    hint: str = ""
    details: str = ""

    @property
    def is_bug(self) -> bool:
        """Whether this is a defect of the program, not of its input."""
        return bool(self.details)


Outcome = Succeeded[T] | Cancelled | Failed


def drive(job: Job[T], emit: Callable[[Event], None], control: Control | None = None) -> Outcome[T]:
    """Run a job to its end, handing each event to `emit`.

    Parameters
    ----------
    job
        A generator that has not been started.
    emit
        Receives every event, in order, on the calling thread.
    control
        Asked after each event; without it the job runs through.

    Returns
    -------
    Outcome
        Never raises for what happens inside the job, except for BaseExceptions such as KeyboardInterrupt, which
        close the job on their way out.
    """
    stop_sent = False
    try:
        event = next(job)
        while True:
            emit(event)
            # What is committed cannot be cancelled any more: the job may end in peace.
            is_news_of_commit = isinstance(event, Changed)
            command = Command.GO_ON if control is None or is_news_of_commit else control.poll()
            if command is Command.CANCEL:
                return Cancelled()
            if command is Command.STOP and not stop_sent:
                stop_sent = True
                event = job.throw(StopRequested())
            else:
                event = next(job)
    except StopIteration as end:
        return Succeeded(end.value)
    except StopRequested:
        return Cancelled()
    except Exception as error:
        return failure_of(error)
    finally:
        job.close()


def failure_of(error: Exception) -> Failed:
    """Return the outcome that describes an exception."""
    if isinstance(error, JobFailed):
        return error.failure
    if isinstance(error, UserError):
        return Failed(error.sentence, error.hint)
    details = "".join(traceback.format_exception(error))
    return Failed(f"Unexpected error: {type(error).__name__}: {error}", details=details)


def tap(job: Job[T], observe: Callable[[Event], Event | None]) -> Job[T]:
    """Return the same job with every event shown to `observe` before it is passed on.

    What `observe` returns is passed on in place of the event, unless it returns None. Stop and cancel reach the inner
    job unchanged.
    """
    try:
        event = next(job)
        while True:
            replacement = observe(event)
            try:
                yield event if replacement is None else replacement
            except StopRequested as stop:
                event = job.throw(stop)
            else:
                event = next(job)
    except StopIteration as end:
        result: T = end.value
        return result
    finally:
        job.close()


def deaf_to_stop(job: Job[T]) -> Job[T]:
    """Return the same job, to which a stop does not get through; for what a stopped job still has to do."""
    try:
        event = next(job)
        while True:
            with suppress(StopRequested):
                yield event
            event = next(job)
    except StopIteration as end:
        result: T = end.value
        return result
    finally:
        job.close()


def dropped_on_stop(job: Job[T]) -> Job[T | None]:
    """Return the same job, which a stop closes and makes return None; for what can be done without."""
    try:
        event = next(job)
        while True:
            try:
                yield event
            except StopRequested:
                return None
            event = next(job)
    except StopIteration as end:
        result: T = end.value
        return result
    finally:
        job.close()


def run(job: Job[T]) -> T:
    """Run a job silently and return its result; exceptions pass through."""
    while True:
        try:
            next(job)
        except StopIteration as end:
            result: T = end.value
            return result

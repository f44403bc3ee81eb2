"""How the command line drives a job: progress on stderr, the result on stdout, Ctrl-C to stop, exit codes.

Exit codes: 0 fine, 1 an error the user can mend (one clear sentence on stderr), 2 usage, 130 cancelled.
"""

from __future__ import annotations

import errno
import signal
import sys
import time
from collections.abc import Callable
from types import FrameType
from typing import IO, TypeVar

import typer

from xdrec_app.core.errors import UserError
from xdrec_app.core.events import EpochEnd, Event, LogLine, PhaseStarted, Progress, RunStarted, Value
from xdrec_app.core.jobs import Cancelled, Command, Failed, Job, Succeeded, drive
from xdrec_app.core.streams import claim_stdout

R = TypeVar("R", bound=Value)

EXIT_CANCELLED = 130
PROGRESS_EVERY_S = 0.2


class CtrlC:
    """The first Ctrl-C stops and keeps the best, the second cancels."""

    def __init__(self) -> None:
        self._presses = 0
        self._previous = signal.signal(signal.SIGINT, self._press)

    def poll(self) -> Command:
        """See :class:`~xdrec_app.core.jobs.Control`."""
        return (Command.GO_ON, Command.STOP, Command.CANCEL)[min(self._presses, 2)]

    def release(self) -> None:
        """Give Ctrl-C back its usual meaning."""
        signal.signal(signal.SIGINT, self._previous)

    def _press(self, _signal: int, _frame: FrameType | None) -> None:
        self._presses += 1
        if self._presses == 1:
            print("\nStopping; what is best so far is kept. Press Ctrl-C again to cancel.", file=sys.stderr)


class Narrator:
    """Tells on stderr what a job reports: a line that renews itself on a terminal, few plain lines elsewhere."""

    def __init__(self) -> None:
        self._is_terminal = sys.stderr.isatty()
        self._shown_at = 0.0

    def emit(self, event: Event) -> None:
        """Show an event."""
        match event:
            case RunStarted():
                self._line(f"Run {event.run} on {event.device}: {event.device_reason}")
            case PhaseStarted():
                self._line(f"Phase {event.phase}, up to {event.epochs} epochs")
            case EpochEnd():
                validation = "  ".join(f"{name} {value:.4f}" for name, value in event.validation.items())
                self._renewed(f"  epoch {event.epoch}  train loss {event.train_loss:.4f}  {validation}")
            case Progress() if self._is_terminal:
                share = f" {100 * event.done // event.total} %" if event.total else ""
                self._renewed(f"  {event.message}{share}")
            case LogLine():
                self._line(event.message)

    def end(self) -> None:
        """Leave the renewed line."""
        if self._is_terminal:
            print("\r\x1b[K", end="", file=sys.stderr)

    def _line(self, text: str) -> None:
        self.end()
        print(text, file=sys.stderr)

    def _renewed(self, text: str) -> None:
        now = time.monotonic()
        if not self._is_terminal or now - self._shown_at < PROGRESS_EVERY_S:
            return
        self._shown_at = now
        print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)


def perform(job: Job[R], as_json: bool, render: Callable[[R], str]) -> R:
    """Drive a job to its end, print its result and return it; leaves by `typer.Exit` unless it succeeded."""
    output = claim_stdout()
    narrator, control = Narrator(), CtrlC()
    try:
        outcome = drive(job, narrator.emit, control)
    finally:
        control.release()
        narrator.end()
    match outcome:
        case Succeeded(result):
            text = result.model_dump_json() if as_json else render(result)
            _hand_over(output, text)
            return result
        case Cancelled():
            print("Cancelled; nothing was kept.", file=sys.stderr)
            raise typer.Exit(EXIT_CANCELLED)
        case Failed():
            complain(outcome)
            raise typer.Exit(1)


def _hand_over(output: IO[bytes], text: str) -> None:
    """Print a result; the work is done and stays done when that fails."""
    try:
        output.write(text.encode() + b"\n")
        output.flush()
    except OSError as error:
        if error.errno != errno.EPIPE:  # whoever closed the pipe has seen enough
            print(f"It is done, but the result could not be printed: {error.strerror}.", file=sys.stderr)
        raise typer.Exit(1) from None


def answer(make: Callable[[], R], as_json: bool, render: Callable[[R], str]) -> None:
    """Print the result of something quick that is no job."""

    def as_job() -> Job[R]:
        yield from ()
        return make()

    perform(as_job(), as_json, render)


def complain(failure: Failed) -> None:
    """Print one clear sentence, or for a bug also its traceback."""
    if failure.is_bug:
        print(failure.details, file=sys.stderr)
    print(str(UserError(failure.sentence, failure.hint)), file=sys.stderr)

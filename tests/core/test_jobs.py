from __future__ import annotations

import pytest

from xdrec_app.core.errors import UserError
from xdrec_app.core.events import Change, Changed, Event, LogLine, Progress, Tick
from xdrec_app.core.jobs import (
    Cancelled,
    Command,
    Failed,
    Job,
    JobFailed,
    StopRequested,
    Succeeded,
    deaf_to_stop,
    drive,
    dropped_on_stop,
    run,
    tap,
)


class Script:
    """Gives one command after the other, then goes on; counts how often it was asked."""

    def __init__(self, *commands: Command) -> None:
        self._commands = list(commands)
        self.asked = 0

    def poll(self) -> Command:
        self.asked += 1
        return self._commands.pop(0) if self._commands else Command.GO_ON


class Work:
    """A job of `n` steps that knows the word stop; `trace` tells what it lived through."""

    def __init__(self, n: int = 5) -> None:
        self.n = n
        self.trace: list[str] = []

    def job(self) -> Job[int]:
        done = 0
        try:
            for step in range(self.n):
                yield Progress(done=step)
                done += 1
        except StopRequested:
            self.trace.append("stopped")
            yield LogLine(message="tidying up")
        except GeneratorExit:
            self.trace.append("closed")
            raise
        finally:
            self.trace.append("finally")
        return done


def ignore(event: Event) -> None:
    pass


def test_a_job_that_ends_gives_its_result_and_all_events_in_order():
    seen: list[Event] = []
    assert drive(Work(3).job(), seen.append) == Succeeded(3)
    assert [event.done for event in seen if isinstance(event, Progress)] == [0, 1, 2]


def test_a_job_without_any_event_succeeds_too():
    def at_once() -> Job[str]:
        yield from ()
        return "done"

    assert drive(at_once(), ignore) == Succeeded("done")


def test_cancel_closes_the_job_and_its_finally_runs_before_drive_returns():
    work = Work()
    assert drive(work.job(), ignore, Script(Command.GO_ON, Command.CANCEL)) == Cancelled()
    assert work.trace == ["closed", "finally"]


def test_stop_is_thrown_into_the_job_which_keeps_what_it_has():
    work = Work()
    seen: list[Event] = []
    outcome = drive(work.job(), seen.append, Script(Command.GO_ON, Command.GO_ON, Command.STOP))
    assert outcome == Succeeded(2)
    assert seen[-1] == LogLine(message="tidying up")
    assert work.trace == ["stopped", "finally"]


def test_stop_is_sent_once_however_often_it_is_asked_for():
    work = Work()
    assert drive(work.job(), ignore, Script(*[Command.STOP] * 5)) == Succeeded(0)
    assert work.trace == ["stopped", "finally"]


def test_cancel_after_stop_still_cancels():
    work = Work()
    assert drive(work.job(), ignore, Script(Command.STOP, Command.CANCEL)) == Cancelled()
    assert work.trace == ["stopped", "finally"]


def test_a_job_that_does_not_know_stop_counts_as_cancelled():
    def plain() -> Job[int]:
        yield Tick()
        return 1

    assert drive(plain(), ignore, Script(Command.STOP)) == Cancelled()


def test_an_error_the_user_can_mend_fails_with_its_sentence_and_without_traceback():
    def wrong() -> Job[None]:
        yield Tick()
        raise UserError("Line 3 has no value.", "Add one.")

    outcome = drive(wrong(), ignore)
    assert outcome == Failed("Line 3 has no value.", "Add one.")
    assert not outcome.is_bug


def test_a_bug_keeps_its_traceback():
    def deep() -> None:
        raise ZeroDivisionError("by zero")

    def buggy() -> Job[None]:
        yield Tick()
        deep()

    outcome = drive(buggy(), ignore)
    assert isinstance(outcome, Failed)
    assert outcome.is_bug
    assert "ZeroDivisionError" in outcome.sentence
    assert "in deep" in outcome.details


def test_the_failure_of_a_job_elsewhere_arrives_as_it_was():
    failure = Failed("It broke over there.", details="Traceback …")

    def relay() -> Job[None]:
        yield Tick()
        raise JobFailed(failure)

    assert drive(relay(), ignore) is failure


def test_a_keyboard_interrupt_passes_through_and_closes_the_job():
    work = Work()

    def interrupt(event: Event) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        drive(work.job(), interrupt)
    assert work.trace == ["closed", "finally"]


def test_an_observer_that_breaks_closes_the_job():
    work = Work()

    def broken(event: Event) -> None:
        raise OSError("the pipe is gone")

    outcome = drive(work.job(), broken)
    assert isinstance(outcome, Failed)
    assert work.trace == ["closed", "finally"]


def test_control_is_asked_after_every_event():
    control = Script()
    drive(Work(4).job(), ignore, control)
    assert control.asked == 4


def test_run_returns_the_result_and_lets_errors_through():
    assert run(Work(2).job()) == 2

    def wrong() -> Job[None]:
        yield Tick()
        raise UserError("No.")

    with pytest.raises(UserError, match="No"):
        run(wrong())


def wrappers():
    return [
        pytest.param(lambda job: tap(job, lambda event: None), id="tap"),
        pytest.param(deaf_to_stop, id="deaf_to_stop"),
        pytest.param(dropped_on_stop, id="dropped_on_stop"),
    ]


@pytest.mark.parametrize("wrap", wrappers())
def test_a_wrapped_job_gives_the_same_events_and_result(wrap):
    seen: list[Event] = []
    assert drive(wrap(Work(3).job()), seen.append) == Succeeded(3)
    assert seen == [Progress(done=step) for step in range(3)]


@pytest.mark.parametrize("wrap", wrappers())
def test_cancel_gets_through_a_wrapper(wrap):
    work = Work()
    assert drive(wrap(work.job()), ignore, Script(Command.CANCEL)) == Cancelled()
    assert work.trace == ["closed", "finally"]


@pytest.mark.parametrize("wrap", wrappers())
def test_an_error_gets_through_a_wrapper(wrap):
    def wrong() -> Job[None]:
        yield Tick()
        raise UserError("No.")

    assert drive(wrap(wrong()), ignore) == Failed("No.")


def test_tap_passes_stop_on():
    work = Work()
    assert drive(tap(work.job(), lambda event: None), ignore, Script(Command.STOP)) == Succeeded(0)
    assert work.trace == ["stopped", "finally"]


def test_tap_may_replace_an_event():
    seen: list[Event] = []
    job = tap(Work(2).job(), lambda event: Tick() if event == Progress(done=0) else None)
    drive(job, seen.append)
    assert seen == [Tick(), Progress(done=1)]


def test_an_error_of_the_one_who_taps_closes_the_inner_job():
    work = Work()

    def observe(event: Event) -> None:
        raise UserError("The disk is full.")

    assert drive(tap(work.job(), observe), ignore) == Failed("The disk is full.")
    assert work.trace == ["closed", "finally"]


def test_a_job_deaf_to_stop_runs_to_its_end():
    work = Work(4)
    assert drive(deaf_to_stop(work.job()), ignore, Script(Command.STOP)) == Succeeded(4)
    assert work.trace == ["finally"]


def test_a_job_dropped_on_stop_is_closed_and_gives_none():
    work = Work()
    assert drive(dropped_on_stop(work.job()), ignore, Script(Command.GO_ON, Command.STOP)) == Succeeded(None)
    assert work.trace == ["closed", "finally"]


def test_what_is_committed_is_not_cancelled_any_more() -> None:
    def committed() -> Job[str]:
        yield Changed(changes=frozenset({Change.RUNS}))
        return "kept"

    assert drive(committed(), ignore, Script(Command.CANCEL)) == Succeeded("kept")

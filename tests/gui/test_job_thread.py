from collections.abc import Callable

import pytest
from PySide6.QtCore import QObject, Qt, Slot
from pytestqt.qtbot import QtBot

from xdrec_app.core.errors import UserError
from xdrec_app.core.events import EpochEnd, Event, LogLine, Progress, Tick
from xdrec_app.core.jobs import Cancelled, Failed, Job, StopRequested, Succeeded
from xdrec_app.ui.job_thread import JobThread, ThreadControl, Throttle


class Watcher(QObject):
    """Collects what a thread emits, on the test's thread."""

    def __init__(self, make_job: Callable[[], Job[object]]) -> None:
        super().__init__()
        self.events: list[Event] = []
        self.outcomes: list[object] = []
        self.control = ThreadControl()
        self.thread_of_job = JobThread("test", self)
        self.thread_of_job.news.connect(self.take, Qt.ConnectionType.QueuedConnection)
        self.thread_of_job.outcome.connect(self.end, Qt.ConnectionType.QueuedConnection)
        self.thread_of_job.drive(make_job(), self.control)

    def wait(self, qtbot: QtBot) -> None:
        qtbot.waitUntil(lambda: bool(self.outcomes))
        self.thread_of_job.close()

    @Slot(object)
    def take(self, event: Event) -> None:
        self.events.append(event)

    @Slot(object)
    def end(self, outcome: object) -> None:
        self.outcomes.append(outcome)


def run(qtbot: QtBot, make_job: Callable[[], Job[object]]) -> Watcher:
    watcher = Watcher(make_job)
    watcher.wait(qtbot)
    return watcher


def epoch(number: int) -> EpochEnd:
    return EpochEnd(phase="fit", epoch=number, train_loss=1.0, learning_rate=0.1, interactions_per_s=1.0, elapsed_s=1.0)


def test_events_arrive_in_order_and_before_the_outcome(qtbot: QtBot) -> None:
    def job() -> Job[object]:
        for number in range(50):
            yield LogLine(message=str(number))
        return "done"

    watcher = run(qtbot, job)
    assert [event.message for event in watcher.events if isinstance(event, LogLine)] == [str(n) for n in range(50)]
    assert watcher.outcomes == [Succeeded("done")]


def test_a_cancelled_job_is_neither_failed_nor_succeeded(qtbot: QtBot) -> None:
    cleaned: list[bool] = []

    def job() -> Job[object]:
        try:
            while True:
                yield Tick()
        finally:
            cleaned.append(True)

    watcher = Watcher(job)
    watcher.control.cancel()
    watcher.wait(qtbot)
    assert watcher.outcomes == [Cancelled()]
    assert cleaned == [True]


def test_a_stopped_job_succeeds_with_what_it_has(qtbot: QtBot) -> None:
    def job() -> Job[object]:
        try:
            while True:
                yield Tick()
        except StopRequested:
            return "the best so far"

    watcher = Watcher(job)
    watcher.control.stop()
    watcher.wait(qtbot)
    assert watcher.outcomes == [Succeeded("the best so far")]


@pytest.mark.parametrize(("error", "is_bug"), [(UserError("The disk is full."), False), (ValueError("x"), True)])
def test_a_failed_job_says_whether_it_is_a_bug(qtbot: QtBot, error: Exception, is_bug: bool) -> None:
    def job() -> Job[object]:
        yield Tick()
        raise error

    (outcome,) = run(qtbot, job).outcomes
    assert isinstance(outcome, Failed)
    assert outcome.is_bug is is_bug


def test_progress_is_throttled_and_epochs_never_are(qtbot: QtBot) -> None:
    def job() -> Job[object]:
        for number in range(2000):
            yield Progress(done=number, total=100_000)
            yield epoch(number)
        return None

    events = run(qtbot, job).events
    assert sum(isinstance(event, EpochEnd) for event in events) == 2000
    assert sum(isinstance(event, Progress) for event in events) < 200


def test_throttle_passes_twenty_a_second_and_the_last_step() -> None:
    now = [0.0]
    throttle = Throttle(0.05, lambda: now[0])
    passed = 0
    for number in range(1000):
        now[0] = number * 0.001
        passed += throttle.passes(Progress(done=number, total=1000))
    assert passed == 20
    assert throttle.passes(Progress(done=1000, total=1000))
    assert not throttle.passes(Tick())

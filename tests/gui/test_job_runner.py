import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from xdrec_app.core.events import Change, Changed, Tick, Value
from xdrec_app.core.jobs import Cancelled, Failed, Job, Succeeded
from xdrec_app.services.request import Done, Request
from xdrec_app.services.requests import DeleteRun
from xdrec_app.services.results import RecommendationList
from xdrec_app.ui.job_runner import JobHandle, JobRunner


@pytest.fixture
def runner(qapp, fake_pool) -> Iterator[JobRunner]:
    made = JobRunner(fake_pool)
    yield made
    made.close()


def request(run: int) -> DeleteRun:
    return DeleteRun(workspace=Path("w.xdrec"), run=run)


def forever(_request: Request) -> Job[Value]:
    while True:
        yield Tick()


def test_jobs_run_one_after_another_and_the_queue_is_visible(qtbot: QtBot, fake_pool, runner: JobRunner) -> None:
    let_go = threading.Event()

    def waits(_request: Request) -> Job[Value]:
        while not let_go.is_set():
            yield Tick()
        return Done()

    fake_pool.make_job = waits
    first, second = runner.submit(request(1), "one"), runner.submit(request(2), "two")
    ended: list[JobHandle] = []
    runner.ended.connect(ended.append)
    assert runner.current is first
    assert runner.queued == (second,)
    let_go.set()
    qtbot.waitUntil(lambda: len(ended) == 2)
    assert ended == [first, second]
    assert not runner.is_busy


def test_a_waiting_job_that_is_cancelled_never_starts(qtbot: QtBot, fake_pool, runner: JobRunner) -> None:
    fake_pool.make_job = forever
    first, second = runner.submit(request(1), "one"), runner.submit(request(2), "two")
    second.cancel()
    assert second.outcome == Cancelled()
    first.cancel()
    qtbot.waitUntil(lambda: not runner.is_busy)
    assert fake_pool.requests == [request(1)]


def test_what_a_job_changed_is_told(qtbot: QtBot, fake_pool, runner: JobRunner) -> None:
    def changes(_request: Request) -> Job[Value]:
        yield Changed(changes=frozenset({Change.RUNS}))
        return Done()

    fake_pool.make_job = changes
    with qtbot.waitSignal(runner.changed) as told:
        runner.submit(request(1), "one")
    assert told.args == [frozenset({Change.RUNS})]
    qtbot.waitUntil(lambda: not runner.is_busy)


def test_a_failure_is_told_unless_the_caller_shows_it(qtbot: QtBot, fake_pool, runner: JobRunner) -> None:
    def fails(_request: Request) -> Job[Value]:
        yield Tick()
        raise ValueError("broken")

    fake_pool.make_job = fails
    told: list[Failed] = []
    runner.failed.connect(told.append)
    runner.submit(request(1), "quiet", shows_failure=False)
    runner.submit(request(2), "loud")
    qtbot.waitUntil(lambda: not runner.is_busy)
    assert len(told) == 1


def test_of_several_queries_with_one_key_only_the_latest_is_answered(
    qtbot: QtBot, fake_pool, runner: JobRunner
) -> None:
    def answers(asked: Request) -> Job[Value]:
        assert isinstance(asked, DeleteRun)
        yield Tick()
        return RecommendationList(run=asked.run, user="u", target="Books", is_new_person=False, items=())

    fake_pool.make_query = answers
    answered: list[int] = []
    for number in range(20):
        runner.query("recommendations", request(number), lambda answer: answered.append(answer.run))
    qtbot.waitUntil(lambda: 19 in answered)
    assert answered == [19]


def test_a_query_of_another_key_is_answered_too(qtbot: QtBot, fake_pool, runner: JobRunner) -> None:
    answered: list[str] = []
    runner.query("a", request(1), lambda _answer: answered.append("a"))
    runner.query("b", request(2), lambda _answer: answered.append("b"))
    qtbot.waitUntil(lambda: answered == ["a", "b"])


def test_a_succeeded_handle_carries_its_result(qtbot: QtBot, fake_pool, runner: JobRunner) -> None:
    handle = runner.submit(request(1), "one")
    with qtbot.waitSignal(handle.ended):
        pass
    assert handle.outcome == Succeeded(Done())
    qtbot.waitUntil(lambda: not runner.is_busy)

"""The relay, tried against small stand-in workers that speak the protocol (or fail to)."""

import sys
import textwrap
import time
from pathlib import Path

import pytest

from xdrec_app.core.events import EpochEnd, Progress, RunStarted, Tick
from xdrec_app.core.jobs import Cancelled, Command, Failed, Succeeded, drive
from xdrec_app.services import remote
from xdrec_app.services.experiment_requests import Train
from xdrec_app.services.remote import WorkerPool, WorkerProcess
from xdrec_app.services.request import Done
from xdrec_app.services.requests import DeleteRun

REQUEST = DeleteRun(workspace=Path("w.xdrec"), run=1)

PREAMBLE = """
import json, sys, time
def say(**message): print(json.dumps(message), flush=True)
def news(ticket, **event): say(line="news", ticket=ticket, event=event)
def ended(ticket, outcome="succeeded", **more): say(line="ended", ticket=ticket, outcome=outcome, **more)
say(line="ready")
for text in sys.stdin:
    message = json.loads(text); ticket = message["ticket"]
"""


@pytest.fixture
def stand_in(tmp_path):
    """Start a worker whose reaction to a line (`message`, `ticket`) is the given code."""
    workers = []

    def start(reaction):
        script = tmp_path / f"worker{len(workers)}.py"
        script.write_text(PREAMBLE + textwrap.indent(textwrap.dedent(reaction), "    "))
        workers.append(WorkerProcess([sys.executable, str(script)]))
        return workers[-1]

    yield start
    for worker in workers:
        worker.kill()


class After:
    """A control that gives a command once a number of events has passed."""

    def __init__(self, events, command):
        self.events, self.command = events, command

    def poll(self):
        self.events -= 1
        return self.command if self.events <= 0 else Command.GO_ON


def test_events_arrive_in_order_and_the_result_is_of_the_requests_type(stand_in):
    worker = stand_in("""
        news(ticket, kind="progress", done=1)
        news(ticket, kind="progress", done=2)
        ended(ticket)
    """)
    events = []
    assert drive(worker.execute(REQUEST), events.append) == Succeeded(Done())
    assert [event.done for event in events if isinstance(event, Progress)] == [1, 2]


def test_a_nan_loss_survives_the_way(stand_in):
    worker = stand_in("""
        news(ticket, kind="epoch_end", phase="a", epoch=1, train_loss="NaN", learning_rate=1, interactions_per_s=1,
             elapsed_s=1)
        ended(ticket)
    """)
    events = []
    drive(worker.execute(REQUEST), events.append)
    (epoch,) = [event for event in events if isinstance(event, EpochEnd)]
    assert epoch.train_loss != epoch.train_loss


def test_a_silent_worker_yields_ticks_so_that_the_driver_can_act(stand_in):
    worker = stand_in("""
        if message["line"] == "run": time.sleep(0.5); ended(ticket)
    """)
    events = []
    drive(worker.execute(REQUEST), events.append)
    assert sum(isinstance(event, Tick) for event in events) >= 3


def test_a_stop_reaches_the_worker_and_its_result_is_kept(stand_in):
    worker = stand_in("""
        if message["line"] == "steer" and message["command"] == "stop": ended(ticket)
    """)
    assert drive(worker.execute(REQUEST), lambda event: None, After(1, Command.STOP)) == Succeeded(Done())


def test_a_cancel_waits_for_the_worker_to_tidy_up(stand_in, tmp_path):
    tidied = tmp_path / "tidied"
    worker = stand_in(f"""
        if message["line"] == "steer":
            time.sleep(0.3); open({str(tidied)!r}, "w").close(); ended(ticket, outcome="cancelled")
    """)
    assert drive(worker.execute(REQUEST), lambda event: None, After(1, Command.CANCEL)) == Cancelled()
    assert tidied.exists() and worker.is_alive


def test_a_worker_that_ignores_a_cancel_is_killed_after_the_grace_time(stand_in, monkeypatch):
    monkeypatch.setattr(remote, "GRACE_S", 0.3)
    worker = stand_in("pass")
    started = time.monotonic()
    assert drive(worker.execute(REQUEST), lambda event: None, After(1, Command.CANCEL)) == Cancelled()
    assert time.monotonic() - started < 2 and not worker.is_alive


def test_a_failure_arrives_as_the_worker_described_it(stand_in):
    worker = stand_in("""ended(ticket, outcome="failed", sentence="No.", hint="Try.", details="")""")
    assert drive(worker.execute(REQUEST), lambda event: None) == Failed("No.", "Try.")


def test_the_death_of_a_worker_is_a_failure_that_says_so(stand_in):
    worker = stand_in("import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    outcome = drive(worker.execute(REQUEST), lambda event: None)
    assert isinstance(outcome, Failed) and "killed" in outcome.sentence and not outcome.is_bug


def test_lines_of_an_earlier_request_are_not_taken_for_answers(stand_in):
    worker = stand_in("""
        if ticket == 2: ended(1, outcome="failed", sentence="stale"); 
        ended(ticket)
    """)
    drive(worker.execute(REQUEST), lambda event: None)
    assert drive(worker.execute(REQUEST), lambda event: None) == Succeeded(Done())


def test_a_run_whose_worker_had_to_be_killed_on_cancel_is_deleted(tmp_path, monkeypatch):
    monkeypatch.setattr(remote, "GRACE_S", 0.3)
    told = tmp_path / "told.txt"
    script = tmp_path / "pool_worker.py"
    script.write_text(
        PREAMBLE
        + textwrap.indent(
            textwrap.dedent(f"""
        if message["line"] == "run":
            with open({str(told)!r}, "a") as file: file.write(message["request"]["kind"] + "\\n")
            if message["request"]["kind"] == "train":
                news(ticket, kind="run_started", run=7, device="cpu", device_reason="")
            else:
                ended(ticket)
    """),
            "    ",
        )
    )
    pool = WorkerPool([sys.executable, str(script)])
    request = Train(workspace=Path("w.xdrec"), model="ease", target="a")

    class OnceStarted:
        started = False

        def poll(self):
            return Command.CANCEL if self.started else Command.GO_ON

    control = OnceStarted()

    def emit(event):
        control.started |= isinstance(event, RunStarted)

    try:
        assert drive(pool.job(request), emit, control) == Cancelled()
    finally:
        pool.close()
    assert told.read_text().split() == ["train", "delete_run"]

"""A workspace that another process is using: work waits, says so, can be cancelled, and comes in turn."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from xdrec_app.core.jobs import run
from xdrec_app.services.data_requests import ImportInteractions
from xdrec_app.services.import_interactions import import_interactions
from xdrec_app.services.remote import WorkerProcess

HOLDER = """
import sys
import pysqlite3.dbapi2 as driver
connection = driver.connect(sys.argv[1], isolation_level=None)
for statement in sys.argv[2:]:
    connection.execute(statement)
print("held", flush=True)
sys.stdin.read()
"""
WAITING = "Another process is writing to the workspace; waiting until it has finished.\n"


@pytest.fixture
def hold(workspace):
    """Let another process hold the workspace; the end of its input lets go."""
    holders = []

    def start(*statements: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", HOLDER, workspace, *statements]
        holder = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        holders.append(holder)
        return holder

    yield start
    for holder in holders:
        holder.communicate()


def test_an_import_waits_for_another_process_and_says_so(xdrec, state_of, workspace, ratings, hold):
    holder = hold("BEGIN IMMEDIATE")
    child = xdrec.start("import", workspace, ratings(1000), "--domain", "Books")
    assert child.stderr.readline() == WAITING
    holder.communicate()
    assert xdrec.finish(child).code == 0
    assert state_of(workspace)["interaction"] == 1000


@pytest.mark.parametrize(
    "command", [("import", "FILE", "--domain", "Songs"), ("undo", "1"), ("link", "--rule", "case")]
)
def test_work_that_waits_can_be_cancelled(xdrec, state_of, workspace, ratings, hold, command):
    run(import_interactions(ImportInteractions(workspace=workspace, file=ratings(1000), domain="Books")))
    before = state_of(workspace)
    holder = hold("BEGIN IMMEDIATE")
    verb, *rest = command
    child = xdrec.start(verb, workspace, *(ratings(2000) if word == "FILE" else word for word in rest))
    assert child.stderr.readline() == WAITING
    child.send_signal(signal.SIGINT)
    finished = xdrec.finish(child)
    assert (finished.code, finished.out) == (130, "")
    assert finished.err.endswith("Cancelled; nothing was kept.\n")
    holder.communicate()
    assert state_of(workspace) == before


def test_a_workspace_that_another_process_keeps_for_itself_is_a_sentence(xdrec, workspace, ratings, hold):
    hold("PRAGMA locking_mode = EXCLUSIVE", "BEGIN EXCLUSIVE", "UPDATE setting SET name = name", "COMMIT")
    failed = xdrec.run("import", workspace, ratings(1000), "--domain", "Books")
    assert (failed.code, failed.out, failed.err.count("\n")) == (1, "", 1)
    assert failed.err.startswith(f"The workspace {workspace} is busy")


def test_imports_of_several_processes_end_complete_one_after_another(xdrec, state_of, workspace, ratings, tmp_path):
    file = ratings(50_000)
    children = [xdrec.start("import", workspace, file, "--domain", name) for name in ("One", "Two")]
    worker = WorkerProcess()
    try:
        report = run(worker.execute(ImportInteractions(workspace=workspace, file=file, domain="Three")))
    finally:
        worker.close()
    assert report.lines == report.imported + report.merged == 50_000
    for child in children:
        assert xdrec.finish(child).code == 0
    state = state_of(workspace)
    assert (state["domain"], state["batch"], state["interaction"]) == (3, 3, 150_000)
    assert "domain One" in state and "domain Two" in state and "domain Three" in state


def test_an_import_of_the_same_file_by_two_processes_is_done_once(xdrec, state_of, workspace, ratings):
    file = ratings(20_000)
    children = [xdrec.start("import", workspace, file, "--domain", "Books") for _ in range(2)]
    finished = sorted((xdrec.finish(child) for child in children), key=lambda one: one.code)
    assert [one.code for one in finished] == [0, 1]
    assert "read the very same bytes" in finished[1].err
    assert state_of(workspace)["interaction"] == 20_000

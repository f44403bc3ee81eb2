"""Imports that are killed: the workspace is sound and holds all of the file or nothing, and takes it again."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

STAGES = {
    "hashing": "ingest.fingerprint",
    "reading": "ingest._Parts.add",
    "rows": "row_writing._insert_many",
    "indexes": "ingest.build_indexes",
    "snapshot": "ingest.keep_snapshot",
    "record": "ingest.write_batch",
    "commit": "commit",
    "figures": "figures",
}
EARLY = ("hashing", "reading", "rows", "indexes")
"""Between these and the commit there is more work than a kill takes."""

CHILD = """
import sys
from functools import wraps
from pathlib import Path
from sqlalchemy import Engine, event
from xdrec_app.core.jobs import run
from xdrec_app.services import import_file
from xdrec_app.services.data_requests import ImportInteractions
from xdrec_app.services.import_interactions import import_interactions
from xdrec_app.storage import ingest, row_writing

workspace, file, domain, place = sys.argv[1:]

def tell(*_):
    print("there", flush=True)

def telling(function):
    @wraps(function)
    def call(*arguments):
        tell()
        return function(*arguments)
    return call

if place == "commit":
    event.listen(Engine, "commit", tell)
elif place == "figures":
    import_file.refresh_statistics = telling(import_file.refresh_statistics)
else:
    module, *path = place.split(".")
    owner = {"ingest": ingest, "row_writing": row_writing}[module]
    for name in path[:-1]:
        owner = getattr(owner, name)
    setattr(owner, path[-1], telling(getattr(owner, path[-1])))
run(import_interactions(ImportInteractions(workspace=Path(workspace), file=Path(file), domain=domain)))
print("there", flush=True)
"""


N_MANY = 150_000
"""So many that pages go to the log before the commit."""


@pytest.fixture(scope="session")
def many(ratings) -> Path:
    return ratings(N_MANY)


def test_a_kill_at_any_moment_leaves_all_of_an_import_or_nothing(xdrec, state_of, moments, workspace, ratings):
    arguments = ("import", workspace, ratings(50_000), "--domain", "Torn")
    before = state_of(workspace)
    takes_s = xdrec.duration(workspace, *arguments)
    complete = state_of(workspace)
    xdrec.done("delete-domain", workspace, "Torn")
    n_nothing = 0
    for after_s in moments(3, takes_s):
        xdrec.kill(workspace, after_s, *arguments)
        found = state_of(workspace)
        if found == complete:
            break
        assert found == before
        n_nothing += 1
    assert n_nothing >= 1
    if found == before:
        xdrec.done(*arguments)
        assert state_of(workspace) == complete


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize(("n_lines", "n_kills"), [(400_000, 50), (1_500_000, 8)])
def test_imports_killed_in_a_loop_never_harm_the_workspace(xdrec, state_of, workspace, ratings, n_lines, n_kills):
    xdrec.done("import", workspace, ratings(50_000, seed=1), "--domain", "Kept")
    arguments = ("import", workspace, ratings(n_lines), "--domain", "Torn")
    before = state_of(workspace)
    takes_s = xdrec.duration(workspace, *arguments)
    complete = state_of(workspace)
    n_killed = n_nothing = 0
    while n_killed < n_kills:
        xdrec.done("delete-domain", workspace, "Torn")
        assert state_of(workspace) == before
        after_s = random.uniform(0, takes_s)
        if xdrec.kill(workspace, after_s, *arguments):
            n_killed += 1
        else:
            takes_s = after_s
        found = state_of(workspace)
        assert found in (before, complete)
        if found == before:
            n_nothing += 1
            xdrec.done(*arguments)
            assert state_of(workspace) == complete
    print(f"{n_killed} imports killed within {takes_s:.1f} s, {n_nothing} left nothing, the others all")
    assert n_nothing >= n_kills // 2


def test_an_import_that_is_killed_in_a_stage_leaves_nothing_half_done(xdrec, state_of, workspace, many):
    before = state_of(workspace)
    for stage in EARLY[1:]:
        kill_in_stage(workspace, many, stage)
        assert state_of(workspace) == before
    kill_in_stage(workspace, many, "record")
    found = state_of(workspace)
    if found == before:
        xdrec.done("import", workspace, many, "--domain", "Torn")
    else:
        assert found["interaction"] == N_MANY


@pytest.mark.slow
@pytest.mark.parametrize("stage", STAGES)
def test_an_import_that_is_killed_often_in_a_stage_leaves_all_or_nothing(xdrec, state_of, workspace, many, stage):
    before = state_of(workspace)
    xdrec.done("import", workspace, many, "--domain", "Torn")
    complete = state_of(workspace)
    for _ in range(5):
        xdrec.done("delete-domain", workspace, "Torn")
        kill_in_stage(workspace, many, stage)
        found = state_of(workspace)
        assert found in (before, complete)
        assert found == before or stage not in EARLY
        if found == before:
            xdrec.done("import", workspace, many, "--domain", "Torn")
            assert state_of(workspace) == complete


def kill_in_stage(workspace: Path, file: Path, stage: str) -> None:
    """Kill an import when it has entered a stage, a moment later."""
    arguments = [sys.executable, "-c", CHILD, str(workspace), str(file), "Torn", STAGES[stage]]
    child = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    assert child.stdout.readline() == "there\n"
    time.sleep(random.uniform(0, 0.05))
    child.send_signal(signal.SIGKILL)
    child.communicate()
    assert child.returncode == -signal.SIGKILL

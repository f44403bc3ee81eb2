"""A process that dies in the middle of an import: the workspace opens, holds no half import, and works on."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import text

from xdrec_app.core.jobs import run
from xdrec_app.services.data_requests import ImportInteractions
from xdrec_app.services.import_interactions import import_interactions
from xdrec_app.storage.database import open_database
from xdrec_app.storage.workspace_file import create_workspace_file

N_LINES = 100_000

CHILD = """
import sys
from pathlib import Path
from xdrec_app.core.jobs import run
from xdrec_app.services.import_interactions import import_interactions
from xdrec_app.services.data_requests import ImportInteractions
workspace, file, domain = sys.argv[1:]
print("ready", flush=True)
run(import_interactions(ImportInteractions(workspace=Path(workspace), file=Path(file), domain=domain)))
print("done", flush=True)
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "r.csv"
    draw = random.Random(7)
    lines = (f"u{draw.randrange(5000)},i{number % 2000},{draw.randint(1, 5)},{number}\n" for number in range(N_LINES))
    path.write_text("user,item,rating,time\n" + "".join(lines))
    return path


def start(workspace: Path, file: Path, domain: str) -> subprocess.Popen[str]:
    arguments = [sys.executable, "-c", CHILD, str(workspace), str(file), domain]
    child = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    return child


def numbers(workspace: Path) -> dict[str, int]:
    with open_database(workspace) as database, database.read() as connection:
        tables = ("domain", "batch", "interaction", "account", "item", "segment")
        return {table: connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() for table in tables}


def test_a_kill_at_any_moment_leaves_all_of_an_import_or_nothing(tmp_path: Path, file: Path):
    workspace = tmp_path / "w.xdrec"
    create_workspace_file(workspace).close()
    child = start(workspace, file, "Kept")
    started = time.monotonic()
    child.communicate()
    takes_s = time.monotonic() - started
    kept = numbers(workspace)
    assert kept["interaction"] == N_LINES
    n_killed = 0
    for share in (0.05, 0.2, 0.35, 0.5, 0.65, 0.8):
        child = start(workspace, file, "Torn")
        time.sleep(takes_s * share)
        was_running = child.poll() is None
        child.send_signal(signal.SIGKILL)
        child.communicate()
        found = numbers(workspace)
        if found == kept:
            n_killed += was_running
        else:
            assert found == {name: 2 * number for name, number in kept.items()}
            break
    assert n_killed >= 2
    with open_database(workspace) as database, database.read() as connection:
        assert connection.execute(text("PRAGMA integrity_check")).scalar_one() == "ok"
        assert connection.execute(text("PRAGMA foreign_key_check")).all() == []
    if found == kept:
        report = run(import_interactions(ImportInteractions(workspace=workspace, file=file, domain="Torn")))
        assert report.lines == report.imported + report.merged == N_LINES
    assert numbers(workspace) == {name: 2 * number for name, number in kept.items()}


def test_a_second_process_waits_until_the_first_has_finished(tmp_path: Path, file: Path):
    workspace = tmp_path / "w.xdrec"
    create_workspace_file(workspace).close()
    children = [start(workspace, file, domain) for domain in ("One", "Two")]
    for child in children:
        child.communicate()
        assert child.returncode == 0
    with open_database(workspace) as database, database.read() as connection:
        found = connection.execute(
            text("SELECT name, lines, imported + merged FROM batch JOIN domain ON domain.id = domain_id ORDER BY name")
        ).all()
    assert [tuple(row) for row in found] == [("One", N_LINES, N_LINES), ("Two", N_LINES, N_LINES)]

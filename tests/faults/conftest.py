"""Child processes that meet with accidents, disks that fail, and what a workspace holds, down to the last row."""

from __future__ import annotations

import hashlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import text

from xdrec_app.datasets.domain_table import DomainTable
from xdrec_app.storage.database import open_database
from xdrec_app.storage.maintenance import check
from xdrec_app.storage.schema import metadata
from xdrec_app.storage.snapshots import domain_names, load_table
from xdrec_app.storage.workspace_file import create_workspace_file

PATIENCE_S = 60
CACHES = {"setting", "statistic", "item_count", "snapshot", "report", "text_vector"}
"""Tables of figures that are counted anew when they are missing."""


@dataclass(frozen=True)
class Finished:
    """How a command ended."""

    code: int
    out: str
    err: str


class Commands:
    """The command line as child processes; none of them may ever show a traceback."""

    def start(self, *arguments: object, **environment: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "xdrec_app", *map(str, arguments)]
        return subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ | environment
        )

    def finish(self, child: subprocess.Popen[str]) -> Finished:
        out, err = child.communicate(timeout=PATIENCE_S)
        assert "Traceback" not in out + err, err
        return Finished(child.returncode, out, err)

    def run(self, *arguments: object, **environment: str) -> Finished:
        return self.finish(self.start(*arguments, **environment))

    def done(self, *arguments: object) -> str:
        """Run a command that must succeed and return what it prints."""
        finished = self.run(*arguments)
        assert finished.code == 0, finished.err
        return finished.out

    def start_work(self, workspace: Path, *arguments: object) -> subprocess.Popen[str]:
        """Start a command and return as soon as it has opened the workspace."""
        log = workspace.with_name(f"{workspace.name}-wal")
        child = self.start(*arguments)
        deadline = time.monotonic() + PATIENCE_S
        while not log.exists() and child.poll() is None and time.monotonic() < deadline:
            time.sleep(0.002)
        return child

    def duration(self, workspace: Path, *arguments: object) -> float:
        """Return how long a command that must succeed works after it has opened the workspace, in seconds."""
        child = self.start_work(workspace, *arguments)
        started = time.monotonic()
        finished = self.finish(child)
        assert finished.code == 0, finished.err
        return time.monotonic() - started

    def kill(self, workspace: Path, after_s: float, *arguments: object) -> bool:
        """Kill a command some time after it has opened the workspace; returns whether it was still at work."""
        child = self.start_work(workspace, *arguments)
        time.sleep(after_s)
        was_running = child.poll() is None
        child.send_signal(signal.SIGKILL)
        child.communicate()
        return was_running


@pytest.fixture
def xdrec() -> Commands:
    return Commands()


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    path = tmp_path / "w.xdrec"
    create_workspace_file(path).close()
    return path


@pytest.fixture(scope="session")
def ratings(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Write a file of ratings, some of them of one pair; `user` begins the ids of people."""

    def write(n_lines: int, user: str = "u", seed: int = 7) -> Path:
        draw = np.random.default_rng(seed)
        users, values = draw.integers(0, max(1, n_lines // 20), n_lines), draw.integers(1, 6, n_lines)
        path = tmp_path_factory.mktemp("files") / f"{n_lines}.csv"
        with path.open("w") as file:
            file.write("user,item,rating,time\n")
            file.writelines(
                f"{user}{person},i{number % 2000},{value},{1_500_000_000 + number}\n"
                for number, (person, value) in enumerate(zip(users.tolist(), values.tolist(), strict=True))
            )
        return path

    return write


@pytest.fixture
def state_of() -> Callable[[Path], dict[str, object]]:
    """Return all that a sound workspace holds: rows per table, and a digest of each domain as models get it."""

    def find(workspace: Path) -> dict[str, object]:
        with open_database(workspace) as database:
            assert check(database, thorough=True) == ()
            with database.read() as connection:
                state: dict[str, object] = {
                    table: connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
                    for table in sorted(metadata.tables.keys() - CACHES)
                }
        with open_database(workspace, read_only=True) as database:
            return state | {f"domain {name}": _digest(load_table(database, name)) for name in domain_names(database)}

    return find


def _digest(table: DomainTable) -> str:
    sha256 = hashlib.sha256()
    for field in fields(table):
        value = getattr(table, field.name)
        sha256.update(value.tobytes() if isinstance(value, np.ndarray) else repr(value).encode())
    return sha256.hexdigest()


@pytest.fixture
def moments() -> Callable[[int, float], list[float]]:
    """Give random moments of some seconds, one in each of as many equal parts."""
    draw = random.Random()

    def of(n: int, seconds: float) -> list[float]:
        return [seconds * (part + draw.random()) / n for part in range(n)]

    return of


class Disk:
    """A small disk of its own."""

    def __init__(self, folder: Path, size: str) -> None:
        self.folder = folder
        _mount("-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder)

    def resize(self, size: str) -> None:
        _mount("-o", f"remount,size={size}", self.folder)

    def become_read_only(self) -> None:
        _mount("-o", "remount,ro", self.folder)

    def fill(self, leave: int = 0) -> Path:
        """Fill the disk with a file but for some bytes."""
        filler = self.folder / "filler"
        status = os.statvfs(self.folder)
        with filler.open("wb") as file:
            file.write(bytes(status.f_bavail * status.f_frsize - leave))
        return filler

    def vanish(self) -> None:
        subprocess.run(["umount", "-l", self.folder], check=False, capture_output=True)


def _mount(*arguments: str | Path) -> None:
    subprocess.run(["mount", *arguments], check=True, capture_output=True)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Callable[..., Disk]]:
    """Mount small disks in memory."""
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("needs to mount a small disk: Linux, as root")
    disks: list[Disk] = []

    def make(size: str) -> Disk:
        folder = tmp_path / f"disk{len(disks)}"
        folder.mkdir()
        try:
            disks.append(Disk(folder, size))
        except (OSError, subprocess.CalledProcessError) as error:
            pytest.skip(f"a small disk cannot be mounted here: {error}")
        return disks[-1]

    yield make
    for made in disks:
        made.vanish()

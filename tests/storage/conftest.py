"""A fresh workspace, and runs to put into it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from xdrec_app.storage.database import Database
from xdrec_app.storage.run_records import NewRun
from xdrec_app.storage.workspace_file import create_workspace_file


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    path = tmp_path / "w.xdrec"
    create_workspace_file(path).close()
    return path


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with create_workspace_file(tmp_path / "w.xdrec") as opened:
        yield opened


@pytest.fixture
def new_run() -> Callable[..., NewRun]:
    def make(**changes: Any) -> NewRun:
        values: dict[str, Any] = {
            "role": "main",
            "model": "ease",
            "target": "books",
            "sources": ("movies",),
            "params": {"regularisation": 100.0, "embedding_size": 8},
            "split": "random",
            "seed": 3,
            "protocol_digest": "p1",
            "protocol": '{"split": "random"}',
            "data_digest": "d1",
            "device": "cpu",
            "device_reason": "no GPU was found",
        }
        return NewRun(**(values | changes))

    return make

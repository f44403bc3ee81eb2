"""Use-cases about a workspace as a whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from xdrec_app.core.errors import UserError
from xdrec_app.core.events import Change, Changed
from xdrec_app.core.jobs import Failed, Succeeded, drive
from xdrec_app.services.request import Done
from xdrec_app.services.requests import DeleteRun
from xdrec_app.services.results import WorkspaceSummary
from xdrec_app.services.workspace import delete_run, new_workspace, summary
from xdrec_app.storage.database import open_database
from xdrec_app.storage.run_reading import list_runs
from xdrec_app.storage.run_records import NewRun
from xdrec_app.storage.runs import create_run


def test_a_new_workspace_is_empty_and_can_be_summed_up(tmp_path: Path):
    path = tmp_path / "w.xdrec"
    assert new_workspace(path) == summary(path) == WorkspaceSummary(domains=(), shared_users=())
    with pytest.raises(UserError, match="exists already"):
        new_workspace(path)


def test_deleting_a_run_tells_that_runs_changed(tmp_path: Path):
    path = tmp_path / "w.xdrec"
    new_workspace(path)
    with open_database(path) as database:
        run = create_run(
            database, NewRun("main", "ease", "books", (), {}, "random", 0, "p", "{}", "d", "cpu", "no GPU was found")
        )
        events: list[object] = []
        job = delete_run(DeleteRun(workspace=path, run=run))
        assert drive(job, events.append) == Succeeded(Done())
        assert events == [Changed(changes=frozenset({Change.RUNS}))]
        assert list_runs(database) == []


def test_deleting_a_run_that_does_not_exist_fails_with_a_sentence(tmp_path: Path):
    path = tmp_path / "w.xdrec"
    new_workspace(path)
    outcome = drive(delete_run(DeleteRun(workspace=path, run=7)), lambda _event: None)
    assert isinstance(outcome, Failed)
    assert not outcome.is_bug
    assert outcome.sentence == "There is no run 7."

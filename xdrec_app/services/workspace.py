"""Use-cases about a workspace as a whole: make one, sum it up, delete a run of it."""

from __future__ import annotations

from pathlib import Path

from xdrec_app.core.events import Change, Changed
from xdrec_app.core.jobs import Job
from xdrec_app.services import browse
from xdrec_app.services.request import Done
from xdrec_app.services.requests import CreateWorkspace, DeleteRun
from xdrec_app.services.results import CheckReport, WorkspaceSummary
from xdrec_app.services.views import RunList
from xdrec_app.storage import runs
from xdrec_app.storage.database import open_database
from xdrec_app.storage.maintenance import check, save_copy
from xdrec_app.storage.workspace_file import create_workspace_file, upgrade_workspace_file


def new_workspace(path: Path) -> WorkspaceSummary:
    """Make an empty workspace file; a UserError when it exists or cannot be written."""
    create_workspace_file(path).close()
    return summary(path)


def create_workspace(request: CreateWorkspace) -> Job[WorkspaceSummary]:
    """Make an empty workspace file as a job."""
    made = new_workspace(request.workspace)
    yield Changed(changes=frozenset(Change))
    return made


def summary(path: Path) -> WorkspaceSummary:
    """Return the domains of a workspace in numbers, and the people they share."""
    with browse.Browser.open(path) as browser:
        return browser.summary()


def copy_workspace(path: Path, destination: Path) -> WorkspaceSummary:
    """Write a compact copy of a workspace; others may go on using it."""
    with open_database(path, read_only=True) as database:
        save_copy(database, destination)
    return summary(destination)


def upgrade_workspace(path: Path) -> WorkspaceSummary:
    """Bring a workspace of an older version up to date; a copy of it as it was is kept beside it."""
    upgrade_workspace_file(path)
    return summary(path)


def check_workspace(path: Path) -> CheckReport:
    """Look through the whole file for damage."""
    with open_database(path, read_only=True) as database:
        return CheckReport(findings=check(database, thorough=True))


def list_runs(path: Path) -> RunList:
    """Return the runs of a workspace that somebody asked for, newest first."""
    with browse.Browser.open(path) as browser:
        return RunList(runs=browser.runs())


def delete_run(request: DeleteRun) -> Job[Done]:
    """Delete a run with its curves, metrics and weights; a UserError while another process is busy with it."""
    with open_database(request.workspace) as database:
        runs.delete_run(database, request.run)
    yield Changed(changes=frozenset({Change.RUNS}))
    return Done()

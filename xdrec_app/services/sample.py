"""Use-case: a workspace with the three-domain sample world, made of files that go through the ordinary import."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from xdrec_app.core.errors import UserError
from xdrec_app.core.events import Progress
from xdrec_app.core.jobs import Job
from xdrec_app.datasets import synthetic
from xdrec_app.services import workspace
from xdrec_app.services.import_interactions import import_interactions
from xdrec_app.services.import_items import import_items
from xdrec_app.services.requests import CreateSample
from xdrec_app.services.data_requests import ImportInteractions, ImportItems
from xdrec_app.services.results import WorkspaceSummary


def create_sample(request: CreateSample) -> Job[WorkspaceSummary]:
    """Make the workspace, if there is none, and import the sample world.

    A cancel leaves the domains that are complete; when the workspace was made here, it goes too.

    Raises
    ------
    UserError
        When the workspace cannot be written or already has a domain.
    """
    is_new = not request.workspace.exists()
    if is_new:
        workspace.new_workspace(request.workspace)
    elif workspace.summary(request.workspace).domains:
        raise UserError(f"{request.workspace} holds data already.", "Choose a new name for the sample.")
    is_done = False
    try:
        yield from _import_world(request)
        is_done = True
    finally:
        if is_new and not is_done:
            _remove(request.workspace)
    return workspace.summary(request.workspace)


def _import_world(request: CreateSample) -> Job[None]:
    yield Progress(done=0, message="Inventing people, books, films and music")
    with TemporaryDirectory(prefix="xdrec-sample-") as folder:
        files = synthetic.write_csv(synthetic.generate(synthetic.WorldSettings()), Path(folder))
        for domain, (ratings, items) in files.items():
            yield from import_interactions(ImportInteractions(workspace=request.workspace, file=ratings, domain=domain))
            yield from import_items(ImportItems(workspace=request.workspace, file=items, domain=domain))


def _remove(path: Path) -> None:
    for ending in ("", "-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)

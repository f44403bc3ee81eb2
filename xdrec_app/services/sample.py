"""Use-case: a workspace with one of the sample worlds, made of files that go through the ordinary import."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from xdrec_app.core.errors import UserError
from xdrec_app.core.events import Progress
from xdrec_app.core.jobs import Job
from xdrec_app.datasets.synthetic import SampleFile, sample_worlds
from xdrec_app.services import workspace
from xdrec_app.services.data_requests import AnyImport, ImportInteractions, ImportItems, ImportUsers
from xdrec_app.services.import_folder import USE_CASES
from xdrec_app.services.requests import CreateSample
from xdrec_app.services.results import WorkspaceSummary


def create_sample(request: CreateSample) -> Job[WorkspaceSummary]:
    """Make the workspace, if there is none, and import a sample world.

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
    world = sample_worlds[request.world]()
    yield Progress(done=0, message=f"Inventing a world. {world.title}")
    with TemporaryDirectory(prefix="xdrec-sample-") as folder:
        for file in world.files():
            plan = _plan(request, file, file.write(Path(folder)))
            yield from USE_CASES[type(plan)](plan)


def _plan(request: CreateSample, file: SampleFile, path: Path) -> AnyImport:
    """Return the import of a file: nothing is said but the domain, and what the file itself does not tell."""
    if file.kind == "items":
        return ImportItems(workspace=request.workspace, file=path, domain=file.domain)
    if file.kind == "users":
        return ImportUsers(workspace=request.workspace, file=path, domain=file.domain)
    return ImportInteractions(workspace=request.workspace, file=path, domain=file.domain, signal=file.signal)


def _remove(path: Path) -> None:
    for ending in ("", "-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)

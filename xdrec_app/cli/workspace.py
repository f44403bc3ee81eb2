"""Commands about a workspace as a whole."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from xdrec_app.cli import render
from xdrec_app.cli.app import AsJson, RunNumber, Workspace, app
from xdrec_app.cli.shell import answer, perform
from xdrec_app.services.requests import CreateSample, DeleteRun, WorldKey


@app.command()
def new(workspace: Workspace, as_json: AsJson = False) -> None:
    """Make an empty workspace."""
    from xdrec_app.services.workspace import new_workspace

    answer(lambda: new_workspace(workspace), as_json, render.workspace)


@app.command()
def copy(
    workspace: Workspace,
    destination: Annotated[Path, typer.Argument(metavar="FILE", help="Where the copy goes.")],
    as_json: AsJson = False,
) -> None:
    """Write a compact copy of a workspace, also while it is in use."""
    from xdrec_app.services.workspace import copy_workspace

    answer(lambda: copy_workspace(workspace, destination), as_json, render.workspace)


@app.command()
def check(workspace: Workspace, as_json: AsJson = False) -> None:
    """Look through a workspace file for damage."""
    from xdrec_app.services.workspace import check_workspace

    answer(lambda: check_workspace(workspace), as_json, render.check)


@app.command()
def upgrade(workspace: Workspace, as_json: AsJson = False) -> None:
    """Bring a workspace of an older version up to date; a copy of it as it was is kept beside it."""
    from xdrec_app.services.workspace import upgrade_workspace

    answer(lambda: upgrade_workspace(workspace), as_json, render.workspace)


@app.command()
def sample(
    workspace: Workspace,
    world: Annotated[WorldKey, typer.Option("--world", help="What the people of the sample do.")] = "ratings",
    as_json: AsJson = False,
) -> None:
    """Make a workspace with a sample world: ratings, a shop, news and video, music, or advertisements."""
    from xdrec_app.services.sample import create_sample

    perform(create_sample(CreateSample(workspace=workspace, world=world)), as_json, render.workspace)


@app.command()
def domains(workspace: Workspace, as_json: AsJson = False) -> None:
    """Show the domains of a workspace and the people they share."""
    from xdrec_app.services.workspace import summary

    answer(lambda: summary(workspace), as_json, render.workspace)


@app.command()
def runs(workspace: Workspace, as_json: AsJson = False) -> None:
    """List the runs of a workspace, newest first."""
    from xdrec_app.services.workspace import list_runs

    answer(lambda: list_runs(workspace), as_json, render.runs)


@app.command("delete-run")
def delete_run_(workspace: Workspace, run: RunNumber, as_json: AsJson = False) -> None:
    """Delete a run with its curves, metrics and weights."""
    from xdrec_app.services.workspace import delete_run

    perform(delete_run(DeleteRun(workspace=workspace, run=run)), as_json, lambda _: f"Run {run} is deleted.")

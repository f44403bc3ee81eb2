"""The command that compares two runs."""

from __future__ import annotations

from typing import Annotated

import typer

from xdrec_app.cli import render_comparison
from xdrec_app.cli.app import AsJson, Workspace, app
from xdrec_app.cli.shell import perform
from xdrec_app.services.requests import CompareRuns

First = Annotated[int, typer.Argument(metavar="RUN", help="Number of a run; see: xdrec runs WORKSPACE")]
Second = Annotated[int, typer.Argument(metavar="RUN", help="Number of the run to hold it against.")]


@app.command()
def compare(workspace: Workspace, first: First, second: Second, as_json: AsJson = False) -> None:
    """Compare two runs under the same protocol with a paired test."""
    from xdrec_app.services.compare_runs import compare_runs

    request = CompareRuns(workspace=workspace, runs=(first, second))
    perform(compare_runs(request), as_json, render_comparison.comparison)

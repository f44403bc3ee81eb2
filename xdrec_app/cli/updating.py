"""The command that goes on from a run with what was imported since."""

from __future__ import annotations

from typing import Annotated

import typer

from xdrec_app.cli.app import AsJson, Workspace, app
from xdrec_app.cli.model_options import Device, DeviceName
from xdrec_app.cli.render_comparison import figures
from xdrec_app.cli.shell import perform
from xdrec_app.services.experiment_requests import Update
from xdrec_app.services.study_results import UpdateReport

OldRun = Annotated[int, typer.Argument(metavar="RUN", help="Number of a run; see: xdrec runs WORKSPACE")]


@app.command()
def update(workspace: Workspace, run: OldRun, device: Device = DeviceName.AUTO, as_json: AsJson = False) -> None:
    """Update a trained model with newly imported interactions, new people and items included."""
    from xdrec_app.services.update import update as go_on

    perform(go_on(Update(workspace=workspace, run=run, device=device.value)), as_json, updated)


def updated(report: UpdateReport) -> str:
    """What was new, and the newest of it judged before and after."""
    new = f"{report.new_rows} new interactions, {report.new_people} new people, {report.new_items} new items"
    lines = [
        f"Run {report.run}: {report.model} on {report.target}, updated from run {report.old_run} in "
        f"{report.elapsed_s:.1f} s with {new}",
        figures(("updated", "before"), report.comparison),
        "",
        f"Protocol: {report.protocol_sentence}.",
    ]
    return "\n".join(lines)

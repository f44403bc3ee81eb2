"""The command that makes a stored model smaller."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from xdrec_app.cli.app import AsJson, RunNumber, Workspace, app
from xdrec_app.cli.render import table
from xdrec_app.cli.shell import perform
from xdrec_app.services.experiment_requests import Compress
from xdrec_app.services.study_results import CompressReport


class CompressionName(StrEnum):
    """In what the large matrices are kept."""

    INT8 = "int8"
    HALF = "half"


@app.command()
def compress(
    workspace: Workspace,
    run: RunNumber,
    to: Annotated[CompressionName, typer.Option(help="Bits of the large matrices: 8, or 16 (half precision).")],
    as_json: AsJson = False,
) -> None:
    """Keep a smaller copy of a stored model as a new run, judged beside the original."""
    from xdrec_app.services.compress import compress as compress_run

    perform(compress_run(Compress(workspace=workspace, run=run, to=to.value)), as_json, compressed)


def compressed(report: CompressReport) -> str:
    """Size, speed and metrics before and after."""
    before, after = report.before, report.after
    rows = [
        ("size", f"{before.size_bytes / 1e6:.2f} MB", f"{after.size_bytes / 1e6:.2f} MB"),
        ("loading", f"{before.load_s:.3f} s", f"{after.load_s:.3f} s"),
        ("scoring", f"{before.score_s:.3f} s", f"{after.score_s:.3f} s"),
        *((name, f"{before.metrics[name]:.4f}", f"{after.metrics[name]:.4f}") for name in sorted(before.metrics)),
    ]
    title = f"Run {report.run}: {report.model} of run {report.original} in {report.to}"
    return f"{title}\n{table(('', f'run {report.original}', f'run {report.run}'), rows)}"

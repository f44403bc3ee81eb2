"""Commands that write tables of a workspace to files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from xdrec_app.cli.app import AsJson, Workspace, app
from xdrec_app.cli.shell import perform
from xdrec_app.services.data_requests import ExportRows
from xdrec_app.services.data_results import RowsExport


@app.command("export")
def export_(
    workspace: Workspace,
    table: Annotated[
        Literal["interactions", "items", "people", "rejected"],
        typer.Argument(metavar="TABLE", help="interactions, items, people, or rejected: lines that were not imported."),
    ],
    out: Annotated[Path, typer.Argument(metavar="FILE", help="Where to: *.csv, *.xlsx or *.parquet.")],
    domain: Annotated[str, typer.Option("--domain", help="Whose rows; for people it may be left out.")] = "",
    batch: Annotated[int | None, typer.Option("--batch", help="Number of the import whose rejected lines.")] = None,
    as_json: AsJson = False,
) -> None:
    """Write interactions, items, people or rejected lines to a CSV, Excel or Parquet file."""
    from xdrec_app.services.export_rows import export_rows

    request = ExportRows(workspace=workspace, table=table, out=out, domain=domain, batch=batch)
    perform(export_rows(request), as_json, _rendered)


def _rendered(report: RowsExport) -> str:
    return f"{report.rows:,} rows are in {report.file} ({report.elapsed_s:.1f} s)."

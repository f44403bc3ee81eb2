"""The command that looks closely at domains."""

from __future__ import annotations

from typing import Annotated

import typer

from xdrec_app.cli import render_report
from xdrec_app.cli.app import AsJson, Workspace, app
from xdrec_app.cli.shell import perform
from xdrec_app.services.data_requests import InspectDomains

Domains = Annotated[
    list[str] | None, typer.Option("--domain", metavar="DOMAIN", help="Only this domain; may be repeated.")
]


@app.command()
def report(workspace: Workspace, domain: Domains = None, as_json: AsJson = False) -> None:
    """Look closely at domains: values, time, long tail, who has too little, what a k-core would leave, overlaps."""
    from xdrec_app.services.inspect_domains import inspect_domains

    request = InspectDomains(workspace=workspace, domains=tuple(domain or ()))
    perform(inspect_domains(request), as_json, render_report.reports)

"""Commands about items that stand in two domains."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from xdrec_app.cli import render_audit
from xdrec_app.cli.app import AsJson, Workspace, app
from xdrec_app.cli.shell import perform
from xdrec_app.services.data_requests import AuditLeakage, DecideLeak

DomainName = Annotated[str, typer.Argument(metavar="DOMAIN", help="One of the two domains.")]
Decision = Annotated[
    Literal["keep", "exclude", "merge"],
    typer.Argument(
        help="keep: nothing, and figures carry a warning if they leak; exclude: a source's copies of the target's "
        "items are not trained on; merge: they count as the target's items, hidden in both.",
    ),
]


@app.command()
def audit(workspace: Workspace, as_json: AsJson = False) -> None:
    """Look for the same item in two domains: a lift from such copies is no transfer."""
    from xdrec_app.services.audit_leakage import audit_leakage

    perform(audit_leakage(AuditLeakage(workspace=workspace)), as_json, render_audit.audit)


@app.command("decide-leak")
def decide_leak_(
    workspace: Workspace, one: DomainName, other: DomainName, decision: Decision, as_json: AsJson = False
) -> None:
    """Decide what training and evaluation do with items that two domains share."""
    from xdrec_app.services.audit_leakage import decide_leak

    request = DecideLeak(workspace=workspace, domains=(one, other), decision=decision)
    perform(decide_leak(request), as_json, lambda _: render_audit.decided(request))

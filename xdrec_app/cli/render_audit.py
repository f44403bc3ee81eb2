"""Findings of the leakage audit as text."""

from __future__ import annotations

from xdrec_app.cli.render import table
from xdrec_app.services.data_requests import DecideLeak
from xdrec_app.services.data_results import AuditReport, LeakFinding

SHOWN_EXAMPLES = 5


def audit(report: AuditReport) -> str:
    """For each pair of domains what they share, and what to do about it."""
    if not report.findings:
        return "An audit needs two domains."
    return "\n".join(line for finding in report.findings for line in _finding(finding))


def decided(request: DecideLeak) -> str:
    """What the decision means from now on."""
    one, other = request.domains
    return {
        "keep": f"Items that {one} and {other} share are left as they are; if they leak, figures say so.",
        "exclude": f"Items that {one} and {other} share are not trained on where they are a source's.",
        "merge": f"Items that {one} and {other} share count as the target's, and are hidden in both.",
    }[request.decision]


def _finding(finding: LeakFinding) -> list[str]:
    one, other = finding.domains
    if not finding.pairs:
        return [f"{one} and {other}: no item seems to stand in both."]
    verdict = "This is a leak." if finding.is_leak else "No leak."
    lines = [
        f"{one} and {other}: {finding.pairs:,} items seem to be the same. {verdict} Decision: {finding.decision}.",
        *(_direction(finding, place) for place in (0, 1)),
    ]
    if finding.is_leak and finding.decision == "keep":
        lines.append(f"  Next: xdrec decide-leak WORKSPACE {one} {other} exclude")
    rows = [
        (*(title or id_ for title, id_ in zip(same.titles, same.items, strict=True)), same.raters, *same.counts)
        for same in finding.examples[:SHOWN_EXAMPLES]
    ]
    shown = table((one, other, "have both", f"in {one}", f"in {other}"), rows)
    return [*lines, *(f"  {line}" for line in shown.splitlines())]


def _direction(finding: LeakFinding, place: int) -> str:
    here, there = finding.domains[place], finding.domains[1 - place]
    return (
        f"  {finding.leaking[place]:,} interactions in {here} ({finding.shares[place]:.1%} of those of shared people, "
        f"{finding.chance[place]:.1%} by chance) have their copy in {there}"
    )

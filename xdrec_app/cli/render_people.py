"""What linking people came to, as text."""

from __future__ import annotations

from collections.abc import Iterable

from xdrec_app.services.data_results import LinkReport, NobodyShared


def link_report(report: LinkReport) -> str:
    """How many people there are, what the mapping file was good for, and who still shares nobody."""
    lines = [
        f"{report.accounts:,} accounts belong to {report.people:,} people; "
        f"{report.linked:,} of them are in more than one domain."
    ]
    if report.columns:
        columns = ", ".join(f"{domain} = {column}" for domain, column in report.columns.items())
        lines.append(
            f"Mapping: {report.lines:,} lines, {report.rejected:,} of them rejected; {report.unknown:,} ids that no "
            f"domain has; {columns}"
        )
    return "\n".join([*lines, *nobody(report.nobody)])


def nobody(pairs: Iterable[NobodyShared]) -> list[str]:
    """Return lines about domains that share nobody: ids of both and the likely cause."""
    lines = []
    for pair in pairs:
        lines.append(f"{pair.domains[0]} and {pair.domains[1]} share nobody. {pair.cause}".rstrip())
        for domain, ids in zip(pair.domains, pair.samples, strict=True):
            lines.append(f"  ids of {domain}: {', '.join(ids)}")
        if pair.rule:
            lines.append(f"  A rule that would link them: xdrec link --rule {pair.rule}")
    return lines

"""What became of imports, for people."""

from __future__ import annotations

from xdrec_app.cli.render import table
from xdrec_app.services.data_results import FolderReport, ImportReport
from xdrec_app.services.views import ImportPlan


def report(report: ImportReport) -> str:
    """What became of every line."""
    columns = ", ".join(f"{role} = {column}" for role, column in report.columns.items())
    form = ", ".join(
        [report.format, *filter(None, (report.encoding, report.delimiter and f"separated by {report.delimiter!r}"))]
    )
    lines = [
        f"Import {report.batch} into {report.domain}: {report.lines} lines = {report.imported} imported"
        f" + {report.merged} merged + {report.rejected} rejected ({report.elapsed_s:.1f} s)",
        f"Read as {form}; {columns}",
    ]
    if report.signal:
        lines.append(f"A line says: {report.signal}.")
    if report.trimmed:
        lines.append(f"{report.trimmed} ids stood between blanks, which were taken away.")
    return "\n".join(lines)


def folder(report: FolderReport) -> str:
    """A line per file, the sums, and why a file could not be imported."""
    rows = [
        (
            outcome.file.name,
            outcome.domain,
            *(str(getattr(outcome.report, name)) for name in ("lines", "imported", "merged", "rejected")),
        )
        for outcome in report.files
        if outcome.report is not None
    ]
    sums = (str(report.lines), str(report.imported), str(report.merged), str(report.rejected))
    text = table(("file", "domain", "lines", "imported", "merged", "rejected"), [*rows, ("all", "", *sums)])
    problems = [f"{outcome.file}: {outcome.problem}" for outcome in report.files if outcome.problem]
    return "\n".join([text, *problems])


def plan(plan: ImportPlan) -> str:
    """What would be done with each file."""
    rows = []
    for one in plan.files:
        what = one.problem or (f"left out: {one.note}" if one.skip else "import")
        rows.append((str(one.file), one.kind, one.domain or ", ".join(one.domains), what))
    return table(("file", "holds", "domain", "what"), rows)

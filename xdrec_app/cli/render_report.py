"""Reports on domains as text: sentences, small bars, tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from xdrec_app.cli.render_people import nobody
from xdrec_app.services.data_results import DomainReport, DomainReports

BAR_WIDTH = 32
MAX_BARS = 24
"""More are put together, neighbours with neighbours."""

POLICIES = {
    "last": "the last of repeated lines counts",
    "first": "the first of repeated lines counts",
    "mean": "of repeated lines the mean counts",
    "maximum": "the largest of repeated lines counts",
    "sum": "repeated lines are added up",
    "all": "each of repeated lines counts",
}
TIME_FORMS = {"day": "%Y-%m-%d", "month": "%Y-%m", "year": "%Y"}
EIGHTHS = " ▏▎▍▌▋▊▉"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def reports(found: DomainReports) -> str:
    """Each domain, then how they overlap."""
    if not found.reports:
        return "An empty workspace. Next: xdrec import WORKSPACE FILE --domain NAME"
    parts = ["\n".join(_domain(report)) for report in found.reports]
    if found.overlaps:
        parts.append("\n".join([*_overlaps(found), *nobody(found.nobody)]))
    return "\n\n".join(parts)


def _domain(report: DomainReport) -> list[str]:
    low, high = report.scale
    scale = f" from {low:g} to {high:g}" if low < high else ""
    lines = [f"{report.domain}: {report.signal}{scale}; {POLICIES[report.policy]}", *_sums(report)]
    lines += _bars("Values", [(f"{value:g}", count) for value, count in report.histogram])
    if report.period:
        form = TIME_FORMS[report.period]
        times = [(_moment(second, form), count) for second, count in report.over_time]
        lines += _bars(f"Interactions per {report.period}", times)
    lines += _bars("People by number of interactions", _ranges(report.user_counts))
    lines += _bars("Items by number of interactions", _ranges(report.item_counts))
    return [*lines, *_long_tail(report), *_short_and_left(report)]


def _sums(report: DomainReport) -> list[str]:
    outside = f", {report.out_of_scale:,} of them outside the scale" if report.out_of_scale else ""
    left_out = f"{report.left_out:,} left out{outside}"
    if report.policy == "all":
        sums = f"{report.interactions:,} interactions + {left_out}; {report.repeated:,} lines are repeated"
    else:
        sums = f"{report.interactions:,} interactions + {report.repeated:,} repeated + {left_out}"
    cold = f" ({report.cold_items:,} without interactions)" if report.cold_items else ""
    lines = [
        f"  {report.rows:,} lines = {sums}",
        f"  {report.users:,} people × {report.items:,} items{cold}; density {report.density:.3%}",
    ]
    if report.time_span is not None:
        first, last = (_moment(second, "%Y-%m-%d %H:%M") for second in report.time_span)
        lines.append(f"  {first} to {last} UTC")
    return lines


def _long_tail(report: DomainReport) -> list[str]:
    if not report.head_shares:
        return []
    (top, held), *others = report.head_shares
    more = "".join(f", {items:.0%} hold {share:.1%}" for items, share in others)
    return [
        "",
        f"  Long tail: the most popular {top:.0%} of the items hold {held:.1%} of the interactions{more}; "
        f"Gini {report.gini:.2f}",
    ]


def _short_and_left(report: DomainReport) -> list[str]:
    short = [(one.k, one.users, one.items) for one in report.shortages]
    cores: list[tuple[str | int, ...]] = [
        (core.k, core.users, core.items, core.interactions) for core in report.k_cores
    ]
    everybody = ("all", report.users, report.items, report.interactions)
    return [
        "",
        *_table(("fewer than", "people", "items"), short),
        "",
        *_table(("k-core", "people", "items", "interactions"), [everybody, *cores]),
    ]


def _overlaps(found: DomainReports) -> list[str]:
    """Return a matrix: people that two domains share, and in brackets those who are active in both."""
    names = [report.domain for report in found.reports]
    cells = {pair.domains: f"{pair.users:,} ({pair.active:,})" for pair in found.overlaps}
    cells |= {(other, one): cell for (one, other), cell in cells.items()}
    cells |= {(report.domain, report.domain): f"{report.users:,}" for report in found.reports}
    return [
        "People in both domains (with at least 5 interactions in each)",
        *_table(("", *names), [(one, *(cells[one, other] for other in names)) for one in names]),
    ]


def _ranges(counts: Sequence[tuple[int, int]]) -> list[tuple[str, int]]:
    return [(f"{low:,}" if low == 1 else f"{low:,}–{2 * low - 1:,}", count) for low, count in counts]


def _moment(second: int, form: str) -> str:
    return (EPOCH + timedelta(seconds=second)).strftime(form)


def _bars(title: str, rows: Sequence[tuple[str, int]]) -> list[str]:
    if not rows:
        return []
    rows = _at_most(MAX_BARS, rows)
    longest = max(count for _, count in rows)
    widths = max(len(label) for label, _ in rows), len(f"{longest:,}")
    bars = [
        f"    {label:>{widths[0]}}  {count:>{widths[1]},}  {_bar(count / longest)}".rstrip() for label, count in rows
    ]
    return ["", f"  {title}", *bars]


def _at_most(n_rows: int, rows: Sequence[tuple[str, int]]) -> list[tuple[str, int]]:
    together = -(-len(rows) // n_rows)
    groups = [rows[start : start + together] for start in range(0, len(rows), together)]
    return [
        (group[0][0] if len(group) == 1 else f"{group[0][0]} … {group[-1][0]}", sum(count for _, count in group))
        for group in groups
    ]


def _bar(share: float) -> str:
    whole, eighths = divmod(round(share * BAR_WIDTH * 8), 8)
    return ("█" * whole + EIGHTHS[eighths]).rstrip() or ("▏" if share else "")


def _table(header: Sequence[str], rows: Iterable[Sequence[str | int]]) -> list[str]:
    cells = [list(header), *([f"{cell:,}" if isinstance(cell, int) else cell for cell in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return ["  " + "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in cells]

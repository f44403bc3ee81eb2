"""The figures of a domain as bars and words: periods of time, ranges of counts, what of repeated lines counts."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, QDate, QDateTime, QLocale, QTimeZone

from xdrec_app.datasets.domain_figures import DomainFigures
from xdrec_app.datasets.signal_settings import Repeats
from xdrec_app.ui import numbers
from xdrec_app.ui.widgets.import_words import signal_name
from xdrec_app.ui.widgets.report_bars import Bar

MANY_MONTHS = 24
SHORT_VALUE = 4
MAX_VALUES = 40

_POLICIES = {
    "last": QT_TRANSLATE_NOOP("Report", "The last one counts"),
    "first": QT_TRANSLATE_NOOP("Report", "The first one counts"),
    "mean": QT_TRANSLATE_NOOP("Report", "Their mean counts"),
    "maximum": QT_TRANSLATE_NOOP("Report", "The greatest one counts"),
    "sum": QT_TRANSLATE_NOOP("Report", "They are added up"),
    "all": QT_TRANSLATE_NOOP("Report", "Each one counts"),
}


def tr(text: str) -> str:
    """Translate a text of the reports."""
    return QCoreApplication.translate("Report", text)


def policy_choices() -> tuple[tuple[Repeats, str], ...]:
    """Return the policies for repeated pairs as (key, text)."""
    return tuple((key, tr(str(text))) for key, text in _POLICIES.items())  # type: ignore[misc]


def policy_words(policy: str) -> str:
    """Return what becomes of repeated lines."""
    return tr(str(_POLICIES[policy])) if policy in _POLICIES else policy


def scale_words(scale: tuple[float, float]) -> str:
    """Return a scale for people; empty where it is none."""
    low, high = scale
    return f"{low:g} – {high:g}" if low != high else ""


def meaning_words(signal: str, scale: tuple[float, float]) -> str:
    """Return what a line of a domain says, e.g. "Ratings 1 – 5"."""
    return f"{signal_name(signal) or signal} {scale_words(scale)}".strip()


def value_bars(pairs: Sequence[tuple[float, int]]) -> list[Bar]:
    """Return one bar per value; neighbours share one where there are very many."""
    step = -(-len(pairs) // MAX_VALUES) or 1
    groups = [pairs[start : start + step] for start in range(0, len(pairs), step)]
    return [Bar(_value(group[0][0]), _values(group), sum(n for _, n in group)) for group in groups]


def range_bars(counts: Sequence[tuple[int, int]]) -> list[Bar]:
    """Return one bar per range of counts: 1, 2–3, 4–7 …"""
    return [Bar(range_words(low), range_words(low), n) for low, n in counts]


def range_words(low: int) -> str:
    """Return the range of counts from a power of two up to the next one."""
    high = 2 * low - 1
    if high == low:
        return numbers.count(low)
    return f"{numbers.count(low)}–{numbers.count(high)}"


def time_bars(report: DomainFigures) -> list[Bar]:
    """Return one bar per day, month or year from the first to the last, also for those in which nothing happened."""
    if not report.over_time:
        return []
    counts = {_day(second): n for second, n in report.over_time}
    day, last = min(counts), max(counts)
    days = [day]
    while (day := _next(day, report.period)) <= last:
        days.append(day)
    return [
        Bar(
            _label(day, report.period, len(days), is_first=place == 0),
            _period_name(day, report.period),
            counts.get(day, 0),
        )
        for place, day in enumerate(days)
    ]


def span_words(span: tuple[int, int] | None) -> str:
    """Return from when to when, as dates."""
    if span is None:
        return tr("no times")
    first, last = (QLocale().toString(_day(second), "d MMM yyyy") for second in span)
    return first if first == last else f"{first} – {last}"


def _day(second: int) -> QDate:
    return QDateTime.fromSecsSinceEpoch(second, QTimeZone.utc()).date()


def _next(day: QDate, period: str) -> QDate:
    return {"day": day.addDays, "month": day.addMonths}.get(period, day.addYears)(1)


def _label(day: QDate, period: str, n_periods: int, *, is_first: bool) -> str:
    if period == "day":
        return QLocale().toString(day, "d MMM")
    if period == "month" and n_periods <= MANY_MONTHS:
        return QLocale().toString(day, "MMM yyyy")
    return str(day.year()) if period == "year" or day.month() == 1 or is_first else ""


def _period_name(day: QDate, period: str) -> str:
    return QLocale().toString(day, {"day": "d MMM yyyy", "month": "MMMM yyyy"}.get(period, "yyyy"))


def _value(value: float) -> str:
    return f"{value:.{SHORT_VALUE}g}"


def _values(group: Sequence[tuple[float, int]]) -> str:
    first, last = f"{group[0][0]:g}", f"{group[-1][0]:g}"
    return first if first == last else f"{first} – {last}"

"""One text cell → a time: numbers since 1970 by their magnitude, ISO 8601, dates by day or month first, month names.

What lies outside the years 1900 to 2200 is not understood: it is a number in another unit or a slip, never a moment at
which somebody liked something.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal

import numpy as np

from xdrec_app.datasets.arrays import NO_TIME, Longs
from xdrec_app.datasets.formats.cells import MISSING, Remembering
from xdrec_app.datasets.formats.dialect import Dialect

DateOrder = Literal["day", "month"]

NOT_A_TIME = NO_TIME + 1
"""Stands where a cell is no time; no time is that early."""

EPOCH, DAY_S = datetime(1970, 1, 1, tzinfo=UTC), 86_400
EARLIEST, LATEST = ((datetime(year, 1, 1, tzinfo=UTC) - EPOCH).days * DAY_S for year in (1900, 2200))

UNITS = ((1e17, 1_000_000_000), (1e14, 1_000_000), (1e11, 1_000))
"""From so many on a number counts in so many parts of a second: in seconds 1e11 would be the year 5138."""

DEFAULT_ORDER: DateOrder = "day"

_CLOCK = (
    r"(?P<hour>\d{1,2}):(?P<minute>\d{1,2})(?::(?P<second>\d{1,2})(?:[.,]\d+)?)?"
    r"\s*(?P<half>[ap]\.?m\.?)?\s*(?P<zone>z|utc|gmt|[-+]\d{2}:?\d{2})?"
)
_CLOCK_ALONE = re.compile(_CLOCK, re.IGNORECASE)
_AT = rf"(?:[\sT,]+{_CLOCK})?"
_YEAR, _DAY, _NAME = r"(?P<year>\d{4}|\d{2})", r"(?P<day>\d{1,2})(?:st|nd|rd|th)?", r"(?P<name>[a-z]{3,9})\.?"
_WEEKDAY = r"(?:[a-z]{3,9},?\s+)?"

_YEAR_FIRST = re.compile(
    rf"(?P<year>\d{{4}})(?P<sign>[-/.])(?P<month>\d{{1,2}})(?:(?P=sign)(?P<day>\d{{1,2}}))?{_AT}", re.IGNORECASE
)
_YEAR_LAST = re.compile(
    rf"(?P<first>\d{{1,2}})(?P<sign>[-/.])(?P<second_field>\d{{1,2}})(?P=sign){_YEAR}{_AT}", re.IGNORECASE
)
_NAMED = (
    re.compile(rf"{_WEEKDAY}{_DAY}[\s./-]+{_NAME},?[\s./-]*{_YEAR}{_AT}", re.IGNORECASE),
    re.compile(rf"{_WEEKDAY}{_NAME}[\s-]+{_DAY},?[\s-]+{_YEAR}{_AT}", re.IGNORECASE),
    re.compile(rf"[a-z]{{3}}\s+{_NAME}\s+{_DAY}\s+{_CLOCK}\s+(?P<year>\d{{4}})", re.IGNORECASE),
)
_REVIEW_TIME = re.compile(r"(?P<month>\d{1,2}) (?P<day>\d{1,2}), (?P<year>\d{4})")
_COMPACT = re.compile(
    r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})(?:[T ]?(?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2}))?"
)
_CHINESE = str.maketrans({"年": "-", "月": "-", "日": " ", "号": " ", "时": ":", "点": ":", "分": ":", "秒": " "})
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def time_parser(dialect: Dialect, *, is_compact: bool = False) -> Callable[[str], int]:
    """Return what turns a cell into seconds since 1970, `NO_TIME` for an empty one, or `NOT_A_TIME`.

    A time without a zone is UTC. Times before 1970 are negative.

    Parameters
    ----------
    dialect
        Its `date_order` says what comes first in 03/04/2021; the day where it does not say.
    is_compact
        Whether eight digits are a date (20210304) and no number of seconds.
    """
    order = dialect.date_order or DEFAULT_ORDER
    days = Remembering(lambda date: _moment(date, order))
    clocks = Remembering(_clock)

    def of_parts(cell: str) -> int:
        """Read a date and the time of a day beside each other, each of which recurs."""
        date, _, clock = cell.partition("T" if cell[10:11] == "T" else " ")
        second = clocks[clock] if clock else NOT_A_TIME
        day = days[date] if second != NOT_A_TIME else NOT_A_TIME
        return day + second if day != NOT_A_TIME else NOT_A_TIME

    def of_number(cell: str, number: float) -> int:
        seconds = _since_1970(number)
        digits = _of_compact(cell) if is_compact or not EARLIEST <= seconds < LATEST else NOT_A_TIME
        return seconds if digits == NOT_A_TIME else digits

    def parse(text: str) -> int:
        cell = text.strip()
        if cell in MISSING or cell.startswith("0000-00-00"):
            return NO_TIME
        seconds = of_parts(cell)
        if seconds == NOT_A_TIME:
            number = None if "_" in cell else _number(cell)
            seconds = _moment(cell, order) if number is None else of_number(cell, number)
        return seconds if EARLIEST <= seconds < LATEST else NOT_A_TIME

    return parse


def seconds_of(numbers: Longs) -> Longs:
    """Return whole numbers as seconds since 1970, by their magnitude; `NOT_A_TIME` where one is out of range."""
    if not len(numbers):
        return numbers
    if int(numbers.max()) >= UNITS[-1][0]:
        numbers = numbers // np.select([numbers >= size for size, _ in UNITS], [unit for _, unit in UNITS], 1)
    if int(numbers.max()) < LATEST:
        return numbers
    return np.where(numbers >= LATEST, NOT_A_TIME, numbers)


def guess_date_order(cells: Iterable[str]) -> DateOrder | None:
    """Guess what comes first in dates like 03/04/2021; None where no such date decides.

    A first field over 12 is a day, a second one means that the month comes first; with points (4.3.2021) it is the day.
    """
    orders: set[DateOrder] = set()
    for cell in cells:
        found = _YEAR_LAST.fullmatch(cell.strip())
        if found and (int(found["first"]) > 12 or found["sign"] == "."):
            orders.add("day")
        elif found and int(found["second_field"]) > 12:
            orders.add("month")
    return orders.pop() if len(orders) == 1 else None


def is_order_open(cells: Iterable[str]) -> bool:
    """Tell whether there are dates that day first and month first read differently, and nothing that decides."""
    texts = [cell.strip() for cell in cells]
    return guess_date_order(texts) is None and any(map(_YEAR_LAST.fullmatch, texts))


def are_compact(cells: Sequence[str]) -> bool:
    """Tell whether a column holds dates of eight digits (20210304)."""
    texts = [cell.strip() for cell in cells if cell.strip() not in MISSING]
    return bool(texts) and all(len(text) == 8 and _of_compact(text) != NOT_A_TIME for text in texts)


def why_no_time(text: str) -> str:
    """Say why a cell is no time."""
    return f"the time '{text.strip()}' is not understood"


def time_text(seconds: int) -> str:
    """Return a time for people, e.g. 1997-12-04 15:55."""
    return f"{EPOCH + timedelta(seconds=seconds):%Y-%m-%d %H:%M}"


def _number(cell: str) -> float | None:
    try:
        return float(cell)
    except ValueError:
        return None


def _since_1970(number: float) -> int:
    unit = next((unit for size, unit in UNITS if abs(number) >= size), 1)
    return math.floor(number / unit) if math.isfinite(number) else NOT_A_TIME


def _moment(cell: str, order: DateOrder) -> int:
    try:
        moment = datetime.fromisoformat(cell)
    except ValueError:
        return _of_words(cell, order)
    return _between(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def _between(moment: datetime) -> int:
    """Return whole seconds since 1970, however far away."""
    passed = moment - EPOCH
    return passed.days * DAY_S + passed.seconds


def _of_compact(cell: str) -> int:
    found = _COMPACT.fullmatch(cell)
    return _of_fields(found.groupdict()) if found else NOT_A_TIME


def _of_words(cell: str, order: DateOrder) -> int:
    text = re.sub(r"\s+", " ", cell.translate(_CHINESE)).strip(" :-")
    if found := _YEAR_FIRST.fullmatch(text) or _REVIEW_TIME.fullmatch(text):
        return _of_fields(found.groupdict())
    if found := _YEAR_LAST.fullmatch(text):
        fields = (found["first"], found["second_field"])
        day, month = fields if order == "day" or found["sign"] == "." else fields[::-1]
        return _of_fields(found.groupdict() | {"day": day, "month": month})
    for pattern in _NAMED:
        found = pattern.fullmatch(text)
        if found and found["name"][:3].casefold() in _MONTHS:
            return _of_fields(found.groupdict() | {"month": str(_MONTHS.index(found["name"][:3].casefold()) + 1)})
    return NOT_A_TIME


def _of_fields(fields: Mapping[str, str | None]) -> int:
    year = int(fields["year"] or 0)
    if year < 100:
        year += 2000 if year < 69 else 1900
    try:
        day = datetime(year, int(fields["month"] or 0), int(fields.get("day") or 1), tzinfo=UTC)
    except ValueError:
        return NOT_A_TIME
    second = _second_of_day(fields)
    return NOT_A_TIME if second == NOT_A_TIME else _between(day) + second


def _clock(text: str) -> int:
    found = _CLOCK_ALONE.fullmatch(text)
    return _second_of_day(found.groupdict()) if found else NOT_A_TIME


def _second_of_day(fields: Mapping[str, str | None]) -> int:
    """Return the second of the day in UTC; beyond the day where the zone makes it so."""
    hour, minute, second = (int(fields.get(name) or 0) for name in ("hour", "minute", "second"))
    half = (fields.get("half") or "").casefold().replace(".", "")
    if half and 1 <= hour <= 12:
        hour = hour % 12 + 12 * (half == "pm")
    elif half:
        return NOT_A_TIME
    if hour > 23 or minute > 59 or second > 59:
        return NOT_A_TIME
    return hour * 3600 + minute * 60 + second - _offset(fields.get("zone") or "")


def _offset(zone: str) -> int:
    digits = zone.replace(":", "")[1:]
    if not digits.isdigit():
        return 0
    return (int(digits[:2]) * 3600 + int(digits[2:]) * 60) * (-1 if zone[0] == "-" else 1)

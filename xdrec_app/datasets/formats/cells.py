"""One text cell → a value or a time."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Generic, TypeVar

T = TypeVar("T")

NOT_A_VALUE = math.nan
"""Stands where a cell is no finite number; compared by identity."""

NOT_A_TIME = -(1 << 63)
"""Stands where a cell is no time; no time is that early."""

MAX_VALUE = 3.4e38
"""Values are float32 where models meet them."""

MILLISECONDS, MICROSECONDS, MAX_TIME = 1e11, 1e14, 1e17
"""From here on a number counts milliseconds, microseconds, nothing: in seconds 1e11 is the year 5138."""

DIGITS_OF_SECONDS = 11
"""Whole numbers of so many digits are seconds."""

REMEMBERED = 100_000


class Remembering(dict[str, T], Generic[T]):
    """A function of texts that remembers its results: few cells of a column differ."""

    def __init__(self, function: Callable[[str], T]) -> None:
        super().__init__()
        self._function = function

    def __missing__(self, text: str) -> T:
        result = self._function(text)
        if len(self) < REMEMBERED:
            self[text] = result
        return result


def parse_value(text: str, *, decimal_comma: bool) -> float:
    """Return a finite number, or `NOT_A_VALUE`; with `decimal_comma` "4,5" is 4.5."""
    number = _number(text.replace(",", ".", 1) if decimal_comma and "." not in text else text)
    return NOT_A_VALUE if number is None or abs(number) > MAX_VALUE else number


def why_no_value(text: str) -> str:
    """Say why a cell is no value."""
    cell = text.strip()
    if not cell:
        return "no value"
    try:
        float(cell)
    except ValueError:
        return f"the value '{cell}' is not a number"
    return f"the value '{cell}' is not a finite number"


def parse_time(text: str) -> int | None:
    """Return seconds since 1970, None for an empty cell, or `NOT_A_TIME`.

    Numbers are seconds, milliseconds or microseconds by their magnitude. Else ISO 8601; a time without a zone is UTC.
    """
    cell = text.strip()
    if not cell:
        return None
    number = _number(cell)
    if number is not None:
        size = abs(number)
        if not size < MAX_TIME:
            return NOT_A_TIME
        unit = 1e6 if size >= MICROSECONDS else 1e3 if size >= MILLISECONDS else 1
        return math.floor(number / unit)
    try:
        moment = datetime.fromisoformat(cell)
        return math.floor((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
    except (ValueError, OverflowError):
        return NOT_A_TIME


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return None if "_" in text or math.isnan(number) else number

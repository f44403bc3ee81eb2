"""One text cell → a value or a time."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Generic, TypeVar

import numpy as np

from xdrec_app.datasets.arrays import NO_TIME, Longs
from xdrec_app.datasets.formats.base import Dialect

T = TypeVar("T")

NOT_A_VALUE = math.nan
"""Stands where a cell is no finite number."""

NOT_A_TIME = NO_TIME + 1
"""Stands where a cell is no time; no time is that early."""

MAX_VALUE = 3.4e38
"""Values are float32 where models meet them."""

MILLISECONDS, MICROSECONDS, MAX_TIME = 1e11, 1e14, 1e17
"""From here on a number counts milliseconds, microseconds, nothing: in seconds 1e11 is the year 5138."""

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


def value_parser(dialect: Dialect) -> Callable[[str], float]:
    """Return what turns a cell into a finite number, or `NOT_A_VALUE`."""
    decimal_comma = dialect.delimiter != ","

    def parse(text: str) -> float:
        number = _number(text.replace(",", ".", 1) if decimal_comma and "." not in text else text)
        return NOT_A_VALUE if number is None or abs(number) > MAX_VALUE else number

    return parse


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


def time_parser(dialect: Dialect) -> Callable[[str], int]:
    """Return what turns a cell into seconds since 1970, `NO_TIME` for an empty one, or `NOT_A_TIME`.

    Numbers are seconds, milliseconds or microseconds by their magnitude. Else ISO 8601; a time without a zone is UTC.
    """

    def parse(text: str) -> int:
        cell = text.strip()
        if not cell:
            return NO_TIME
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

    return parse


def seconds_of(numbers: Longs) -> Longs:
    """Return whole numbers as seconds since 1970, by their magnitude; `NOT_A_TIME` where one is too great."""
    if not len(numbers) or int(numbers.max()) < MILLISECONDS:
        return numbers
    units = np.select([numbers >= MICROSECONDS, numbers >= MILLISECONDS], [1_000_000, 1_000], 1)
    return np.where(numbers >= MAX_TIME, NOT_A_TIME, numbers // units)


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return None if "_" in text or math.isnan(number) else number

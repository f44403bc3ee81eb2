"""One text cell → a value or a price.

Nothing is guessed in silence: what could be read in two ways is read as the dialect says, and what is no number is
said to be none.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Generic, Literal, TypeVar

from xdrec_app.datasets.formats.dialect import Dialect

T = TypeVar("T")
Decimal = Literal[".", ","]

NOT_A_VALUE = math.nan
"""Stands where a cell is no finite number."""

MAX_VALUE = 3.4e38
"""Values are float32 where models meet them."""

MISSING = frozenset(("", "NULL", "null", "\\N", "nan", "NaN", "None", "<NA>"))
"""How programs write that there is nothing; in these spellings only, so that an id 'none' or 'NA' stays one."""

TRUTHS = {"true": 1.0, "yes": 1.0, "是": 1.0, "false": 0.0, "no": 0.0, "否": 0.0}

REMEMBERED = 100_000

_NUMBER = r"[-+]?(?:\d[\d.,' ’]*|[.,]\d+)(?:[eE][-+]?\d+)?"
_SHARE = re.compile(rf"({_NUMBER})\s*(?:/|out of|von|满分)\s*(\d+)(?:\s*stars?)?")
_WITH_UNIT = re.compile(rf"({_NUMBER})\s*(?:%|stars?|星|颗星|分)", re.IGNORECASE)
_STARS = re.compile(r"([★⭐🌟]*)(1⁄2)?[☆✩]*")
_SIGNS = "[$€£¥₹₽₩]|usd|eur|gbp|cny|rmb|jpy|chf|kr"
_CURRENCY = re.compile(rf"^(?:[a-z]{{0,3}}(?:{_SIGNS}))\s*|\s*(?:{_SIGNS}|元)$")
_POINTED = str.maketrans({",": ".", ".": "_"})
_GROUPED: dict[Decimal, re.Pattern[str]] = {
    ".": re.compile(r"[-+]?\d{1,3}(?:([,' ’])\d{3})(?:\1\d{3})*(?:\.\d*)?"),
    ",": re.compile(r"[-+]?\d{1,3}(?:([.' ’])\d{3})(?:\1\d{3})*(?:,\d*)?"),
}


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
    """Return what turns a cell into a finite number, or `NOT_A_VALUE`.

    Beside plain numbers it understands thousands in groups (1.234,56, 1 234.56), stars (★★★☆☆ is 3), yes and no,
    units (85 %, 4 stars) and marks out of a best one (8/10 is 8; the first such cell says which best one is meant).
    """
    best: list[str] = []

    def parse(text: str) -> float:
        number = _plain_number(text) if dialect.decimal != "," else _plain_number(_pointed(text))
        if number is None:
            number = of_words(_neat(text))
        return number if abs(number) <= MAX_VALUE else NOT_A_VALUE

    def of_words(cell: str) -> float:
        if found := _SHARE.fullmatch(cell):
            best.append(found[2])
            return _number(found[1], dialect) if found[2] == best[0] else NOT_A_VALUE
        if found := _WITH_UNIT.fullmatch(cell):
            return _number(found[1], dialect)
        if cell and (found := _STARS.fullmatch(cell)):
            return len(found[1]) + 0.5 * bool(found[2])
        return TRUTHS[cell.casefold()] if cell.casefold() in TRUTHS else _number(cell, dialect)

    return parse


def why_no_value(text: str) -> str:
    """Say why a cell is no value."""
    cell = text.strip()
    if cell in MISSING:
        return "no value"
    number = _plain_number(cell)
    if number is None:
        return f"the value '{cell}' is not a number"
    if math.isfinite(number) and abs(number) > MAX_VALUE:
        return f"the value '{cell}' is too great"
    if math.isfinite(number):
        return f"the value '{cell}' has no decimal comma"
    return f"the value '{cell}' is not a finite number"


def price_parser(dialect: Dialect) -> Callable[[str], float | None]:
    """Return what turns a cell into a price of at least 0, its currency left out; None where it is none."""

    def parse(text: str) -> float | None:
        number = _number(_CURRENCY.sub("", _neat(text).casefold()), dialect)
        return number if 0 <= number <= MAX_VALUE else None

    return parse


def guess_decimal(cells: Iterable[str]) -> Decimal | None:
    """Guess what stands before the decimals; None where nothing decides.

    In 1.234,5 the later sign does; in 1.234.567 the one that occurs twice does not; in 4,5 the only one does, unless
    three digits follow it, which may be thousands.
    """
    votes: Counter[Decimal] = Counter()
    for cell in cells:
        number = _CURRENCY.sub("", _neat(cell).casefold())
        if re.fullmatch(_NUMBER, number) and (sign := _decimal_of(number)):
            votes[sign] += 1
    ranked = votes.most_common()
    return ranked[0][0] if ranked and (len(ranked) == 1 or ranked[0][1] > ranked[1][1]) else None


def _decimal_of(number: str) -> Decimal | None:
    n_points, n_commas = number.count("."), number.count(",")
    if n_points and n_commas:
        return "." if number.rindex(".") > number.rindex(",") else ","
    if n_points + n_commas > 1:
        return "," if n_points else "."
    if n_points + n_commas == 0 or re.fullmatch(r"[-+]?[1-9]\d{0,2}[.,]\d{3}", number):
        return None
    return "." if n_points else ","


def _neat(text: str) -> str:
    """Make blanks, digits and signs of other scripts plain; an emoji needs no variation selector."""
    return unicodedata.normalize("NFKC", text).replace("\ufe0f", "").replace("\u2212", "-").strip()


def _plain_number(text: str) -> float | None:
    try:
        return None if "_" in text else float(text)
    except ValueError:
        return None


def _pointed(text: str) -> str:
    """Put a point before the decimals; points that stood there before make it no number."""
    return text.translate(_POINTED)


def _number(cell: str, dialect: Dialect) -> float:
    """Return a number, `NOT_A_VALUE` where the cell is none; infinite where it is too great."""
    decimal = dialect.decimal
    if decimal is None:
        likely = _decimal_of(cell) or ("," if "," in cell else ".")
        decimal = "." if dialect.delimiter == "," else likely
    if _GROUPED[decimal].fullmatch(cell):
        cell = re.sub(r"[' ’]" if decimal == "." else r"[.' ’]", "", cell)
        cell = cell.replace(",", "" if decimal == "." else ".")
    elif decimal == ",":
        cell = "" if "." in cell else cell.replace(",", ".", 1)
    number = _plain_number(cell)
    return NOT_A_VALUE if number is None else number

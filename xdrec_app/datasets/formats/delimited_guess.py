"""How delimited text is written, guessed from its first lines: delimiter, quote, comments, names of columns.

A guess must be safe: what only sometimes separates columns (a blank, a colon) is taken only where nothing else does.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from xdrec_app.core.errors import UserError
from xdrec_app.datasets.formats.base import SAMPLE_ROWS
from xdrec_app.datasets.formats.columns import column_names
from xdrec_app.datasets.formats.dialect import Dialect
from xdrec_app.datasets.formats.records import Grammar, parse_records

DELIMITERS = (",", ";", "\t", "|", "\x01", "\x1f", "::", "^", "~")
WEAK_DELIMITERS = (":", " ")
"""They stand within times and titles too."""

DELIMITER_WORDS = {
    "comma": ",",
    "semicolon": ";",
    "tab": "\t",
    "\\t": "\t",
    "pipe": "|",
    "colon": ":",
    "space": " ",
    "\\x01": "\x01",
}
QUOTE, APOSTROPHE = '"', "'"
COMMENT_MARKS = ("#", "%")
SNIFFED_LINES = SAMPLE_ROWS * 3
MAX_DELIMITER = 8
"""Characters."""

ENOUGH = 0.8
"""Share of lines that must show what is not usual."""


def guess_grammar(lines: Sequence[str], wish: Dialect) -> Grammar:
    """Return how lines are cut into fields.

    Raises
    ------
    UserError
        When something wished cannot do what it is wished for.
    """
    some = [line.removesuffix("\r") for line in lines[:SNIFFED_LINES]]
    comment = _guess_comment(some) if wish.comment is None else wish.comment
    data = [line for line in some if not (comment and line.startswith(comment))]
    quote = QUOTE if wish.quote is None else wish.quote
    delimiter = best_delimiter(data, quote) if wish.delimiter is None else _known_delimiter(wish.delimiter)
    if wish.quote is None:
        has_apostrophes = any(APOSTROPHE in line for line in data) and not any(QUOTE in line for line in data)
        other = best_delimiter(data, APOSTROPHE) if has_apostrophes and wish.delimiter is None else delimiter
        if has_apostrophes and _share_enclosed(data, other, APOSTROPHE) >= ENOUGH:
            quote, delimiter = APOSTROPHE, other
        elif delimiter == "\t" and _means_nothing(data, delimiter):
            quote = ""
    if wish.comment is None and comment and _are_rows(some, comment, delimiter):
        comment = ""
    grammar = Grammar(delimiter, quote, comment)
    _assert_usable(grammar)
    return grammar


def best_delimiter(lines: Sequence[str], quote: str) -> str:
    """Return the delimiter that cuts the most lines into the same number of fields, and into the most fields."""

    def fitness(delimiter: str) -> tuple[float, int]:
        records = parse_records(lines, 1, Grammar(delimiter, quote), at_end=True).records[: SAMPLE_ROWS + 1]
        if not records:
            return 0.0, 0
        width, n_records = Counter(len(record.cells) for record in records).most_common(1)[0]
        first_agrees = len(records[0].cells) == width
        share = n_records / len(records) if width > 1 else 0.0
        return round(share * (1.0 if first_agrees else 0.5), 1), width

    present = [delimiter for delimiter in DELIMITERS if any(delimiter in line for line in lines)]
    best = max(present, key=fitness, default=DELIMITERS[0])
    if fitness(best)[0] < 0.5:
        for delimiter in WEAK_DELIMITERS:
            if fitness(delimiter)[0] > ENOUGH and _separates_numbers(lines, delimiter):
                return delimiter
    return best


def names_of(header: Sequence[str], rows: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Return the names that a header gives to columns.

    Where every row has one field more, either every line ends in a delimiter, or the first field numbers the lines.
    """
    cells = [header[0].lstrip("".join(COMMENT_MARKS)).lstrip(), *header[1:]]
    if rows and all(len(row) == len(cells) + 1 for row in rows):
        if not any(row[-1] for row in rows):
            return column_names([*cells, ""])
        if len({row[0] for row in rows}) == len(rows) > 1:
            return column_names(["", *cells])
    return column_names(cells)


def _guess_comment(lines: Sequence[str]) -> str:
    """Return what lines of comment begin with; only those before the data tell."""
    full = [line for line in lines if line.strip()]
    mark = full[0][0] if full else ""
    if mark not in COMMENT_MARKS:
        return ""
    n_on_top = next((number for number, line in enumerate(full) if line[0] != mark), 0)
    others = full[n_on_top:]
    n_marked = sum(line[0] == mark for line in others)
    return mark if n_on_top and n_marked < len(others) / 2 else ""


def _are_rows(lines: Sequence[str], comment: str, delimiter: str) -> bool:
    """Tell whether lines that begin like comments have as many fields as the others: a header, or tags with a #."""
    marked = Counter(len(line.lstrip(comment).strip().split(delimiter)) for line in lines if line.startswith(comment))
    others = Counter(len(line.split(delimiter)) for line in lines if line.strip() and not line.startswith(comment))
    width = others.most_common(1)[0][0]
    return width > 1 and set(marked) == {width}


def _share_enclosed(lines: Sequence[str], delimiter: str, quote: str) -> float:
    """Return the share of lines with a field in quotes; the first one, perhaps a header, does not count."""
    edge = re.escape(delimiter)
    enclosed = re.compile(rf"(?:^|{edge}){quote}[^{quote}]*{quote}(?:{edge}|$)")
    rows = lines[1:] or lines
    return sum(enclosed.search(line) is not None for line in rows) / max(len(rows), 1)


def _means_nothing(lines: Sequence[str], delimiter: str) -> bool:
    """Tell whether quotes are ordinary characters: they break several lines and enclose no field."""
    broken = parse_records(lines, 1, Grammar(delimiter, QUOTE), at_end=True).rejected
    return len(broken) > 1 and not _share_enclosed(lines, delimiter, QUOTE)


def _separates_numbers(lines: Sequence[str], delimiter: str) -> bool:
    rows = [line.split(delimiter) for line in lines[1 : SAMPLE_ROWS + 1] if line.strip()]
    columns = list(zip(*rows, strict=False))
    has_numbers = any(all(re.fullmatch(r"-?\d+([.,]\d+)?", cell) for cell in column) for column in columns)
    return has_numbers and all(all(row) for row in rows)


def _known_delimiter(wish: str) -> str:
    delimiter = DELIMITER_WORDS.get(wish.lower(), wish)
    if not 0 < len(delimiter) <= MAX_DELIMITER or any(character in delimiter for character in '"\r\n\0'):
        raise UserError(
            f"'{wish}' cannot separate columns.",
            "Use one character or a few, or: comma, semicolon, tab, pipe, colon or space.",
        )
    return delimiter


def _assert_usable(grammar: Grammar) -> None:
    quote, comment = grammar.quote, grammar.comment
    if quote and (len(quote) != 1 or not quote.isascii() or quote in "\r\n\0" or quote in grammar.delimiter):
        raise UserError(f"'{quote}' cannot enclose fields.", "Use one character, as a rule \" or '.")
    if any(character in comment for character in "\r\n\0"):
        raise UserError(f"'{comment}' cannot begin a comment.", "Use a character like #.")

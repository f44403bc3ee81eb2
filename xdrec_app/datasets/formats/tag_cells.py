"""One cell that says several things → tags, a path of categories, the first of several addresses."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Sequence

from xdrec_app.datasets.formats.cells import MISSING

SEPARATORS = ("|", ";", "；", "、", "，", ",", "/")
"""In the order in which they are looked for: the later ones also occur within a tag."""

MANY = 0.2
"""A separator counts if so many of the cells with any separator have it."""

LEVEL_SIGNS = re.compile(r"\s*[>»›|]\s*|\s+/\s+")
LEVEL = " > "

NAME_KEYS = ("name", "title", "label", "value")
"""What a record within a list is called by, in this order."""

_QUOTED = re.compile(r"""\'((?:[^\'\\]|\\.)*)\'|"((?:[^"\\]|\\.)*)\"""")
_ADJACENT = re.compile(r"""[\'"]\s+[\'"]""")


def separator_of(cells: Sequence[str]) -> str | None:
    """Return what separates the tags in a column; None when no cell shows more than one."""
    found = [{sign for sign in SEPARATORS if sign in cell} for cell in cells if not _is_list(cell)]
    n_found = sum(map(bool, found))
    return next(
        (sign for sign in SEPARATORS if n_found and sum(sign in signs for signs in found) >= MANY * n_found), None
    )


def split_tags(cell: str, separator: str | None) -> tuple[str, ...]:
    """Return the distinct tags of a cell in their order.

    A cell may also be a list as Python or JSON write it (['a', 'b'], nested, or of records with a name).
    """
    said = list(_flat(_list_of(cell))) if _is_list(cell) else cell.split(separator) if separator else [cell]
    return tuple(dict.fromkeys(tag for part in said if (tag := part.strip()) not in MISSING))


def category_path(cell: str) -> str:
    """Return the levels of a category, e.g. "Shoes > Running"; of several paths in a nested list the first."""
    if _is_list(cell):
        said = _list_of(cell)
        nested = next((part for part in said if isinstance(part, list)), said)
        levels = list(_flat(nested))
    else:
        levels = (
            LEVEL_SIGNS.split(cell)
            if LEVEL_SIGNS.search(cell)
            else cell.strip("/").split("/" * cell.startswith("/") or "\0")
        )
    return LEVEL.join(level for part in levels if (level := part.strip()) not in MISSING)


def first_of(cell: str) -> str:
    """Return the first text of a list, or the cell itself."""
    return next((text for text in _flat(_list_of(cell)) if text), "") if _is_list(cell) else cell


def _is_list(cell: str) -> bool:
    text = cell.strip()
    return text.startswith("[") and text.endswith("]")


def _list_of(cell: str) -> list[object]:
    """Return what a list holds, as JSON or Python; words without quotes or commas are taken as they stand."""
    try:
        found = json.loads(cell)
    except (ValueError, RecursionError):
        found = None if _ADJACENT.search(cell) else _python(cell)
    if isinstance(found, list):
        return found
    quoted = [single or double for single, double in _QUOTED.findall(cell)]
    return list(quoted) if quoted else list(re.split(r"[\[\],]+", cell))


def _python(cell: str) -> object:
    try:
        return ast.literal_eval(cell.strip())
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return None


def _flat(said: object) -> Iterator[str]:
    """Yield the texts in nested lists; of a record its name."""
    if isinstance(said, list | tuple | set):
        for part in said:
            yield from _flat(part)
    elif isinstance(said, dict):
        yield from _flat(next((said[key] for key in NAME_KEYS if key in said), ""))
    elif said is not None:
        yield str(said)

"""Names and first cells of columns → the roles they probably play; knows lists of texts, no files."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence

from xdrec_app.datasets.formats.cells import MISSING, value_parser
from xdrec_app.datasets.formats.column_words import (
    ID_PARTS,
    KIND_OF_VALUE,
    NAMES,
    OWNER_PARTS,
    TITLES_OF_ITEMS,
    WEAK_IDS,
    parts,
    plain,
)
from xdrec_app.datasets.formats.dialect import Dialect, Role
from xdrec_app.datasets.formats.times import NOT_A_TIME, are_compact, time_parser
from xdrec_app.datasets.signals import ACTION_WEIGHTS

EARLIEST_TIME = 1e8
"""A number from here on is a time (March 1973 in seconds); ratings and counts stay below."""

MOSTLY = 0.8
MAX_DOMAINS = 20
"""A column with more distinct texts among the first rows does not say which domain a row belongs to."""

PATH_SIGNS = re.compile(r">|»|›| / |^/[^/]+/")

Cells = Sequence[str]


def interaction_roles(names: Sequence[str], columns: Sequence[Cells]) -> dict[Role, int]:
    """Guess the roles of named columns in a file of interactions.

    Of several columns with the name of a value or a time, one whose cells agree is preferred. Beside actions only
    ratings and quantities are values: the duration of a view and the quantity of a purchase are not comparable.
    """
    found = _named(names, "user", "item", "action")
    _give(found, "item", _positions(names, TITLES_OF_ITEMS))
    if "action" not in found:
        _give(found, "action", [position for position, cells in enumerate(columns) if are_actions(cells)])
    values = [
        position
        for position in _positions(names, NAMES["value"])
        if "action" not in found or _kind_of(names[position]) in {"ratings", "purchases"}
    ]
    ratings = [position for position in values if _kind_of(names[position]) == "ratings"]
    times = _positions(names, NAMES["time"])
    domains = [at for at in _positions(names, NAMES["domain"]) if len(set(columns[at])) <= MAX_DOMAINS]
    _give(found, "value", _agreeing(values, columns, is_value) or ratings)
    _give(found, "time", _agreeing(times, columns, is_time) or times)
    _give(found, "domain", domains)
    return found


def item_roles(names: Sequence[str], columns: Sequence[Cells]) -> dict[Role, int]:
    """Guess the roles of named columns in a file of items; categories without levels are tags if nothing else is."""
    found = _named(names, "item", "title", "text", "tags", "price", "image", "domain")
    _give(found, "item", _positions(names, WEAK_IDS))
    for position in _positions(names, NAMES["category"]):
        has_levels = any(map(PATH_SIGNS.search, columns[position]))
        role: Role = "category" if has_levels or "tags" in found else "tags"
        _give(found, role, [position])
    return found


def user_roles(names: Sequence[str]) -> dict[Role, int]:
    """Guess the roles of named columns in a file about people."""
    found = _named(names, "user", "domain")
    _give(found, "user", _positions(names, WEAK_IDS))
    return found


def interaction_roles_by_value(columns: Sequence[Cells]) -> dict[Role, int]:
    """Guess the roles of nameless columns: user, item, then what looks like an action, a time, a value."""
    rest = [position for position, cells in enumerate(columns) if position > 1 or not are_dates(cells)]
    found: dict[Role, int] = dict(zip(("user", "item"), rest, strict=False))
    for position, cells in enumerate(columns):
        if position in found.values():
            continue
        if "action" not in found and are_actions(cells):
            found["action"] = position
        elif "time" not in found and are_times(cells):
            found["time"] = position
        elif "value" not in found and are_values(cells):
            found["value"] = position
    if "action" in found:
        found.pop("value", None)
    return found


def item_roles_by_value(columns: Sequence[Cells]) -> dict[Role, int]:
    """Guess the roles of nameless columns in a file of items: their usual order."""
    in_order: tuple[Role, ...] = ("item", "title", "tags", "text")
    return {role: position for position, role in enumerate(in_order[: len(columns)])}


def is_named(names: Sequence[str], role: Role) -> bool:
    """Tell whether a column has a name of the role."""
    return bool(_positions(names, NAMES[role]))


def is_number(cell: str) -> bool:
    """Tell whether a cell is a finite number with a decimal point or comma."""
    try:
        return math.isfinite(float(cell.replace(",", ".", 1)))
    except ValueError:
        return False


def is_value(cell: str) -> bool:
    """Tell whether a cell is understood as a value."""
    return not math.isnan(value_parser(Dialect())(cell))


def is_time(cell: str) -> bool:
    """Tell whether a cell is a date, or a number great enough to be a time."""
    if is_number(cell):
        return float(cell.replace(",", ".", 1)) >= EARLIEST_TIME
    orders = (Dialect(date_order="day"), Dialect(date_order="month"))
    return any(time_parser(order)(cell) != NOT_A_TIME for order in orders)


def are_times(cells: Cells) -> bool:
    """Tell whether a column holds times."""
    return _mostly(cells, is_time) or are_compact(cells)


def are_dates(cells: Cells) -> bool:
    """Tell whether a column holds times that are no plain numbers, which might as well be ids."""
    return _mostly(cells, lambda cell: not is_number(cell) and is_time(cell))


def are_values(cells: Cells) -> bool:
    """Tell whether a column holds values: numbers that are too small for times."""
    return _mostly(cells, lambda cell: is_value(cell) and not (is_number(cell) and is_time(cell)))


def are_actions(cells: Cells) -> bool:
    """Tell whether a column names the usual actions of a shop."""
    return _mostly(cells, lambda cell: cell.casefold() in ACTION_WEIGHTS)


def _mostly(cells: Cells, holds: Callable[[str], bool]) -> bool:
    told = [cell for cell in cells if cell not in MISSING]
    return bool(told) and sum(map(holds, told)) >= MOSTLY * len(told)


def _agreeing(positions: Sequence[int], columns: Sequence[Cells], holds: Callable[[str], bool]) -> list[int]:
    return [position for position in positions if _mostly(columns[position], holds)]


def _named(names: Sequence[str], *roles: Role) -> dict[Role, int]:
    """Roles whose column is named, or whose name is at least put together of known parts (hashed_customer_id)."""
    found: dict[Role, int] = {}
    for role in roles:
        _give(found, role, _positions(names, NAMES[role]))
        similar = [at for at, name in enumerate(names) if _is_put_together(name, role)]
        if len(similar) == 1:
            _give(found, role, similar)
    return found


def _is_put_together(name: str, role: Role) -> bool:
    return not parts(name).isdisjoint(OWNER_PARTS.get(role, ())) and not parts(name).isdisjoint(ID_PARTS)


def _give(found: dict[Role, int], role: Role, positions: Sequence[int]) -> None:
    """Give a role that nothing has yet to the first of some columns that has none."""
    free = [position for position in positions if position not in found.values()]
    if role not in found and free:
        found[role] = free[0]


def _positions(names: Sequence[str], known: Sequence[str]) -> list[int]:
    """Return the columns that have one of the names, in the order of the names."""
    plain_names = [plain(name) for name in names]
    return [plain_names.index(name) for name in known if name in plain_names]


def _kind_of(name: str) -> str:
    return KIND_OF_VALUE.get(plain(name), "")

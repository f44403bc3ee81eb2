"""What the columns of a file mean: what its format says, else by their names and values, else by values alone.

Guesses are only made where they are safe; a file whose header says nothing known is answered with a question.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from xdrec_app.core.errors import UserError
from xdrec_app.datasets.formats.base import TableFile
from xdrec_app.datasets.formats.column_words import ABOUT_PEOPLE, KIND_OF_VALUE, NAMES, plain
from xdrec_app.datasets.formats.dialect import Kind, Role
from xdrec_app.datasets.formats.role_guess import (
    are_dates,
    interaction_roles,
    interaction_roles_by_value,
    is_named,
    is_number,
    item_roles,
    item_roles_by_value,
    user_roles,
)

ROLES: dict[Kind, tuple[Role, ...]] = {
    "interactions": ("user", "item", "value", "time", "domain", "action"),
    "items": ("item", "title", "text", "tags", "category", "price", "image", "domain"),
    "users": ("user", "domain"),
}
REQUIRED: dict[Kind, tuple[Role, ...]] = {"interactions": ("user", "item"), "items": ("item",), "users": ("user",)}

DATA_SHARE = 0.1
"""A text that so many rows have in its column is data, not the name of the column."""


def column_names(cells: Sequence[str]) -> tuple[str, ...]:
    """Return distinct names for columns: those of the header, "column k" where it names none."""
    names: list[str] = []
    for position, cell in enumerate(cells, start=1):
        name = cell or f"column {position}"
        names.append(name if name not in names else f"{name} ({position})")
    return tuple(names)


def looks_like_header(rows: Sequence[Sequence[str]]) -> bool:
    """Tell whether the first row names the columns.

    Known names say so; a number in it denies it; else it is a header when it differs in kind from what stands below.
    """
    first, rest = rows[0], rows[1:]
    below = [[row[position] for row in rest if len(row) > position] for position in range(len(first))]
    known = sum(
        any(plain(cell) in names for names in NAMES.values()) and column.count(cell) <= DATA_SHARE * len(column)
        for cell, column in zip(first, below, strict=True)
    )
    has_number = any(is_number(cell) for cell in first)
    if known >= 2 or (known == 1 and not has_number):
        return True
    if has_number:
        return False
    if any(column and all(map(is_number, column)) for column in below):
        return True
    first__has_digits = any(_has_digit(cell) for cell in first)
    return not first__has_digits and any(column and all(map(_has_digit, column)) for column in below)


def guess_kind(table: TableFile) -> Kind:
    """Guess what a file holds: only interactions name both a user and an item.

    Where users are named and no items, the file describes people if none occurs twice and nobody rates or does
    anything in it.
    """
    columns = sample_columns(table)
    if not has_names(table):
        wordy = sum(" " in cell for cell in columns[1]) if len(columns) > 1 else 0
        is_described = wordy * 3 > len(table.layout.sample) and len(set(columns[0])) == len(columns[0])
        return "items" if is_described and not any(map(are_dates, columns[:2])) else "interactions"
    names = table.layout.columns
    roles = guess_roles(table, "interactions")
    if "user" in roles:
        ids = columns[roles["user"]]
        acts = "action" in roles or any(KIND_OF_VALUE.get(plain(name)) == "ratings" for name in names)
        return "interactions" if "item" in roles or acts or len(set(ids)) < len(ids) else "users"
    if any(plain(name) in ABOUT_PEOPLE for name in names) and "user" in user_roles(names):
        return "users"
    about_items = any(is_named(names, role) for role in ("title", "text", "tags")) or "item" in roles
    return "items" if about_items or table.layout.roles else "interactions"


def resolve_roles(table: TableFile, kind: Kind, chosen: Mapping[Role, str]) -> dict[Role, int]:
    """Decide which column plays which role.

    Parameters
    ----------
    table
        The file.
    kind
        What it is imported as; decides which roles there are.
    chosen
        Role → name of a column, or its number from 1 in a file without a header; "" = no column has this role.
        Overrides the guess.

    Raises
    ------
    UserError
        For an unknown column, a column with two roles, and a required role that nothing has.
    """
    names = table.layout.columns
    unknown = [role for role in chosen if role not in ROLES[kind]]
    if unknown:
        raise UserError(f"A file of {kind} has no column of the role '{unknown[0]}'.", f"Roles: {_list(ROLES[kind])}.")
    explicit = {role: _position(table, name) for role, name in chosen.items() if name}
    for role, position in explicit.items():
        for other, other_position in explicit.items():
            if role != other and position == other_position:
                raise UserError(
                    f"The column '{names[position]}' of {table.path.name} cannot be both {role} and {other}."
                )
    free = {
        role: position
        for role, position in guess_roles(table, kind).items()
        if role not in chosen and position not in explicit.values()
    }
    roles = explicit | free
    for role in REQUIRED[kind]:
        if role not in roles:
            raise UserError(
                f"{table.path.name} has no column that looks like the {role}.",
                f"Say which it is; its columns are: {_list(names)}.",
            )
    return {role: roles[role] for role in ROLES[kind] if role in roles}


def guess_roles(table: TableFile, kind: Kind) -> dict[Role, int]:
    """Guess role → position of its column; what the format itself says wins, roles of no column are left out."""
    names, columns = table.layout.columns, sample_columns(table)
    said = {role: names.index(name) for role, name in table.layout.roles.items()}
    if has_names(table):
        of_kind = {"interactions": interaction_roles, "items": item_roles}
        guessed = of_kind[kind](names, columns) if kind in of_kind else user_roles(names)
    elif kind == "users":
        guessed = {"user": 0}
    else:
        guessed = interaction_roles_by_value(columns) if kind == "interactions" else item_roles_by_value(columns)
    free = {role: position for role, position in guessed.items() if position not in said.values()}
    roles = free | said
    return {role: roles[role] for role in ROLES[kind] if role in roles}


def has_names(table: TableFile) -> bool:
    """Tell whether the columns of a file have names of their own."""
    return table.layout.dialect.has_header is not False or bool(table.layout.roles)


def sample_columns(table: TableFile) -> list[list[str]]:
    """Return the first cells of each column, without blanks around them."""
    rows = [record.cells for record in table.layout.sample if len(record.cells) == len(table.layout.columns)]
    return [[row[position].strip() for row in rows] for position in range(len(table.layout.columns))]


def _position(table: TableFile, name: str) -> int:
    names = table.layout.columns
    wanted = name.strip()
    if wanted in names:
        return names.index(wanted)
    folded = [known.casefold() for known in names]
    if folded.count(wanted.casefold()) == 1:
        return folded.index(wanted.casefold())
    if not table.layout.dialect.has_header and wanted.isdecimal() and 1 <= int(wanted) <= len(names):
        return int(wanted) - 1
    raise UserError(f"{table.path.name} has no column '{name}'.", f"Its columns are: {_list(names)}.")


def _list(names: Sequence[str]) -> str:
    return ", ".join(names)


def _has_digit(cell: str) -> bool:
    return any(character.isdigit() for character in cell)

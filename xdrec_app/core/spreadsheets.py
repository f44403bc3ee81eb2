"""Cells for spreadsheets: a title from somebody else's file must not run as a formula."""

from __future__ import annotations

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def is_number(text: str) -> bool:
    """Tell whether a text is a plain number, whose sign is no formula."""
    try:
        float(text)
    except ValueError:
        return False
    return True


def harmless(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula: with an apostrophe in front where it would."""
    return f"'{cell}" if cell.startswith(_FORMULA_STARTS) and not is_number(cell) else cell

"""What may be asked of the tables of a workspace: filters, orders, and places within an order.

A place is the key of a row in the order of its table, as plain numbers and texts: it stays right when rows come and
go around it, and goes to JSON and back. The empty place is the edge of the table.
"""

from __future__ import annotations

from typing import Annotated, Literal, NamedTuple

from pydantic import Field

from xdrec_app.core.events import Value

Place = tuple[int | str, ...]
InteractionOrder = Literal["person", "item", "file"]
ItemOrder = Literal["import", "id", "title", "interactions"]

Seconds = Annotated[int, Field(ge=-(2**63), lt=2**63)]

EDGE: Place = ()
LAST_CHARACTER = "\U0010ffff"
"""No text has it, so it closes the range of all texts with one beginning."""


class InteractionFilter(Value):
    """Which interactions; what is not said lets everything through.

    Attributes
    ----------
    person
        Id of a person: all their accounts in the domain.
    person_prefix
        Beginning of the user id.
    item
        Id of an item.
    item_search
        Part of the id or the title of the item; case is ignored for the letters a to z.
    value_from, value_to, time_from, time_to
        Raw values, and seconds since 1970; both ends belong to the range.
    batch
        Number of an import.
    """

    person: str = ""
    person_prefix: str = ""
    item: str = ""
    item_search: str = ""
    value_from: float | None = None
    value_to: float | None = None
    time_from: Seconds | None = None
    time_to: Seconds | None = None
    batch: int | None = None


class ItemFilter(Value):
    """Which items.

    Attributes
    ----------
    prefix
        Beginning of the id; found by an index.
    search
        Part of the id or the title; case is ignored for the letters a to z.
    cold
        Only items without interactions.
    """

    prefix: str = ""
    search: str = ""
    cold: bool = False


class Window(NamedTuple):
    """Which part of a table: up to `limit` rows after a place, or before it.

    Attributes
    ----------
    is_back
        Whether rows before the place are wanted; they are given in the order of the table all the same.
    descending
        Whether the table stands in the opposite order.
    deadline
        Time of `time.monotonic` after which no more rows are looked at.
    """

    place: Place
    limit: int
    is_back: bool
    descending: bool
    deadline: float

    @property
    def is_falling(self) -> bool:
        """Whether keys get smaller on the way."""
        return self.is_back != self.descending


def prefix_range(prefix: str) -> tuple[str, str]:
    """Return the lowest text with a beginning, and the lowest beyond all of them."""
    return prefix, prefix + LAST_CHARACTER

"""Rows and pages of tables, given by :mod:`xdrec_app.services.browse`.

A page is a window onto a table of any length. Its rows carry their places: the next page is asked for after the place
of its last row, the one before it before the place of its first.
"""

from __future__ import annotations

from pydantic import Field

from xdrec_app.core.events import Value
from xdrec_app.services.views import ItemRow, PersonHit
from xdrec_app.storage import browse_filters

Place = browse_filters.Place
InteractionFilter = browse_filters.InteractionFilter
InteractionOrder = browse_filters.InteractionOrder
ItemFilter = browse_filters.ItemFilter
ItemOrder = browse_filters.ItemOrder


class InteractionRow(Value):
    """One line of a file, as it was imported.

    Attributes
    ----------
    user, person
        The id in the file, and the person it belongs to: the same unless people are linked.
    value
        As the file has it.
    time
        Seconds since 1970; None where the file gave none.
    action
        What was done; empty where the file does not say.
    batch, file_name, line
        Where it comes from.
    """

    place: Place
    user: str
    person: str
    item: str
    title: str
    value: float
    time: int | None
    action: str
    batch: int
    file_name: str
    line: int


class Page(Value):
    """Base of pages: `rows` in the order of the table, also when they were asked for backwards.

    Attributes
    ----------
    last
        Where to go on in the direction that was asked for. A page that took too long to fill has fewer rows than it
        might, even none, and goes on from here.
    is_over
        Whether the table ends here, in that direction.
    """

    last: Place
    is_over: bool


class InteractionPage(Page):
    """A page of interactions."""

    rows: tuple[InteractionRow, ...]


class ItemPage(Page):
    """A page of items."""

    rows: tuple[ItemRow, ...]


class PeoplePage(Page):
    """A page of people."""

    rows: tuple[PersonHit, ...]


class RowCount(Value):
    """How many rows pass a filter, as far as they were looked at.

    Attributes
    ----------
    share
        Part of the table that was looked at, 0 … 1; 0 when that is not known before the end.
    last
        Where to go on.
    """

    rows: int
    is_final: bool
    share: float = 0.0
    last: Place = Field(default=())

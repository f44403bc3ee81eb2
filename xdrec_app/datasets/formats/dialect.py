"""What can be said about a file before it is read: plain values that requests carry."""

from __future__ import annotations

from typing import Literal

from xdrec_app.core.events import Value

Kind = Literal["interactions", "items", "users"]
"""What a file holds."""

Role = Literal[
    "user",
    "item",
    "value",
    "time",
    "domain",
    "action",
    "title",
    "text",
    "tags",
    "category",
    "price",
    "image",
]


class Dialect(Value):
    """How a file is to be read; None = guess.

    Attributes
    ----------
    quote
        What encloses fields; "" = nothing does.
    decimal
        What stands before the decimals; the other one of comma and point may separate thousands.
    comment
        Lines that begin with it are passed over; "" = there are none.
    date_order
        Which comes first in dates like 03/04/2021; ISO 8601 needs no wish.
    sheet
        Which sheet of a spreadsheet.
    """

    encoding: str | None = None
    delimiter: str | None = None
    has_header: bool | None = None
    quote: str | None = None
    decimal: Literal[".", ","] | None = None
    comment: str | None = None
    date_order: Literal["day", "month"] | None = None
    sheet: str | None = None

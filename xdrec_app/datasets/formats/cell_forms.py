"""Which form the numbers and dates of a file have: as the user or the format says, else as they look."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from xdrec_app.datasets.formats.base import TableFile
from xdrec_app.datasets.formats.cells import guess_decimal
from xdrec_app.datasets.formats.columns import sample_columns
from xdrec_app.datasets.formats.dialect import Dialect, Role
from xdrec_app.datasets.formats.times import guess_date_order

NUMBER_ROLES: tuple[Role, ...] = ("value", "price")


def with_cell_forms(table: TableFile, roles: Mapping[Role, int], wish: Dialect) -> TableFile:
    """Return a file whose dialect says what stands before decimals and what comes first in dates.

    Both stay open where the first cells do not decide.
    """
    columns = sample_columns(table)
    numbers = [cell for role in NUMBER_ROLES if role in roles for cell in columns[roles[role]]]
    times = columns[roles["time"]] if "time" in roles else []
    found = table.layout.dialect
    forms = {
        "decimal": wish.decimal or found.decimal or guess_decimal(numbers),
        "date_order": wish.date_order or found.date_order or guess_date_order(times),
    }
    return replace(table, layout=replace(table.layout, dialect=found.model_copy(update=forms)))

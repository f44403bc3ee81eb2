"""The tables of a workspace, page by page: interactions, items, people, imports, rejected lines.

No call takes much longer than `BOX_S`, however many rows there are: what a page lacks then is asked for again.
"""

from __future__ import annotations

import math
import time

from xdrec_app.services.table_views import (
    InteractionFilter,
    InteractionOrder,
    InteractionPage,
    InteractionRow,
    ItemFilter,
    ItemOrder,
    ItemPage,
    PeoplePage,
    Place,
    RowCount,
)
from xdrec_app.services.views import BatchRow, ItemRow, PersonHit, RejectedRow
from xdrec_app.storage import browse_imports, browse_items, browse_people
from xdrec_app.storage.browse_filters import EDGE, Window
from xdrec_app.storage.browse_interactions import InteractionBrowser, total
from xdrec_app.storage.browse_rows import domain_state
from xdrec_app.storage.database import Database

PAGE = 100
"""Rows of a table that are fetched at once, unless told otherwise."""

BOX_S = 0.06
"""Seconds that a page or a step of a count may look for rows."""

MAX_BATCHES = 1000
"""Imports that are listed at most, the newest ones."""

ALL_ITEMS = ItemFilter()
ALL_INTERACTIONS = InteractionFilter()
NONE_YET = RowCount(rows=0, is_final=False)


class TableReader:
    """Reads tables of a workspace, on one thread."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._interactions = InteractionBrowser()

    # ------------------------------------------------------------------ interactions

    def interactions(
        self,
        domain: str,
        order: InteractionOrder = "person",
        filters: InteractionFilter = ALL_INTERACTIONS,
        *,
        after: Place = EDGE,
        before: Place | None = None,
        limit: int = PAGE,
        descending: bool = False,
    ) -> InteractionPage:
        """Return interactions of a domain, every line that was imported, repeated pairs too.

        Parameters
        ----------
        order
            By the ids of people as text and then by item, by the ids of items and then by person, or file after file.
        after, before
            The place that the page follows, or precedes; the empty place is the beginning, or the end.
        """
        window = _window(after, before, limit, descending)
        with self._database.read() as connection:
            found = self._interactions.page(connection, domain, order, filters, window)
        rows = tuple([InteractionRow(**row._asdict()) for row in found.rows])
        return InteractionPage(rows=rows, last=found.last, is_over=found.is_over)

    def count_interactions(self, domain: str, filters: InteractionFilter = ALL_INTERACTIONS) -> RowCount:
        """Go on counting the interactions that pass a filter: call it again until the count is final.

        When they are few they stand in any order at once from then on.
        """
        with self._database.read() as connection:
            counted = self._interactions.count(connection, domain, filters, time.monotonic() + BOX_S / 2)
        return RowCount(rows=counted[0], is_final=counted[1], share=counted[2])

    def interaction_total(self, domain: str) -> int:
        """Return how many interactions a domain has, every line that was imported."""
        with self._database.read() as connection:
            return total(connection, domain_state(connection, domain).id)

    # ------------------------------------------------------------------ items

    def item_page(
        self,
        domain: str,
        order: ItemOrder = "import",
        filters: ItemFilter = ALL_ITEMS,
        *,
        after: Place = EDGE,
        before: Place | None = None,
        limit: int = PAGE,
        descending: bool = False,
    ) -> ItemPage:
        """Return items of a domain; in the order of interactions the most popular first."""
        window = _window(after, before, limit, descending)
        with self._database.read() as connection:
            found = browse_items.items_page(connection, domain, order, filters, window)
        rows = tuple([ItemRow(**row._asdict()) for row in found.rows])
        return ItemPage(rows=rows, last=found.last, is_over=found.is_over)

    def count_items(self, domain: str, filters: ItemFilter = ALL_ITEMS, so_far: RowCount = NONE_YET) -> RowCount:
        """Go on counting the items that pass a filter from where the count so far ended."""
        deadline = time.monotonic() + BOX_S / 2
        with self._database.read() as connection:
            rows, last, is_over = browse_items.count_items(connection, domain, filters, so_far.last, deadline)
        return RowCount(rows=so_far.rows + rows, is_final=is_over, last=last)

    def items(self, domain: str, after: int | None = None, limit: int = PAGE, search: str = "") -> tuple[ItemRow, ...]:
        """Return the next items of a domain, in the order of their import, however long it takes to find them.

        Parameters
        ----------
        after
            The `key` of the last row of the page before; None for the first page.
        search
            Part of the title or of the id; empty = all.
        """
        filters = ItemFilter(search=search.strip())
        window = Window(EDGE if after is None else (after,), limit, False, False, math.inf)
        with self._database.read() as connection:
            found = browse_items.items_page(connection, domain, "import", filters, window)
        return tuple([ItemRow(**row._asdict()) for row in found.rows])

    # ------------------------------------------------------------------ people

    def people_page(
        self,
        prefix: str = "",
        domain: str = "",
        *,
        after: Place = EDGE,
        before: Place | None = None,
        limit: int = PAGE,
        descending: bool = False,
    ) -> PeoplePage:
        """Return people with interactions, in a domain or anywhere, whose id begins with `prefix`."""
        window = _window(after, before, limit, descending)
        with self._database.read() as connection:
            found = browse_people.people_page(connection, prefix, domain, window)
        return PeoplePage(rows=tuple([_hit(row) for row in found.rows]), last=found.last, is_over=found.is_over)

    def count_people(self, prefix: str = "", domain: str = "", so_far: RowCount = NONE_YET) -> RowCount:
        """Go on counting those people from where the count so far ended."""
        deadline = time.monotonic() + BOX_S / 2
        with self._database.read() as connection:
            rows, last, is_over = browse_people.count_people(connection, prefix, domain, so_far.last, deadline)
        return RowCount(rows=so_far.rows + rows, is_final=is_over, last=last)

    def find_people(self, prefix: str = "", limit: int = PAGE, after: str | None = None) -> tuple[PersonHit, ...]:
        """Return the next people whose id begins with `prefix`, in the order of ids, however long it takes.

        Parameters
        ----------
        after
            The `user` of the last row of the page before; None for the first page.
        """
        window = Window((after,) if after else EDGE, limit, False, False, math.inf)
        with self._database.read() as connection:
            return tuple([_hit(row) for row in browse_people.people_page(connection, prefix, "", window).rows])

    def people_count(self) -> int:
        """Return the number of people with at least one interaction."""
        with self._database.read() as connection:
            return browse_people.people_count(connection)

    # ------------------------------------------------------------------ imports

    def batches(self) -> tuple[BatchRow, ...]:
        """Return the imports, newest first."""
        with self._database.read() as connection:
            rows = browse_imports.batches_page(connection, MAX_BATCHES)
        return tuple(BatchRow(**row._asdict()) for row in rows)

    def rejected(self, batch: int, after_line: int = 0, limit: int = PAGE) -> tuple[RejectedRow, ...]:
        """Return the next lines of an import that were not taken, in the order of the file."""
        with self._database.read() as connection:
            rows = browse_imports.rejected_page(connection, batch, after_line, limit)
        return tuple(RejectedRow(**row._asdict()) for row in rows)


def _window(after: Place, before: Place | None, limit: int, descending: bool) -> Window:
    is_back = before is not None
    place = after if before is None else before
    return Window(place, limit, is_back, descending, time.monotonic() + BOX_S)


def _hit(line: browse_people.PersonLine) -> PersonHit:
    return PersonHit(user=line.user, domains=line.domains, interactions=sum(line.counts), counts=line.counts)

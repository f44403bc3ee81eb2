"""The table of items: its columns, and how its pages are read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QLocale

from xdrec_app.services.table_views import ItemFilter, ItemOrder, ItemPage, Place, RowCount
from xdrec_app.services.views import ItemRow
from xdrec_app.ui import numbers
from xdrec_app.ui.tables.window_model import PAGE, Column

if TYPE_CHECKING:
    from xdrec_app.services.browse import Browser

translate = QCoreApplication.translate

EVERY = ItemFilter()


@dataclass(frozen=True)
class ItemSource:
    """Items of a domain; see :meth:`xdrec_app.services.browse_tables.TableReader.item_page`."""

    domain: str
    order: ItemOrder = "id"
    filters: ItemFilter = EVERY
    is_descending: bool = False

    def page(self, browser: Browser, *, after: Place, before: Place | None) -> ItemPage:
        """Return a page."""
        return browser.item_page(
            self.domain,
            self.order,
            self.filters,
            after=after,
            before=before,
            limit=PAGE,
            descending=self.is_descending,
        )

    def count(self, browser: Browser, so_far: RowCount) -> RowCount:
        """Go on counting."""
        return browser.count_items(self.domain, self.filters, so_far)

    def total(self, browser: Browser) -> int | None:
        """Return nothing: they would have to be counted."""
        return None

    def place(self, row: ItemRow) -> Place:
        """Return where a row stands."""
        return row.place


def item_columns() -> tuple[Column, ...]:
    """Return the columns in the user's language."""
    return (
        Column(translate("Rows", "Item"), 130, lambda row: row.id, order="id", stretch=1),
        Column(translate("Rows", "Title"), 200, lambda row: row.title, order="title", stretch=5, is_optional=True),
        Column(translate("Rows", "Category"), 170, lambda row: row.category, stretch=4, is_optional=True),
        Column(translate("Rows", "Tags"), 210, lambda row: ", ".join(row.tags), stretch=4, is_optional=True),
        Column(translate("Rows", "Price"), 90, _price, _plain_price, is_numeric=True, is_optional=True),
        Column(
            translate("Rows", "Interactions"),
            120,
            lambda row: numbers.count(row.interactions),
            lambda row: str(row.interactions),
            is_numeric=True,
            order="interactions",
        ),
    )


def _price(row: ItemRow) -> str:
    return "" if row.price is None else QLocale().toString(row.price, "f", 2)


def _plain_price(row: ItemRow) -> str:
    return "" if row.price is None else f"{row.price:.10g}"

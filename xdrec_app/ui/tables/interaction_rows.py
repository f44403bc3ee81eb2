"""The table of interactions: its columns, and how its pages are read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QDateTime, Qt

from xdrec_app.services.table_views import (
    InteractionFilter,
    InteractionOrder,
    InteractionPage,
    InteractionRow,
    Place,
    RowCount,
)
from xdrec_app.ui import numbers
from xdrec_app.ui.tables.window_model import PAGE, Column

if TYPE_CHECKING:
    from xdrec_app.services.browse import Browser

translate = QCoreApplication.translate

EVERY = InteractionFilter()


@dataclass(frozen=True)
class InteractionSource:
    """Interactions of a domain; see :meth:`xdrec_app.services.browse_tables.TableReader.interactions`."""

    domain: str
    order: InteractionOrder = "person"
    filters: InteractionFilter = EVERY
    is_descending: bool = False

    def page(self, browser: Browser, *, after: Place, before: Place | None) -> InteractionPage:
        """Return a page."""
        return browser.interactions(
            self.domain,
            self.order,
            self.filters,
            after=after,
            before=before,
            limit=PAGE,
            descending=self.is_descending,
        )

    def count(self, browser: Browser, so_far: RowCount) -> RowCount:
        """Go on counting; the browser knows how far it came."""
        return browser.count_interactions(self.domain, self.filters)

    def total(self, browser: Browser) -> int | None:
        """Return how many lines were imported."""
        return browser.interaction_total(self.domain)

    def place(self, row: InteractionRow) -> Place:
        """Return where a row stands."""
        return row.place


def interaction_columns() -> tuple[Column, ...]:
    """Return the columns in the user's language."""
    return (
        Column(translate("Rows", "Person"), 110, lambda row: row.user, tip=_person_tip, order="person", stretch=2),
        Column(translate("Rows", "Item"), 110, lambda row: row.item, order="item", stretch=1),
        Column(translate("Rows", "Title"), 180, lambda row: row.title, stretch=6, is_optional=True),
        Column(translate("Rows", "Action"), 90, lambda row: row.action, is_optional=True),
        Column(translate("Rows", "Value"), 80, lambda row: f"{row.value:.10g}", is_numeric=True),
        Column(translate("Rows", "Time"), 150, _time, _plain_time, tip=_plain_time, is_optional=True),
        Column(translate("Rows", "File"), 150, lambda row: row.file_name, order="file", stretch=2),
        Column(translate("Rows", "Line"), 90, _line, lambda row: str(row.line), is_numeric=True),
    )


def _person_tip(row: InteractionRow) -> str:
    if row.user == row.person:
        return row.user
    return translate("Rows", "{id}, linked to {person}").format(id=row.user, person=row.person)


def _time(row: InteractionRow) -> str:
    return "" if row.time is None else numbers.when(row.time) or str(row.time)


def _plain_time(row: InteractionRow) -> str:
    if row.time is None:
        return ""
    moment = QDateTime.fromSecsSinceEpoch(row.time)
    return moment.toString(Qt.DateFormat.ISODate).replace("T", " ") or str(row.time)


def _line(row: InteractionRow) -> str:
    return numbers.count(row.line)

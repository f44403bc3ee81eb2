"""The table of people: its columns, and how its pages are read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from xdrec_app.services.table_views import PeoplePage, Place, RowCount
from xdrec_app.services.views import PersonHit
from xdrec_app.ui import numbers
from xdrec_app.ui.tables.window_model import PAGE, Column

if TYPE_CHECKING:
    from xdrec_app.services.browse import Browser

translate = QCoreApplication.translate

N_AT_ONCE = PAGE // 2
"""The interactions of each person are counted for the page."""

DOMAINS = 1
"""Number of the column of domains."""


@dataclass(frozen=True)
class PersonSource:
    """People of a domain or of all; see :meth:`xdrec_app.services.browse_tables.TableReader.people_page`."""

    domain: str = ""
    prefix: str = ""
    is_descending: bool = False

    def page(self, browser: Browser, *, after: Place, before: Place | None) -> PeoplePage:
        """Return a page."""
        return browser.people_page(
            self.prefix, self.domain, after=after, before=before, limit=N_AT_ONCE, descending=self.is_descending
        )

    def count(self, browser: Browser, so_far: RowCount) -> RowCount:
        """Go on counting."""
        return browser.count_people(self.prefix, self.domain, so_far)

    def total(self, browser: Browser) -> int | None:
        """Return nothing: they would have to be counted."""
        return None

    def place(self, row: PersonHit) -> Place:
        """Return where a row stands."""
        return (row.user,)


def person_columns() -> tuple[Column, ...]:
    """Return the columns in the user's language."""
    return (
        Column(translate("Rows", "Person"), 220, lambda row: row.user, order="id"),
        Column(translate("Rows", "Domains"), 320, _domains, tip=_domains, stretch=1),
        Column(
            translate("Rows", "Interactions"),
            120,
            lambda row: numbers.count(row.interactions),
            lambda row: str(row.interactions),
            is_numeric=True,
        ),
    )


def _domains(row: PersonHit) -> str:
    counts = row.counts or (0,) * len(row.domains)
    parts = [f"{name} {numbers.count(n)}" if n else name for name, n in zip(row.domains, counts, strict=True)]
    return ", ".join(parts)

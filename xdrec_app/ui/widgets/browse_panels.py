"""The three tables one can browse: interactions, items, people."""

from __future__ import annotations

from functools import partial
from typing import Any, cast

from PySide6.QtWidgets import QWidget

from xdrec_app.services.table_views import InteractionOrder, InteractionRow, ItemOrder
from xdrec_app.services.views import ItemRow, PersonHit
from xdrec_app.ui.reader import Reader
from xdrec_app.ui.tables import interaction_rows, item_rows, person_rows
from xdrec_app.ui.widgets.browse_domains import DomainsDelegate
from xdrec_app.ui.widgets.browse_filters import InteractionFilters, ItemFilters, PersonFilters
from xdrec_app.ui.widgets.browse_panel import BrowsePanel, Deeds


class InteractionPanel(BrowsePanel):
    """Every line that was imported."""

    def __init__(self, reader: Reader, parent: QWidget | None = None) -> None:
        filters = InteractionFilters()
        super().__init__(
            reader,
            "rows.interactions",
            interaction_rows.interaction_columns(),
            filters,
            parent,
        )
        self.filters = filters
        self.view.setAccessibleName(self.tr("Interactions"))
        self.offer_orders(
            (("person", self.tr("By person")), ("item", self.tr("By item")), ("file", self.tr("As in the files")))
        )

    def source(self) -> interaction_rows.InteractionSource | None:
        """Return the interactions that are asked for."""
        if not self.domain:
            return None
        order = cast(InteractionOrder, self.order)
        return interaction_rows.InteractionSource(self.domain, order, self.filters.filters, self.is_descending)

    def deeds(self, row: InteractionRow) -> Deeds:
        """Go to the person, or show only the rows of this person, item or import."""
        return (
            (self.tr("Show the profile of {}").format(row.person), partial(self.profile_asked.emit, row.person)),
            (
                self.tr("Only interactions of {}").format(row.person),
                partial(self.rows_asked.emit, self.domain, row.person, "", ""),
            ),
            (
                self.tr("Only interactions with {}").format(row.title or row.item),
                partial(self.rows_asked.emit, self.domain, "", row.item, row.title),
            ),
        )


class ItemPanel(BrowsePanel):
    """The items of a domain."""

    falling_orders = frozenset({"interactions"})

    def __init__(self, reader: Reader, parent: QWidget | None = None) -> None:
        filters = ItemFilters()
        super().__init__(reader, "rows.items", item_rows.item_columns(), filters, parent)
        self.filters = filters
        self.view.setAccessibleName(self.tr("Items"))
        self.offer_orders(
            (
                ("id", self.tr("By id")),
                ("title", self.tr("By title")),
                ("interactions", self.tr("By popularity")),
                ("import", self.tr("As imported")),
            )
        )

    def source(self) -> item_rows.ItemSource | None:
        """Return the items that are asked for."""
        if not self.domain:
            return None
        return item_rows.ItemSource(self.domain, cast(ItemOrder, self.order), self.filters.filters, self.is_descending)

    def deeds(self, row: ItemRow) -> Deeds:
        """Show the interactions of an item."""
        show = partial(self.rows_asked.emit, self.domain, "", row.id, row.title)
        return ((self.tr("Show the interactions of {}").format(row.title or row.id), show),)


class PersonPanel(BrowsePanel):
    """People; without a domain those of all."""

    def __init__(self, reader: Reader, parent: QWidget | None = None) -> None:
        filters = PersonFilters()
        super().__init__(reader, "rows.people", person_rows.person_columns(), filters, parent)
        self.filters = filters
        self.view.setAccessibleName(self.tr("People"))
        self.view.setItemDelegateForColumn(person_rows.DOMAINS, DomainsDelegate(self.view))
        self.offer_orders((("id", self.tr("By id")),))

    def source(self) -> person_rows.PersonSource:
        """Return the people that are asked for."""
        return person_rows.PersonSource(self.domain, self.filters.prefix.words, self.is_descending)

    def deeds(self, row: PersonHit) -> Deeds:
        """Go to the profile, or show the interactions in one of the domains."""
        profile = (self.tr("Show the profile of {}").format(row.user), partial(self.profile_asked.emit, row.user))
        shown: list[Any] = [
            (
                self.tr("Show the interactions in {}").format(domain),
                partial(self.rows_asked.emit, domain, row.user, "", ""),
            )
            for domain in row.domains
        ]
        return (profile, *shown)

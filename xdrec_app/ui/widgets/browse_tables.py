"""The rows of a workspace in three tables of any length: interactions, items, people."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import QRect, QSize, Qt, Slot
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from xdrec_app.ui.page_context import PageContext
from xdrec_app.ui.theme import Space, theme
from xdrec_app.ui.widgets.boxes import ChoiceBox
from xdrec_app.ui.widgets.browse_export import ExportButton, TableName
from xdrec_app.ui.widgets.browse_panel import BrowsePanel
from xdrec_app.ui.widgets.browse_panels import InteractionPanel, ItemPanel, PersonPanel
from xdrec_app.ui.widgets.segments import Segments

DOT = 10
DOMAIN_WIDTH = 190


class BrowseTables(QWidget):
    """Choice of table and domain, the table itself, export.

    For a page that does not scroll: it takes all the height there is.
    """

    def __init__(self, context: PageContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._names: tuple[str, ...] = ()
        self._domains: dict[str, str] = {}
        self.interactions = InteractionPanel(context.reader)
        self.items = ItemPanel(context.reader)
        self.people = PersonPanel(context.reader)
        self.panels: dict[str, BrowsePanel] = {
            "interactions": self.interactions,
            "items": self.items,
            "people": self.people,
        }
        self._build()
        theme().changed.connect(self._draw_dots)

    @property
    def shown(self) -> str:
        """Key of the table that is shown: interactions, items or people."""
        return self.kinds.chosen

    def set_domains(self, names: tuple[str, ...]) -> None:
        """Offer these domains, and read the rows again; stay with the present domain if it is among them."""
        self._names = names
        for key in self.panels:
            choices = self._choices(key)
            if self._domains.get(key) not in choices:
                self._domains[key] = choices[0] if choices else ""
            self._show_domain(key)
        self._fill_domains()
        self.export.setEnabled(bool(names))

    def show_table(self, key: str) -> None:
        """Show one of the tables."""
        self.kinds.choose(key)
        self._kind_changed()

    def show_interactions(self, domain: str, person: str = "", item: str = "", title: str = "") -> None:
        """Show the interactions of a person, or with an item, in a domain."""
        self.interactions.filters.clear()
        self.interactions.filters.pick(person=person, item=item, words=title)
        self._domains["interactions"] = domain
        self._show_domain("interactions")
        self.show_table("interactions")

    # ------------------------------------------------------------------ widgets

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.M)
        column.addLayout(self._make_head())
        self._stack = QStackedWidget()
        for panel in self.panels.values():
            panel.rows_asked.connect(self.show_interactions)
            panel.profile_asked.connect(self._show_profile)
            self._stack.addWidget(panel)
        column.addWidget(self._stack, 1)

    def _make_head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(Space.M)
        self.kinds = Segments(self.tr("Table"))
        self.kinds.set_choices(
            (
                ("interactions", self.tr("Interactions")),
                ("items", self.tr("Items")),
                ("people", self.tr("People")),
            )
        )
        self.kinds.changed.connect(self._kind_changed)
        self.domain = ChoiceBox()
        self.domain.setAccessibleName(self.tr("Domain"))
        self.domain.setMinimumWidth(DOMAIN_WIDTH)
        self.domain.setIconSize(QSize(DOT, DOT))
        self.domain.activated.connect(self._domain_chosen)
        self.export = ExportButton(self._context, self._to_export)
        row.addWidget(self.kinds)
        row.addWidget(self.domain)
        row.addStretch()
        row.addWidget(self.export)
        return row

    # ------------------------------------------------------------------ choices

    def _choices(self, key: str) -> tuple[str, ...]:
        """Return the domains whose rows a table can show; "" = all."""
        return ("", *self._names) if key == "people" else self._names

    def _show_domain(self, key: str) -> None:
        snapshot = self._context.state.snapshot
        batches = snapshot.batches if snapshot is not None else ()
        self.panels[key].set_domain(self._domains[key], batches)

    def _fill_domains(self) -> None:
        self.domain.clear()
        for name in self._choices(self.shown):
            self.domain.addItem(name or self.tr("All domains"), name)
        self.domain.choose(self._domains.get(self.shown, ""))
        self._draw_dots()

    @Slot()
    def _draw_dots(self) -> None:
        for number in range(self.domain.count()):
            if name := self.domain.itemData(number):
                self.domain.setItemIcon(number, _dot(name))

    @Slot()
    def _kind_changed(self) -> None:
        self._fill_domains()
        self._stack.setCurrentWidget(self.panels[self.shown])

    @Slot()
    def _domain_chosen(self) -> None:
        if self.domain.key != self._domains[self.shown]:
            self._domains[self.shown] = self.domain.key
            self._show_domain(self.shown)

    def _to_export(self) -> tuple[TableName, str]:
        return cast(TableName, self.shown), self._domains[self.shown]

    @Slot(str)
    def _show_profile(self, person: str) -> None:
        self._context.navigate("profiles", user=person)


def _dot(domain: str) -> QIcon:
    picture = QPixmap(QSize(DOT, DOT) * 3)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme().domain_colour(domain))
    painter.drawEllipse(QRect(0, 0, DOT * 3, DOT * 3))
    painter.end()
    picture.setDevicePixelRatio(3)
    return QIcon(picture)

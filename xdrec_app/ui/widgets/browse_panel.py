"""One table to browse: filters, rows, how many there are, and what to do when there are none.

What the rows are is up to the subclasses in :mod:`xdrec_app.ui.widgets.browse_panels`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal, Slot
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QStackedWidget, QVBoxLayout, QWidget

from xdrec_app.services.table_views import RowCount
from xdrec_app.services.views import BatchRow
from xdrec_app.ui import numbers
from xdrec_app.ui.reader import Reader
from xdrec_app.ui.tables.window_count import WindowCount
from xdrec_app.ui.tables.window_model import ROW_ROLE, Column, RowSource, WindowModel
from xdrec_app.ui.tables.window_view import WindowView
from xdrec_app.ui.theme import Space
from xdrec_app.ui.widgets.basic import Card, EmptyState, button, label
from xdrec_app.ui.widgets.boxes import ChoiceBox
from xdrec_app.ui.widgets.browse_filters import FilterBar
from xdrec_app.ui.widgets.busy_line import BusyLine

Deeds = Sequence[tuple[str, Callable[[], object]]]


class BrowsePanel(QWidget):
    """A table of a domain; reads it while it is shown.

    Parameters
    ----------
    key
        Prefix of its questions to the reader.
    bar
        The boxes above the table.

    Signals
    -------
    rows_asked
        Interactions are wanted: domain, id of a person, id of an item, the item's title.
    profile_asked
        The profile of a person is wanted.
    """

    rows_asked = Signal(str, str, str, str)
    profile_asked = Signal(str)

    falling_orders: frozenset[str] = frozenset()
    """Orders that begin with the greatest."""

    def __init__(
        self,
        reader: Reader,
        key: str,
        columns: Sequence[Column],
        bar: FilterBar,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.domain = ""
        self.order, self.is_descending = "", False
        self.bar = bar
        self.model = WindowModel(reader, key, columns, self)
        self.count = WindowCount(reader, key, self)
        self.view = WindowView(self.model)
        self._is_stale = False
        self._build()
        self._connect()

    def source(self) -> RowSource | None:
        """Return the rows that are asked for; None as long as there is no domain."""
        raise NotImplementedError

    def deeds(self, row: Any) -> Deeds:
        """Return what can be done with a row, as (text, function); the first is done by a double click."""
        raise NotImplementedError

    def offer_orders(self, orders: Sequence[tuple[str, str]]) -> None:
        """Offer orders as (key, text), of which the first is the one at the beginning."""
        for key, text in orders:
            self.orders.addItem(text, key)
        self.orders.setVisible(len(orders) > 1)
        self.order = orders[0][0]
        self._show_order()

    def set_domain(self, domain: str, batches: Sequence[BatchRow] = ()) -> None:
        """Show a domain; again if it is the same, for its data may have changed."""
        is_other = domain != self.domain
        self.domain = domain
        self.bar.set_domain(domain, batches)
        if is_other:
            self.view.forget_columns()
            self.model.clear()
        self._is_stale = True
        if self.isVisible():
            self._read_again()

    @Slot()
    def load(self) -> None:
        """Read the rows that are asked for, from the first one on."""
        self._is_stale = False
        source = self.source()
        if source is None:
            self.model.clear()
            self.count.clear()
        else:
            self.model.show(source)
            self.count.start(source)
        self._show_state()

    def showEvent(self, event: QShowEvent) -> None:
        """Read on."""
        super().showEvent(event)
        if self._is_stale:
            self._read_again()
        else:
            self.model.go_on()
            self.count.go_on()

    def hideEvent(self, event: QHideEvent) -> None:
        """Leave the reader to others."""
        super().hideEvent(event)
        self.model.stop()
        self.count.stop()

    # ------------------------------------------------------------------ widgets

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.M)
        head = QHBoxLayout()
        head.setSpacing(Space.S)
        self.orders = ChoiceBox()
        self.orders.setAccessibleName(self.tr("Order of the table"))
        head.addWidget(self.orders, 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(self.bar, 1)
        column.addLayout(head)
        self._states = QStackedWidget()
        self._states.addWidget(self.view)
        self._states.addWidget(self._make_busy())
        self.nothing = EmptyState(
            "search",
            self.tr("No rows for this filter"),
            self.tr("Nothing in this table is like what the boxes above ask for."),
            (button(self.tr("Clear filters"), self._clear_filters),),
        )
        self._states.addWidget(self.nothing)
        self._states.addWidget(EmptyState("data", self.tr("No rows"), self.tr("This table is empty.")))
        card = Card()
        card.body.setContentsMargins(Space.XS, Space.XS, Space.XS, Space.XS)
        card.body.addWidget(self._states)
        column.addWidget(card, 1)
        column.addLayout(self._make_foot())

    def _make_busy(self) -> QWidget:
        whole = QWidget()
        column = QVBoxLayout(whole)
        self._busy = BusyLine(self.tr("Looking for rows …"))
        column.addWidget(self._busy, 0, Qt.AlignmentFlag.AlignCenter)
        return whole

    def _make_foot(self) -> QHBoxLayout:
        foot = QHBoxLayout()
        foot.setSpacing(Space.S)
        self.count_label = label("", "caption")
        foot.addWidget(self.count_label)
        self._clear = button(self.tr("Clear filters"), self._clear_filters, look="link")
        foot.addWidget(self._clear)
        foot.addStretch()
        self._to_top = button(self.tr("To the top"), self.view.go_to_top, look="link")
        self._to_top.setToolTip(self.tr("First rows (Home)"))
        self._to_bottom = button(self.tr("To the bottom"), self.view.go_to_bottom, look="link")
        self._to_bottom.setToolTip(self.tr("Last rows (End)"))
        foot.addWidget(self._to_top)
        foot.addWidget(self._to_bottom)
        return foot

    def _connect(self) -> None:
        self.bar.changed.connect(self.load)
        self.model.changed.connect(self._show_state)
        self.count.changed.connect(self._show_count)
        self.orders.activated.connect(self._order_chosen)
        self.view.order_asked.connect(self.set_order)
        self.view.doubleClicked.connect(self._double_clicked)
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.view.customContextMenuRequested.connect(self._show_menu)

    # ------------------------------------------------------------------ content

    @Slot(str)
    def set_order(self, order: str) -> None:
        """Order the table otherwise; by the same column once more, the other way round."""
        self.is_descending = order == self.order and not self.is_descending
        self.order = order
        self._show_order()
        self.load()

    @Slot()
    def _order_chosen(self) -> None:
        if self.orders.key != self.order:
            self.set_order(self.orders.key)

    def _show_order(self) -> None:
        self.orders.choose(self.order)
        self.view.show_order(self.order, is_falling=self.is_descending != (self.order in self.falling_orders))

    def _read_again(self) -> None:
        if self.model.source is None or self.source() != self.model.source:
            self.load()
        else:
            self._is_stale = False
            self.model.show_again()
            self.count.start(self.model.source)

    @Slot()
    def _show_state(self) -> None:
        is_searching = self.model.is_searching
        if self.model.rows:
            self._states.setCurrentWidget(self.view)
        elif is_searching:
            self._states.setCurrentIndex(1)
        else:
            self._states.setCurrentIndex(3 if self.bar.is_empty else 2)
        if is_searching:
            self._busy.start()
        else:
            self._busy.stop()
        self._clear.setVisible(not self.bar.is_empty)
        for one in (self._to_top, self._to_bottom):
            one.setEnabled(bool(self.model.rows))

    @Slot()
    def _show_count(self) -> None:
        self.count_label.setText(self._count_text(self.count.so_far, self.count.total))

    def _count_text(self, counted: RowCount, total: int | None) -> str:
        rows = numbers.count(counted.rows)
        if not counted.is_final:
            share = f" ({numbers.percent(counted.share, 0)})" if counted.share >= 0.01 else ""
            return self.tr("counting … {n} rows so far{share}").format(n=rows, share=share)
        if total is None or counted.rows == total:
            return self.tr("1 row") if counted.rows == 1 else self.tr("{n} rows").format(n=rows)
        return self.tr("{n} of {total} rows").format(n=rows, total=numbers.count(total))

    def _clear_filters(self) -> None:
        self.bar.clear()
        self.bar.note_change()

    @Slot(QModelIndex)
    def _double_clicked(self, index: QModelIndex) -> None:
        if deeds := self.deeds(index.data(ROW_ROLE)):
            deeds[0][1]()

    @Slot(QPoint)
    def _show_menu(self, place: QPoint) -> None:
        index = self.view.indexAt(place)
        if index.isValid():
            menu = self.make_menu(index.data(ROW_ROLE))
            menu.popup(self.view.viewport().mapToGlobal(place))

    def make_menu(self, row: Any) -> QMenu:
        """Return the menu of a row; it deletes itself when it is closed."""
        menu = QMenu(self)
        menu.aboutToHide.connect(menu.deleteLater)
        for text, deed in self.deeds(row):
            menu.addAction(text, deed)
        menu.addSeparator()
        menu.addAction(self.tr("Copy the selected rows"), self.view.copy)
        menu.addAction(self.tr("Copy with the names of the columns"), lambda: self.view.copy(has_header=True))
        return menu

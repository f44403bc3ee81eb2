"""What one may ask of the tables of interactions, items and people: a bar of boxes above each."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QSizePolicy, QWidget

from xdrec_app.services.table_views import InteractionFilter, ItemFilter
from xdrec_app.services.views import BatchRow
from xdrec_app.ui import numbers
from xdrec_app.ui.theme import Space
from xdrec_app.ui.widgets.basic import label
from xdrec_app.ui.widgets.boxes import ChoiceBox
from xdrec_app.ui.widgets.browse_boxes import BoundBox, SubjectBox, TypingBox, moments_of, number_of
from xdrec_app.ui.widgets.flow_layout import FlowLayout

ID_WIDTH, SEARCH_WIDTH, NUMBER_WIDTH, MOMENT_WIDTH, CHOICE_WIDTH = 150, 190, 76, 118, 190
BOX_HEIGHT = 32


class FilterBar(QWidget):
    """Boxes in rows.

    Signals
    -------
    changed
        The user asks for other rows.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.flow = FlowLayout(self)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    @property
    def is_empty(self) -> bool:
        """Whether all rows are asked for."""
        raise NotImplementedError

    def clear(self) -> None:
        """Empty the boxes; says nothing."""
        raise NotImplementedError

    def set_domain(self, domain: str, batches: Sequence[BatchRow]) -> None:
        """Offer what belongs to a domain."""

    def add(self, *widgets: QWidget) -> None:
        """Put boxes at the end of the bar."""
        for widget in widgets:
            self.flow.addWidget(widget)

    @Slot()
    def note_change(self) -> None:
        """Tell that a box was changed."""
        self.changed.emit()


class InteractionFilters(FilterBar):
    """Person, item, value, time, import."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.person = SubjectBox(self.tr("Person whose id begins with"), self.tr("Person id …"), ID_WIDTH)
        self.item = SubjectBox(self.tr("Item whose id or title contains"), self.tr("Item id or title …"), SEARCH_WIDTH)
        number = self.tr("Write a number, like 3.5")
        self.value_from = BoundBox(self.tr("Lowest value"), self.tr("from"), NUMBER_WIDTH, number_of, number)
        self.value_to = BoundBox(self.tr("Highest value"), self.tr("to"), NUMBER_WIDTH, number_of, number)
        moment = self.tr("Write a year, month, day or minute: 2013, 2013-11, 2013-11-08 or 2013-11-08 22:17")
        self.time_from = BoundBox(
            self.tr("Earliest time"), self.tr("from"), MOMENT_WIDTH, lambda text: moments_of(text)[0], moment
        )
        self.time_to = BoundBox(
            self.tr("Latest time"), self.tr("to"), MOMENT_WIDTH, lambda text: moments_of(text)[1], moment
        )
        self.batch = ChoiceBox()
        self.batch.setAccessibleName(self.tr("Import"))
        self.batch.setFixedWidth(CHOICE_WIDTH)
        self.bounds = (self.value_from, self.value_to, self.time_from, self.time_to)
        for subject in (self.person, self.item):
            subject.changed.connect(self.note_change)
        for bound in self.bounds:
            bound.settled.connect(self.note_change)
        self.batch.activated.connect(self.note_change)
        self.set_domain("", ())
        self.add(
            self.person,
            self.item,
            _captioned(self.tr("Value"), self.value_from, self.value_to),
            _captioned(self.tr("Time"), self.time_from, self.time_to),
            self.batch,
        )

    @property
    def filters(self) -> InteractionFilter:
        """What the boxes say."""
        time_from, time_to = self.time_from.value, self.time_to.value
        return InteractionFilter(
            person=self.person.picked,
            person_prefix=self.person.typed.words,
            item=self.item.picked,
            item_search=self.item.typed.words,
            value_from=self.value_from.value,
            value_to=self.value_to.value,
            time_from=None if time_from is None else int(time_from),
            time_to=None if time_to is None else int(time_to),
            batch=int(self.batch.key) if self.batch.key else None,
        )

    @property
    def is_empty(self) -> bool:
        """Whether all interactions are asked for."""
        return self.filters == InteractionFilter() and not any(bound.words for bound in self.bounds)

    def clear(self) -> None:
        """Empty the boxes; says nothing."""
        self.pick()
        for bound in self.bounds:
            bound.empty()
        self.batch.setCurrentIndex(0)

    def pick(self, *, person: str = "", item: str = "", words: str = "") -> None:
        """Ask for the rows of one person or item, or of everybody and everything; says nothing."""
        self.person.pick(person, self.tr("Person {}").format(person))
        self.item.pick(item, words or item)

    def set_domain(self, domain: str, batches: Sequence[BatchRow]) -> None:
        """Offer the imports of a domain, newest first, if there are several."""
        chosen = self.batch.key
        self.batch.clear()
        self.batch.addItem(self.tr("All imports"), "")
        for batch in batches:
            if batch.domain == domain and batch.kind == "interactions":
                self.batch.addItem(f"{batch.file_name} · {numbers.when(batch.created_at)}", str(batch.batch))
        self.batch.choose(chosen)
        self.batch.setVisible(self.batch.count() > 2)


class ItemFilters(FilterBar):
    """Part of id or title; items without interactions."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.search = _search(self.tr("Item whose id or title contains"), self.tr("Item id or title …"), self)
        self.cold = QCheckBox(self.tr("Cold items only"))
        self.cold.setToolTip(self.tr("Items without any interaction"))
        self.cold.setFixedHeight(BOX_HEIGHT)
        self.cold.clicked.connect(self.note_change)
        self.add(self.search, self.cold)

    @property
    def filters(self) -> ItemFilter:
        """What the boxes say."""
        return ItemFilter(search=self.search.words, cold=self.cold.isChecked())

    @property
    def is_empty(self) -> bool:
        """Whether all items are asked for."""
        return self.filters == ItemFilter()

    def clear(self) -> None:
        """Empty the boxes; says nothing."""
        self.search.empty()
        self.cold.setChecked(False)


class PersonFilters(FilterBar):
    """Beginning of the id."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.prefix = _search(self.tr("Person whose id begins with"), self.tr("Person id …"), self)
        self.add(self.prefix)

    @property
    def is_empty(self) -> bool:
        """Whether everybody is asked for."""
        return not self.prefix.words

    def clear(self) -> None:
        """Empty the box; says nothing."""
        self.prefix.empty()


def _search(name: str, hint: str, bar: FilterBar) -> TypingBox:
    made = TypingBox(name, hint, SEARCH_WIDTH)
    made.setClearButtonEnabled(True)
    made.settled.connect(bar.note_change)
    return made


def _captioned(words: str, *boxes: QWidget) -> QWidget:
    group = QWidget()
    row = QHBoxLayout(group)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(Space.XS)
    row.addWidget(label(words, "caption"))
    for box in boxes:
        row.addWidget(box)
    return group

"""What a close look at one domain found, as cards."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from xdrec_app.services.data_results import DomainReport
from xdrec_app.ui import numbers
from xdrec_app.ui.theme import Space
from xdrec_app.ui.widgets.basic import Card, StatTile, label
from xdrec_app.ui.widgets.report_bars import BarChart
from xdrec_app.ui.widgets.report_table import Cell, FigureTable
from xdrec_app.ui.widgets.report_tail import TailBars
from xdrec_app.ui.widgets.report_words import (
    meaning_words,
    policy_words,
    range_bars,
    span_words,
    time_bars,
    value_bars,
)

MIN_WIDTH = 400
NARROW = 760
TILES_IN_ROW = {1: 4, 2: 8}


class ReportPage(QWidget):
    """The figures of a domain; shown anew in place when another one is chosen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(Space.L)
        self._column.addWidget(self._make_figures())
        self._grid = QGridLayout()
        self._grid.setSpacing(Space.L)
        self._column.addLayout(self._grid)
        self._column.addStretch()
        self._cards: list[tuple[QWidget, bool]] = []
        self._make_charts()
        self._make_tables()
        self._n_columns = 0
        self._place_cards(2)

    def show_report(self, report: DomainReport) -> None:
        """Show the report of a domain."""
        self._show_figures(report)
        name = report.domain
        for card, _ in self._cards:
            card.setVisible(report.interactions > 0)
        self.time_card.setVisible(bool(report.over_time))
        self.over_time.set_bars(name, time_bars(report))
        self._set_hint(self.time_card, self._period_words(report.period))
        self.values.set_bars(name, value_bars(report.histogram))
        self.tail.set_heads(name, report.head_shares)
        gini = self.tr("Gini {}: 0 = all items equally popular, 1 = one holds everything")
        self._set_hint(self.tail_card, gini.format(numbers.figure(report.gini, 2)))
        self.people.set_bars(name, range_bars(report.user_counts))
        self.items.set_bars(name, range_bars(report.item_counts))
        self._show_tables(report)

    def minimumSizeHint(self) -> QSize:
        """Let a narrow place make cards stack, not scroll sideways."""
        return QSize(MIN_WIDTH, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Stack the cards where there is no room for two beside each other."""
        super().resizeEvent(event)
        self._place_cards(1 if event.size().width() < NARROW else 2)

    # ------------------------------------------------------------------ widgets

    def _make_figures(self) -> Card:
        card = Card()
        self.tiles = {
            key: StatTile(caption)
            for key, caption in (
                ("users", self.tr("people")),
                ("items", self.tr("items")),
                ("cold_items", self.tr("cold items")),
                ("interactions", self.tr("interactions")),
                ("density", self.tr("of all pairs known")),
                ("repeated", self.tr("repeated lines")),
                ("out_of_scale", self.tr("out of scale")),
                ("left_out", self.tr("left out")),
            )
        }
        self._figures = QGridLayout()
        self._figures.setSpacing(Space.L)
        self.tiles["cold_items"].setToolTip(self.tr("Items without interactions"))
        self.tiles["left_out"].setToolTip(self.tr("Lines that are no interaction for models"))
        card.body.addLayout(self._figures)
        self.meaning = label("", "muted", wraps=True)
        card.body.addWidget(self.meaning)
        return card

    def _make_charts(self) -> None:
        interactions = self.tr("interactions")
        self.over_time = BarChart(interactions)
        self.values = BarChart(interactions)
        self.people = BarChart(self.tr("people"))
        self.items = BarChart(self.tr("items"))
        self.tail = TailBars()
        self.time_card = self._add(self.tr("Interactions over time"), self.over_time, is_wide=True)
        self._add(self.tr("Values"), self.values, self.tr("How often each value occurs"))
        self.tail_card = self._add(self.tr("Long tail"), self.tail)
        self._add(self.tr("Interactions per person"), self.people, self.tr("How many people have so many"))
        self._add(self.tr("Interactions per item"), self.items, self.tr("How many items have so many"))

    def _make_tables(self) -> None:
        people, items = self.tr("people"), self.tr("items")
        self.shortages = FigureTable(("", people, items))
        self.cores = FigureTable(("", people, items, self.tr("interactions")))
        self._add(
            self.tr("With few interactions"),
            self.shortages,
            self.tr("Of them a model learns little; items without any count"),
        )
        self._add(
            self.tr("If the rare ones were left out"),
            self.cores,
            self.tr("What remains when everybody and everything has at least k interactions (k-core)"),
        )

    def _add(self, heading: str, content: QWidget, hint: str = "", *, is_wide: bool = False) -> Card:
        card = Card(heading, hint)
        content.setAccessibleName(heading)
        card.body.addWidget(content)
        card.body.addStretch()
        self._cards.append((card, is_wide))
        return card

    def _place_cards(self, n_columns: int) -> None:
        if n_columns == self._n_columns:
            return
        self._n_columns = n_columns
        place = 0
        for card, is_wide in self._cards:
            width = n_columns if is_wide else 1
            self._grid.addWidget(card, place // n_columns, place % n_columns, 1, width)
            place += width
        for column in range(2):
            self._grid.setColumnStretch(column, int(column < n_columns))
        per_row = TILES_IN_ROW[n_columns]
        for number, tile in enumerate(self.tiles.values()):
            self._figures.addWidget(tile, number // per_row, number % per_row)

    # ------------------------------------------------------------------ content

    def _show_figures(self, report: DomainReport) -> None:
        for key in ("users", "items", "cold_items", "interactions", "repeated", "out_of_scale", "left_out"):
            self.tiles[key].set_figure(numbers.count(getattr(report, key)))
        self.tiles["density"].set_figure(numbers.percent(report.density, 2))
        words = self.tr(
            "{meaning}, {span}.  {rows} lines = {interactions} interactions + {repeated} repeated + {left_out} left "
            "out.  Of repeated lines: {policy}."
        )
        if report.policy == "all":
            words = self.tr("{meaning}, {span}.  {rows} lines, of which repeated ones count each; {left_out} left out.")
        policy = policy_words(report.policy)
        self.meaning.setText(
            words.format(
                meaning=meaning_words(report.signal, report.scale),
                span=span_words(report.time_span),
                rows=numbers.count(report.rows),
                interactions=numbers.count(report.interactions),
                repeated=numbers.count(report.repeated),
                left_out=numbers.count(report.left_out),
                policy=policy[:1].lower() + policy[1:],
            )
        )

    def _show_tables(self, report: DomainReport) -> None:
        fewer, at_least = self.tr("fewer than {}"), self.tr("k = {}")
        self.shortages.set_rows(
            [
                (
                    fewer.format(one.k),
                    (_of(one.users, report.users), _of(one.items, report.items)),
                )
                for one in report.shortages
            ]
        )
        whole = tuple((numbers.count(n), "") for n in (report.users, report.items, report.interactions))
        self.cores.set_rows(
            [
                (self.tr("all"), whole),
                *(
                    (
                        at_least.format(core.k),
                        (
                            _of(core.users, report.users),
                            _of(core.items, report.items),
                            _of(core.interactions, report.interactions),
                        ),
                    )
                    for core in report.k_cores
                ),
            ]
        )

    def _period_words(self, period: str) -> str:
        words = {"day": self.tr("Per day"), "month": self.tr("Per month"), "year": self.tr("Per year")}
        return words.get(period, "")

    def _set_hint(self, card: Card, hint: str) -> None:
        card.hint.setText(hint)
        card.hint.setVisible(bool(hint))


def _of(part: int, whole: int) -> Cell:
    return numbers.count(part), numbers.percent(part / whole, 0) if whole else ""

"""The metrics of a run beside popularity, itself without the sources, and the best single-domain run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from xdrec_app.services.results import LiftFigure, TrainReport
from xdrec_app.services.views import RunRow
from xdrec_app.ui import numbers
from xdrec_app.ui.metric_words import in_order, is_shown_first, metric_title, verdict
from xdrec_app.ui.theme import Space
from xdrec_app.ui.widgets.basic import button, label
from xdrec_app.ui.widgets.interval_bar import IntervalBar, span_of

DECIMALS = 4


@dataclass(frozen=True)
class RunFigures:
    """What a run reached and what it is held against; every mapping is by metric."""

    metrics: Mapping[str, float]
    popularity: Mapping[str, float]
    lift: Mapping[str, LiftFigure]
    margin: Mapping[str, LiftFigure]

    @classmethod
    def of_report(cls, report: TrainReport) -> RunFigures:
        """Return the figures of a run that has just ended."""
        return cls(report.metrics, report.baselines.get("popularity", {}), report.lift, report.margin)

    @classmethod
    def of_row(cls, row: RunRow) -> RunFigures:
        """Return the figures of a stored run."""
        popularity = {name: figure.without for name, figure in row.popularity.items()}
        return cls(row.metrics, popularity, row.lift, row.margin)


class MetricTable(QWidget):
    """A small table of labels; the less important metrics unfold."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.XS)
        self._place = QVBoxLayout()
        column.addLayout(self._place)
        self._more: QPushButton = button(self.tr("Show all metrics"), self._unfold, look="link")
        column.addWidget(self._more, 0, Qt.AlignmentFlag.AlignLeft)
        self._grid: QWidget | None = None
        self._figures = RunFigures({}, {}, {}, {})
        self._shows_all = False

    def set_figures(self, figures: RunFigures) -> None:
        """Show other figures."""
        self._figures = figures
        self._draw()

    def texts(self) -> list[list[str]]:
        """Return the table as it is shown, row by row."""
        if self._grid is None:
            return []
        grid = self._grid.layout()
        assert isinstance(grid, QGridLayout)
        rows = []
        for row in range(grid.rowCount()):
            items = (grid.itemAtPosition(row, column) for column in range(grid.columnCount()))
            cells = [item.widget() for item in items if item is not None]
            rows.append([_text(cell) for cell in cells])
        return rows

    def _unfold(self) -> None:
        self._shows_all = not self._shows_all
        self._more.setText(self.tr("Show fewer") if self._shows_all else self.tr("Show all metrics"))
        self._draw()

    def _draw(self) -> None:
        names = in_order(self._figures.metrics)
        shown = [name for name in names if self._shows_all or is_shown_first(name)]
        self._more.setVisible(any(not is_shown_first(name) for name in names))
        if self._grid is not None:
            self._place.removeWidget(self._grid)
            self._grid.hide()
            self._grid.deleteLater()
        self._grid = self._make_grid(shown)
        self._place.addWidget(self._grid)

    def _make_grid(self, names: list[str]) -> QWidget:
        made = QWidget()
        grid = QGridLayout(made)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(Space.M)
        grid.setVerticalSpacing(Space.XS + 2)
        figures = self._figures
        compared = self._compared()
        right, left = Qt.AlignmentFlag.AlignRight, Qt.AlignmentFlag.AlignLeft
        headings = [(self.tr("Metric"), "", left), (self.tr("This run"), "", right)]
        if figures.popularity:
            headings.append((self.tr("Popularity"), self.tr("Everybody gets the most popular items"), right))
        for without, difference, meaning, _ in compared:
            headings += [(without, meaning, right), (difference, meaning, left)]
        for number, (heading, meaning, side) in enumerate(headings):
            cell = label(heading, "caption")
            cell.setToolTip(meaning)
            grid.addWidget(cell, 0, number, side)
        for row, name in enumerate(names, start=1):
            self._fill_row(grid, row, name, [_of(names, by_metric) for *_, by_metric in compared])
        grid.setColumnStretch(len(headings), 1)
        return made

    def _compared(self) -> list[tuple[str, str, str, Mapping[str, LiftFigure]]]:
        """Return what there is to compare with: heading, heading of the difference, meaning, figures."""
        lift, margin = self._figures.lift, self._figures.margin
        found = [
            (self.tr("Alone"), self.tr("Lift"), self.tr("The same model without the sources"), lift),
            (self.tr("Best single"), self.tr("Margin"), self.tr("The best single-domain run so far"), margin),
        ]
        return [one for one in found if one[-1]]

    def _fill_row(self, grid: QGridLayout, row: int, name: str, compared: list[Mapping[str, LiftFigure]]) -> None:
        figures = self._figures
        right = Qt.AlignmentFlag.AlignRight
        grid.addWidget(label(metric_title(name)), row, 0)
        grid.addWidget(label(numbers.figure(figures.metrics[name], DECIMALS), "strong"), row, 1, right)
        column = 2
        if figures.popularity:
            value = figures.popularity.get(name)
            grid.addWidget(
                label("–" if value is None else numbers.figure(value, DECIMALS), "muted"), row, column, right
            )
            column += 1
        for by_metric in compared:
            figure = by_metric.get(name)
            if figure is not None:
                grid.addWidget(label(numbers.figure(figure.without, DECIMALS), "muted"), row, column, right)
                grid.addWidget(_difference(name, figure, _span(by_metric)), row, column + 1)
            column += 2


def _text(cell: QWidget | None) -> str:
    words = [cell] if isinstance(cell, QLabel) else cell.findChildren(QLabel) if cell is not None else []
    return words[0].text() if words else ""


def _of(names: list[str], by_metric: Mapping[str, LiftFigure]) -> dict[str, LiftFigure]:
    return {name: by_metric[name] for name in names if name in by_metric}


def _span(by_metric: Mapping[str, LiftFigure]) -> float:
    return max(span_of(figure) for figure in by_metric.values())


def _difference(name: str, figure: LiftFigure, span: float) -> QWidget:
    says = verdict(name, figure)
    made = QWidget()
    column = QVBoxLayout(made)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    words = label(says.change, says.tone)
    words.setToolTip(says.text)
    column.addWidget(words)
    column.addWidget(IntervalBar(name, figure, span))
    return made

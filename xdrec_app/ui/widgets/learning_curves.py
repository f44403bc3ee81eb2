"""The live curves of one training run: loss above, validation metric below, phases side by side.

The plotting library is loaded by :meth:`LearningCurves.make_plots`, not by importing this module.
"""

from __future__ import annotations

import importlib
import math
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSize, Qt, QTimer, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from xdrec_app.core.events import EpochEnd, PhaseStarted
from xdrec_app.ui.metric_words import metric_title
from xdrec_app.ui.theme import Space, theme
from xdrec_app.ui.training_curves import TRAIN_LOSS, Line, TrainingCurves, thinned
from xdrec_app.ui.widgets.basic import label

if TYPE_CHECKING:
    import pyqtgraph as pg

REDRAW_MS = 100
AXIS_WIDTH = 64
MIN_PLOT_SIZE = QSize(200, 200)
MAX_DOTS = 200
"""Longer curves are drawn without a dot per epoch."""


def load_plotting() -> None:
    """Import the plotting library; meant for the reader thread, it takes a fraction of a second."""
    importlib.import_module("xdrec_app.ui.plots")


class LearningCurves(QWidget):
    """Takes epochs as they come and redraws at most ten times a second."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.curves = TrainingCurves()
        self.loss_plot: pg.PlotWidget | None = None
        self.validation_plot: pg.PlotWidget | None = None
        self._items: dict[tuple[int, str], Any] = {}
        self._names: list[Any] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(Space.S)
        self._waiting = label(self.tr("Loading the plots …"), "faint")
        self._waiting.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._column.addWidget(self._waiting)
        self.setMinimumHeight(2 * MIN_PLOT_SIZE.height() + Space.S)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(REDRAW_MS)
        self._timer.timeout.connect(self.redraw)
        theme().changed.connect(self._rebuild)

    def make_plots(self, _loaded: object = None) -> None:
        """Make the two plots and show what there is."""
        if self.loss_plot is not None:
            return
        from xdrec_app.ui.plots import make_plot

        self._waiting.hide()
        self.loss_plot = make_plot("", metric_title(TRAIN_LOSS))
        self.validation_plot = make_plot(self.tr("Epoch"), self.tr("Validation"))
        self.validation_plot.setXLink(self.loss_plot)
        self.loss_plot.setAccessibleName(self.tr("Training loss per epoch"))
        self.validation_plot.setAccessibleName(self.tr("Validation metric per epoch"))
        for plot in (self.loss_plot, self.validation_plot):
            plot.getAxis("left").setWidth(AXIS_WIDTH)
            plot.getAxis("left").enableAutoSIPrefix(False)
            plot.getAxis("bottom").enableAutoSIPrefix(False)
            plot.setMinimumSize(MIN_PLOT_SIZE)
            plot.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
            plot.setMouseEnabled(x=False, y=False)
            self._column.addWidget(plot, 1)
        self.redraw()

    def clear(self) -> None:
        """Begin with no curve."""
        self.curves = TrainingCurves()
        self._rebuild()

    def set_curves(self, curves: TrainingCurves) -> None:
        """Show stored curves."""
        self.curves = curves
        self._rebuild()

    def take(self, event: PhaseStarted | EpochEnd) -> None:
        """Take an event of the run."""
        if isinstance(event, PhaseStarted):
            self.curves.start_phase(event.phase)
        else:
            self.curves.add(event)
        if not self._timer.isActive():
            self._timer.start()

    def points(self, series: str) -> list[Line]:
        """Return what is drawn of a series, phase by phase."""
        found = []
        for (_, name), item in sorted(self._items.items()):
            if name == series:
                x, y = item.getOriginalDataset()
                found.append(Line([float(one) for one in x], [float(one) for one in y]))
        return found

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what came while the page was not visible."""
        super().showEvent(event)
        self.redraw()

    @Slot()
    def redraw(self) -> None:
        """Draw all points now."""
        if self.loss_plot is None or self.validation_plot is None:
            return
        watched = self.curves.validation_series
        self.validation_plot.setVisible(bool(watched) or not self.curves.segments)
        self.loss_plot.setLabel("bottom", "" if self.validation_plot.isVisibleTo(self) else self.tr("Epoch"))
        if watched:
            self.validation_plot.setLabel("left", self.tr("Validation {}").format(metric_title(watched)))
        for number, segment in enumerate(self.curves.segments):
            for series, line in segment.lines.items():
                self._item(number, series).setData(*self._drawable(line))
        self._draw_phases()

    @Slot()
    def _rebuild(self) -> None:
        if self.loss_plot is None or self.validation_plot is None:
            return
        for plot in (self.loss_plot, self.validation_plot):
            plot.clear()
        self._items.clear()
        self._names.clear()
        self.redraw()

    def _drawable(self, line: Line) -> tuple[Any, Any]:
        import numpy as np

        shown = thinned(line)
        return np.asarray(shown.x, np.float64), np.asarray(shown.y, np.float64)

    def _item(self, number: int, series: str) -> Any:
        key = (number, series)
        if key not in self._items:
            import pyqtgraph as pg

            plot = self.loss_plot if series == TRAIN_LOSS else self.validation_plot
            assert plot is not None
            colour = theme().series_colour(0 if series == TRAIN_LOSS else 1)
            self._items[key] = plot.plot(
                pen=pg.mkPen(colour, width=2), connect="finite", symbol="o", symbolSize=4, symbolBrush=colour,
                symbolPen=None,
            )  # fmt: skip
        item = self._items[key]
        if self.curves.segments[number].last_epoch > MAX_DOTS:
            item.setSymbol(None)
        return item

    def _draw_phases(self) -> None:
        """Part the phases by lines and name them, when there is more than one."""
        segments = self.curves.segments
        if len(segments) < 2 or self.loss_plot is None or self.validation_plot is None:
            return
        import pyqtgraph as pg

        colours = theme().colours
        pen = pg.mkPen(colours.border_strong, style=Qt.PenStyle.DashLine)
        for segment in segments[len(self._names) :]:
            self._names.append(pg.TextItem(segment.phase, color=colours.muted, anchor=(1, 0)))
            self.loss_plot.addItem(self._names[-1], ignoreBounds=True)
            if segment.offset:
                for plot in (self.loss_plot, self.validation_plot):
                    plot.addItem(pg.InfiniteLine(segment.offset + 0.5, angle=90, pen=pen))
        losses = [value for one in segments if TRAIN_LOSS in one.lines for value in one.lines[TRAIN_LOSS].y]
        top = max((value for value in losses if math.isfinite(value)), default=0.0)
        for name, segment in zip(self._names, segments, strict=True):
            name.setPos(segment.offset + segment.last_epoch + 0.5, top)  # at its end, where losses are low

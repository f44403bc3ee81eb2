"""The curves of several runs over each other: one series, one colour per run, smoothed if wanted.

The plotting library is loaded by :meth:`RunCurves.make_plot`, not by importing this module.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QSizePolicy, QSlider, QStackedWidget, QWidget

from xdrec_app.ui.metric_words import metric_title
from xdrec_app.ui.theme import Space, theme
from xdrec_app.ui.training_curves import TRAIN_LOSS, Line, TrainingCurves, positive, smoothed, thinned
from xdrec_app.ui.widgets.basic import Card, Dot, label
from xdrec_app.ui.widgets.boxes import ChoiceBox
from xdrec_app.ui.widgets.flow_layout import FlowLayout

if TYPE_CHECKING:
    import pyqtgraph as pg

MAX_SMOOTHING = 98
"""In per cent: smoothing never reaches 1, where a curve would be a straight line."""

RAW_ALPHA = 0.28
MAX_NAME = 13
"""Characters of a name in the legend."""


class RunCurves(Card):
    """Legend, controls and one plot."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._curves: dict[int, TrainingCurves] = {}
        self._names: dict[int, str] = {}
        self._items: dict[int, Any] = {}
        self._raw: dict[int, Any] = {}
        self.plot: pg.PlotWidget | None = None
        self.setAccessibleName(self.tr("Learning curves"))
        self._make_controls()
        self._states = QStackedWidget()
        self._words = label("", "muted", wraps=True)
        self._words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._states.addWidget(self._words)
        self.body.addWidget(self._states, 1)
        theme().changed.connect(self._rebuild)
        self._redraw()

    def make_plot(self, _loaded: object = None) -> None:
        """Make the plot and show what there is."""
        if self.plot is not None:
            return
        from xdrec_app.ui.plots import make_plot

        self.plot = make_plot(self.tr("Epoch"), "")
        self.plot.setAccessibleName(self.tr("Learning curves of the ticked runs"))
        self.plot.setMouseEnabled(x=False, y=False)
        self.plot.setMinimumSize(200, 120)
        self.plot.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        for side in ("left", "bottom"):
            self.plot.getAxis(side).enableAutoSIPrefix(False)
        self._states.addWidget(self.plot)
        self._rebuild()

    def set_curves(self, curves: Mapping[int, TrainingCurves], names: Mapping[int, str]) -> None:
        """Show these runs, with a name for each."""
        self._curves, self._names = dict(curves), dict(names)
        self._offer_series()
        self._rebuild()

    def lines(self) -> dict[int, Line]:
        """Return what is drawn for each run, smoothed and thinned."""
        return {run: self._shown(curves) for run, curves in self._drawn().items()}

    # ------------------------------------------------------------------ controls

    def _make_controls(self) -> None:
        self.series = ChoiceBox()
        self.series.setAccessibleName(self.tr("Series"))
        self.series.setSizeAdjustPolicy(ChoiceBox.SizeAdjustPolicy.AdjustToContents)
        self.series.currentIndexChanged.connect(self._rebuild)
        self.smoothing = QSlider(Qt.Orientation.Horizontal)
        self.smoothing.setRange(0, MAX_SMOOTHING)
        self.smoothing.setFixedWidth(90)
        self.smoothing.setAccessibleName(self.tr("Smoothing"))
        self.smoothing.setToolTip(self.tr("Smoothing; the faint line is the curve as it was measured"))
        self.smoothing.valueChanged.connect(self._redraw)
        upper = QHBoxLayout()
        upper.setSpacing(Space.S)
        upper.addWidget(self.series)
        upper.addStretch()
        words = label(self.tr("Smoothing"), "caption")
        upper.addWidget(words)
        upper.addWidget(self.smoothing)
        self.log_x = QCheckBox(self.tr("log x"))
        self.log_y = QCheckBox(self.tr("log y"))
        self._legend = QWidget()
        self._flow = FlowLayout(self._legend, Space.S)
        lower = QHBoxLayout()
        lower.setSpacing(Space.M)
        lower.addWidget(self._legend, 1)
        for box in (self.log_x, self.log_y):
            box.toggled.connect(self._redraw)
            lower.addWidget(box, 0, Qt.AlignmentFlag.AlignTop)
        self._controls = (self.series, words, self.smoothing, self.log_x, self.log_y, self._legend)
        self.body.addLayout(upper)
        self.body.addLayout(lower)

    def _offer_series(self) -> None:
        """Offer the series of the runs, and stay with the chosen one; at first a validation metric."""
        names = sorted({name for one in self._curves.values() for name in one.series_names()})
        chosen = self.series.key
        self.series.blockSignals(True)
        self.series.clear()
        for name in names:
            title = metric_title(name)
            self.series.addItem(title if name == TRAIN_LOSS else self.tr("Validation {}").format(title), name)
        measured = [name for name in names if name != TRAIN_LOSS]
        self.series.choose(chosen if chosen in names else (measured or [TRAIN_LOSS])[0])
        self.series.blockSignals(False)

    # ------------------------------------------------------------------ drawing

    def _drawn(self) -> dict[int, TrainingCurves]:
        return {run: one for run, one in self._curves.items() if self.series.key in one.series_names()}

    def _shown(self, curves: TrainingCurves) -> Line:
        line = curves.line(self.series.key)
        return thinned(Line(line.x, smoothed(line.y, self.smoothing.value() / 100)))

    @Slot()
    def _rebuild(self) -> None:
        """Make the items of the plot and the legend anew."""
        drawn = self._drawn()
        self._fill_legend(drawn)
        if self.plot is not None:
            import pyqtgraph as pg

            self.plot.clear()
            self._items.clear()
            self._raw.clear()
            self.plot.setLabel("left", self.series.currentText())
            for number, run in enumerate(drawn):
                colour = theme().series_colour(number)
                faint = QColor(colour)
                faint.setAlphaF(RAW_ALPHA)
                self._raw[run] = self.plot.plot(pen=pg.mkPen(faint, width=1), connect="finite")
                self._items[run] = self.plot.plot(pen=pg.mkPen(colour, width=2), connect="finite")
        self._redraw()

    @Slot()
    def _redraw(self) -> None:
        drawn = self._drawn()
        self._words.setText(self._why_empty() if not drawn else self.tr("Loading the plots …"))
        if self.plot is None or not drawn:
            self._show_controls(False)
            self._states.setCurrentWidget(self._words)
            return
        self._show_controls(True)
        self._states.setCurrentWidget(self.plot)
        self.plot.setLogMode(x=self.log_x.isChecked(), y=self.log_y.isChecked())
        is_smooth = self.smoothing.value() > 0
        for run, curves in drawn.items():
            self._set(self._items[run], self._shown(curves))
            self._set(self._raw[run], thinned(curves.line(self.series.key)) if is_smooth else Line())

    def _show_controls(self, shows: bool) -> None:
        for control in self._controls:
            control.setVisible(shows)

    def _set(self, item: Any, line: Line) -> None:
        import numpy as np

        shown = positive(line) if self.log_y.isChecked() else line
        item.setData(np.asarray(shown.x, np.float64), np.asarray(shown.y, np.float64))

    def _why_empty(self) -> str:
        if self._curves:
            return self.tr("The ticked runs have no learning curve: their models learn in one step.")
        return self.tr("Tick runs in the table to lay their learning curves over each other.")

    def _fill_legend(self, drawn: Mapping[int, TrainingCurves]) -> None:
        while (item := self._flow.takeAt(0)) is not None:
            entry = item.widget()
            if entry is not None:
                entry.hide()
                entry.deleteLater()
        for number, run in enumerate(drawn):
            entry = QWidget()
            row = QHBoxLayout(entry)
            row.setContentsMargins(0, 0, 0, 0)
            row.setSpacing(Space.XS + 2)
            row.addWidget(Dot(theme().series_colour(number)))
            name = self._names.get(run, str(run))
            words = label(name if len(name) <= MAX_NAME else f"{name[: MAX_NAME - 1]}…", "caption")
            words.setToolTip(name)
            row.addWidget(words)
            self._flow.addWidget(entry)

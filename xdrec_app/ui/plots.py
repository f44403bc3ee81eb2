"""Plots in the look of the theme. Imports pyqtgraph: only pages that draw curves import this, when they are built."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtCore import QObject, Slot

from xdrec_app.ui.theme import Type, theme


class _PlotStyle(QObject):
    """Keeps one plot in the colours of the theme."""

    def __init__(self, plot: pg.PlotWidget, x_label: str, y_label: str) -> None:
        super().__init__(plot)
        self._plot, self._labels = plot, {"bottom": x_label, "left": y_label}
        theme().changed.connect(self.apply)
        self.apply()

    @Slot()
    def apply(self) -> None:
        colours = theme().colours
        self._plot.setBackground(colours.surface)
        for side, text in self._labels.items():
            axis = self._plot.getAxis(side)
            axis.setPen(pg.mkPen(colours.border))
            axis.setTextPen(pg.mkPen(colours.muted))
            axis.setLabel(text, **{"color": colours.muted, "font-size": f"{Type.CAPTION}px"})
            axis.setStyle(tickLength=-4, tickFont=self._plot.font())


def make_plot(x_label: str, y_label: str) -> pg.PlotWidget:
    """Return an empty plot with quiet axes and a faint grid, which follows the theme."""
    plot = pg.PlotWidget()
    plot.setFrameShape(pg.QtWidgets.QFrame.Shape.NoFrame)
    plot.showGrid(x=False, y=True, alpha=0.12)
    plot.hideButtons()
    plot.setMenuEnabled(False)
    plot.setAntialiasing(True)
    _PlotStyle(plot, x_label, y_label)
    return plot

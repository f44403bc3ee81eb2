"""Chooses one of the runs that can recommend, the newest first."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QSizePolicy, QWidget

from xdrec_app.services.views import RunRow
from xdrec_app.ui import numbers
from xdrec_app.ui.known_models import model_title
from xdrec_app.ui.metric_words import key_metrics, metric_title


def run_label(run: RunRow) -> str:
    """Return a run in one line: ``EASE · Books ← Movies, Music · NDCG@10 0.190 · run 3``."""
    direction = f"{run.target} ← {', '.join(run.sources)}" if run.sources else run.target
    figures = [f"{metric_title(name)} {numbers.figure(run.metrics[name])}" for name in key_metrics(run.metrics)[:1]]
    number = QCoreApplication.translate("RunSelect", "run {}").format(run.run)
    return "  ·  ".join([model_title(run.model), direction, *figures, number])


class RunSelect(QComboBox):
    """The choice.

    Parameters
    ----------
    without
        Text of the choice to use no run; empty = a run must be chosen.

    Signals
    -------
    changed
        The user chose another run.
    """

    changed = Signal()

    def __init__(self, name: str, without: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._without = without
        self._wants_none = False
        self.runs: dict[int, RunRow] = {}
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.setMinimumContentsLength(24)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMaxVisibleItems(14)
        self.activated.connect(self._activated)

    @property
    def run(self) -> RunRow | None:
        """The chosen run."""
        number = self.currentData()
        return self.runs.get(number) if number is not None else None

    def set_runs(self, runs: Sequence[RunRow]) -> None:
        """Offer the runs that can recommend; stays with the chosen one if it is among them.

        Otherwise the newest run with sources is chosen, as it has most to tell.
        """
        former = self.currentData()
        self.runs = {run.run: run for run in runs if run.can_serve}
        newest = sorted(self.runs.values(), key=lambda run: -run.run)
        self.clear()
        if self._without:
            self.addItem(self._without, None)
        for run in newest:
            self.addItem(run_label(run), run.run)
            self.setItemData(self.count() - 1, run.protocol_sentence, Qt.ItemDataRole.ToolTipRole)
        self.setEnabled(bool(self.runs))
        if former in self.runs:
            self.choose(former)
        elif newest and not self._wants_none:
            self.choose(next((run.run for run in newest if run.sources), newest[0].run))

    def choose(self, number: int) -> bool:
        """Choose a run by its number, if it is offered; says nothing."""
        place = self.findData(number)
        if place >= 0:
            self._wants_none = False
            self.setCurrentIndex(place)
        return place >= 0

    @Slot(int)
    def _activated(self, _place: int) -> None:
        self._wants_none = self.currentData() is None
        self.changed.emit()

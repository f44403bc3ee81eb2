"""What a training run came to, shown where it was started."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QWidget

from xdrec_app.services.results import TrainReport
from xdrec_app.ui import numbers
from xdrec_app.ui.known_models import known_models, model_title
from xdrec_app.ui.metric_words import key_metrics, metric_title
from xdrec_app.ui.theme import Space
from xdrec_app.ui.widgets.basic import Card, StatTile, button, clear_layout, label
from xdrec_app.ui.widgets.caution import Caution
from xdrec_app.ui.widgets.lift_lines import LiftLines
from xdrec_app.ui.widgets.metric_table import DECIMALS, MetricTable, RunFigures


class TrainReportCard(Card):
    """Key figures, what the sources did, all metrics, and where to go next.

    Signals
    -------
    run_asked, recommendations_asked
        Carry the number of the run.
    """

    run_asked = Signal(object)
    recommendations_asked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._run = 0
        self.heading = label("", "heading")
        self._about = label("", "caption", wraps=True)
        self.body.addWidget(self.heading)
        self.body.addWidget(self._about)
        self._tiles = QHBoxLayout()
        self._tiles.setSpacing(Space.XL)
        self.body.addLayout(self._tiles)
        self.caution = Caution()
        self.body.addWidget(self.caution)
        self.lift = LiftLines()
        self.body.addWidget(self.lift)
        self.table = MetricTable()
        self.body.addWidget(self.table)
        self._protocol = label("", "caption", wraps=True)
        self.body.addWidget(self._protocol)
        row = QHBoxLayout()
        row.setSpacing(Space.S)
        self.recommend = button(self.tr("Recommend with it"), self._ask_recommendations, look="primary")
        self.see = button(self.tr("See in Runs"), self._ask_run)
        row.addWidget(self.recommend)
        row.addWidget(self.see)
        row.addStretch()
        row.addWidget(button(self.tr("Copy"), self._copy, look="link", icon="copy"))
        self.body.addLayout(row)

    def set_report(self, report: TrainReport) -> None:
        """Show a report."""
        self._run = report.run
        model = known_models().get(report.model)
        title = model_title(report.model)
        ended = self.tr("stopped early, the best kept") if report.status == "stopped" else self.tr("finished")
        self.heading.setText(self.tr("Run {run}: {title}, {ended}").format(run=report.run, title=title, ended=ended))
        self._about.setText(self._about_words(report))
        self._fill_tiles(report)
        self.caution.warn(report.protocol.warning)
        self.lift.set_lift(report.lift, model.capabilities.task if model is not None else None)
        self.table.set_figures(RunFigures.of_report(report))
        self.table.setVisible(bool(report.metrics))
        self._protocol.setText(self._protocol_words(report))

    def _about_words(self, report: TrainReport) -> str:
        parts = [numbers.duration(report.elapsed_s)]
        if report.epochs:
            parts.append(self.tr("{n} epochs").format(n=report.epochs))
        parts.append(f"{report.device}: {report.device_reason}")
        return "  ·  ".join(parts)

    def _protocol_words(self, report: TrainReport) -> str:
        if not report.metrics:
            return self.tr("Nothing was held out, so nothing is measured; the model has learned from everything.")
        words = [self.tr("How it was measured: {}.").format(report.protocol_sentence)]
        if report.unscored > 0:
            words.append(
                self.tr("{share} of the people could not be scored and count as misses.").format(
                    share=numbers.percent(report.unscored)
                )
            )
        if report.margin_run is not None:
            words.append(self.tr("The best single-domain run so far is run {}.").format(report.margin_run))
        return " ".join(words)

    def _fill_tiles(self, report: TrainReport) -> None:
        clear_layout(self._tiles)
        model = known_models().get(report.model)
        for name in (*key_metrics(report.metrics, model.capabilities.task if model is not None else None), "hit@10"):
            if name in report.metrics:
                self._tiles.addWidget(StatTile(metric_title(name), numbers.figure(report.metrics[name], DECIMALS)))
        self._tiles.addStretch()

    def _ask_run(self) -> None:
        self.run_asked.emit(self._run)

    def _ask_recommendations(self) -> None:
        self.recommendations_asked.emit(self._run)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText("\n".join("\t".join(row) for row in self.table.texts()))

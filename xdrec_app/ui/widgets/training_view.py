"""A training job as it goes: status, stop and cancel, curves, log, and in the end its report."""

from __future__ import annotations

import time
from typing import Any

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QSizePolicy, QVBoxLayout, QWidget

from xdrec_app.core.events import EpochEnd, Event, LogLine, PhaseStarted, Progress, RunStarted
from xdrec_app.core.jobs import Cancelled, Failed, Outcome, Succeeded
from xdrec_app.services.experiment_requests import Train
from xdrec_app.ui import numbers
from xdrec_app.ui.job_runner import JobHandle
from xdrec_app.ui.known_models import known_models
from xdrec_app.ui.theme import Space
from xdrec_app.ui.widgets.basic import Card, button, label
from xdrec_app.ui.widgets.job_error import JobError
from xdrec_app.ui.widgets.learning_curves import LearningCurves
from xdrec_app.ui.widgets.train_report import TrainReportCard

MAX_LOG_LINES = 1000
LOG_HEIGHT = 72


class TrainingView(QWidget):
    """Follows one job after another; the curves of the last one stay."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._handle: JobHandle | None = None
        self._phase_epochs = 0
        self._phase_began_s = self._elapsed_s = 0.0
        self._started_at = 0.0
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.L)
        self.error = JobError()
        self.error.hide()
        self.report = TrainReportCard()
        self.report.hide()
        column.addWidget(self.error)
        column.addWidget(self.report)
        self._live = self._make_live()
        column.addWidget(self._live, 1)
        column.addStretch()

    def follow(self, handle: JobHandle) -> None:
        """Follow a job that has just started; what was shown before goes."""
        self._handle = handle
        self._phase_epochs = 0
        self._phase_began_s = self._elapsed_s = 0.0
        self._started_at = time.monotonic()
        self.error.hide()
        self.report.hide()
        self.curves.clear()
        self._live.show()
        self._show_curves(_has_curves(handle))
        self.log.clear()
        self.log.hide()
        self.title.setText(handle.title)
        self.status.setText(self.tr("Starting …"))
        self.device.clear()
        self._show_buttons(runs=True)
        handle.news.connect(self.take)
        handle.ended.connect(self.end)

    def _make_live(self) -> Card:
        card = Card()
        head = QHBoxLayout()
        head.setSpacing(Space.S)
        self.title = label("", "heading", wraps=True)
        self.stop = button(self.tr("Stop"), self._stop, icon="stop")
        self.stop.setToolTip(self.tr("End early and keep the best so far"))
        self.cancel = button(self.tr("Cancel"), self._cancel)
        self.cancel.setToolTip(self.tr("End now and keep nothing"))
        head.addWidget(self.title, 1)
        head.addWidget(self.stop)
        head.addWidget(self.cancel)
        card.body.addLayout(head)
        self.status = label("", "muted", wraps=True)
        self.device = label("", "caption", wraps=True)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self.status)
        words.addWidget(self.device)
        card.body.addLayout(words)
        self.curves = LearningCurves()
        card.body.addWidget(self.curves, 1)
        self.log = QPlainTextEdit()
        self.log.setReadOnly(True)
        self.log.setMaximumBlockCount(MAX_LOG_LINES)
        self.log.setFixedHeight(LOG_HEIGHT)
        self.log.setAccessibleName(self.tr("Log of the training"))
        card.body.addWidget(self.log)
        return card

    # ------------------------------------------------------------------ what the job says

    @Slot(object)
    def take(self, event: Event) -> None:
        """Show an event of the job."""
        match event:
            case RunStarted():
                self.device.setText(f"{event.device}: {event.device_reason}")
            case PhaseStarted():
                self._phase_epochs, self._phase_began_s = event.epochs, self._elapsed_s
                self.curves.take(event)
                self._show_curves(True)
                self.status.setText(event.phase)
            case EpochEnd():
                self._elapsed_s = event.elapsed_s
                self.curves.take(event)
                self.status.setText(self._epoch_words(event))
            case LogLine():
                self.log.appendPlainText(event.message)
                self.log.show()
            case Progress():
                self.status.setText(self._progress_words(event))
            case _:
                pass

    @Slot(object)
    def end(self, outcome: Outcome[Any]) -> None:
        """Show how the job ended."""
        self._handle = None
        self._show_buttons(runs=False)
        self.curves.redraw()
        spent = numbers.duration(time.monotonic() - self._started_at)
        match outcome:
            case Succeeded():
                self.status.setText(self.tr("Done in {}").format(spent))
                self.report.set_report(outcome.result)
                self.report.show()
                self._live.setVisible(self._has_more())
            case Cancelled():
                self.status.setText(self.tr("Cancelled after {}; nothing was kept.").format(spent))
            case Failed():
                self.status.setText(self.tr("Failed after {}").format(spent))
                self.error.show_failure(outcome)

    def _epoch_words(self, event: EpochEnd) -> str:
        epoch = self.tr("{phase}, epoch {epoch}").format(phase=event.phase, epoch=event.epoch)
        if self._phase_epochs:
            epoch = self.tr("{phase}, epoch {epoch} of at most {epochs}").format(
                phase=event.phase, epoch=event.epoch, epochs=self._phase_epochs
            )
        rate = self.tr("{} interactions/s").format(numbers.short_count(event.interactions_per_s))
        parts = [epoch, rate, numbers.duration(event.elapsed_s)]
        if self._phase_epochs > event.epoch > 0:
            per_epoch_s = (event.elapsed_s - self._phase_began_s) / event.epoch
            left_s = per_epoch_s * (self._phase_epochs - event.epoch)
            parts.append(self.tr("at most {} left").format(numbers.duration(left_s)))
        return "  ·  ".join(parts)

    def _progress_words(self, event: Progress) -> str:
        words = event.message or self.tr("Working")
        if event.total:
            of = self.tr("{done} of {total}").format(done=numbers.count(event.done), total=numbers.count(event.total))
            return f"{words}  ·  {of} {event.unit}".rstrip()
        return f"{words}  ·  {numbers.count(event.done)} {event.unit}".rstrip() if event.done else f"{words} …"

    # ------------------------------------------------------------------ what the user says

    def _stop(self) -> None:
        if self._handle is not None:
            self._handle.stop()
            self.stop.setEnabled(False)
            self.status.setText(self.tr("Stopping; the best so far is kept …"))

    def _cancel(self) -> None:
        if self._handle is not None:
            self._handle.cancel()
            self.stop.setEnabled(False)
            self.cancel.setEnabled(False)
            self.status.setText(self.tr("Cancelling …"))

    def _show_curves(self, shows: bool) -> None:
        self.curves.setVisible(shows)
        height = QSizePolicy.Policy.Preferred if shows else QSizePolicy.Policy.Maximum
        self._live.setSizePolicy(QSizePolicy.Policy.Preferred, height)

    def _has_more(self) -> bool:
        """Tell whether curves or log say more than the report."""
        return bool(self.curves.curves.segments or self.log.toPlainText())

    def _show_buttons(self, *, runs: bool) -> None:
        for one in (self.stop, self.cancel):
            one.setVisible(runs)
            one.setEnabled(runs)


def _has_curves(handle: JobHandle) -> bool:
    """Tell whether curves are to be expected; a closed form has none."""
    request = handle.request
    model = known_models().get(request.model) if isinstance(request, Train) else None
    return model is None or model.capabilities.trains_by_epochs

"""The bar at the bottom: what runs, how far it is, how long it will take, and the two ways to end it."""

from __future__ import annotations

import time
from typing import Any

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from xdrec_app.core.events import EpochEnd, Event, PhaseStarted, Progress
from xdrec_app.core.jobs import Cancelled, Failed
from xdrec_app.ui import numbers
from xdrec_app.ui.icons import IconLabel
from xdrec_app.ui.job_runner import JobHandle, JobRunner
from xdrec_app.ui.theme import Space
from xdrec_app.ui.widgets.basic import button, label

LINGER_MS = 5000
STEPS = 1000
FIGURES_WIDTH = 190


class JobBar(QFrame):
    """Follows the runner; hidden while nothing runs."""

    def __init__(self, runner: JobRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self._handle: JobHandle | None = None
        self._epochs = 0
        self._started_at = self._part_started_at = 0.0
        self.setProperty("look", "job-bar")
        self._build()
        self._linger = QTimer(self)
        self._linger.setSingleShot(True)
        self._linger.setInterval(LINGER_MS)
        self._linger.timeout.connect(self.hide)
        self.hide()
        runner.started.connect(self._start)
        runner.ended.connect(self._end)
        runner.queue_changed.connect(self._show_queue)

    def _build(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(Space.L, Space.S, Space.L, Space.S)
        row.setSpacing(Space.L)
        self._icon = IconLabel("clock", 20, "accent")
        self.title = label("", "strong")
        self.message = label("", "caption")
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self.title)
        words.addWidget(self.message)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName(self.tr("Progress of the job"))
        self.figures = label("", "caption")
        self.queue = label("", "chip")
        self.stop = button(self.tr("Stop"), self._stop, icon="stop")
        self.stop.setToolTip(self.tr("End early and keep the best so far"))
        self.cancel = button(self.tr("Cancel"), self._cancel)
        self.cancel.setToolTip(self.tr("End now and keep nothing"))
        row.addWidget(self._icon)
        row.addLayout(words, 2)
        row.addWidget(self.progress, 3)
        self.figures.setMinimumWidth(FIGURES_WIDTH)
        for widget in (self.figures, self.queue, self.stop, self.cancel):
            row.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)

    @Slot(object)
    def _start(self, handle: JobHandle) -> None:
        self._linger.stop()
        self._handle = handle
        self._epochs = 0
        self._started_at = self._part_started_at = time.monotonic()
        self._icon.set_icon("clock", "accent")
        self.title.setText(handle.title)
        self.message.setText(self.tr("Starting …"))
        self.figures.clear()
        self.progress.setRange(0, 0)
        self.progress.show()
        self.stop.setVisible(handle.can_stop)
        self.cancel.show()
        for one in (self.stop, self.cancel):
            one.setEnabled(True)
        self._show_queue()
        self.show()
        handle.news.connect(self._take)

    @Slot(object)
    def _take(self, event: Event) -> None:
        if isinstance(event, Progress):
            self._show_progress(event)
        elif isinstance(event, PhaseStarted):
            self._epochs = event.epochs
            self._part_started_at = time.monotonic()
            self.message.setText(event.phase)
        elif isinstance(event, EpochEnd):
            self._show_epoch(event)

    def _show_progress(self, event: Progress) -> None:
        if event.message and event.message != self.message.text():
            self.message.setText(event.message)
            self._part_started_at = time.monotonic()
        self._show_part(event.done, event.total)
        elapsed_s = time.monotonic() - self._part_started_at
        rate = event.done / elapsed_s if elapsed_s > 0.5 else 0.0
        self.figures.setText(self._figures(rate, event.unit, _left_s(event.done, event.total, elapsed_s)))

    def _show_epoch(self, event: EpochEnd) -> None:
        self.message.setText(self.tr("{phase}, epoch {epoch}").format(phase=event.phase, epoch=event.epoch))
        self._show_part(event.epoch, self._epochs or None)
        elapsed_s = time.monotonic() - self._part_started_at
        left_s = _left_s(event.epoch, self._epochs or None, elapsed_s)
        self.figures.setText(self._figures(event.interactions_per_s, self.tr("interactions"), left_s))

    def _show_part(self, done: int, total: int | None) -> None:
        self.progress.setRange(0, STEPS if total else 0)
        if total:
            self.progress.setValue(min(STEPS, done * STEPS // total))

    def _figures(self, rate: float, unit: str, left_s: float | None) -> str:
        parts = []
        if rate >= 1:
            parts.append(self.tr("{rate} {unit}/s").format(rate=numbers.short_count(rate), unit=unit))
        if left_s is not None:
            parts.append(self.tr("{time} left").format(time=numbers.duration(left_s)))
        return "  ·  ".join(parts)

    @Slot(object)
    def _end(self, handle: JobHandle) -> None:
        if handle is not self._handle:
            return
        self._handle = None
        icon, token, words = self._outcome(handle.outcome)
        self._icon.set_icon(icon, token)
        self.message.setText(words)
        self.figures.clear()
        for widget in (self.progress, self.stop, self.cancel):
            widget.hide()
        self._linger.start()

    def _outcome(self, outcome: Any) -> tuple[str, str, str]:
        spent = numbers.duration(time.monotonic() - self._started_at)
        if isinstance(outcome, Failed):
            return "error", "danger", self.tr("Failed after {time}").format(time=spent)
        if isinstance(outcome, Cancelled):
            return "info", "muted", self.tr("Cancelled; nothing was kept")
        return "success", "success", self.tr("Done in {time}").format(time=spent)

    @Slot()
    def _show_queue(self) -> None:
        waiting = self._runner.queued
        self.queue.setVisible(bool(waiting))
        self.queue.setText(self.tr("{n} waiting").format(n=len(waiting)))
        self.queue.setToolTip("\n".join(handle.title for handle in waiting))

    def _stop(self) -> None:
        if self._handle is not None:
            self.stop.setEnabled(False)
            self.message.setText(self.tr("Stopping; the best so far is kept …"))
            self._handle.stop()

    def _cancel(self) -> None:
        if self._handle is not None:
            self.stop.setEnabled(False)
            self.cancel.setEnabled(False)
            self.message.setText(self.tr("Cancelling …"))
            self._handle.cancel()


def _left_s(done: int, total: int | None, elapsed_s: float) -> float | None:
    if not total or not done or elapsed_s < 1:
        return None
    return elapsed_s * (total - done) / done

"""How far an import is: bytes, rate, time left, and the button that ends it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from xdrec_app.core.events import Event, Progress
from xdrec_app.core.jobs import Failed, Outcome, Succeeded
from xdrec_app.ui import numbers
from xdrec_app.ui.job_runner import JobHandle, JobRunner
from xdrec_app.ui.theme import Space
from xdrec_app.ui.widgets.basic import Card, button, label
from xdrec_app.ui.widgets.import_words import size

STEPS = 1000
BYTES = "bytes"
TELLING_S = 0.7
"""A rate over less than this says nothing yet."""


class ImportProgress(QWidget):
    """Follows the job that imports some files, one after another.

    `succeeded` carries its result, `failed` its :class:`Failed`; `cancelled` says that nothing of it was kept.
    """

    succeeded = Signal(object)
    failed = Signal(object)
    cancelled = Signal()

    def __init__(self, runner: JobRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self._handle: JobHandle | None = None
        self._files: list[tuple[str, int]] = []
        self._position = 0
        self._done_of_file = 0
        self._started_at: float | None = None
        self._build()

    @property
    def is_running(self) -> bool:
        """Whether the job has not ended yet."""
        return self._handle is not None

    def follow(self, handle: JobHandle, files: Sequence[Path]) -> None:
        """Show how the job that imports these files in this order comes on."""
        self._handle = handle
        self._files = [(file.name, _size_of(file)) for file in files]
        self._position = self._done_of_file = 0
        self._started_at = None
        self.bar.setRange(0, 0)
        self.figures.setText("")
        self.cancel.setEnabled(True)
        running = self._runner.current
        is_waiting = running is not None and running is not handle
        waits = self.tr("Waits until this is done: {}").format(running.title) if running is not None else ""
        self.message.setText(waits if is_waiting else self.tr("Making sure that the file was not imported before …"))
        handle.news.connect(self._take)
        handle.ended.connect(self._end)

    @Slot(object)
    def _take(self, event: Event) -> None:
        if not isinstance(event, Progress):
            return
        self.message.setText(self._message(event))
        if event.unit != BYTES or not event.total:
            return
        now = time.monotonic()
        self._find_file(event)
        done = sum(n_bytes for _, n_bytes in self._files[: self._position]) + event.done
        total = max(sum(n_bytes for _, n_bytes in self._files), event.total)
        if self._started_at is None:
            self._started_at = now
        self.bar.setRange(0, STEPS)
        self.bar.setValue(min(STEPS, done * STEPS // total))
        self.figures.setText(self._figures(done, total, now - self._started_at))

    def _find_file(self, event: Progress) -> None:
        """Find the file that is being read; files that could not be imported say nothing and are passed over."""
        begins_anew = event.done < self._done_of_file
        self._done_of_file = event.done
        for position in range(self._position + begins_anew, len(self._files)):
            if event.message.endswith(self._files[position][0]):
                self._position = position
                return

    def _message(self, event: Progress) -> str:
        words = event.message or self.tr("Importing …")
        if len(self._files) < 2:
            return words
        place = self.tr("File {position} of {n}").format(position=self._position + 1, n=len(self._files))
        return f"{place}  ·  {words}"

    def _figures(self, done: int, total: int, elapsed_s: float) -> str:
        parts = [self.tr("{done} of {total}").format(done=size(done), total=size(total))]
        if elapsed_s >= TELLING_S and done:
            parts.append(self.tr("{rate}/s").format(rate=size(int(done / elapsed_s))))
            parts.append(self.tr("{time} left").format(time=numbers.duration(elapsed_s * (total - done) / done)))
        return "  ·  ".join(parts)

    @Slot(object)
    def _end(self, outcome: Outcome[object]) -> None:
        self._handle = None
        if isinstance(outcome, Succeeded):
            self.succeeded.emit(outcome.result)
        elif isinstance(outcome, Failed):
            self.failed.emit(outcome)
        else:
            self.cancelled.emit()

    def _cancel(self) -> None:
        if self._handle is not None:
            self.cancel.setEnabled(False)
            self.message.setText(self.tr("Cancelling …"))
            self._handle.cancel()

    def _build(self) -> None:
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        card = Card()
        card.body.setContentsMargins(Space.XL, Space.XL, Space.XL, Space.XL)
        self.message = label("", "strong", wraps=True)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(self.tr("Progress of the import"))
        self.figures = label("", "muted")
        self.cancel = button(self.tr("Cancel the import"), self._cancel)
        self.cancel.setToolTip(self.tr("End now; nothing of the file that is being read is kept"))
        row = QHBoxLayout()
        row.addWidget(self.figures, 1)
        row.addWidget(self.cancel)
        card.body.addWidget(self.message)
        card.body.addWidget(self.bar)
        card.body.addLayout(row)
        hint = label(self.tr("You may close this window; the import goes on, and the bar below tells how far it is."))
        hint.setProperty("tone", "caption")
        outer.addStretch(2)
        outer.addWidget(card)
        outer.addWidget(hint, 0, Qt.AlignmentFlag.AlignHCenter)
        outer.addStretch(3)


def _size_of(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:  # then the job says so
        return 0

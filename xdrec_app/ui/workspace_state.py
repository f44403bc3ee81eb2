"""Which workspace is open, what it holds in short, and what changed in it.

Changes come from two sides: at once from jobs of this window, and within a second from any other process, found by
polling the database's data version on the reader thread. Pages listen to `changed` and decide for themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from xdrec_app.core.events import Change
from xdrec_app.core.jobs import Failed
from xdrec_app.services.results import DomainSummary, WorkspaceSummary
from xdrec_app.services.views import BatchRow, RunRow
from xdrec_app.ui.reader import Reader
from xdrec_app.ui.theme import theme

if TYPE_CHECKING:
    from xdrec_app.services.browse import Browser

POLL_MS = 1000
EVERYTHING = frozenset(Change)


@dataclass(frozen=True)
class Snapshot:
    """What every page may want to know without asking."""

    summary: WorkspaceSummary
    batches: tuple[BatchRow, ...]
    runs: tuple[RunRow, ...]
    data_version: object

    def differences(self, other: Snapshot) -> frozenset[Change]:
        """Return what changed from `other` to this one."""
        found: set[Change] = set()
        if self.batches != other.batches:
            found |= {Change.DOMAINS, Change.INTERACTIONS, Change.ITEMS}
        elif self.summary != other.summary:
            found |= {Change.DOMAINS, Change.LINKS}
        if self.runs != other.runs:
            found.add(Change.RUNS)
        return frozenset(found)


class WorkspaceState(QObject):
    """The open workspace.

    Signals
    -------
    opened
        Another workspace is open (`path` and `snapshot` are set).
    changed
        Carries a frozenset of :class:`~xdrec_app.core.events.Change`.
    open_failed
        Carries the :class:`~xdrec_app.core.jobs.Failed` of an attempt to open.
    """

    opened = Signal(object)
    changed = Signal(object)
    open_failed = Signal(object)

    def __init__(self, reader: Reader, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._reader = reader
        self.path: Path | None = None
        self.snapshot: Snapshot | None = None
        self._opening: Path | None = None
        self._announced: frozenset[Change] = frozenset()
        self._timer = QTimer(self)
        self._timer.setInterval(POLL_MS)
        self._timer.timeout.connect(self._poll)

    @property
    def is_open(self) -> bool:
        """Whether a workspace is open and has been read."""
        return self.path is not None and self.snapshot is not None

    @property
    def domains(self) -> tuple[DomainSummary, ...]:
        """The domains of the open workspace, in their order; empty without one."""
        return self.snapshot.summary.domains if self.snapshot is not None else ()

    @property
    def runs(self) -> tuple[RunRow, ...]:
        """The runs of the open workspace, as the browser orders them; empty without one."""
        return self.snapshot.runs if self.snapshot is not None else ()

    def open(self, path: Path) -> None:
        """Open a workspace; the former one stays open if that fails."""
        self._opening = path
        self._reader.open(path, self._ready_to_read, self.open_failed.emit)

    @Slot(object)
    def note(self, changes: frozenset[Change]) -> None:
        """Take in what a job of this window committed."""
        self._announced |= changes
        self._read()

    def close(self) -> None:
        """Stop looking for changes."""
        self._timer.stop()

    def _ready_to_read(self, _nothing: None) -> None:
        self._timer.stop()
        self._reader.ask("workspace.snapshot", _snapshot, self._opened, self.open_failed.emit)

    def _opened(self, snapshot: Snapshot) -> None:
        self.path = self._opening
        self._take(snapshot)
        self._announced = frozenset()
        self._timer.start()
        self.opened.emit(self.path)

    @Slot()
    def _poll(self) -> None:
        if self.snapshot is not None:
            known = self.snapshot.data_version
            self._reader.ask("workspace.poll", lambda browser: browser.data_version() != known, self._polled, _ignore)

    def _polled(self, is_other: bool) -> None:
        if is_other:
            self._read()

    def _read(self) -> None:
        if self.snapshot is not None:
            self._reader.ask("workspace.snapshot", _snapshot, self._compare)

    def _compare(self, snapshot: Snapshot) -> None:
        former = self.snapshot
        changes, self._announced = self._announced, frozenset()
        if former is not None:
            changes |= snapshot.differences(former)
        self._take(snapshot)
        if changes:
            self.changed.emit(changes)

    def _take(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        theme().set_domains(tuple(domain.name for domain in snapshot.summary.domains))


def _snapshot(browser: Browser) -> Snapshot:
    # The version first: what is committed while the rest is read is found by the next poll.
    version = browser.data_version()
    return Snapshot(browser.summary(), tuple(browser.batches()), tuple(browser.runs()), version)


def _ignore(_failure: Failed) -> None:
    """A poll that fails says nothing new: the next question that matters will say it."""

"""The reader: one thread that reads the workspace, so that no query ever holds the window up.

Questions are functions of a browser; answers come back on the window's thread. Of several questions with one key only
the latest is answered. This module must not know what is asked.
"""

from __future__ import annotations

import queue
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import shiboken6
from PySide6.QtCore import QObject, Qt, QThread, Signal, Slot

from xdrec_app.core.jobs import Failed, failure_of

if TYPE_CHECKING:
    from xdrec_app.services.browse import Browser

T = TypeVar("T")


@dataclass(frozen=True)
class _Question:
    key: str
    ticket: int
    work: Callable[[Browser | None], Any] | None
    on_answer: Callable[[Any], None] | None
    on_failed: Callable[[Failed], None] | None
    open_path: Path | None = None


@dataclass(frozen=True)
class _Answer:
    question: _Question
    value: object = None
    failure: Failed | None = None


def _open_browser(path: Path) -> Browser:
    from xdrec_app.services.browse import Browser

    return Browser.open(path)


class _ReaderThread(QThread):
    answered = Signal(object)

    def __init__(self, open_browser: Callable[[Path], Browser], is_stale: Callable[[_Question], bool]) -> None:
        super().__init__()
        self.setObjectName("reader")
        self.questions: queue.SimpleQueue[_Question | None] = queue.SimpleQueue()
        self._open_browser = open_browser
        self._is_stale = is_stale
        self._browser: Browser | None = None

    def run(self) -> None:
        """Answer questions until None comes."""
        while (question := self.questions.get()) is not None:
            if not self._is_stale(question):
                self.answered.emit(self._answer(question))
        self._close_browser()

    def _answer(self, question: _Question) -> _Answer:
        try:
            if question.open_path is not None:
                opened = self._open_browser(question.open_path)
                self._close_browser()
                self._browser = opened
            value = question.work(self._browser) if question.work is not None else None
        except Exception as error:  # whatever a query raises is shown, and the thread goes on
            return _Answer(question, failure=failure_of(error))
        return _Answer(question, value)

    def _close_browser(self) -> None:
        if self._browser is not None:
            self._browser.close()
            self._browser = None


class Reader(QObject):
    """Asks questions of the open workspace on the reader thread.

    Parameters
    ----------
    open_browser
        Opens a workspace for reading; replaced in tests.
    """

    failed = Signal(object)

    def __init__(self, open_browser: Callable[[Path], Browser] = _open_browser, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._latest: dict[str, int] = {}
        self._n_asked = 0
        self._thread = _ReaderThread(open_browser, self._is_stale)
        self._thread.answered.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        self._thread.start()

    def open(
        self,
        path: Path,
        on_opened: Callable[[None], None],
        on_failed: Callable[[Failed], None] | None = None,
    ) -> None:
        """Open another workspace; questions about the former one are dropped unless it cannot be opened."""
        self._put("workspace", None, on_opened, on_failed, path)

    def ask(
        self,
        key: str,
        question: Callable[[Browser], T],
        on_answer: Callable[[T], None],
        on_failed: Callable[[Failed], None] | None = None,
    ) -> None:
        """Ask the browser; an answer that a later question of the same key overtook is dropped.

        Parameters
        ----------
        key
            Names what the answer fills, e.g. "data.items".
        question
            Runs on the reader thread: it must touch no widget.
        on_answer, on_failed
            Run on the window's thread; without `on_failed` a failure goes to the message bar.
        """

        def work(browser: Browser | None) -> T:
            if browser is None:
                raise RuntimeError(f"'{key}' was asked although no workspace is open")
            return question(browser)

        self._put(key, work, on_answer, on_failed)

    def run(
        self,
        key: str,
        work: Callable[[], T],
        on_answer: Callable[[T], None],
        on_failed: Callable[[Failed], None] | None = None,
    ) -> None:
        """Run short work that reads something other than the workspace, on the same thread and terms."""
        self._put(key, lambda _browser: work(), on_answer, on_failed)

    def forget(self, prefix: str) -> None:
        """Drop the answers still to come for keys that begin with `prefix`."""
        for key in self._latest:
            if key.startswith(prefix):
                self._latest[key] = -1

    def close(self) -> None:
        """Close the workspace and end the thread."""
        self.forget("")
        self._thread.questions.put(None)
        self._thread.wait()

    def _put(
        self,
        key: str,
        work: Callable[[Browser | None], Any] | None,
        on_answer: Callable[[Any], None],
        on_failed: Callable[[Failed], None] | None,
        open_path: Path | None = None,
    ) -> None:
        self._n_asked += 1
        self._latest[key] = self._n_asked
        self._thread.questions.put(_Question(key, self._n_asked, work, on_answer, on_failed, open_path))

    def _is_stale(self, question: _Question) -> bool:
        return self._latest.get(question.key) != question.ticket

    @Slot(object)
    def _deliver(self, answer: _Answer) -> None:
        question = answer.question
        if self._is_stale(question):
            return
        if answer.failure is None:
            _call(question.on_answer, answer.value)
        elif question.on_failed is not None:
            _call(question.on_failed, answer.failure)
        else:
            self.failed.emit(answer.failure)


def _call(receiver: Callable[[Any], None] | None, value: object) -> None:
    owner = getattr(receiver, "__self__", None)
    gone = isinstance(owner, QObject) and not shiboken6.isValid(owner)
    if receiver is not None and not gone:
        receiver(value)

"""Jobs in worker processes: the relay between a shell and the processes that do the heavy work.

A relay is itself a job: it yields what the worker reports, and a tick at least every 100 ms, so whoever drives it can
stop or cancel at any time. Training therefore cannot stutter the window, and a crash in native code costs one job.
Knows nothing of what a request means.
"""

from __future__ import annotations

import logging
import queue
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, cast

from xdrec_app.core.events import Event, RunStarted, Tick, Value
from xdrec_app.core.jobs import Command, Failed, Job, JobFailed, StopRequested, tap
from xdrec_app.services.experiment_requests import Train
from xdrec_app.services.request import Request
from xdrec_app.services.requests import DeleteRun
from xdrec_app.services.wire import UP, Ended, News, Ready, Run, Steer

TICK_S = 0.1
GRACE_S = 3.0
EXIT_S = 5.0

log = logging.getLogger("xdrec.worker")


def worker_command() -> list[str]:
    """Return how to start a worker: the same executable when frozen, the same interpreter otherwise."""
    if getattr(sys, "frozen", False):
        return [sys.executable, "worker"]
    return [sys.executable, "-m", "xdrec_app.worker"]


class WorkerProcess:
    """One worker process, started at once; it imports what models need while it waits.

    Used by one thread at a time.
    """

    def __init__(self, command: list[str] | None = None) -> None:
        self._process = subprocess.Popen(
            command or worker_command(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        self._messages: queue.SimpleQueue[Ready | News | Ended | None] = queue.SimpleQueue()
        self._ticket = 0
        assert self._process.stdout is not None and self._process.stderr is not None
        self._readers = [
            threading.Thread(target=target, args=(stream,), daemon=True)
            for target, stream in ((self._read, self._process.stdout), (_drain, self._process.stderr))
        ]
        for reader in self._readers:
            reader.start()

    @property
    def is_alive(self) -> bool:
        """Whether the process runs."""
        return self._process.poll() is None

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    def execute(self, request: Request) -> Job[Value]:
        """Run a request in the worker and relay its events.

        Raises
        ------
        JobFailed
            With the failure as the worker described it, or with one that says how the worker died.
        """
        self._ticket += 1
        ticket, ended = self._ticket, False
        try:
            self._send(Run(ticket=ticket, request=cast(Any, request)))  # which request it is, pydantic checks
            while True:
                message = self._next(TICK_S)
                try:
                    if message is None:
                        yield Tick()
                    elif isinstance(message, News) and message.ticket == ticket:
                        yield message.event
                except StopRequested:
                    self._send(Steer(ticket=ticket, command=Command.STOP))
                if isinstance(message, Ended) and message.ticket == ticket:
                    ended = True
                    return _result_of(message, request)
        finally:
            if not ended:
                self._cancel(ticket)

    def close(self) -> None:
        """End the process: ask by closing its stdin, then kill."""
        self._close_stdin()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(EXIT_S)
        self.kill()

    def kill(self) -> None:
        """End the process at once."""
        self._process.kill()
        self._process.wait()
        self._close_stdin()
        for reader in self._readers:
            reader.join(EXIT_S)

    def _close_stdin(self) -> None:
        assert self._process.stdin is not None
        with suppress(OSError):  # what was not sent yet cannot be sent any more
            self._process.stdin.close()

    def _send(self, message: Run | Steer) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(message.model_dump_json().encode() + b"\n")
            self._process.stdin.flush()
        except OSError:
            raise JobFailed(self._death()) from None

    def _next(self, timeout_s: float) -> Ready | News | Ended | None:
        """Return the next message, None after `timeout_s` without one; raise when the worker is gone."""
        try:
            message = self._messages.get(timeout=timeout_s)
        except queue.Empty:
            return None
        if message is None:
            raise JobFailed(self._death())
        return message

    def _cancel(self, ticket: int) -> None:
        """Ask the worker to cancel; kill it when it does not answer within the grace time."""
        if not self.is_alive:
            return
        try:
            self._send(Steer(ticket=ticket, command=Command.CANCEL))
            deadline = time.monotonic() + GRACE_S
            while time.monotonic() < deadline:
                message = self._next(TICK_S)
                if isinstance(message, Ended) and message.ticket == ticket:
                    return
        except JobFailed:
            return
        self.kill()

    def _death(self) -> Failed:
        code = self._process.wait()
        cause = "it was killed, perhaps for want of memory" if code in (-9, 137) else f"exit code {code}"
        return Failed(f"The worker process ended unexpectedly ({cause}).", "The workspace is intact; see the log.")

    def _read(self, stream: IO[bytes]) -> None:
        with stream:
            for line in stream:
                self._messages.put(UP.validate_json(line))
        self._messages.put(None)


class WorkerPool:
    """Two warm workers: one runs the job, the other answers short queries.

    `job` and `query` may be driven from two threads, each from one at a time.
    """

    def __init__(self, command: list[str] | None = None) -> None:
        self._command = command
        self._workers: dict[str, WorkerProcess] = {}

    def start(self) -> None:
        """Start both workers; returns at once."""
        for lane in ("job", "query"):
            self._worker(lane)

    def close(self) -> None:
        """End both workers."""
        for worker in self._workers.values():
            worker.close()
        self._workers.clear()

    def job(self, request: Request) -> Job[Value]:
        """Run a request that may take long.

        A training run leaves its worker behind, so that memory (the GPU's above all) is free again, and a fresh one
        warms up for the next.
        """
        started: list[int] = []

        def note(event: Event) -> None:
            if isinstance(event, RunStarted):
                started.append(event.run)

        worker = self._worker("job")
        try:
            return (yield from tap(worker.execute(request), note))
        except GeneratorExit:
            if started and not worker.is_alive:  # it had to be killed and could not tidy up
                self._delete(request.workspace, started[0])
            raise
        finally:
            if isinstance(request, Train):
                self._replace("job")

    def query(self, request: Request) -> Job[Value]:
        """Run a short request on the worker that keeps models loaded."""
        return (yield from self._worker("query").execute(request))

    def _worker(self, lane: str) -> WorkerProcess:
        worker = self._workers.get(lane)
        if worker is not None and worker.is_alive:
            return worker
        if worker is not None:  # it died; what was connected with it is still open
            worker.close()
        worker = self._workers[lane] = WorkerProcess(self._command)
        return worker

    def _replace(self, lane: str) -> None:
        """Start a fresh worker; the old one ends by itself without anybody waiting for it."""
        old = self._workers.pop(lane, None)
        if old is not None:
            threading.Thread(target=old.close, daemon=True).start()
        self._worker(lane)

    def _delete(self, workspace: Path, run: int) -> None:
        for _ in self._worker("job").execute(DeleteRun(workspace=workspace, run=run)):
            pass


def _result_of(message: Ended, request: Request) -> Value:
    if message.outcome == "succeeded":
        return type(request).Result.model_validate(message.result)
    if message.outcome == "failed":
        raise JobFailed(Failed(message.sentence, message.hint, message.details))
    raise StopRequested  # the job did not know how to stop early and was cancelled


def _drain(stream: IO[bytes]) -> None:
    with stream:
        for line in stream:
            log.info(line.decode(errors="replace").rstrip())

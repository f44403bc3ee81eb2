"""The worker's loop: requests in, events out, one at a time.

The protocol has a stream of its own: the first thing the process does is to move it to a duplicate of stdout and to
point file descriptor 1 at stderr, so that a library that prints breaks nothing.
"""

from __future__ import annotations

import importlib
import os
import queue
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from typing import IO

from xdrec_app.core.events import Event
from xdrec_app.core.jobs import Command, drive
from xdrec_app.core.streams import claim_stdout
from xdrec_app.services.wire import DOWN, Ended, News, Ready, Run, Steer
from xdrec_app.worker.table import execute

Sender = Callable[[Ready | News | Ended], None]

NICENESS = 10
WARM_MODULES = ("xdrec_app.services.train", "xdrec_app.services.recommend", "xdrec_app.services.profile")


class Inbox:
    """Lines from the shell: requests wait in a queue, the latest steering command is kept for its ticket.

    End of input cancels what runs and ends the loop: an orphan does not live on.
    """

    def __init__(self, stream: IO[bytes]) -> None:
        self.requests: queue.SimpleQueue[Run | None] = queue.SimpleQueue()
        self._commands: dict[int, Command] = {}
        self._is_closed = False
        threading.Thread(target=self._read, args=(stream,), daemon=True).start()

    def command_for(self, ticket: int) -> Command:
        """Return what to do with the request of that ticket now."""
        if self._is_closed:
            return Command.CANCEL
        return self._commands.get(ticket, Command.GO_ON)

    def _read(self, stream: IO[bytes]) -> None:
        for line in stream:
            message = DOWN.validate_json(line)
            if isinstance(message, Steer):
                self._commands[message.ticket] = message.command
            else:
                self.requests.put(message)
        self._is_closed = True
        self.requests.put(None)


class TicketControl:
    """The control of the request that is running."""

    def __init__(self, inbox: Inbox, ticket: int) -> None:
        self._inbox = inbox
        self._ticket = ticket

    def poll(self) -> Command:
        """See :class:`~xdrec_app.core.jobs.Control`."""
        return self._inbox.command_for(self._ticket)


def main() -> None:
    """Serve requests until stdin ends."""
    output = claim_stdout()
    if hasattr(os, "nice"):
        with suppress(OSError):
            os.nice(NICENESS)

    def send(message: Ready | News | Ended) -> None:
        with suppress(BrokenPipeError):  # the shell is gone; end of input follows
            output.write(message.model_dump_json().encode() + b"\n")
            output.flush()

    inbox = Inbox(
        os.fdopen(os.dup(0), "rb")
    )  # its own stream: Python waits for locks of the standard ones when it ends
    if inbox.requests.empty():
        try:
            warm_up()
        except Exception:  # the request that needs it will say what is wrong
            traceback.print_exc()
    send(Ready())
    while (message := inbox.requests.get()) is not None:
        serve(message, inbox, send)


def serve(message: Run, inbox: Inbox, send: Sender) -> None:
    """Execute one request and report its events and its outcome."""

    def emit(event: Event) -> None:
        send(News(ticket=message.ticket, event=event))

    outcome = drive(execute(message.request), emit, TicketControl(inbox, message.ticket))
    send(Ended.of(message.ticket, outcome))


def warm_up() -> None:
    """Import what training and serving need, so that the first request does not wait for it."""
    for name in WARM_MODULES:
        importlib.import_module(name)
    torch = importlib.import_module("torch")
    torch.optim.Adam([torch.zeros(1, requires_grad=True)])  # the first optimiser imports a good part of torch

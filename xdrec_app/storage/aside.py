"""Work of the database on a thread of its own, while the job computes: SQLite lets go of Python meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager

from sqlalchemy import Connection

from xdrec_app.core.events import Event, Tick

TICK_S = 0.05


@contextmanager
def aside(connection: Connection, work: Callable[[], None]) -> Iterator[Future[None]]:
    """Run `work`, which alone uses the connection meanwhile, beside the block; interrupt it if the block is left early.

    The block must wait for the future with :func:`finished` before it uses the connection.
    """
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(work)
        try:
            yield future
        finally:
            if not future.done():
                driver = connection.connection.driver_connection
                if driver is not None:
                    driver.interrupt()
                wait([future])


def finished(future: Future[None]) -> Generator[Event, None, None]:
    """Tick until the work is done; raises what it raised."""
    while not wait([future], TICK_S).done:
        yield Tick()
    future.result()

"""How long the window waits for a page of a workspace of millions of rows: every order, filter and page it reads.

    python tests/benchmarks/bench_browse.py [WORKSPACE]

Makes a workspace with XDREC_BENCH_ROWS rows (5 million unless told otherwise) without going through a file; with an
argument it is kept there and used again. Wanted: 99 of 100 pages within 100 ms, the first rows of any filter within
300 ms, a person's history within 5 ms (the median), what Home and Data show within 300 ms.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import insert

from xdrec_app.services.browse import Browser
from xdrec_app.services.table_views import InteractionFilter, ItemFilter, Page, Place, RowCount
from xdrec_app.storage import schema
from xdrec_app.storage.database import open_database
from xdrec_app.storage.item_counts import refresh_counts
from xdrec_app.storage.people import load_history
from xdrec_app.storage.row_parts import Columns
from xdrec_app.storage.row_writing import write_rows
from xdrec_app.storage.segments import RawRows, write_segment
from xdrec_app.storage.statistics import refresh_statistics
from xdrec_app.storage.workspace_file import create_workspace_file

N_ROWS = int(os.environ.get("XDREC_BENCH_ROWS", "5_000_000"))
ROWS_PER_PERSON, ROWS_PER_ITEM = 155, 400
N_BATCHES = 2
DOMAIN = "Films"
N_PAGES = 100
PAGE_MS, FIRST_ROWS_MS, HISTORY_MS, PAINT_MS = 100, 300, 5, 300

FILTERS = {
    "value from 5": InteractionFilter(value_from=5),
    "time in one of 24 years": InteractionFilter(time_from=1_000_000_000, time_to=1_031_536_000),
    "import 2": InteractionFilter(batch=2),
    "title with 77": InteractionFilter(item_search="77"),
    "ids from 0001 on": InteractionFilter(person_prefix="0001"),
    "one person": InteractionFilter(person="0001000"),
    "the most popular item": InteractionFilter(item="tt0000001"),
}


def build(path: Path, n_rows: int) -> None:
    """Make a workspace of one domain, people and items as skewed as in MovieLens, in two imports."""
    random = np.random.default_rng(5)
    n_people, n_items = max(1, n_rows // ROWS_PER_PERSON), max(1, n_rows // ROWS_PER_ITEM)
    with create_workspace_file(path) as database, database.write() as connection:
        connection.execute(insert(schema.domain).values(id=1, name=DOMAIN, revision=1, created_at=0, scale_high=5))
        users = [f"{number:07d}" for number in range(1, n_people + 1)]
        connection.exec_driver_sql("INSERT INTO person (id, name) VALUES (?, ?)", list(enumerate(users, 1)))
        connection.exec_driver_sql(
            "INSERT INTO account (id, domain_id, user_id, person_id) VALUES (?, 1, ?, ?)",
            [(key, user, key) for key, user in enumerate(users, 1)],
        )
        connection.exec_driver_sql(
            "INSERT INTO item (id, domain_id, item_id, title) VALUES (?, 1, ?, ?)",
            [(key, f"tt{key:07d}", f"Film number {key * 7919 % n_items} of them") for key in range(1, n_items + 1)],
        )
        for index in schema.interaction.indexes:
            index.drop(connection)
        for number in range(1, N_BATCHES + 1):
            _write_batch(connection, number, n_rows // N_BATCHES, n_people, n_items, random)
        for index in schema.interaction.indexes:
            index.create(connection)
        counts = connection.exec_driver_sql("SELECT item_id, count(*) FROM interaction GROUP BY item_id").all()
        refresh_counts(connection, 1, [key for key, _ in counts], [count for _, count in counts])
    with open_database(path) as database:
        refresh_statistics(database)


def _write_batch(
    connection: Any, number: int, n_rows: int, n_people: int, n_items: int, random: np.random.Generator
) -> None:
    rows = Columns(
        account=(random.power(1.6, n_rows) * n_people).astype(np.int64) + 1,
        item=n_items - (random.power(6, n_rows) * n_items).astype(np.int64),
        value=random.integers(1, 11, n_rows) / 2,
        time=np.sort(random.integers(820_000_000, 1_570_000_000, n_rows)),
        line=np.arange(2, n_rows + 2),
        action=None,
    )
    first = (number - 1) * n_rows + 1
    connection.execute(
        insert(schema.batch).values(
            id=number, file_import=number, domain_id=1, kind="interactions", file_name=f"part{number}.csv", file_size=1,
            sha256=str(number), format="delimited", encoding="utf-8", delimiter=",", columns="{}", first_row=first,
            last_row=first + n_rows - 1, lines=n_rows, imported=n_rows, merged=0, rejected=0, elapsed_s=1, created_at=0,
        )
    )  # fmt: skip
    for _ in write_rows(connection, number, rows, ()):
        pass
    write_segment(
        connection, number, RawRows(rows.account, rows.item, rows.value.astype(np.float32), rows.time, rows.line)
    )


class Figures:
    """A table of times, and whether they are what is wanted."""

    def __init__(self) -> None:
        self.missed: list[str] = []
        print("| what | calls | p50 ms | p99 ms | longest ms | wanted |")
        print("|---|---|---|---|---|---|")

    def add(self, what: str, times_ms: list[float], limit_ms: float, percentile: int = 99) -> None:
        """Print a line; a percentile has to keep the limit."""
        p50, p99 = np.percentile(times_ms, [50, 99])
        print(f"| {what} | {len(times_ms)} | {p50:.1f} | {p99:.1f} | {max(times_ms):.1f} | ≤ {limit_ms} |", flush=True)
        if np.percentile(times_ms, percentile) > limit_ms:
            self.missed.append(what)


def timed(ask: Callable[[], Any]) -> tuple[float, Any]:
    """Return the milliseconds that a call took, and its answer."""
    started = time.perf_counter()
    answer = ask()
    return 1e3 * (time.perf_counter() - started), answer


def scroll(ask: Callable[..., Page], side: str, place: Place = ()) -> list[float]:
    """Return the milliseconds of each page on the way from a place."""
    times = []
    for _ in range(N_PAGES):
        elapsed_ms, page = timed(partial(ask, **{side: place}))
        times.append(elapsed_ms)
        place = page.last
        if page.is_over:
            break
    return times


def first_rows(ask: Callable[..., Page]) -> float:
    """Return the milliseconds until rows are there, or it is known that there are none."""
    elapsed_ms, place = 0.0, ()
    while True:
        more_ms, page = timed(partial(ask, after=place))
        elapsed_ms, place = elapsed_ms + more_ms, page.last
        if page.rows or page.is_over:
            return elapsed_ms


def browse(path: Path, found: Figures) -> None:
    """Time everything that the window reads."""
    with Browser.open(path) as browser:
        for name, ask in {
            "summary": browser.summary,
            "histogram": partial(browser.histogram, DOMAIN),
            "imports": browser.batches,
        }.items():
            found.add(f"Home and Data: {name}", [timed(ask)[0] for _ in range(5)], PAINT_MS)
        for order in ("person", "item", "file"):
            ask = partial(browser.interactions, DOMAIN, order)
            found.add(f"interactions by {order}", scroll(ask, "after"), PAGE_MS)
            found.add(f"interactions by {order}, from the end", scroll(ask, "before"), PAGE_MS)
        for name, filters in FILTERS.items():
            orders = [partial(browser.interactions, DOMAIN, order, filters) for order in ("person", "item", "file")]
            found.add(f"first rows in three orders: {name}", [first_rows(ask) for ask in orders], FIRST_ROWS_MS)
            n_rows, times = counted(partial(browser.count_interactions, DOMAIN, filters))
            found.add(f"steps of counting {n_rows:,} in {sum(times) / 1e3:.1f} s", times, PAGE_MS)
        for order in ("import", "id", "title", "interactions"):
            found.add(f"items by {order}", scroll(partial(browser.item_page, DOMAIN, order), "after"), PAGE_MS)
        searched = partial(browser.item_page, DOMAIN, "id", ItemFilter(search="77"))
        found.add("items with 77", scroll(searched, "after"), PAGE_MS)
        found.add("people", scroll(browser.people_page, "after"), PAGE_MS)
    with open_database(path, read_only=True) as database:
        people = range(1000, N_ROWS // ROWS_PER_PERSON, max(1, N_ROWS // ROWS_PER_PERSON // N_PAGES))
        times = [timed(partial(load_history, database, f"{number:07d}"))[0] for number in people]
        found.add("a person's history (its median is wanted)", times, HISTORY_MS, percentile=50)


def counted(step: Callable[[], RowCount]) -> tuple[int, list[float]]:
    """Return how many rows were counted, and the milliseconds of each step."""
    times = []
    while True:
        elapsed_ms, count = timed(step)
        times.append(elapsed_ms)
        if count.is_final:
            return count.rows, times


def main() -> int:
    """Print the figures as a table; return 1 when one is not what is wanted."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(folder) / "browse.xdrec"
        if not path.exists():
            print(f"{timed(partial(build, path, N_ROWS))[0] / 1e3:.0f} s to make {N_ROWS:,} rows (seed 5)\n")
        found = Figures()
        browse(path, found)
    print(f"\nmissed: {', '.join(found.missed) or 'nothing'}")
    return int(bool(found.missed))


if __name__ == "__main__":
    sys.exit(main())

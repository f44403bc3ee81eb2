"""How long the window waits for a page of a workspace of millions of rows: every order, filter and page it reads.

    python tests/benchmarks/bench_browse.py [WORKSPACE]

Makes a workspace with XDREC_BENCH_ROWS rows (5 million unless told otherwise) without going through a file; with an
argument it is kept there and used again.
"""

from __future__ import annotations

import os
import statistics as figures
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import insert

from xdrec_app.storage import schema
from xdrec_app.storage.database import Database
from xdrec_app.storage.row_parts import Columns
from xdrec_app.storage.row_writing import write_rows
from xdrec_app.storage.segments import RawRows, write_segment
from xdrec_app.storage.workspace_file import create_workspace_file

N_ROWS = int(os.environ.get("XDREC_BENCH_ROWS", "5_000_000"))
ROWS_PER_PERSON, ROWS_PER_ITEM = 155, 400
N_BATCHES = 2
DOMAIN = "Films"


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

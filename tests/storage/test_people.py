"""A person's history is what a dataset says of them, whatever values mean and whichever of a repeated pair counts."""

from __future__ import annotations

import random
from pathlib import Path
from typing import get_args

import pytest

from xdrec_app.core.jobs import run
from xdrec_app.datasets.signal_settings import Repeats, SignalSettings
from xdrec_app.services.data_requests import ImportInteractions
from xdrec_app.services.import_interactions import import_interactions
from xdrec_app.storage.database import Database, open_database
from xdrec_app.storage.domains import change_domain
from xdrec_app.storage.people import HistoryRow, each_person, load_history
from xdrec_app.storage.snapshots import load_table


def bring(workspace: Path, domain: str, text: str) -> None:
    file = workspace.with_name(f"{domain}{len(text)}.csv")
    file.write_text(text)
    run(import_interactions(ImportInteractions(workspace=workspace, file=file, domain=domain)))


def of_dataset(database: Database, domain: str, user: str) -> list[tuple[str, float]]:
    table = load_table(database, domain)
    return sorted(
        (table.item_ids[item], float(value))
        for person, item, value in zip(table.users, table.items, table.values, strict=True)
        if table.user_ids[person] == user
    )


def test_the_last_of_a_repeated_pair_counts_and_the_latest_comes_first(workspace: Path):
    bring(workspace, "Books", "user,item,rating,time\n007,b1,5,1000000010\n007,b2,3,1000000011\n007,b1,2,1000000020\n")
    bring(workspace, "Movies", "user,item,rating\n007,m1,4\nbo,m1,1\n007,m2,3\n")
    with open_database(workspace) as database:
        assert load_history(database, "007") == [
            HistoryRow("Books", "b1", 2.0, 1_000_000_020),
            HistoryRow("Books", "b2", 3.0, 1_000_000_011),
            HistoryRow("Movies", "m2", 3.0, None),
            HistoryRow("Movies", "m1", 4.0, None),
        ]
        assert load_history(database, "nobody") is None
        assert list(each_person(database)) == ["007", "bo"]


@pytest.mark.parametrize("repeats", get_args(Repeats))
@pytest.mark.parametrize("kind", ["ratings", "views", "events"])
def test_a_history_is_what_the_dataset_has_under_every_policy(workspace: Path, kind: str, repeats: Repeats):
    choose = random.Random(f"{kind}{repeats}")
    last = {"ratings": "rating", "views": "duration", "events": "event"}[kind]
    values = {"ratings": [1, 2, 3, 4.5, 5], "views": [3, 20, 45, 90], "events": ["view", "cart", "buy"]}[kind]
    lines = [
        f"u{choose.randrange(4)},i{choose.randrange(5)},{1_000_000_000 + choose.randrange(9)},{choose.choice(values)}"
        for _ in range(90)
    ]
    for part in (lines[:40], lines[40:]):
        bring(workspace, "Things", f"user,item,time,{last}\n" + "\n".join(part) + "\n")
    with open_database(workspace) as database:
        change_domain(database, "Things", None, SignalSettings(kind=kind, repeats=repeats))
        for user in each_person(database):
            history = load_history(database, user)
            assert history
            assert sorted((row.item, row.value) for row in history) == of_dataset(database, "Things", user)
            times = [row.time for row in history]
            assert times == sorted(times, reverse=True)

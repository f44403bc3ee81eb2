"""A workspace with the small world in it, imported as a user would."""

import csv
from pathlib import Path

import pytest

from xdrec_app.core.jobs import run
from xdrec_app.datasets.domain_table import DomainTable
from xdrec_app.services.data_requests import ImportInteractions, ImportItems
from xdrec_app.services.import_descriptions import import_items
from xdrec_app.services.import_interactions import import_interactions
from xdrec_app.services.workspace import new_workspace


def write_ratings(path: Path, table: DomainTable) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("user_id", "item_id", "rating", "timestamp"))
        for user, item, value, time in zip(table.users, table.items, table.values, table.times, strict=True):
            writer.writerow((table.user_ids[user], table.item_ids[item], f"{value:g}", time))
    return path


def write_items(path: Path, table: DomainTable) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("item_id", "title", "tags"))
        writer.writerows(
            (id_, title, "|".join(tags))
            for id_, title, tags in zip(table.item_ids, table.titles, table.tags, strict=True)
        )
    return path


@pytest.fixture
def workspace(tmp_path, small_world) -> Path:
    path = tmp_path / "world.xdrec"
    new_workspace(path)
    for table in (small_world.target, *small_world.sources):
        file = write_ratings(tmp_path / f"{table.name}.csv", table)
        run(import_interactions(ImportInteractions(workspace=path, file=file, domain=table.name)))
        items = write_items(tmp_path / f"{table.name}_items.csv", table)
        run(import_items(ImportItems(workspace=path, file=items, domain=table.name)))
    return path

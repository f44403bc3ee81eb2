"""The sample world as the files a user would have: per domain one of ratings and one of items."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from xdrec_app.datasets.synthetic.world import SampleWorld


def write_csv(world: SampleWorld, folder: Path) -> dict[str, tuple[Path, Path]]:
    """Write UTF-8 CSV files with a header line.

    Parameters
    ----------
    world
        What to write.
    folder
        Made if missing; files of the same name are replaced.

    Returns
    -------
    dict
        Domain → (ratings file with user_id, item_id, rating, timestamp; items file with item_id, title, tags,
        description; several tags are separated by ``|``).
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = {}
    for domain in world.domains:
        stem = domain.name.lower()
        ratings, items = folder / f"{stem}_ratings.csv", folder / f"{stem}_items.csv"
        people = [world.person_ids[person] for person in domain.people.tolist()]
        rated = [domain.item_ids[item] for item in domain.items.tolist()]
        columns = (people, rated, domain.ratings.tolist(), domain.times.tolist())
        _write(ratings, ("user_id", "item_id", "rating", "timestamp"), zip(*columns, strict=True))
        tags = ["|".join(item_tags) for item_tags in domain.tags]
        details = zip(domain.item_ids, domain.titles, tags, domain.descriptions, strict=True)
        _write(items, ("item_id", "title", "tags", "description"), details)
        files[domain.name] = (ratings, items)
    return files


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)

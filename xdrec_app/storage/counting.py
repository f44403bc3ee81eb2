"""Counting what a domain comes to: its statistics, and how many people have each item."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from sqlalchemy import Connection, select

from xdrec_app.datasets.histogram import histogram
from xdrec_app.storage.database import Database
from xdrec_app.storage.item_counts import refresh_counts
from xdrec_app.storage.resolution import Resolution, ResolvedColumns
from xdrec_app.storage.schema import domain, item
from xdrec_app.storage.snapshots import load_signal, load_table
from xdrec_app.storage.statistics import DomainStatistics, keep_statistics


class Counted(NamedTuple):
    """What a domain comes to at one revision.

    Attributes
    ----------
    item_keys, item_counts
        Database keys of all items, and how many people have each.
    """

    revision: int
    statistics: DomainStatistics
    item_keys: list[int]
    item_counts: list[int]

    def keep(self, connection: Connection, domain_id: int) -> None:
        """Store the figures."""
        keep_statistics(connection, domain_id, self.revision, self.statistics)
        refresh_counts(connection, domain_id, self.item_keys, self.item_counts)


def count(database: Database, name: str) -> Counted:
    """Count a domain; what it takes to build it as a dataset is kept on the way."""
    with database.read() as connection:
        row = connection.execute(select(domain.c.id, domain.c.revision).where(domain.c.name == name)).one()
        keys = connection.execute(select(item.c.id).where(item.c.domain_id == row.id).order_by(item.c.item_id))
        item_keys = list(keys.scalars())
    table = load_table(database, name)
    statistics = DomainStatistics(
        name=name,
        signal=load_signal(database, name).kind,
        scale=table.scale,
        users=table.n_users,
        items=table.n_items,
        interactions=len(table),
        histogram=histogram(table.values),
    )
    return Counted(row.revision, statistics, item_keys, np.bincount(table.items, minlength=len(item_keys)).tolist())


def count_resolved(name: str, resolution: Resolution, columns: ResolvedColumns) -> Counted:
    """Count rows that are resolved already."""
    n_items = len(resolution.item_keys)
    statistics = DomainStatistics(
        name=name,
        signal=resolution.settings.kind,
        scale=resolution.scale,
        users=len(columns.present),
        items=n_items,
        interactions=len(columns.users),
        histogram=histogram(columns.values),
    )
    counts = np.bincount(columns.items, minlength=n_items)
    return Counted(resolution.revision, statistics, resolution.item_keys.tolist(), counts.tolist())

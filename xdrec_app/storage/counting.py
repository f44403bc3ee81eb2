"""Counting what a domain comes to."""

from __future__ import annotations

from xdrec_app.datasets.histogram import histogram
from xdrec_app.storage.database import Database
from xdrec_app.storage.resolution import Resolution, ResolvedColumns
from xdrec_app.storage.snapshots import load_signal, load_table
from xdrec_app.storage.statistics import DomainStatistics


def count(database: Database, name: str) -> DomainStatistics:
    """Return the statistics of a domain; what it takes to build it as a dataset is kept on the way."""
    table = load_table(database, name)
    return DomainStatistics(
        name=name,
        signal=load_signal(database, name).kind,
        scale=table.scale,
        users=table.n_users,
        items=table.n_items,
        interactions=len(table),
        histogram=histogram(table.values),
    )


def count_resolved(name: str, resolution: Resolution, columns: ResolvedColumns) -> DomainStatistics:
    """Return the same from rows that are resolved already."""
    return DomainStatistics(
        name=name,
        signal=resolution.settings.kind,
        scale=resolution.scale,
        users=len(columns.present),
        items=len(resolution.item_keys),
        interactions=len(columns.users),
        histogram=histogram(columns.values),
    )

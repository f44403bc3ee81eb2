"""What the values of a domain mean, as stored: the settings, and the scale that all imported values show."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import numpy as np
from sqlalchemy import Connection, select, update

from xdrec_app.datasets.arrays import Doubles, Longs
from xdrec_app.datasets.signal_settings import SignalSettings
from xdrec_app.datasets.signals import usual_scale
from xdrec_app.storage.schema import batch, domain

ValuePairs = Iterable[tuple[float, int]]


def domain_signal(connection: Connection, domain_id: int) -> SignalSettings | None:
    """Return how the values of a domain are understood; None as long as it has no interactions."""
    has_rows = select(batch.c.id).where(batch.c.domain_id == domain_id, batch.c.kind == "interactions").limit(1)
    if connection.execute(has_rows).first() is None:
        return None
    body = connection.execute(select(domain.c.signal).where(domain.c.id == domain_id)).scalar_one()
    return SignalSettings.model_validate_json(body)


def effective_signal(row: Any) -> SignalSettings:
    """Return how the values of a domain (a row of its table) are understood, the scale decided."""
    settings = SignalSettings.model_validate_json(row.signal)
    return settings if settings.scale else settings.model_copy(update={"scale": (row.scale_low, row.scale_high)})


def stored_values(connection: Connection, domain_id: int) -> list[tuple[float, int]]:
    """Return (raw value, count) of all imports of a domain; a value may stand several times."""
    query = select(batch.c.value_counts).where(batch.c.domain_id == domain_id, batch.c.kind == "interactions")
    bodies = connection.execute(query).scalars()
    return [(float(value), int(count)) for body in bodies for value, count in json.loads(body)]


def store_signal(connection: Connection, domain_id: int, settings: SignalSettings, values: ValuePairs) -> None:
    """Store how the values of a domain are understood, and the scale that `values`, all it has, show.

    The scale of ratings is the usual one that they fit, else the lowest and the highest value. It is found anew with
    every import; only a scale that somebody chose stands in the settings.
    """
    distinct, counts = value_arrays(values)
    if not len(distinct):
        low, high = 1.0, 1.0
    elif settings.kind == "ratings":
        low, high = usual_scale(distinct, counts)
    else:
        low, high = float(distinct[0]), float(distinct[-1])
    connection.execute(
        update(domain)
        .where(domain.c.id == domain_id)
        .values(signal=settings.model_dump_json(), scale_low=low, scale_high=high)
    )


def value_arrays(pairs: ValuePairs) -> tuple[Doubles, Longs]:
    """Return distinct values, float64 ascending, and their counts, int64."""
    counts: dict[float, int] = {}
    for value, count in pairs:
        counts[value] = counts.get(value, 0) + count
    ordered = sorted(counts.items())
    return np.array([value for value, _ in ordered], np.float64), np.array([count for _, count in ordered], np.int64)

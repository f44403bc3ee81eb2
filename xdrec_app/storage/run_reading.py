"""Reading runs and their learning curves."""

from __future__ import annotations

import json
import math
from collections import defaultdict
from typing import Any

from sqlalchemy import ColumnElement, Connection, exists, select

from xdrec_app.storage.artifacts import WEIGHTS
from xdrec_app.storage.database import Database
from xdrec_app.storage.run_records import Comparison, Role, StoredPoint, StoredRun
from xdrec_app.storage.runs import no_such_run, owner_of, shown_status
from xdrec_app.storage.schema import artifact, comparison, curve_point, metric, protocol, run


def load_run(database: Database, number: int) -> StoredRun:
    """Return one run; a UserError when there is none."""
    with database.read() as connection:
        found = _read(connection, run.c.id == number)
    if not found:
        raise no_such_run(number)
    return found[0]


def list_runs(database: Database, role: Role = "main") -> list[StoredRun]:
    """Return the runs of a role, newest first."""
    with database.read() as connection:
        return _read(connection, run.c.role == role)


def load_curves(database: Database, number: int) -> list[StoredPoint]:
    """Return the learning curves of a run in the order of time; empty for a closed form."""
    query = (
        select(curve_point)
        .where(curve_point.c.run_id == number)
        .order_by(curve_point.c.elapsed_s, curve_point.c.epoch, curve_point.c.series)
    )
    with database.read() as connection:
        rows = connection.execute(query).all()
    return [StoredPoint(row.phase, row.epoch, row.series, _number(row.value), row.elapsed_s) for row in rows]


def _read(connection: Connection, which: ColumnElement[bool]) -> list[StoredRun]:
    has_weights = exists().where(artifact.c.run_id == run.c.id, artifact.c.name == WEIGHTS)
    query = (
        select(run, protocol.c.body, has_weights.label("can_serve"))
        .join(protocol, protocol.c.digest == run.c.protocol_digest)
        .where(which)
        .order_by(run.c.id.desc())
    )
    metrics: dict[int, dict[str, float]] = defaultdict(dict)
    groups: dict[int, dict[str, dict[str, float]]] = defaultdict(dict)
    for row in connection.execute(select(metric).join(run, run.c.id == metric.c.run_id).where(which)):
        name, bracket, group = row.name.partition("[")
        place = groups[row.run_id].setdefault(group.rstrip("]"), {}) if bracket else metrics[row.run_id]
        place[name] = _number(row.value)
    comparisons: dict[int, list[Comparison]] = defaultdict(list)
    for row in connection.execute(select(comparison).join(run, run.c.id == comparison.c.run_id).where(which)):
        comparisons[row.run_id].append(_comparison(row))
    rows = connection.execute(query).all()
    return [_stored_run(row, metrics[row.id], groups[row.id], tuple(comparisons[row.id])) for row in rows]


def _stored_run(
    row: Any, metrics: dict[str, float], groups: dict[str, dict[str, float]], comparisons: tuple[Comparison, ...]
) -> StoredRun:
    return StoredRun(
        id=row.id,
        role=row.role,
        model=row.model,
        target=row.target,
        sources=tuple(json.loads(row.sources)),
        params=json.loads(row.params),
        split=row.split,
        seed=row.seed,
        protocol_digest=row.protocol_digest,
        protocol=row.body,
        data_digest=row.data_digest,
        device=row.device,
        device_reason=row.device_reason,
        status=shown_status(row),
        error=row.error,
        owner=owner_of(row),
        created_at=row.created_at,
        elapsed_s=row.elapsed_s,
        epochs=row.epochs,
        unscored=row.unscored,
        note=row.note,
        metrics=metrics,
        groups=groups,
        comparisons=comparisons,
        can_serve=bool(row.can_serve),
    )


def _comparison(row: Any) -> Comparison:
    return Comparison(
        kind=row.kind,
        metric=row.metric,
        other_run=row.other_run_id,
        with_value=_number(row.with_value),
        without_value=_number(row.without_value),
        relative=_number(row.relative),
        low=row.low,
        high=row.high,
    )


def _number(value: float | None) -> float:
    """Return what was stored; SQLite keeps NaN as NULL."""
    return math.nan if value is None else value

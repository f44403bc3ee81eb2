"""Studies: searches for good hyper-parameters, a row per trial, so that a search goes on where it ended.

Knows no model, no protocol and no sampler.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import Row, delete, func, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert

from xdrec_app.core.errors import UserError
from xdrec_app.storage.database import Database
from xdrec_app.storage.json_text import as_json
from xdrec_app.storage.run_records import ParamValue
from xdrec_app.storage.schema import protocol, study, study_trial

TrialState = Literal["complete", "pruned", "failed"]


@dataclass(frozen=True)
class NewStudy:
    """A search that is about to begin.

    Attributes
    ----------
    fixed
        Parameters that are not searched; those that are neither fixed nor searched have their default.
    monitor, higher_is_better
        The metric on the validation part that decides, and its direction.
    protocol_digest, protocol, data_digest
        As of a run; see :class:`~xdrec_app.storage.run_records.NewRun`.
    """

    model: str
    target: str
    sources: tuple[str, ...]
    fixed: Mapping[str, ParamValue]
    seed: int
    monitor: str
    higher_is_better: bool
    protocol_digest: str
    protocol: str
    data_digest: str


@dataclass(frozen=True)
class StudyTrial:
    """One set of parameters that was tried.

    Attributes
    ----------
    value
        The monitor; NaN where there is none.
    curve
        The monitor after each epoch.
    error
        Why it failed; empty otherwise.
    """

    number: int
    state: TrialState
    params: Mapping[str, ParamValue]
    value: float
    curve: Sequence[float] = ()
    elapsed_s: float = 0.0
    error: str = ""


@dataclass(frozen=True)
class StoredStudy:
    """A study as it stands in the workspace, its trials ascending by number."""

    id: int
    about: NewStudy
    created_at: int
    trials: tuple[StudyTrial, ...] = field(default=())


def find_or_create_study(database: Database, new: NewStudy) -> int:
    """Return the number of the study that searches for the same on the same data, made now if there is none."""
    values = {
        "model": new.model,
        "target": new.target,
        "sources": as_json(new.sources),
        "fixed": as_json(dict(new.fixed)),
        "seed": new.seed,
        "monitor": new.monitor,
        "higher_is_better": int(new.higher_is_better),
        "protocol_digest": new.protocol_digest,
        "data_digest": new.data_digest,
    }
    query = select(study.c.id).where(*(study.c[name] == value for name, value in values.items()))
    with database.write() as connection:
        known = connection.execute(query.order_by(study.c.id.desc()).limit(1)).scalar_one_or_none()
        if known is not None:
            return int(known)
        kept = {"digest": new.protocol_digest, "body": new.protocol}
        connection.execute(upsert(protocol).on_conflict_do_nothing(), kept)
        row = {**values, "created_at": int(time.time())}
        return int(connection.execute(insert(study).returning(study.c.id), row).scalar_one())


def add_trial(database: Database, number: int, trial: StudyTrial, *, wait_s: float | None = None) -> int:
    """Store a trial of study `number`; its own number is the next free one and is returned."""
    with database.write(wait_s=wait_s) as connection:
        count = select(func.count()).select_from(study_trial).where(study_trial.c.study_id == number)
        place = int(connection.execute(count).scalar_one())
        connection.execute(
            insert(study_trial),
            {
                "study_id": number,
                "number": place,
                "state": trial.state,
                "params": as_json(dict(trial.params)),
                "value": _or_none(trial.value),
                "curve": json.dumps([_or_none(value) for value in trial.curve]),
                "elapsed_s": trial.elapsed_s,
                "error": trial.error,
            },
        )
    return place


def load_study(database: Database, number: int) -> StoredStudy:
    """Return a study with its trials.

    Raises
    ------
    UserError
        When there is no such study.
    """
    with database.read() as connection:
        row = connection.execute(_studies().where(study.c.id == number)).one_or_none()
        if row is None:
            raise UserError(f"There is no study {number}.")
        query = select(study_trial).where(study_trial.c.study_id == number).order_by(study_trial.c.number)
        return _study(row, tuple(_trial(part) for part in connection.execute(query)))


def list_studies(database: Database) -> tuple[StoredStudy, ...]:
    """Return all studies without their trials, the newest first."""
    with database.read() as connection:
        return tuple(_study(row) for row in connection.execute(_studies().order_by(study.c.id.desc())))


def delete_study(database: Database, number: int) -> None:
    """Delete a study with its trials; raises :class:`UserError` when there is none."""
    with database.write() as connection:
        if connection.execute(delete(study).where(study.c.id == number)).rowcount != 1:
            raise UserError(f"There is no study {number}.")


def _studies() -> Any:
    body = protocol.c.body.label("protocol")
    return select(study, body).join(protocol, protocol.c.digest == study.c.protocol_digest)


def _study(row: Row[Any], trials: tuple[StudyTrial, ...] = ()) -> StoredStudy:
    about = NewStudy(
        model=row.model,
        target=row.target,
        sources=tuple(json.loads(row.sources)),
        fixed=json.loads(row.fixed),
        seed=row.seed,
        monitor=row.monitor,
        higher_is_better=bool(row.higher_is_better),
        protocol_digest=row.protocol_digest,
        protocol=row.protocol,
        data_digest=row.data_digest,
    )
    return StoredStudy(row.id, about, row.created_at, trials)


def _trial(row: Row[Any]) -> StudyTrial:
    curve = tuple(math.nan if value is None else float(value) for value in json.loads(row.curve))
    value = math.nan if row.value is None else row.value
    return StudyTrial(row.number, row.state, json.loads(row.params), value, curve, row.elapsed_s, row.error)


def _or_none(value: float) -> float | None:
    return value if math.isfinite(value) else None

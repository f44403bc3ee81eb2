"""The life of a run: created, its epochs recorded, finished as a whole or not at all, found again, deleted.

Writes; reading whole runs is in :mod:`xdrec_app.storage.run_reading`.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Select, and_, delete, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from xdrec_app.core.errors import UserError
from xdrec_app.core.events import EpochEnd
from xdrec_app.storage.artifacts import write_artifact
from xdrec_app.storage.database import Database
from xdrec_app.storage.json_text import as_json
from xdrec_app.storage.ownership import Owner, current_owner, is_alive, is_here
from xdrec_app.storage.run_records import Comparison, NewRun, RunResult
from xdrec_app.storage.schema import comparison, curve_point, metric, protocol, run
from xdrec_app.storage.sqlite import WorkspaceBusy

EPOCH_WAIT_S = 0.05
"""An epoch waits this long for another writer, then it waits in memory: training must not stand still."""

FOREIGN_OWNER_TIME_S = 7 * 24 * 3600
"""A run of another computer, whose processes cannot be asked, is believed to be running for this long."""


def create_run(database: Database, new: NewRun) -> int:
    """Store a run that starts now, owned by this process, and return its number."""
    owner = current_owner()
    values = {
        "role": new.role,
        "model": new.model,
        "target": new.target,
        "sources": as_json(new.sources),
        "params": as_json(dict(new.params)),
        "split": new.split,
        "seed": new.seed,
        "protocol_digest": new.protocol_digest,
        "data_digest": new.data_digest,
        "device": new.device,
        "device_reason": new.device_reason,
        "status": "running",
        "owner_host": owner.host,
        "owner_pid": owner.pid,
        "owner_started": owner.started,
        "created_at": int(time.time()),
    }
    with database.write() as connection:
        kept = {"digest": new.protocol_digest, "body": new.protocol}
        connection.execute(upsert(protocol).on_conflict_do_nothing(), kept)
        return int(connection.execute(insert(run).returning(run.c.id), values).scalar_one())


class EpochRecorder:
    """Stores the epochs of a run, one short transaction each; while another process writes they wait in memory.

    Parameters
    ----------
    database
        The workspace.
    run
        The run they belong to.
    """

    def __init__(self, database: Database, run: int) -> None:
        self._database = database
        self._run = run
        self._waiting: list[dict[str, Any]] = []

    def record(self, event: EpochEnd) -> bool:
        """Store an epoch, and whatever waited before it; return whether all of it is stored now."""
        series = {"train_loss": event.train_loss, **event.validation}
        self._waiting += [
            {
                "run_id": self._run,
                "phase": event.phase,
                "epoch": event.epoch,
                "series": name,
                "value": value,
                "elapsed_s": event.elapsed_s,
            }
            for name, value in series.items()
        ]
        return self.flush()

    def flush(self, wait_s: float = EPOCH_WAIT_S) -> bool:
        """Store what waits and return whether nothing waits any more; a busy workspace is no error."""
        try:
            self.settle(wait_s)
        except WorkspaceBusy:
            return False
        return True

    def settle(self, wait_s: float) -> None:
        """Store what waits; raises :class:`WorkspaceBusy` while that is not possible."""
        if self._waiting:
            with self._database.write(wait_s=wait_s) as connection:
                connection.execute(upsert(curve_point).on_conflict_do_nothing(), self._waiting)
        self._waiting = []


def finish_run(database: Database, number: int, result: RunResult, *, wait_s: float | None = None) -> None:
    """Store how a run ended, with metrics and artifacts, in one transaction.

    Parameters
    ----------
    wait_s
        How long to wait for another writer. For a training that took long, use a short wait within
        :func:`~xdrec_app.storage.database.patiently`.

    Raises
    ------
    WorkspaceBusy
        When another process wrote for longer than that; nothing is stored then.
    UserError
        When the run is gone or has ended already.
    """
    values = {
        "status": result.status,
        "elapsed_s": result.elapsed_s,
        "epochs": result.epochs,
        "unscored": result.unscored,
    }
    grouped = {f"{name}[{group}]": value for group, of in result.groups.items() for name, value in of.items()}
    every = {**result.metrics, **grouped}
    figures = [{"run_id": number, "name": name, "value": value} for name, value in every.items()]
    with database.write(wait_s=wait_s) as connection:
        _end(connection, number, values)
        if figures:
            connection.execute(insert(metric), figures)
        for name, data in result.artifacts.items():
            write_artifact(connection, number, name, data)


def add_comparisons(
    database: Database, number: int, rows: Iterable[Comparison], *, wait_s: float | None = None
) -> None:
    """Store what a finished run was held against, in one transaction; `wait_s` as in :func:`finish_run`."""
    values = [
        {
            "run_id": number,
            "kind": row.kind,
            "metric": row.metric,
            "other_run_id": row.other_run,
            "with_value": row.with_value,
            "without_value": row.without_value,
            "relative": row.relative,
            "low": row.low,
            "high": row.high,
        }
        for row in rows
    ]
    if values:
        with database.write(wait_s=wait_s) as connection:
            connection.execute(insert(comparison), values)


def fail_run(database: Database, number: int, error: str, elapsed_s: float, *, wait_s: float | None = None) -> None:
    """Store that a run ended with an error; its curves stay."""
    with database.write(wait_s=wait_s) as connection:
        _end(connection, number, {"status": "failed", "error": error, "elapsed_s": elapsed_s})


def delete_run(database: Database, number: int) -> None:
    """Delete a run with its curves, metrics, comparisons and artifacts.

    The process that runs it may do so (a cancelled training leaves nothing); others may not while it is running.

    Raises
    ------
    UserError
        When there is no such run, or another process is busy with it.
    """
    with database.write() as connection:
        row = connection.execute(_states().where(run.c.id == number)).one_or_none()
        if row is None:
            raise no_such_run(number)
        owner = owner_of(row)
        if owner != current_owner() and shown_status(row) == "running":
            where = "" if is_here(owner) else f" on the computer {owner.host}"
            raise UserError(f"Run {number} is still running{where}.", "Stop or cancel it first.")
        connection.execute(delete(run).where(run.c.id == number))


def mark_interrupted(database: Database) -> tuple[int, ...]:
    """Write "interrupted" to the runs whose process is gone, and return their numbers."""
    with database.read() as connection:
        rows = connection.execute(_states().where(run.c.status == "running")).all()
    gone = tuple(row.id for row in rows if shown_status(row) == "interrupted")
    if gone:
        still_running = and_(run.c.id.in_(gone), run.c.status == "running")
        with database.write() as connection:
            connection.execute(update(run).where(still_running).values(status="interrupted"))
    return gone


def find_equal_run(database: Database, new: NewRun) -> int | None:
    """Return the newest finished run, of either role, that would come out like a described one; None if none is."""
    query = (
        select(run.c.id)
        .where(run.c.target == new.target, run.c.protocol_digest == new.protocol_digest)
        .where(run.c.data_digest == new.data_digest, run.c.status == "finished")
        .where(run.c.model == new.model, run.c.seed == new.seed)
        .where(run.c.params == as_json(dict(new.params)), run.c.sources == as_json(new.sources))
        .order_by(run.c.id.desc())
        .limit(1)
    )
    with database.read() as connection:
        return connection.execute(query).scalar_one_or_none()


def best_single_domain_run(
    database: Database,
    *,
    target: str,
    protocol_digest: str,
    data_digest: str,
    metric_name: str,
    higher_is_better: bool,
) -> int | None:
    """Return the stored run without sources that is best in a metric; None if there is none.

    Parameters
    ----------
    data_digest
        Of the target alone, as its runs without sources have it.
    metric_name
        Such as ``ndcg@10``; of two equals the older run is taken.
    """
    order = metric.c.value.desc() if higher_is_better else metric.c.value.asc()
    query = (
        select(run.c.id)
        .join(metric, and_(metric.c.run_id == run.c.id, metric.c.name == metric_name))
        .where(run.c.target == target, run.c.protocol_digest == protocol_digest, run.c.data_digest == data_digest)
        .where(run.c.sources == as_json(()), run.c.status.in_(("finished", "stopped")), metric.c.value.is_not(None))
        .order_by(order, run.c.id)
        .limit(1)
    )
    with database.read() as connection:
        return connection.execute(query).scalar_one_or_none()


def owner_of(row: Any) -> Owner:
    """Return the owner that a row of the run table names."""
    return Owner(row.owner_host, row.owner_pid, row.owner_started)


def shown_status(row: Any) -> str:
    """Return the status of a row of the run table: "interrupted" when it says "running" and nobody runs it."""
    if row.status != "running":
        return str(row.status)
    owner = owner_of(row)
    believed = is_here(owner) or time.time() - row.created_at < FOREIGN_OWNER_TIME_S
    return "running" if believed and is_alive(owner) else "interrupted"


def no_such_run(number: int) -> UserError:
    """Return the error for a run number that does not exist."""
    return UserError(f"There is no run {number}.", "See the runs of the workspace for their numbers.")


def _states() -> Select[Any]:
    return select(run.c.id, run.c.status, run.c.created_at, run.c.owner_host, run.c.owner_pid, run.c.owner_started)


def _end(connection: Connection, number: int, values: Mapping[str, Any]) -> None:
    # "interrupted" too: somebody may have taken us for gone, and the result is worth more than that verdict.
    open_run = and_(run.c.id == number, run.c.status.in_(("running", "interrupted")))
    if connection.execute(update(run).where(open_run).values(**values)).rowcount != 1:
        raise UserError(f"Run {number} has ended already or was deleted; its result was not stored.")

"""The life of a run: its epochs are stored exactly once, its end as a whole or not at all."""

from __future__ import annotations

import math
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from xdrec_app.core.errors import UserError
from xdrec_app.core.events import EpochEnd
from xdrec_app.storage import runs
from xdrec_app.storage.artifacts import WEIGHTS, read_artifact
from xdrec_app.storage.database import Database, open_database
from xdrec_app.storage.ownership import Owner, current_owner, process_start
from xdrec_app.storage.run_reading import list_runs, load_curves, load_run
from xdrec_app.storage.run_records import Comparison, NewRun, RunResult
from xdrec_app.storage.runs import (
    EpochRecorder,
    add_comparisons,
    create_run,
    delete_run,
    fail_run,
    finish_run,
    mark_interrupted,
)
from xdrec_app.storage.sqlite import WorkspaceBusy

MakeRun = Callable[..., NewRun]


def epoch(number: int, phase: str = "train", **validation: float) -> EpochEnd:
    return EpochEnd(
        phase=phase,
        epoch=number,
        train_loss=1 / number,
        validation=validation,
        learning_rate=0.01,
        interactions_per_s=1000.0,
        elapsed_s=number / 10,
    )


def result(**changes: Any) -> RunResult:
    values: dict[str, Any] = {
        "status": "finished",
        "elapsed_s": 2.5,
        "epochs": 3,
        "unscored": 0.1,
        "metrics": {"ndcg@10": 0.25, "rmse": 0.9},
    }
    return RunResult(**(values | changes))


def ended(database: Database, new: NewRun, **changes: Any) -> int:
    number = create_run(database, new)
    finish_run(database, number, result(**changes))
    return number


def set_owner(database: Database, number: int, owner: Owner, created_at: float | None = None) -> None:
    statement = "UPDATE run SET owner_host = :host, owner_pid = :pid, owner_started = :started, created_at = :at"
    values = {"host": owner.host, "pid": owner.pid, "started": owner.started, "id": number}
    at = int(time.time() if created_at is None else created_at)
    with database.write() as connection:
        connection.execute(text(f"{statement} WHERE id = :id"), {**values, "at": at})


def a_dead_process() -> Owner:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    started = process_start(child.pid)
    child.communicate()
    assert started is not None
    return Owner(current_owner().host, child.pid, started)


# ------------------------------------------------------------------ from beginning to end


def test_a_new_run_is_running_and_belongs_to_this_process(database: Database, new_run: MakeRun):
    before = int(time.time())
    new = new_run(sources=("movies", "音乐"), params={"dropout": 0.1, "is_biased": True, "loss": "bpr"})
    found = load_run(database, create_run(database, new))
    assert (found.status, found.owner, found.role) == ("running", current_owner(), "main")
    assert (found.sources, found.params) == (new.sources, dict(new.params))
    assert (found.protocol_digest, found.protocol) == (new.protocol_digest, new.protocol)
    assert (found.elapsed_s, found.epochs, found.unscored, found.metrics) == (None, None, None, {})
    assert before <= found.created_at <= time.time()


def test_runs_of_one_protocol_share_it(database: Database, new_run: MakeRun):
    create_run(database, new_run())
    create_run(database, new_run(seed=4))
    with database.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM protocol")).scalar_one() == 1


def test_a_finished_run_has_its_metrics_and_weights(database: Database, new_run: MakeRun):
    number = create_run(database, new_run())
    assert not load_run(database, number).can_serve
    finish_run(database, number, result(artifacts={WEIGHTS: b"w" * 100}))
    found = load_run(database, number)
    assert (found.status, found.elapsed_s, found.epochs, found.unscored) == ("finished", 2.5, 3, 0.1)
    assert found.metrics == {"ndcg@10": 0.25, "rmse": 0.9}
    assert found.can_serve
    assert read_artifact(database, number, WEIGHTS) == b"w" * 100


def test_a_run_is_finished_with_everything_or_not_at_all(
    database: Database, new_run: MakeRun, monkeypatch: pytest.MonkeyPatch
):
    number = create_run(database, new_run())
    write, written = runs.write_artifact, []

    def fail_at_the_second(connection: Any, *arguments: Any) -> None:
        if written:
            raise MemoryError
        written.append(arguments)
        write(connection, *arguments)

    monkeypatch.setattr(runs, "write_artifact", fail_at_the_second)
    with pytest.raises(MemoryError):
        finish_run(database, number, result(artifacts={WEIGHTS: b"w", "manifest": b"{}"}))
    found = load_run(database, number)
    assert (found.status, found.metrics, found.can_serve) == ("running", {}, False)
    with pytest.raises(UserError, match="no stored weights"):
        read_artifact(database, number, WEIGHTS)


def test_a_figure_that_is_not_a_number_comes_back_as_one(database: Database, new_run: MakeRun):
    number = ended(database, new_run(), metrics={"auc": math.nan, "rmse": math.inf})
    add_comparisons(database, number, [Comparison("popularity", "auc", None, math.nan, 0.0, math.nan)])
    found = load_run(database, number)
    assert math.isnan(found.metrics["auc"])
    assert found.metrics["rmse"] == math.inf
    assert math.isnan(found.comparisons[0].with_value)
    assert math.isnan(found.comparisons[0].relative)
    assert found.comparisons[0].low is None


def test_comparisons_come_back_as_they_were_given(database: Database, new_run: MakeRun):
    other = ended(database, new_run(role="baseline", sources=()))
    number = ended(database, new_run())
    rows = (
        Comparison("lift", "ndcg@10", other, 0.25, 0.2, 0.25, 0.1, 0.4),
        Comparison("popularity", "ndcg@10", None, 0.25, 0.1, 1.5),
    )
    add_comparisons(database, number, rows)
    assert load_run(database, number).comparisons == rows


def test_a_run_does_not_end_twice(database: Database, new_run: MakeRun):
    number = ended(database, new_run())
    with pytest.raises(UserError, match="ended already"):
        finish_run(database, number, result(metrics={"rmse": 0.1}))
    with pytest.raises(UserError, match="ended already"):
        fail_run(database, number, "late", 1.0)
    assert load_run(database, number).metrics["rmse"] == 0.9


def test_a_failed_run_keeps_its_curves_and_says_why(database: Database, new_run: MakeRun):
    number = create_run(database, new_run())
    EpochRecorder(database, number).record(epoch(1))
    fail_run(database, number, "The loss is not finite.", 1.5)
    found = load_run(database, number)
    assert (found.status, found.error, found.elapsed_s) == ("failed", "The loss is not finite.", 1.5)
    assert len(load_curves(database, number)) == 1


def test_runs_are_listed_by_role_newest_first(database: Database, new_run: MakeRun):
    first, second = create_run(database, new_run()), create_run(database, new_run())
    baseline = create_run(database, new_run(role="baseline"))
    assert [found.id for found in list_runs(database)] == [second, first]
    assert [found.id for found in list_runs(database, "baseline")] == [baseline]
    assert list_runs(database)[1] == load_run(database, first)


def test_a_run_that_does_not_exist_is_a_sentence(database: Database):
    for ask in (load_run, delete_run):
        with pytest.raises(UserError, match="There is no run 7"):
            ask(database, 7)


# ------------------------------------------------------------------ epochs


def test_each_series_of_an_epoch_is_a_point(database: Database, new_run: MakeRun):
    number = create_run(database, new_run())
    recorder = EpochRecorder(database, number)
    assert recorder.record(epoch(1, **{"ndcg@10": 0.1}))
    assert recorder.record(epoch(2, **{"ndcg@10": 0.2}))
    points = [(point.phase, point.epoch, point.series, point.value) for point in load_curves(database, number)]
    assert points == [
        ("train", 1, "ndcg@10", 0.1),
        ("train", 1, "train_loss", 1.0),
        ("train", 2, "ndcg@10", 0.2),
        ("train", 2, "train_loss", 0.5),
    ]


def test_an_epoch_that_is_recorded_again_counts_once(database: Database, new_run: MakeRun):
    number = create_run(database, new_run())
    for _ in range(2):
        recorder = EpochRecorder(database, number)
        recorder.record(epoch(1))
        recorder.record(epoch(1, phase="map"))
    assert [(point.phase, point.epoch) for point in load_curves(database, number)] == [("map", 1), ("train", 1)]


def test_a_loss_that_is_not_a_number_is_a_point_all_the_same(database: Database, new_run: MakeRun):
    number = create_run(database, new_run())
    EpochRecorder(database, number).record(epoch(1, rmse=math.nan))
    assert [math.isnan(point.value) for point in load_curves(database, number)] == [True, False]


def test_while_another_process_writes_epochs_wait_in_memory_and_none_is_lost(database: Database, new_run: MakeRun):
    number = create_run(database, new_run())
    recorder = EpochRecorder(database, number)
    recorder.record(epoch(1))
    with open_database(database.path) as importer, importer.write():
        started = time.monotonic()
        assert not recorder.record(epoch(2))
        assert not recorder.record(epoch(3))
        assert not recorder.flush()
        assert time.monotonic() - started < 2
        assert len(load_curves(database, number)) == 1
        with pytest.raises(WorkspaceBusy):
            recorder.settle(0.0)
    assert recorder.record(epoch(4))
    assert [point.epoch for point in load_curves(database, number)] == [1, 2, 3, 4]
    assert recorder.flush()


def test_a_result_that_meets_a_busy_workspace_can_be_stored_later(database: Database, new_run: MakeRun):
    number = create_run(database, new_run())
    with open_database(database.path) as importer, importer.write(), pytest.raises(WorkspaceBusy):
        finish_run(database, number, result(), wait_s=0.01)
    assert load_run(database, number).status == "running"
    finish_run(database, number, result())
    assert load_run(database, number).status == "finished"


# ------------------------------------------------------------------ owners


def test_a_run_whose_process_is_gone_is_shown_as_interrupted(database: Database, new_run: MakeRun):
    number, alive = create_run(database, new_run()), create_run(database, new_run())
    set_owner(database, number, a_dead_process())
    assert load_run(database, number).status == "interrupted"
    assert load_run(database, alive).status == "running"
    assert mark_interrupted(database) == (number,)
    assert mark_interrupted(database) == ()
    with database.read() as connection:
        states = connection.execute(text("SELECT status FROM run ORDER BY id")).scalars().all()
    assert states == ["interrupted", "running"]


def test_ended_runs_stay_what_they_are_when_their_process_is_gone(database: Database, new_run: MakeRun):
    number = ended(database, new_run(), status="stopped")
    set_owner(database, number, a_dead_process())
    assert mark_interrupted(database) == ()
    assert load_run(database, number).status == "stopped"


def test_a_result_counts_more_than_a_verdict_of_interrupted(database: Database, new_run: MakeRun):
    number = create_run(database, new_run())
    with database.write() as connection:
        connection.execute(text("UPDATE run SET status = 'interrupted'"))
    finish_run(database, number, result())
    assert load_run(database, number).status == "finished"


def test_a_run_of_another_computer_is_believed_for_a_week(database: Database, new_run: MakeRun):
    number = create_run(database, new_run())
    day = 24 * 3600
    set_owner(database, number, Owner("elsewhere", 1, 0.0), time.time() - 6 * day)
    assert load_run(database, number).status == "running"
    with pytest.raises(UserError, match="on the computer elsewhere"):
        delete_run(database, number)
    set_owner(database, number, Owner("elsewhere", 1, 0.0), time.time() - 8 * day)
    assert load_run(database, number).status == "interrupted"
    delete_run(database, number)


# ------------------------------------------------------------------ deleting


def test_a_deleted_run_leaves_nothing(database: Database, new_run: MakeRun):
    number = create_run(database, new_run())
    EpochRecorder(database, number).record(epoch(1))
    finish_run(database, number, result(artifacts={WEIGHTS: b"w"}))
    add_comparisons(database, number, [Comparison("popularity", "rmse", None, 1.0, 1.0, 0.0)])
    delete_run(database, number)
    with database.read() as connection:
        for table in ("run", "curve_point", "metric", "comparison", "artifact"):
            assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == 0


def test_what_was_compared_with_a_deleted_run_keeps_its_figures(database: Database, new_run: MakeRun):
    other, number = ended(database, new_run(sources=())), ended(database, new_run())
    add_comparisons(database, number, [Comparison("margin", "ndcg@10", other, 0.25, 0.2, 0.25)])
    delete_run(database, other)
    assert load_run(database, number).comparisons == (Comparison("margin", "ndcg@10", None, 0.25, 0.2, 0.25),)


def test_a_run_is_not_deleted_under_another_process_that_is_busy_with_it(database: Database, new_run: MakeRun):
    number = create_run(database, new_run())
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        started = process_start(child.pid)
        assert started is not None
        set_owner(database, number, Owner(current_owner().host, child.pid, started))
        with pytest.raises(UserError, match=f"Run {number} is still running") as caught:
            delete_run(database, number)
        assert "Stop or cancel" in caught.value.hint
    finally:
        child.communicate()
    delete_run(database, number)
    assert list_runs(database) == []


def test_the_process_itself_may_delete_its_running_run(database: Database, new_run: MakeRun):
    delete_run(database, create_run(database, new_run()))
    assert list_runs(database) == []

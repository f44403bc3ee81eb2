"""Runs found again: one that would come out the same, and the best one without sources."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xdrec_app.storage.database import Database
from xdrec_app.storage.json_text import as_json
from xdrec_app.storage.run_records import NewRun, RunResult
from xdrec_app.storage.runs import best_single_domain_run, create_run, fail_run, find_equal_run, finish_run

MakeRun = Callable[..., NewRun]


def ended(database: Database, new: NewRun, **changes: Any) -> int:
    values: dict[str, Any] = {
        "status": "finished",
        "elapsed_s": 2.5,
        "epochs": 3,
        "unscored": 0.1,
        "metrics": {"ndcg@10": 0.25},
    }
    number = create_run(database, new)
    finish_run(database, number, RunResult(**(values | changes)))
    return number


@pytest.mark.parametrize("role", ["main", "baseline"])
def test_an_equal_finished_run_of_either_role_is_found(database: Database, new_run: MakeRun, role: str):
    number = ended(database, new_run(role=role))
    backwards = dict(reversed(new_run().params.items()))
    assert find_equal_run(database, new_run(params=backwards)) == number


@pytest.mark.parametrize(
    "change",
    [
        {"model": "item_knn"},
        {"params": {"regularisation": 100.5, "embedding_size": 8}},
        {"params": {}},
        {"target": "songs"},
        {"sources": ()},
        {"sources": ("movies", "songs")},
        {"protocol_digest": "p2"},
        {"data_digest": "d2"},
        {"seed": 4},
    ],
)
def test_any_difference_makes_another_run(database: Database, new_run: MakeRun, change: dict[str, Any]):
    ended(database, new_run())
    assert find_equal_run(database, new_run(**change)) is None


def test_only_a_finished_run_spares_computing_it_again(database: Database, new_run: MakeRun):
    create_run(database, new_run())
    ended(database, new_run(), status="stopped")
    fail_run(database, create_run(database, new_run()), "no", 1.0)
    assert find_equal_run(database, new_run()) is None


VALUES = st.booleans() | st.integers(-(2**40), 2**40) | st.floats(allow_nan=False, allow_infinity=False) | st.text()


@given(st.dictionaries(st.text(max_size=5), VALUES, max_size=4))
def test_params_have_one_text_whatever_their_order(params: dict[str, Any]):
    backwards = dict(reversed(params.items()))
    assert as_json(params) == as_json(backwards)


def best(database: Database, metric_name: str, higher_is_better: bool = True, **changes: str) -> int | None:
    keys = {"target": "books", "protocol_digest": "p1", "data_digest": "d1"} | changes
    return best_single_domain_run(database, metric_name=metric_name, higher_is_better=higher_is_better, **keys)


def test_the_best_single_domain_run_is_taken_in_the_direction_of_the_metric(database: Database, new_run: MakeRun):
    one = ended(database, new_run(sources=(), seed=1), metrics={"ndcg@10": 0.2, "rmse": 0.9})
    other = ended(database, new_run(sources=(), seed=2, role="baseline"), metrics={"ndcg@10": 0.3, "rmse": 1.0})
    assert best(database, "ndcg@10") == other
    assert best(database, "rmse", higher_is_better=False) == one


def test_runs_with_sources_or_under_other_conditions_do_not_count(database: Database, new_run: MakeRun):
    ended(database, new_run())
    create_run(database, new_run(sources=()))
    ended(database, new_run(sources=(), protocol_digest="p2"))
    ended(database, new_run(sources=(), data_digest="d2"))
    ended(database, new_run(sources=(), target="songs"))
    ended(database, new_run(sources=()), metrics={"ndcg@10": math.nan})
    assert best(database, "ndcg@10") is None
    assert best(database, "no such metric") is None


def test_a_stopped_run_counts_and_of_equals_the_older(database: Database, new_run: MakeRun):
    first = ended(database, new_run(sources=()), status="stopped")
    ended(database, new_run(sources=()))
    assert best(database, "ndcg@10") == first

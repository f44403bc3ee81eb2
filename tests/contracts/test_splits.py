"""What every registered split keeps to, whatever the table."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xdrec_app.core.errors import UserError
from xdrec_app.datasets.domain_table import DomainTable
from xdrec_app.datasets.splitting import Split, SplitPlan, splits

KEYS = splits.keys()
FIXED = {"leave-last", "last-share", "time-cut", "files"}
"""Splits that draw nothing."""

GLOBAL = {"time-cut", "files"}
"""Splits that hide rows of a source whoever they belong to."""

SEEDS = st.integers(0, 2**31)
FILES = ("train.csv", "valid.csv", "test.csv")


def make(key: str) -> Split:
    """Make a split; where files have to be named, those that the tables here have."""
    cls = splits[key]
    return cls(cls.Params.parse({"test": "test.csv", "valid": "valid.csv"}) if key == "files" else None)


@st.composite
def tables(draw, name="books"):
    """Small tables with people of very different activity and many ties in time."""
    pairs = draw(st.sets(st.tuples(st.integers(0, 12), st.integers(0, 15)), min_size=1, max_size=80))
    rows = draw(st.permutations(sorted(pairs)))
    times = draw(st.lists(st.integers(0, 5), min_size=len(rows), max_size=len(rows)))
    table = DomainTable.of(
        name, [(f"p{user}", f"{name[0]}{item}", 3.0, time) for (user, item), time in zip(rows, times, strict=True)]
    )
    starts = sorted(draw(st.tuples(st.integers(0, len(rows)), st.integers(0, len(rows)))))
    return with_files(table, *starts)


def with_files(table: DomainTable, *starts: int) -> DomainTable:
    return replace(table, files=tuple(zip(FILES, (0, *starts), strict=True)))


def draw_or_none(key: str, target: DomainTable, sources: list[DomainTable], seed: int) -> SplitPlan | None:
    try:
        return make(key).draw(target, sources, seed)
    except UserError:
        return None


def parts(plan: SplitPlan) -> tuple[list[int], list[int], list[int]]:
    return plan.train.tolist(), plan.valid.tolist(), plan.test.tolist()


def test_every_split_of_the_command_line_is_there_and_says_what_it_does():
    assert splits.broken == {}
    known = ("all", "cold-items", "cold-start", "files", "last-share", "leave-last")
    assert [*known, "random", "random-rows", "time-cut"] == KEYS
    assert all(split.title and make(split.key).description for split in splits)


@pytest.mark.parametrize("key", KEYS)
def test_what_is_set_is_held_to_and_said(key, small_world):
    """Of a split with shares, a larger share holds more out, and the words say how much."""
    cls = splits[key]
    names = [field.name for field in cls.Params.fields()]
    assert all(field.description for field in cls.Params.fields())
    if "test_share" not in names:
        return
    few, many = (cls(cls.Params.parse({"test_share": share})) for share in ("0.1", "0.4"))
    sizes = [len(split.draw(small_world.target, [], 1).test) for split in (few, many)]
    assert sizes[0] < sizes[1]
    assert "10 %" in few.description and "40 %" in many.description
    none = cls(cls.Params.parse({"valid_share": 0.0})).draw(small_world.target, [], 1)
    assert len(none.valid) == 0


@pytest.mark.parametrize("key", KEYS)
@given(target=tables(), seed=SEEDS)
@settings(max_examples=40, deadline=None)
def test_the_parts_are_ascending_and_hold_every_row_once(key, target, seed):
    plan = draw_or_none(key, target, [], seed)
    if plan is None:
        assert key == "time-cut" and len(set(target.times.tolist())) < 6
        return
    train, valid, test = parts(plan)
    assert sorted(train + valid + test) == list(range(len(target)))
    assert all(rows == sorted(rows) for rows in (train, valid, test))


@pytest.mark.parametrize("key", KEYS)
@given(target=tables(), source=tables("movies"), seed=SEEDS)
@settings(max_examples=40, deadline=None)
def test_the_division_does_not_depend_on_the_sources(key, target, source, seed):
    joint = draw_or_none(key, target, [source], seed)
    assert joint is None or parts(joint) == parts(make(key).draw(target, [], seed))


@pytest.mark.parametrize("key", KEYS)
@given(target=tables(), seed=SEEDS)
@settings(max_examples=20, deadline=None)
def test_the_same_seed_draws_the_same_parts(key, target, seed):
    drawn = [draw_or_none(key, target, [], seed) for _ in range(2)]
    assert drawn == [None, None] or parts(drawn[0]) == parts(drawn[1])


@pytest.mark.parametrize("key", [key for key in KEYS if key not in FIXED])
def test_another_seed_draws_other_parts(key, small_world):
    drawn = [parts(make(key).draw(small_world.target, [], seed)) for seed in range(3)]
    assert drawn[0] != drawn[1] != drawn[2] != drawn[0]


@pytest.mark.parametrize("key", KEYS)
@given(target=tables(), source=tables("movies"), seed=SEEDS)
@settings(max_examples=40, deadline=None)
def test_only_people_with_test_rows_are_scored_and_lose_rows_of_the_sources(key, target, source, seed):
    plan = draw_or_none(key, target, [source], seed)
    if plan is None:
        return
    tested = {target.user_ids[user] for user in target.users[plan.test]}
    assert plan.scored is None or plan.scored <= tested
    visible = make(key).visible(source, target, plan)
    assert visible.shape == (len(source),)
    assert visible.dtype == bool
    assert key in GLOBAL or {source.user_ids[user] for user in source.users[~visible]} <= tested


@pytest.mark.parametrize("key", KEYS)
def test_a_table_without_rows_is_divided_into_nothing_or_refused_in_words(key, small_world):
    empty = small_world.target.take(np.empty(0, np.int64))
    plan = draw_or_none(key, empty, [], 1)
    assert plan is None or parts(plan) == ([], [], [])


@pytest.mark.parametrize("key", KEYS)
def test_what_the_values_are_does_not_matter(key, small_world):
    target = with_files(small_world.target, 100, 200)
    other = replace(target, values=target.values[::-1].copy())
    assert parts(make(key).draw(target, [], 4)) == parts(make(key).draw(other, [], 4))

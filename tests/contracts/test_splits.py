"""What every registered split keeps to, whatever the table."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xdrec_app.core.errors import UserError
from xdrec_app.datasets.domain_table import DomainTable
from xdrec_app.datasets.splitting import SplitPlan, splits

KEYS = splits.keys()
SEEDS = st.integers(0, 2**31)


@st.composite
def tables(draw, name="books"):
    """Small tables with people of very different activity and many ties in time."""
    pairs = draw(st.sets(st.tuples(st.integers(0, 12), st.integers(0, 15)), min_size=1, max_size=80))
    rows = draw(st.permutations(sorted(pairs)))
    times = draw(st.lists(st.integers(0, 5), min_size=len(rows), max_size=len(rows)))
    return DomainTable.of(
        name, [(f"p{user}", f"{name[0]}{item}", 3.0, time) for (user, item), time in zip(rows, times, strict=True)]
    )


def draw_or_none(key: str, target: DomainTable, sources: list[DomainTable], seed: int) -> SplitPlan | None:
    try:
        return splits[key]().draw(target, sources, seed)
    except UserError:
        return None


def parts(plan: SplitPlan) -> tuple[list[int], list[int], list[int]]:
    return plan.train.tolist(), plan.valid.tolist(), plan.test.tolist()


def test_every_split_of_the_command_line_is_there_and_says_what_it_does():
    assert splits.broken == {}
    assert KEYS == ["all", "cold-items", "cold-start", "leave-last", "random"]
    assert all(split.title and split.description for split in splits)


@pytest.mark.parametrize("key", KEYS)
@given(target=tables(), seed=SEEDS)
@settings(max_examples=40, deadline=None)
def test_the_parts_are_ascending_and_hold_every_row_once(key, target, seed):
    train, valid, test = parts(splits[key]().draw(target, [], seed))
    assert sorted(train + valid + test) == list(range(len(target)))
    assert all(rows == sorted(rows) for rows in (train, valid, test))


@pytest.mark.parametrize("key", KEYS)
@given(target=tables(), source=tables("movies"), seed=SEEDS)
@settings(max_examples=40, deadline=None)
def test_the_division_does_not_depend_on_the_sources(key, target, source, seed):
    joint = draw_or_none(key, target, [source], seed)
    assert joint is None or parts(joint) == parts(splits[key]().draw(target, [], seed))


@pytest.mark.parametrize("key", KEYS)
@given(target=tables(), seed=SEEDS)
@settings(max_examples=20, deadline=None)
def test_the_same_seed_draws_the_same_parts(key, target, seed):
    assert parts(splits[key]().draw(target, [], seed)) == parts(splits[key]().draw(target, [], seed))


@pytest.mark.parametrize("key", [key for key in KEYS if key != "leave-last"])
def test_another_seed_draws_other_parts(key, small_world):
    drawn = [parts(splits[key]().draw(small_world.target, [], seed)) for seed in range(3)]
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
    visible = splits[key]().visible(source, target, plan)
    assert visible.shape == (len(source),)
    assert visible.dtype == bool
    assert {source.user_ids[user] for user in source.users[~visible]} <= tested


@pytest.mark.parametrize("key", KEYS)
def test_a_table_without_rows_is_divided_into_nothing_or_refused_in_words(key, small_world):
    empty = small_world.target.take(np.empty(0, np.int64))
    plan = draw_or_none(key, empty, [], 1)
    assert plan is None or parts(plan) == ([], [], [])


@pytest.mark.parametrize("key", KEYS)
def test_what_the_values_are_does_not_matter(key, small_world):
    target = small_world.target
    other = replace(target, values=target.values[::-1].copy())
    assert parts(splits[key]().draw(target, [], 4)) == parts(splits[key]().draw(other, [], 4))

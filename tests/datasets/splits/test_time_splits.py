"""Splits by time: the last share of each person, and one cut for all."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xdrec_app.core.errors import UserError
from xdrec_app.datasets.domain_table import DomainTable
from xdrec_app.datasets.splits.last_share import LastShareSplit
from xdrec_app.datasets.splits.time_cut import TimeCutSplit


def table(name: str, times: dict[str, list[int | None]]) -> DomainTable:
    rows = [(id_, f"{name}{i:02d}", 3.0, time) for id_, own in times.items() for i, time in enumerate(own)]
    return DomainTable.of(name, rows)


def seen(source: DomainTable, visible: np.ndarray) -> list[tuple[str, int]]:
    users, times = source.users[visible].tolist(), source.times[visible].tolist()
    return sorted((source.user_ids[user], time) for user, time in zip(users, times, strict=True))


def test_the_last_share_of_each_person_is_tested_and_what_comes_before_validates():
    target = table("a", {"ann": list(range(10)), "bob": list(range(100, 105))})
    split = LastShareSplit(LastShareSplit.Params(test_share=0.2, valid_share=0.25))
    plan = split.draw(target, [], 0)
    assert target.times[plan.test].tolist() == [8, 9, 104]
    assert target.times[plan.valid].tolist() == [6, 7, 103]


def test_after_the_first_tested_row_a_person_is_not_seen_elsewhere():
    target = table("a", {"ann": list(range(10))})
    source = table("b", {"ann": [3, 8, 9, None], "eve": [50, None]})
    split = LastShareSplit()
    visible = split.visible(source, target, split.draw(target, [source], 0))
    assert seen(source, visible) == [("ann", 3), ("ann", 8), ("eve", int(source.times.min())), ("eve", 50)]


def test_one_cut_divides_all_people_and_hides_all_that_comes_after_it():
    target = table("a", {"ann": [0, 1, 2, 3, 4, 5, 6, 7], "bob": [8, 9]})
    source = table("b", {"ann": [7, 8], "eve": [7, 9, None]})
    split = TimeCutSplit(TimeCutSplit.Params(test_share=0.2, valid_share=0.25))
    plan = split.draw(target, [source], 0)
    assert target.times[plan.test].tolist() == [8, 9]
    assert target.times[plan.valid].tolist() == [6, 7]
    assert seen(source, split.visible(source, target, plan)) == [("ann", 7), ("eve", 7)]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 9), min_size=2, max_size=40), st.floats(0.05, 0.8), st.floats(0.0, 0.8))
def test_nothing_trained_on_is_later_than_what_validates_and_nothing_of_these_than_what_is_tested(times, test, valid):
    target = table("a", {"ann": times})
    split = TimeCutSplit(TimeCutSplit.Params(test_share=test, valid_share=valid))
    try:
        plan = split.draw(target, [], 0)
    except UserError:
        assert int(len(times) * test + 0.5) > len(times) - times.count(min(times))
        return
    parts = [target.times[rows] for rows in (plan.train, plan.valid, plan.test)]
    assert len(parts[0]) > 0
    ends = [(part.min(), part.max()) for part in parts if len(part)]
    assert all(before[1] < after[0] for before, after in pairwise(ends))


@pytest.mark.parametrize("split", [LastShareSplit(), TimeCutSplit()])
def test_a_target_without_times_is_refused(split):
    with pytest.raises(UserError, match="needs times"):
        split.draw(table("a", {"ann": [1, None, 3]}), [], 0)

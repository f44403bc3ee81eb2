from __future__ import annotations

import numpy as np

from xdrec_app.datasets.interactions import Interactions
from xdrec_app.datasets.vocabulary import UNKNOWN, Vocabulary
from xdrec_app.evaluation.held_out import HeldOut


def test_people_are_sorted_by_id_and_those_without_rows_left_out():
    held = HeldOut.of(
        ["z", "nobody", "a"], Interactions.of([0, 0, 2], [1, 2, 3]), Interactions.of([], []), Vocabulary("az"), 5
    )
    assert held.people == ("a", "z")
    assert held.users.tolist() == [0, 1]
    assert sorted(zip(held.rows.users.tolist(), held.rows.items.tolist(), strict=True)) == [(0, 3), (1, 1), (1, 2)]


def test_history_holds_the_target_rows_of_these_people_only(make_held_out):
    held = make_held_out([("a", 0, 5), ("c", 1, 5)], [("a", 1, 2), ("b", 2, 4), ("c", 0, 3), ("c", 9, 1)])
    assert held.history.shape == (2, 6)
    assert held.history.toarray().nonzero()[0].tolist() == [0, 1]
    assert held.history.toarray().nonzero()[1].tolist() == [1, 0]
    assert held.mean == 3.0  # of the target's rows, whoever gave them; item 9 belongs to another domain


def test_unknown_people_and_items_stay_in_the_account(make_held_out):
    held = make_held_out([("stranger", 1, 5), ("a", UNKNOWN, 5), ("a", 2, 5)])
    assert dict(zip(held.people, held.users.tolist(), strict=True)) == {"a": 0, "stranger": UNKNOWN}
    wanted = held.wanted(3.0)
    assert wanted.counts.tolist() == [2, 1]
    assert wanted.items.toarray().sum(axis=1).tolist() == [1, 1]


def test_only_liked_items_are_wanted_and_none_that_stands_in_the_history(make_held_out):
    held = make_held_out([("a", 0, 5), ("a", 1, 2), ("a", 2, 4)], [("a", 2, 4)])
    wanted = held.wanted(3.0)
    assert wanted.items.toarray().nonzero()[1].tolist() == [0]
    assert wanted.counts.tolist() == [1]


def test_a_part_of_the_people_keeps_their_rows_and_history(make_held_out):
    held = make_held_out([("a", 0, 5), ("b", 1, 4), ("c", 2, 3)], [("c", 3, 5)])
    part = held.only(np.array([0, 2]))
    assert part.people == ("a", "c")
    assert part.rows.users.tolist() == [0, 1]
    assert part.rows.items.tolist() == [0, 2]
    assert part.history.toarray()[1].nonzero()[0].tolist() == [3]

import numpy as np

from xdrec_app.datasets.arrays import NO_TIME
from xdrec_app.datasets.domain_table import DomainTable

TABLE = DomainTable.of(
    "books", [("b", "y", 2, 5), ("a", "z", 4, None), ("a", "x", 1, 3), ("b", "y", 5, 1)], {"w": ("Walden", "", ())}
)


def test_rows_stand_in_the_order_of_their_ids_whatever_the_order_of_the_file():
    pairs = [(TABLE.user_ids[user], TABLE.item_ids[item]) for user, item in zip(TABLE.users, TABLE.items, strict=True)]
    assert pairs == [("a", "x"), ("a", "z"), ("b", "y")]
    assert TABLE.file_order.tolist() == [2, 1, 3]


def test_a_repeated_pair_keeps_its_last_row():
    assert TABLE.values.tolist() == [1, 4, 5]
    assert TABLE.times.tolist() == [3, NO_TIME, 1]


def test_items_without_interactions_are_present():
    assert TABLE.item_ids == ("w", "x", "y", "z")
    assert TABLE.titles == ("Walden", "", "", "")


def test_one_row_without_a_time_means_that_the_table_has_none():
    assert not TABLE.has_times
    assert TABLE.take(np.array([0, 2])).has_times
    assert not TABLE.take(np.array([], np.int64)).has_times


def test_values_that_are_all_the_same_are_no_ratings():
    assert TABLE.is_explicit
    assert TABLE.scale == (1, 5)
    assert not DomainTable.of("clicks", [("a", "x", 1, None), ("b", "x", 1, None)]).is_explicit


def test_taking_rows_keeps_people_items_and_canonical_order():
    part = TABLE.take(np.array([2, 0]))
    assert part.values.tolist() == [1, 5]
    assert (part.user_ids, part.item_ids, part.scale) == (TABLE.user_ids, TABLE.item_ids, TABLE.scale)
    np.testing.assert_array_equal(TABLE.take(np.array([True, False, True])).values, part.values)

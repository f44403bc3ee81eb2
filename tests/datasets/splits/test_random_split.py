import numpy as np
import pytest

from xdrec_app.datasets.domain_table import DomainTable
from xdrec_app.datasets.splits.random import RandomSplit, rank_within


def table_of(*sizes: int) -> DomainTable:
    rows = [(f"p{user:02}", f"i{item}", 1.0, None) for user, size in enumerate(sizes) for item in range(size)]
    return DomainTable.of("books", rows)


@pytest.mark.parametrize(("size", "n_test", "n_valid"), [(1, 0, 0), (2, 0, 0), (3, 1, 0), (10, 2, 1), (100, 20, 8)])
def test_a_fifth_of_a_persons_rows_are_tested_and_a_tenth_of_the_rest_validated(size, n_test, n_valid):
    table = table_of(size)
    plan = RandomSplit().draw(table, [], 1)
    assert (len(plan.test), len(plan.valid)) == (n_test, n_valid)


def test_each_person_is_divided_apart_from_the_others():
    table = table_of(10, 20, 1)
    plan = RandomSplit().draw(table, [], 1)
    assert np.bincount(table.users[plan.test], minlength=3).tolist() == [2, 4, 0]


def test_rank_within_counts_from_zero_in_each_group():
    groups = np.array([1, 0, 1, 1, 0], np.int32)
    ranks, sizes = rank_within(groups, np.array([0.5, 0.9, 0.1, 0.7, 0.2]))
    assert ranks.tolist() == [1, 1, 0, 2, 0]
    assert sizes.tolist() == [3, 2, 3, 3, 2]

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xdrec_app.datasets.arrays import NO_TIME
from xdrec_app.datasets.interactions import Interactions
from xdrec_app.models.neighbourhood import history_weights
from xdrec_app.models.recency import ages, recency_weights

ROWS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 6)), min_size=1, max_size=40)


def columns(rows):
    users, times = zip(*rows, strict=True)
    return np.array(users, np.int32), np.array(times, np.int64)


def test_an_age_counts_the_persons_later_interactions():
    users, times = columns([(0, 30), (1, 5), (0, 10), (0, 20), (1, 99)])
    assert ages(users, times).tolist() == [0, 1, 2, 1, 0]


def test_interactions_at_the_same_time_share_the_mean_of_their_places():
    users, times = columns([(0, 1), (0, 2), (0, 2), (0, 2), (0, 3)])
    assert ages(users, times).tolist() == [4, 2, 2, 2, 0]


def test_the_newest_are_of_age_0_however_many_they_are():
    users, times = columns([(0, 8)] * 5 + [(0, 7)])
    assert ages(users, times).tolist() == [0] * 5 + [3]


@given(ROWS, st.randoms(use_true_random=False))
def test_ages_do_not_depend_on_the_order_of_rows(rows, random):
    shuffled = random.sample(range(len(rows)), len(rows))
    users, times = columns(rows)
    np.testing.assert_array_equal(ages(users, times)[shuffled], ages(users[shuffled], times[shuffled]))


@given(ROWS)
def test_a_later_interaction_of_the_same_person_is_younger(rows):
    users, times = columns(rows)
    found = ages(users, times)
    same = users[:, None] == users
    assert (np.sign(found[:, None] - found)[same] == np.sign(times - times[:, None])[same]).all()


def test_whoever_has_a_row_without_a_time_is_not_weighted():
    users, times = columns([(0, 1), (0, NO_TIME), (1, 1), (1, 2)])
    assert recency_weights(users, times, half_life=1).tolist() == [1, 1, 0.5, 1]


def test_no_rows_have_no_ages():
    assert ages(np.empty(0, np.int32), np.empty(0, np.int64)).shape == (0,)


@pytest.mark.parametrize("source_weight", [0.0, 0.5])
def test_rows_that_count_nothing_do_not_make_others_older(source_weight):
    rows = Interactions.of([0, 0, 0], [0, 1, 9], times=[1, 2, 3])
    weights = history_weights(rows, 5, source_weight, half_life=1)
    assert weights.tolist() == ([0.5, 1, 0] if source_weight == 0 else pytest.approx([1 / 3, 0.5, 0.5]))

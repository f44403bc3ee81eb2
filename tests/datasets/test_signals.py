"""What values say: the usual scale of ratings, and what all values make of a first guess."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xdrec_app.datasets.signal_settings import SignalSettings
from xdrec_app.datasets.signals import settled, usual_scale


def scale_of(*values: float, **often: int) -> tuple[float, float]:
    counts = [often.get(f"n{value:g}", 10) for value in values]
    return usual_scale(np.array(values, np.float64), np.array(counts, np.int64))


@pytest.mark.parametrize(
    ("values", "scale"),
    [
        ([1, 2, 3, 4, 5], (1, 5)),
        ([4, 5], (1, 5)),
        ([0.5, 3, 4.5], (0.5, 5)),
        ([1.5, 2, 4], (0.5, 5)),
        ([1, 3.7, 4.2], (1, 5)),
        ([0, 1, 2, 3, 4, 5], (0, 5)),
        ([0, 1], (0, 1)),
        ([-1, 1], (-1, 1)),
        ([0.25, 0.9], (0, 1)),
        ([1, 2, 3, 4, 5, 6], (1, 6)),
        ([1, 2, 3, 4, 5, 6, 7], (1, 7)),
        ([3, 7], (1, 10)),
        ([2, 8.5, 10], (1, 10)),
        ([0, 4, 9], (0, 10)),
        ([12, 17], (0, 20)),
        ([20, 85, 100], (0, 100)),
        ([-9.7, 3.2, 9.9], (-10, 10)),
        ([-300, 2], (-300, 2)),
        ([1, 999], (1, 999)),
    ],
)
def test_the_usual_scales_are_known_by_their_values(values: list[float], scale: tuple[float, float]) -> None:
    assert scale_of(*values) == scale


def test_ones_alone_are_no_scale() -> None:
    assert scale_of(1) == (1, 1)


def test_a_frequent_zero_beside_one_to_ten_means_not_rated() -> None:
    books = range(11)

    assert scale_of(*books, n0=160) == (1, 10)
    assert scale_of(*books, n0=20) == (0, 10)


def test_a_lone_minus_one_means_not_rated() -> None:
    assert scale_of(-1, *range(1, 11)) == (1, 10)


def test_a_slip_of_the_pen_does_not_widen_the_scale() -> None:
    assert scale_of(1, 3, 5, 55, n1=900, n3=900, n5=900, n55=1) == (1, 5)
    assert scale_of(1, 3, 5, 55, n1=9, n3=9, n5=9, n55=1) == (0, 100)


@given(st.dictionaries(st.integers(-40, 400).map(lambda quarter: quarter / 4), st.integers(1, 5), min_size=1))
def test_the_scale_holds_every_value_but_those_that_say_not_rated(counts: dict[float, int]) -> None:
    low, high = usual_scale(np.array(list(counts), np.float64), np.array(list(counts.values()), np.int64))

    assert all(low <= value <= high for value in counts if value not in (0, -1))


def test_the_order_of_the_values_does_not_matter() -> None:
    values, counts = np.array([5.0, 0, 3, 1]), np.array([1, 100, 1, 1])

    assert usual_scale(values, counts) == usual_scale(values[::-1], counts[::-1]) == (1, 5)


def test_ratings_that_are_all_one_turn_out_to_be_clicks() -> None:
    guess = SignalSettings(kind="ratings", scale=(1, 5))

    assert settled(guess, np.array([1.0]), np.array([7])).kind == "clicks"
    assert settled(guess, np.array([1.0, 9.0]), np.array([7, 1])) == SignalSettings(kind="ratings", scale=(1, 10))


def test_whole_ratings_beyond_any_scale_turn_out_to_be_counts() -> None:
    guess = SignalSettings(kind="ratings")
    plays = np.array([1.0, 30.0, 119.0, 9000.0]), np.array([9000, 900, 90, 1])

    assert settled(guess, *plays) == SignalSettings(kind="purchases", repeats="sum")
    assert settled(guess, np.array([1.5, 500.0]), np.array([1, 1])).scale == (1.5, 500)
    assert settled(guess, np.array([1.0, 5.0, 500.0]), np.array([900, 900, 1])).scale == (1, 5)


@pytest.mark.parametrize("guess", [SignalSettings(kind="purchases", repeats="sum"), SignalSettings(kind="views")])
def test_other_kinds_have_no_scale_to_settle(guess: SignalSettings) -> None:
    assert settled(guess, np.array([1.0, 9.0]), np.array([7, 1])) == guess


def test_no_values_settle_nothing() -> None:
    guess = SignalSettings(scale=(1, 5))

    assert settled(guess, np.empty(0), np.empty(0, np.int64)) == guess

"""A close look at a domain: sums that agree, k-cores against a naive peeling, shares and inequality within bounds."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xdrec_app.core.jobs import run
from xdrec_app.datasets.arrays import NO_TIME
from xdrec_app.datasets.domain_report import (
    CORES,
    by_powers_of_two,
    domain_figures,
    gini,
    head_shares,
    over_time,
    raw_figures,
)
from xdrec_app.datasets.domain_table import DomainTable
from xdrec_app.datasets.k_core import k_cores
from xdrec_app.datasets.signal_settings import SignalSettings
from xdrec_app.datasets.signals import RawSignal

RATINGS = SignalSettings(kind="ratings", scale=(1.0, 5.0))

lines = st.lists(
    st.tuples(
        st.integers(0, 12), st.integers(0, 9), st.integers(0, 6), st.none() | st.integers(-2_000_000_000, 4_000_000_000)
    ),
    max_size=120,
)
popularities = st.lists(st.integers(1, 1000), min_size=1, max_size=60).map(lambda counts: np.sort(counts)[::-1])


def seconds(*date):
    return int(datetime(*date, tzinfo=UTC).timestamp())


def figures_of(rows, cold=(), settings=RATINGS):
    """Look at rows (user, item, value, time), of which those outside the scale never reach the table."""
    raw = raw_figures(RawSignal(np.array([row[2] for row in rows], np.float32)), settings)
    inside = [(f"u{user:02}", f"i{item:02}", float(value), time) for user, item, value, time in rows if 1 <= value <= 5]
    table = DomainTable.of("d", inside, {item: ("", "", ()) for item in cold})
    return run(domain_figures(raw, settings, table))


def naive_core(pairs, k):
    while True:
        users, items = ([pair[side] for pair in pairs] for side in (0, 1))
        kept = [(user, item) for user, item in pairs if users.count(user) >= k and items.count(item) >= k]
        if len(kept) == len(pairs):
            return pairs
        pairs = kept


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=90))
def test_k_cores_are_those_of_a_naive_peeling(pairs):
    pairs = sorted(pairs)  # repeated ones count as often as they stand there
    user_number = {user: number for number, user in enumerate(sorted({user for user, _ in pairs}))}
    users = np.array([user_number[user] for user, _ in pairs], np.int32)
    items = np.array([item for _, item in pairs], np.int32)
    for core in k_cores(users, items, 11, (1, 2, 3, 4, 6)):
        left = naive_core(pairs, core.k)
        assert (core.users, core.items) == (len({user for user, _ in left}), len({item for _, item in left}))
        assert core.interactions == len(left)


@given(lines)
def test_sums_agree(rows):
    figures = figures_of(rows, cold=("cold1", "cold2"))
    assert figures.rows == len(rows) == figures.left_out + figures.repeated + figures.interactions
    assert figures.out_of_scale == figures.left_out == sum(not 1 <= value <= 5 for _, _, value, _ in rows)
    assert sum(count for _, count in figures.histogram) == figures.interactions
    assert sum(count for _, count in figures.user_counts) == figures.users
    assert sum(count for _, count in figures.item_counts) + figures.cold_items == figures.items
    assert figures.cold_items == 2
    assert 0 <= figures.density <= 1
    times = sum(count for _, count in figures.over_time)
    assert times <= figures.interactions and (times > 0) == (figures.time_span is not None)


@given(lines)
def test_with_k_more_are_short_and_less_is_left(rows):
    figures = figures_of(rows)
    for poorer, richer in zip(figures.shortages, figures.shortages[1:], strict=False):
        assert poorer.users <= richer.users <= figures.users and poorer.items <= richer.items <= figures.items
    assert [core.k for core in figures.k_cores] == list(CORES)
    for outer, inner in zip(figures.k_cores, figures.k_cores[1:], strict=False):
        assert inner.interactions <= outer.interactions <= figures.interactions
        assert inner.interactions >= inner.k * max(inner.users, inner.items)


@given(popularities)
def test_a_larger_head_holds_more_and_never_less_than_its_share(popularity):
    shares = head_shares(popularity)
    held = [share for _, share in shares]
    assert held == sorted(held) and held[-1] <= 1
    tops = [max(1, round(share * len(popularity))) / len(popularity) for share, _ in shares]
    assert all(share >= top - 1e-9 for share, top in zip(held, tops, strict=True))


@given(popularities)
def test_the_gini_coefficient_is_the_mean_difference_of_two_items(popularity):
    differences = np.abs(popularity[:, None] - popularity[None, :]).mean()
    assert gini(popularity) == pytest.approx(differences / (2 * popularity.mean()), abs=1e-9)
    assert 0 <= gini(popularity) < 1


@given(st.lists(st.integers(0, 5000)))
def test_powers_of_two_bound_the_counts(counts):
    expected = [(1 << power, sum(1 << power <= n < 2 << power for n in counts)) for power in range(13)]
    found = by_powers_of_two(np.array(counts, np.int64))
    assert list(found) == expected[: len(found)] and sum(n for _, n in found) == sum(n > 0 for n in counts)


def test_the_period_follows_from_the_span():
    begin = seconds(2020, 1, 31, 23, 59, 59)
    assert over_time(np.array([begin, begin + 1, begin + 1, NO_TIME])) == (
        (begin, begin + 1),
        "day",
        ((seconds(2020, 1, 31), 1), (seconds(2020, 2, 1), 2)),
    )
    assert over_time(np.array([begin, seconds(2021, 3, 4)]))[1:] == (
        "month",
        ((seconds(2020, 1, 1), 1), (seconds(2021, 3, 1), 1)),
    )
    assert over_time(np.array([seconds(1969, 5, 5), begin]))[1:] == (
        "year",
        ((seconds(1969, 1, 1), 1), (seconds(2020, 1, 1), 1)),
    )


def test_without_times_there_is_no_span():
    assert over_time(np.array([NO_TIME, NO_TIME])) == (None, "", ())


def test_impressions_without_a_click_are_left_out_and_are_not_outside_a_scale():
    raw = RawSignal(np.array([0, 1, 0, 1], np.float32))
    assert raw_figures(raw, SignalSettings(kind="impressions")) == (4, 2, 0)


def test_actions_without_weight_are_left_out():
    raw = RawSignal(np.ones(3, np.float32), np.array([0, 1, 1], np.int32), ("buy", "remove_from_cart"))
    assert raw_figures(raw, SignalSettings(kind="events")) == (3, 2, 0)


def test_where_all_lines_count_repeated_ones_are_told_nevertheless():
    settings = SignalSettings(kind="clicks", repeats="all")
    table = DomainTable(
        name="d",
        user_ids=("a", "b"),
        item_ids=("x", "y"),
        users=np.array([0, 0, 0, 1], np.int32),
        items=np.array([0, 0, 1, 0], np.int32),
        values=np.ones(4, np.float32),
        times=np.full(4, NO_TIME),
        file_order=np.arange(4),
        titles=("", ""),
        texts=("", ""),
        tags=((), ()),
        scale=(1.0, 1.0),
    )
    figures = run(domain_figures(raw_figures(RawSignal(table.values), settings), settings, table))
    assert (figures.rows, figures.interactions, figures.repeated, figures.density) == (4, 4, 1, 0.75)


def test_an_empty_domain_has_a_report():
    figures = figures_of([], cold=("x",))
    assert (figures.users, figures.items, figures.cold_items, figures.density, figures.gini) == (0, 1, 1, 0, 0)
    assert figures.histogram == figures.head_shares == figures.user_counts == ()
    assert [core.interactions for core in figures.k_cores] == [0, 0, 0, 0]

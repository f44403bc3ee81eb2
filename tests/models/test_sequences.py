import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from xdrec_app.core.jobs import run
from xdrec_app.datasets.arrays import NO_TIME
from xdrec_app.datasets.cross_domain import CrossDomainData
from xdrec_app.datasets.domain_table import DomainTable
from xdrec_app.datasets.interactions import Interactions
from xdrec_app.models.base import FitOptions
from xdrec_app.models.sequences import Sequences
from xdrec_app.models.zoo.sasrec import SASRec, SASRecParams

CPU = torch.device("cpu")
RING = 12


def newest(rows, n_people, people, longest):
    read = Sequences(rows, n_people, CPU).newest(np.array(people), longest)
    return [items[:length].tolist() for items, length in zip(read.items, read.lengths, strict=True)]


def test_a_history_is_read_in_the_order_of_time_and_its_newest_part_is_kept():
    rows = Interactions.of([1, 0, 1, 1], [5, 6, 7, 8], times=[30, 1, 10, 20])
    assert newest(rows, 3, [1, 0, 2], 2) == [[8, 5], [6], []]


def test_ties_in_time_and_missing_times_keep_the_given_order():
    assert newest(Interactions.of([0, 0, 0], [3, 1, 2], times=[5, 5, 5]), 1, [0], 9) == [[3, 1, 2]]
    assert newest(Interactions.of([0, 0, 0], [3, 1, 2], times=[NO_TIME] * 3), 1, [0], 9) == [[3, 1, 2]]


@given(st.lists(st.integers(0, 7), min_size=1, max_size=6), st.integers(1, 4))
def test_windows_hold_every_step_once_and_the_short_one_comes_first(lengths, longest):
    owners = np.repeat(np.arange(len(lengths)), lengths)
    sequences = Sequences(Interactions.of(owners, np.arange(len(owners))), len(lengths), CPU)
    windows = sequences.windows(longest)
    if len(windows) == 0:
        assert max(lengths) < 2
        return
    read, followed = sequences.steps(windows, torch.arange(len(windows)))
    steps = sorted(zip(read.items[read.inside].tolist(), followed[read.inside].tolist(), strict=True))
    assert steps == [(item, item + 1) for item in range(len(owners) - 1) if owners[item] == owners[item + 1]]
    assert (windows.lengths < longest).sum() <= len(lengths)


def test_a_shuffled_window_has_the_same_items_and_what_follows_still_follows():
    sequences = Sequences(Interactions.of(np.repeat([0, 1], [9, 4]), np.arange(13)), 2, CPU)
    windows = sequences.windows(20)
    read, followed = sequences.steps(windows, torch.arange(2), shuffled=1.0)
    for items, after, length in zip(read.items, followed, read.lengths, strict=True):
        assert items[1:length].tolist() == after[: length - 1].tolist()
    whole = [*read.items[0, :8].tolist(), int(followed[0, 7])]
    assert sorted(whole) == list(range(9)) and whole != list(range(9))


def walks(name: str, prefix: str) -> DomainTable:
    """Everybody goes round the same ring of items, from a place of their own."""
    rows = [(f"p{p:02}", f"{prefix}{(p + step) % RING:02}", 1.0, step) for p in range(48) for step in range(7)]
    return DomainTable.of(name, rows)


@pytest.fixture(scope="module")
def walker():
    model = SASRec(SASRecParams(epochs=12, shuffled=0.0, dropout=0.1, learning_rate=0.01))
    run(model.fit(CrossDomainData.join(walks("ring", "i")), FitOptions(seed=1)))
    return model


def test_what_follows_is_expected_and_not_what_precedes(walker):
    scores = walker.scores_of(walker.fold_in(Interactions.of([0, 0, 0], [3, 4, 5], times=[1, 2, 3]), 1))[0]
    assert scores.argmax() == 6


def test_only_the_newest_places_are_read(walker):
    short = SASRec(SASRecParams(epochs=2, max_length=2))
    run(short.fit(CrossDomainData.join(walks("ring", "i")), FitOptions(seed=1)))
    one = short.fold_in(Interactions.of([0, 0, 0], [9, 4, 5], times=[1, 2, 3]), 1)
    other = short.fold_in(Interactions.of([0, 0, 0], [2, 4, 5], times=[1, 2, 3]), 1)
    np.testing.assert_array_equal(one, other)


def test_what_came_before_in_another_domain_tells_what_comes_next():
    kinds = np.random.default_rng(4).integers(0, 5, 60)
    songs = DomainTable.of("songs", [(f"p{p:02}", f"s{kind}", 1.0, 10) for p, kind in enumerate(kinds)])
    films = DomainTable.of("films", [(f"p{p:02}", f"f{kind}", 1.0, 20) for p, kind in enumerate(kinds)])
    model = SASRec(SASRecParams(epochs=15, shuffled=0.0, dropout=0.0, learning_rate=0.01))
    run(model.fit(CrossDomainData.join(films, [songs]), FitOptions(seed=1)))
    scores = model.scores_of(model.fold_in(Interactions.of(np.arange(5), 5 + np.arange(5), times=[1] * 5), 5))
    assert scores.argmax(axis=1).tolist() == [0, 1, 2, 3, 4]


def test_few_random_items_stand_for_a_long_domain():
    model = SASRec(SASRecParams(epochs=15, n_negatives=4, shuffled=0.0, dropout=0.1, learning_rate=0.01))
    run(model.fit(CrossDomainData.join(walks("ring", "i")), FitOptions(seed=1)))
    scores = model.scores_of(model.fold_in(Interactions.of([0, 0], [4, 5], times=[1, 2]), 1))[0]
    assert scores.argmax() == 6

"""Ridge regressions of many people at once against one by one, and the factorisation that alternates them."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from xdrec_app.core.jobs import run
from xdrec_app.models import least_squares
from xdrec_app.models.least_squares import Decay, GroupedRows, factorise, ridge

N_OWNERS, N_OTHERS, SIZE = 30, 12, 4


def draw_rows(seed: int, n_rows: int):
    random = np.random.default_rng(seed)
    owners = np.minimum(random.geometric(0.1, n_rows), N_OWNERS - 1).astype(np.int32)  # some have many rows, some none
    others = random.integers(0, N_OTHERS, n_rows).astype(np.int32)
    values, weights = random.normal(size=n_rows).astype(np.float32), random.random(n_rows).astype(np.float32)
    return owners, others, values, weights


def grouped(owners, others, values, weights, n_owners=N_OWNERS) -> GroupedRows:
    return GroupedRows(owners, n_owners, others, torch.from_numpy(values), torch.from_numpy(weights))


def one_by_one(rows, factors, decay: Decay, prior) -> np.ndarray:
    owners, others, values, weights = rows
    solved = prior.copy()
    for owner in np.unique(owners):
        own = owners == owner
        X = factors[others[own]].copy()
        y = values[own] - X[:, -1]
        X[:, -1] = 1
        strength = np.full(SIZE, decay.constant + decay.per_row * weights[own].sum())
        strength[-1] = decay.constant
        gram = X.T @ (weights[own, None] * X) + np.diag(strength)
        solved[owner] = np.linalg.solve(gram, X.T @ (weights[own] * y) + strength * prior[owner])
    return solved


@given(seed=st.integers(0, 10_000), n_rows=st.integers(1, 300))
@settings(max_examples=25, deadline=None)
def test_many_regressions_at_once_are_the_same_as_one_by_one(seed, n_rows):
    rows, random = draw_rows(seed, n_rows), np.random.default_rng(seed + 1)
    factors, prior = random.normal(size=(N_OTHERS, SIZE)), random.normal(size=(N_OWNERS, SIZE))
    decay = Decay(0.1, 0.5)
    solved = ridge(
        grouped(*rows), torch.from_numpy(factors.astype(np.float32)), decay, torch.from_numpy(prior.astype(np.float32))
    )
    np.testing.assert_allclose(solved.numpy(), one_by_one(rows, factors, decay, prior), rtol=2e-3, atol=2e-4)


def test_small_blocks_change_nothing(monkeypatch):
    rows, factors = draw_rows(3, 400), torch.randn(N_OTHERS, SIZE)
    whole = ridge(grouped(*rows), factors, Decay(0.1, 1.0))
    monkeypatch.setattr(least_squares, "CELLS_PER_BLOCK", 1)
    torch.testing.assert_close(ridge(grouped(*rows), factors, Decay(0.1, 1.0)), whole, rtol=1e-4, atol=1e-5)


def test_who_has_no_row_stays_at_the_prior():
    rows, prior = draw_rows(4, 20), torch.randn(N_OWNERS, SIZE)
    solved = ridge(grouped(*rows), torch.randn(N_OTHERS, SIZE), Decay(0.1, 1.0), prior)
    without = np.setdiff1d(np.arange(N_OWNERS), rows[0])
    assert len(without)
    torch.testing.assert_close(solved[without], prior[without])


@pytest.mark.parametrize("n_sweeps", [1, 5])
def test_ratings_of_low_rank_are_found_again_the_better_the_longer_it_alternates(n_sweeps):
    random = np.random.default_rng(0)
    truth = random.normal(size=(40, 2)) @ random.normal(size=(2, 25))
    owners, others = (part.ravel().astype(np.int32) for part in np.indices(truth.shape))
    values, ones = torch.from_numpy(truth.astype(np.float32).ravel()), torch.ones(truth.size)
    by_person = GroupedRows(owners, 40, others, values, ones)
    by_item = GroupedRows(others, 25, owners, values, ones)
    people, items = run(factorise(by_person, by_item, 2, n_sweeps, Decay(0.0, 0.01), ""))
    again = people[:, :-1] @ items[:, :-1].T + people[:, -1:] + items[:, -1]
    error = float((again - torch.from_numpy(truth.astype(np.float32))).square().mean())
    assert error < (0.5 if n_sweeps == 1 else 0.01)

"""Sparse products that autograd goes back through, and items drawn to compete."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy import sparse

from xdrec_app.datasets.cross_domain import CrossDomainData
from xdrec_app.models.graph import LikedRows, SparseProduct, rank

CPU = torch.device("cpu")


@pytest.fixture
def matrix() -> sparse.csr_matrix:
    dense = np.random.default_rng(1).random((7, 5), np.float32)
    dense[dense < 0.5] = 0
    dense[3] = 0  # a row without entries
    return sparse.csr_matrix(dense)


def test_a_product_and_that_with_the_transpose_are_those_of_the_dense_matrix(matrix):
    product = SparseProduct(matrix, CPU)
    dense = torch.from_numpy(matrix.toarray())
    right, left = torch.randn(5, 3), torch.randn(7, 3)
    torch.testing.assert_close(product(right), dense @ right)
    torch.testing.assert_close(product.transposed(left), dense.T @ left)


def test_gradients_flow_back_through_the_transpose(matrix):
    product = SparseProduct(matrix, CPU)
    x = torch.randn(5, 3, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda inner: product.transposed(product(inner).tanh()), (x,))


@pytest.fixture
def rows(small_world) -> LikedRows:
    data = CrossDomainData.join(small_world.target, small_world.sources)
    return LikedRows(data, 0.5, CPU)


def test_liked_rows_are_those_above_the_middle_and_a_source_counts_less(small_world):
    data = CrossDomainData.join(small_world.target, small_world.sources)
    rows = LikedRows(data, 0.5, CPU)
    _, items, domains, weights = rows.take(torch.arange(len(rows)))
    assert len(rows) == data.liked().sum()
    np.testing.assert_array_equal(domains.numpy(), data.item_domains[items.numpy()])
    assert weights.mean() == pytest.approx(1)
    assert weights[domains > 0].unique().item() == pytest.approx(weights[domains == 0].unique().item() / 2)
    assert len(LikedRows(data, 0.0, CPU)) < len(rows)


def test_an_item_competes_with_items_of_its_own_domain(small_world):
    data = CrossDomainData.join(small_world.target, small_world.sources)
    rows = LikedRows(data, 0.5, CPU)
    domains = torch.tensor([0, 1, 2]).repeat(50)
    drawn = rows.own_negatives(domains, 20)
    np.testing.assert_array_equal(data.item_domains[drawn.numpy()], np.repeat(domains.numpy()[:, None], 20, axis=1))
    assert len(drawn[domains == 1].unique()) > 40


@pytest.mark.parametrize("kind", ["bpr", "softmax"])
def test_the_loss_falls_when_liked_items_are_nearer(rows, small_world, kind):
    data = CrossDomainData.join(small_world.target, small_world.sources)
    batch = next(rows.batches(10_000))
    nodes, liked, _, _ = rows.take(batch)
    far, near = torch.zeros(data.n_users, data.n_items), torch.zeros(data.n_users, data.n_items)
    near[nodes, liked] = 5.0
    items = torch.eye(data.n_items)
    losses = [rank(kind, rows, batch, people, items, 16).loss for people in (far, near)]
    assert losses[1] < losses[0]


def test_the_softmax_over_all_items_is_what_a_large_draw_comes_near(small_world):
    data = CrossDomainData.join(small_world.target, small_world.sources)
    rows = LikedRows(data, 1.0, CPU)
    torch.manual_seed(0)
    people, items = torch.randn(data.n_users, 4), torch.randn(data.n_items, 4)
    batch = next(rows.batches(200))
    nodes, liked, domains, _ = rows.take(batch)
    loss = rank("softmax", rows, batch, people, items, 200_000).loss
    scores = people[nodes] @ items.T
    inside = torch.from_numpy(data.item_domains)[None] == domains[:, None]
    total = scores.masked_fill(~inside, -torch.inf).logsumexp(1)
    positive = scores.gather(1, liked[:, None]).squeeze(1)
    # a liked item competes beside the draws, so its own share counts once more
    expected = torch.logaddexp(total, positive) - positive
    assert loss.item() == pytest.approx(expected.mean().item(), rel=0.01)

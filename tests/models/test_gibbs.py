import numpy as np
import pytest
import torch
from scipy import sparse

from xdrec_app.models.gibbs import Bags, Draws, Prior, RowEvidence, conditional, evidence

CPU = torch.device("cpu")


@pytest.fixture
def draws() -> Draws:
    return Draws(3, CPU)


def some_rows(seed: int) -> tuple[sparse.csr_matrix, Bags, RowEvidence]:
    matrix = sparse.random_array((7, 5), density=0.5, rng=seed, format="csr", dtype=np.float32)
    random = np.random.default_rng(seed)
    weights = torch.from_numpy(random.random(matrix.nnz, np.float32))
    return matrix, Bags(matrix), RowEvidence(torch.from_numpy(matrix.data), weights)


def test_evidence_is_the_weighted_regression_of_each_owner_on_its_partners(draws):
    matrix, bags, rows = some_rows(1)
    items, certainty = draws.normal(5, 2, 3), torch.rand(5, 2)
    precision, right = evidence(bags, rows, items, certainty)
    for owner in range(7):
        own = slice(matrix.indptr[owner], matrix.indptr[owner + 1])
        for draw in range(2):
            partner = items[matrix.indices[own], draw]
            x = torch.cat([partner[:, :-1], torch.ones(len(partner), 1)], dim=1)
            w = (rows.weights[own] * certainty[matrix.indices[own], draw])[:, None]
            torch.testing.assert_close(precision[owner, draw], x.T @ (w * x))
            torch.testing.assert_close(right[owner, draw], x.T @ (w[:, 0] * (rows.values[own] - partner[:, -1])))


def test_draws_scatter_around_their_means_as_the_precision_says(draws):
    precision = torch.tensor([[2.0, 0.6], [0.6, 1.0]])
    right = torch.tensor([1.0, -1.0])
    n = 20_000
    drawn, means = conditional(precision.expand(n, 2, 2), right.expand(n, 2), draws.normal(n, 2))
    torch.testing.assert_close(means[0], torch.linalg.solve(precision, right))
    torch.testing.assert_close(torch.cov(drawn.T), torch.linalg.inv(precision), atol=0.05, rtol=0)
    torch.testing.assert_close(drawn.mean(0), means[0], atol=0.03, rtol=0)


def test_a_precision_is_drawn_around_degrees_times_the_inverse_scale(draws):
    scale = torch.tensor([[2.0, 0.5], [0.5, 1.0]])
    mean = torch.stack([draws.wishart(scale, 10) for _ in range(2000)]).mean(0)
    torch.testing.assert_close(mean, 10 * torch.linalg.inv(scale), atol=0.3, rtol=0.05)


def test_the_prior_finds_what_features_say_about_factors(draws):
    random = np.random.default_rng(0)
    features = sparse.csr_matrix(random.standard_normal((400, 6)).astype(np.float32))
    effects = draws.normal(6, 2)
    factors = torch.tensor([1.0, -2.0]) + torch.from_numpy(features.toarray()) @ effects + 0.1 * draws.normal(400, 2)
    prior = Prior(features, 2, draws)
    found = []
    for _ in range(60):
        prior.resample(factors)
        found.append(torch.cat([prior.effects, prior.mean[None]]))
    expected = torch.cat([effects, torch.tensor([[1.0, -2.0]])])
    torch.testing.assert_close(torch.stack(found[20:]).mean(0), expected, atol=0.03, rtol=0)
    torch.testing.assert_close(prior.means, factors, atol=0.6, rtol=0)


def test_the_same_seed_gives_the_same_draws():
    assert torch.equal(Draws(1, CPU).normal(4), Draws(1, CPU).normal(4))
    assert not torch.equal(Draws(1, CPU).normal(4), Draws(2, CPU).normal(4))

"""Losses against their definitions, written out by hand."""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn

from xdrec_app.training.objectives import (
    binary_cross_entropy,
    bpr,
    make_optimiser,
    sampled_softmax,
    squared_error,
    squared_norm,
)


def sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def test_squared_error_is_the_weighted_mean_over_rows():
    predicted, values = torch.tensor([1.0, 3.0]), torch.tensor([2.0, 5.0])
    assert squared_error(predicted, values).item() == pytest.approx((1 + 4) / 2)
    assert squared_error(predicted, values, torch.tensor([1.0, 0.5])).item() == pytest.approx((1 + 2) / 2)


def test_binary_cross_entropy_takes_logits():
    loss = binary_cross_entropy(torch.tensor([0.3, -1.0]), torch.tensor([1.0, 0.25]))
    second = -0.25 * math.log(sigmoid(-1.0)) - 0.75 * math.log(1 - sigmoid(-1.0))
    assert loss.item() == pytest.approx((-math.log(sigmoid(0.3)) + second) / 2)


def test_bpr_is_the_mean_over_the_negatives_of_a_row():
    loss = bpr(torch.tensor([2.0]), torch.tensor([[1.5, 4.0]]))
    assert loss.item() == pytest.approx(-(math.log(sigmoid(0.5)) + math.log(sigmoid(-2.0))) / 2)


def test_a_negative_that_does_not_compete_counts_in_no_ranking_loss():
    positive, few = torch.tensor([2.0]), torch.tensor([[1.5, 4.0]])
    more = torch.tensor([[1.5, -math.inf, 4.0]], requires_grad=True)
    for loss in (bpr, sampled_softmax):
        assert loss(positive, more).item() == pytest.approx(loss(positive, few).item())
        (gradient,) = torch.autograd.grad(loss(positive, more), more)
        assert gradient[0, 1] == 0
        assert torch.isfinite(gradient).all()
    assert bpr(positive, torch.full((1, 3), -math.inf)).item() == 0


def test_sampled_softmax_is_the_share_of_the_positive():
    loss = sampled_softmax(torch.tensor([1.0]), torch.tensor([[0.0, 2.0]]))
    assert loss.item() == pytest.approx(-math.log(math.e / (math.e + 1 + math.e**2)))


def test_squared_norm_is_a_mean_over_rows():
    assert squared_norm(torch.tensor([[3.0, 4.0], [0.0, 1.0]]), torch.ones(2, 1)).item() == pytest.approx(13 + 1)


@pytest.mark.parametrize(
    ("name", "kind"), [("adam", torch.optim.Adam), ("adamw", torch.optim.AdamW), ("sgd", torch.optim.SGD)]
)
def test_an_optimiser_lowers_a_loss(name, kind):
    weight = nn.Parameter(torch.tensor([1.0]))
    optimiser = make_optimiser(name, [weight], learning_rate=0.1)
    weight.square().sum().backward()
    optimiser.step()
    assert type(optimiser) is kind
    assert 0 < weight.item() < 1

"""People who were not in the training are placed where their rows and the spread of the others say."""

import numpy as np
import torch

from xdrec_app.datasets.interactions import Interactions
from xdrec_app.models.placement import fold_in, spread

HISTORIES = Interactions.of([3, 0, 3, 1], [0, 1, 2, 2])
WEIGHTS = np.array([1, 1, 0.5, 0], np.float32)


def towards(targets):
    """Rows pull people to where their items are, by squared distance."""

    def loss_of(rows):
        return lambda places: (rows.weights[:, None] * (places[rows.people] - targets[rows.items]).square()).sum() / 2

    return loss_of


def test_a_place_balances_rows_and_prior():
    torch.manual_seed(0)
    trained = torch.randn(5000, 2) @ torch.tensor([[1.0, 0.8], [0.0, 0.6]]) + torch.tensor([0.5, 0.0])
    targets = torch.tensor([[2.0, 1.0], [-1.0, 0.0], [0.0, -1.0]])
    states = fold_in(HISTORIES, WEIGHTS, 5, trained, towards(targets), people_at_once=1)
    precision = torch.linalg.inv(torch.cov(trained.T))
    mean = trained.mean(0)
    pulled = targets[0] + 0.5 * targets[2] + precision @ mean
    wanted = torch.linalg.solve(precision + 1.5 * torch.eye(2), pulled)
    np.testing.assert_allclose(states[3], wanted, atol=0.06)
    assert np.isnan(states[[1, 2, 4]]).all()


def test_a_place_does_not_depend_on_who_is_placed_with_them():
    trained = torch.randn(50, 2, generator=torch.Generator().manual_seed(0))
    targets = torch.eye(3)[:, :2]
    alone, together = (fold_in(HISTORIES, WEIGHTS, 5, trained, towards(targets), size) for size in (1, 10))
    np.testing.assert_allclose(alone, together, atol=1e-6)


def test_few_items_stand_for_all_from_the_first_to_the_last():
    known = np.ones(100, bool)
    known[[0, 50]] = False
    assert spread(known, 3).tolist() == [1, 49, 99]
    assert spread(known[:3], 5).tolist() == [1, 2]

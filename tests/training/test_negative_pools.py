"""Where negatives come from."""

import pytest
import torch

from xdrec_app.training.batching import MIN_ROWS, NegativePools, bounded_batch_size

PARTS = [slice(0, 4), slice(4, 4), slice(4, 10)]
CHOSEN = torch.tensor([0, 0, 0, 1, 5, 9, 9])


@pytest.mark.parametrize("kind", ["uniform", "popularity", "in_batch"])
def test_a_row_is_held_against_items_of_its_own_domain(kind):
    pools = NegativePools(kind, PARTS, CHOSEN)
    drawn = pools.draw_for_each(CHOSEN, 50)
    assert drawn.shape == (7, 50)
    assert (drawn[:4] < 4).all()
    assert (drawn[4:] >= 4).all()


@pytest.mark.parametrize("kind", ["uniform", "popularity", "in_batch"])
def test_the_chances_are_those_of_the_draws(kind):
    torch.manual_seed(0)
    pools = NegativePools(kind, PARTS, CHOSEN)
    for domain, own in pools.by_domain(CHOSEN):
        drawn = pools.draw(domain, CHOSEN[own], (20_000,))
        items, counts = drawn.unique(return_counts=True)
        torch.testing.assert_close(pools.log_chance(items).exp(), counts / 20_000, atol=0.02, rtol=0.0)


def test_popular_items_are_drawn_as_often_as_they_were_chosen():
    pools = NegativePools("popularity", PARTS, CHOSEN)
    chances = pools.log_chance(torch.arange(4)).exp()
    torch.testing.assert_close(chances, torch.tensor([0.75, 0.25, 0.0, 0.0]))


def test_a_batch_of_one_domain_is_not_searched_for_others():
    pools = NegativePools("uniform", PARTS[:1], CHOSEN[:4])
    assert list(pools.by_domain(CHOSEN[:4])) == [(0, slice(None))]


def test_few_rows_are_taken_in_smaller_batches_but_not_tiny_ones():
    assert bounded_batch_size(1_000_000, 2048) == 2048
    assert bounded_batch_size(10_000, 2048) == 200
    assert bounded_batch_size(100, 2048) == MIN_ROWS
    assert bounded_batch_size(100, 32) == 32

"""Batches cover every row once; negatives stay in their domain."""

from __future__ import annotations

import torch
from hypothesis import given
from hypothesis import strategies as st

from xdrec_app.training.batching import shared_negatives, shuffled_batches

CPU = torch.device("cpu")


@given(st.integers(1, 200), st.integers(1, 64))
def test_every_row_is_in_exactly_one_batch(n_rows, batch_size):
    batches = list(shuffled_batches(n_rows, batch_size, CPU))
    assert sorted(torch.cat(batches).tolist()) == list(range(n_rows))
    sizes = [len(batch) for batch in batches]
    assert max(sizes) <= batch_size
    assert max(sizes) - min(sizes) <= 1


def test_negatives_come_from_their_own_domain_and_reach_all_of_it():
    parts = [slice(0, 5), slice(5, 8)]
    drawn = shared_negatives(parts, 400, CPU).view(2, 400)
    assert set(drawn[0].tolist()) == set(range(5))
    assert set(drawn[1].tolist()) == {5, 6, 7}

"""Early stopping keeps the weights of the best epoch and nothing else."""

from __future__ import annotations

import math

import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from xdrec_app.training.early_stopping import EarlyStopping


def watch(values, *, higher_is_better=True, patience=3):
    """Observe values; the weight of the module is the epoch."""
    module = nn.Linear(1, 1, bias=False)
    stopping = EarlyStopping([module], higher_is_better, patience)
    for epoch, value in enumerate(values, start=1):
        nn.init.constant_(module.weight, epoch)
        stopping.observe(epoch, value)
    return module, stopping


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20), st.booleans())
def test_the_first_of_the_best_epochs_is_restored(values, higher_is_better):
    module, stopping = watch(values, higher_is_better=higher_is_better)
    best = max(values) if higher_is_better else min(values)
    stopping.restore()
    assert stopping.best_value == best
    assert stopping.best_epoch == values.index(best) + 1
    assert float(module.weight.detach()) == stopping.best_epoch


def test_patience_counts_epochs_since_the_last_gain():
    assert not watch([1.0, 2.0, 1.0, 1.0])[1].is_over
    assert watch([1.0, 2.0, 1.0, 1.0, 2.0])[1].is_over


def test_a_gain_renews_the_patience():
    assert not watch([1.0, 0.0, 0.0, 2.0, 1.0, 1.0])[1].is_over


def test_a_value_that_is_no_number_is_never_the_best():
    module, stopping = watch([math.nan, math.nan])
    stopping.restore()
    assert stopping.best_epoch == 0
    assert not stopping.has_best
    assert torch.equal(module.weight.detach(), torch.tensor([[2.0]]))

"""Losses and optimisers that several models share. Every loss is a mean over the rows of a batch."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

OptimiserName = Literal["adam", "adamw", "sgd"]


def weighted_mean(losses: Tensor, weights: Tensor | None) -> Tensor:
    """Return Σ wᵢ lᵢ / n over the rows; without weights the plain mean."""
    return losses.mean() if weights is None else (losses * weights).mean()


def squared_error(predicted: Tensor, values: Tensor, weights: Tensor | None = None) -> Tensor:
    """Return the mean of (r̂ - r)²; all arguments float32 [n_rows]."""
    return weighted_mean((predicted - values).square(), weights)


def binary_cross_entropy(logits: Tensor, targets: Tensor, weights: Tensor | None = None) -> Tensor:
    """Return the mean of -t log σ(x) - (1 - t) log(1 - σ(x)); targets in 0 … 1, all float32 [n_rows]."""
    return functional.binary_cross_entropy_with_logits(logits, targets, weights)


def bpr(positive: Tensor, negatives: Tensor, weights: Tensor | None = None) -> Tensor:
    """Return the Bayesian personalised ranking loss, the mean of -log σ(s⁺ - s⁻) (Rendle et al., UAI 2009).

    Parameters
    ----------
    positive
        Scores of liked items, float32 [n_rows].
    negatives
        Scores of drawn items, float32 [n_rows, n_negatives]; -inf = does not compete with this row.
    weights
        float32 [n_rows].
    """
    n_competing = torch.isfinite(negatives).sum(dim=1).clamp(min=1)
    return weighted_mean(functional.softplus(negatives - positive[:, None]).sum(dim=1) / n_competing, weights)


def sampled_softmax(positive: Tensor, negatives: Tensor, weights: Tensor | None = None) -> Tensor:
    """Return the mean of -log(exp s⁺ / (exp s⁺ + Σ exp s⁻)); shapes as in :func:`bpr`."""
    logits = torch.cat([positive[:, None], negatives], dim=1)  # [n_rows, 1 + n_negatives]
    return weighted_mean(logits.logsumexp(dim=1) - positive, weights)


def squared_norm(*rows: Tensor) -> Tensor:
    """Return Σ ‖x‖² / n_rows over all given tensors: L2 regularisation of just the rows a batch touches."""
    return torch.stack([tensor.square().sum() / len(tensor) for tensor in rows]).sum()


def make_optimiser(
    name: OptimiserName, parameters: Iterable[nn.Parameter], learning_rate: float, weight_decay: float = 0.0
) -> torch.optim.Optimizer:
    """Build an optimiser.

    Parameters
    ----------
    name
        "adam" with L2 in the gradient, "adamw" with decoupled decay (Loshchilov and Hutter, ICLR 2019), or plain "sgd".
    learning_rate
        Step size.
    weight_decay
        L2 strength over all the parameters, used or not by a batch.
    """
    if name == "sgd":
        return torch.optim.SGD(parameters, lr=learning_rate, weight_decay=weight_decay)
    kind = torch.optim.Adam if name == "adam" else torch.optim.AdamW
    return kind(parameters, lr=learning_rate, weight_decay=weight_decay, fused=True)

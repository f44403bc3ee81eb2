"""Placing people whom a gradient model never saw, while the network stands still.

A person's place is the most probable one given the rows, if places are spread as those of the people of the training
are, by a normal distribution. That prior also stands for what early stopping and weight decay did to them.
Knows no particular loss: a model says what the rows of some people cost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from xdrec_app.datasets.arrays import Bools, Floats, Ints, Longs
from xdrec_app.datasets.interactions import Interactions

STEPS = 40
LEARNING_RATE = 0.2
"""In standard deviations of the places of the people of the training."""


@dataclass(frozen=True, eq=False)
class PlacedRows:
    """The rows of people 0 … n_people - 1, each of whom has at least one.

    Attributes
    ----------
    people, items
        int64 [n_rows].
    weights
        float32 [n_rows].
    n_people
        Number of people.
    """

    people: Tensor
    items: Tensor
    weights: Tensor
    n_people: int

    def weight_by_domain(self, item_domains: Ints) -> Iterator[tuple[int, Tensor]]:
        """Yield each domain that occurs and the weight of each person's rows in it, float32 [n_people]."""
        domains = torch.from_numpy(item_domains)[self.items]
        for domain in np.unique(item_domains[self.items.numpy()]).tolist():
            own = domains == domain
            yield domain, torch.zeros(self.n_people).index_add_(0, self.people[own], self.weights[own])


def fold_in(
    histories: Interactions,
    weights: Floats,
    n_people: int,
    trained: Tensor,
    loss_of: Callable[[PlacedRows], Callable[[Tensor], Tensor]],
    people_at_once: int,
) -> Floats:
    """Place people block by block.

    Parameters
    ----------
    histories
        Rows of people numbered 0 … n_people - 1.
    weights
        float32 [n_rows]; a row without weight is left out.
    n_people
        Number of rows of the result.
    trained
        float32 [n_trained, size], places of people of the training.
    loss_of
        Rows of a block → places [block, size] → sum of what each person's rows cost.
    people_at_once
        Size of a block.

    Returns
    -------
    Floats
        float32 [n_people, size]; NaN for people without a row.
    """
    mean = trained.mean(dim=0)
    axes = _axes(trained - mean)
    states = np.full((n_people, trained.shape[1]), np.nan, np.float32)
    counted = np.flatnonzero(weights > 0)
    order = counted[np.argsort(histories.users[counted], kind="stable")]
    people, places = np.unique(histories.users[order], return_inverse=True)
    items = torch.from_numpy(histories.items[order].astype(np.int64))
    owners, row_weights = torch.from_numpy(places.astype(np.int64)), torch.from_numpy(weights[order])
    for first in range(0, len(people), people_at_once):
        block = people[first : first + people_at_once]
        own = slice(*np.searchsorted(places, [first, first + len(block)]))
        rows = PlacedRows(owners[own] - first, items[own], row_weights[own], len(block))
        states[block] = _most_probable(mean, axes, loss_of(rows), len(block)).numpy()
    return states


def _axes(centred: Tensor) -> Tensor:
    """Return the axes along which places are spread, each as long as one standard deviation, float32 [size, size]."""
    variances, directions = torch.linalg.eigh(centred.T @ centred / max(1, len(centred)))
    axes: Tensor = (directions * variances.clamp(min=0).sqrt()).T
    return axes


def _most_probable(mean: Tensor, axes: Tensor, loss: Callable[[Tensor], Tensor], n_people: int) -> Tensor:
    """Return the places that minimise loss + prior, float32 [n_people, size].

    Adam takes every number by itself, so a person's place does not depend on who is placed with them.
    """
    offsets = torch.zeros(n_people, len(axes), requires_grad=True)  # from the mean, in standard deviations
    optimiser = torch.optim.Adam([offsets], lr=LEARNING_RATE)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, STEPS)
    for _ in range(STEPS):
        cost = loss(mean + offsets @ axes) + offsets.square().sum() / 2
        (offsets.grad,) = torch.autograd.grad(cost, [offsets])
        optimiser.step()
        schedule.step()
    return (mean + offsets @ axes).detach()


def spread(is_known: Bools, n_items: int) -> Longs:
    """Return the numbers of at most `n_items` known items, evenly over the catalogue, int64, ascending."""
    known = np.flatnonzero(is_known)
    if len(known) <= n_items:
        return known
    chosen: Longs = known[np.linspace(0, len(known) - 1, n_items).astype(np.int64)]
    return chosen

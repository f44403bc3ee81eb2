r"""Low-rank adapters: a frozen network learns through a few small matrices beside its linear layers.

.. math:: h = W x + \frac{\alpha}{r} B A x

with W frozen, A [r, n_in] drawn and B [n_out, r] zero, so that nothing changes before the first step (Hu et al., LoRA,
ICLR 2022, eq. 3). Knows no particular network: layers are chosen by their names.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from xdrec_app.core.errors import UserError


class Adapter(nn.Module):
    """What is learnt beside one linear layer.

    Attributes
    ----------
    down, up
        A and B of the paper.
    scale
        alpha / rank.
    """

    def __init__(self, n_in: int, n_out: int, rank: int, alpha: float, dropout: float) -> None:
        super().__init__()
        self.down = nn.Parameter(torch.empty(rank, n_in))
        self.up = nn.Parameter(torch.zeros(n_out, rank))
        self.scale = alpha / rank
        self.dropout = nn.Dropout(dropout)
        nn.init.kaiming_uniform_(self.down, a=math.sqrt(5))

    def forward(self, x: Tensor) -> Tensor:
        """Return what is added to the layer's answer, [..., n_out]."""
        return functional.linear(functional.linear(self.dropout(x), self.down), self.up) * self.scale

    def change(self) -> Tensor:
        """Return what is added to the weights when merged, [n_out, n_in]."""
        return self.up @ self.down * self.scale


class Adapted(nn.Module):
    """A frozen linear layer and its adapter."""

    def __init__(self, layer: nn.Linear, adapter: Adapter) -> None:
        super().__init__()
        self.layer, self.adapter = layer, adapter
        self.is_merged = False

    def forward(self, x: Tensor) -> Tensor:
        """Return [..., n_out]."""
        told: Tensor = self.layer(x)
        return told if self.is_merged else told + self.adapter(x)

    @torch.no_grad()
    def merge(self) -> None:
        """Add the adapter to the weights: as quick as the layer alone, and no longer to be trained."""
        if not self.is_merged:
            self.layer.weight += self.adapter.change()
            self.is_merged = True

    @torch.no_grad()
    def unmerge(self) -> None:
        """Take it out again, to rounding."""
        if self.is_merged:
            self.layer.weight -= self.adapter.change()
            self.is_merged = False


def inject(module: nn.Module, names: Sequence[str], rank: int, alpha: float, dropout: float) -> list[Adapted]:
    """Freeze a network and put an adapter beside each linear layer whose last name is one of `names`.

    Returns
    -------
    list of Adapted
        In the order of the network; their adapters are all that can be trained.

    Raises
    ------
    UserError
        When no layer is called so.
    """
    module.requires_grad_(False)
    found = [
        (name, layer)
        for name, layer in module.named_modules()
        if isinstance(layer, nn.Linear) and name.rpartition(".")[2] in names
    ]
    if not found:
        raise UserError(f"The network has no linear layer called {' or '.join(names)} to put an adapter beside.")
    adapted = []
    for name, layer in found:
        parent, _, last = name.rpartition(".")
        wrapped = Adapted(layer, Adapter(layer.in_features, layer.out_features, rank, alpha, dropout))
        setattr(module.get_submodule(parent), last, wrapped)
        adapted.append(wrapped)
    return adapted

"""Early stopping: remembers the best epoch and its weights. Knows nothing of how the watched value comes about."""

from __future__ import annotations

import math
from collections.abc import Sequence

from torch import Tensor, nn


class EarlyStopping:
    """Watch one value per epoch and keep the weights of the best.

    Parameters
    ----------
    modules
        Whose weights are kept, as clones on their device.
    higher_is_better
        Direction of the watched value.
    patience
        Epochs without improvement after which `is_over` turns true.

    Attributes
    ----------
    best_epoch
        From 1; 0 until an epoch gave a number.
    best_value
        NaN until an epoch gave a number.
    """

    def __init__(self, modules: Sequence[nn.Module], higher_is_better: bool, patience: int) -> None:
        self._modules = modules
        self._sign = 1.0 if higher_is_better else -1.0
        self._patience = patience
        self._epochs_without_gain = 0
        self._weights: list[dict[str, Tensor]] = []
        self.best_epoch = 0
        self.best_value = math.nan

    @property
    def is_over(self) -> bool:
        """Whether patience has run out."""
        return self._epochs_without_gain >= self._patience

    @property
    def has_best(self) -> bool:
        """Whether there are weights to go back to."""
        return bool(self._weights)

    def observe(self, epoch: int, value: float) -> None:
        """Take the value of an epoch; NaN never counts as a gain."""
        gained = math.isfinite(value) and (not self.has_best or self._sign * (value - self.best_value) > 0)
        if not gained:
            self._epochs_without_gain += 1
            return
        self._epochs_without_gain = 0
        self.best_epoch, self.best_value = epoch, value
        self._weights = [
            {name: tensor.detach().clone() for name, tensor in module.state_dict().items()} for module in self._modules
        ]

    def restore(self) -> None:
        """Give the modules the weights of the best epoch, if there was one."""
        for module, weights in zip(self._modules, self._weights, strict=False):
            module.load_state_dict(weights)

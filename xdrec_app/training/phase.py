"""A phase: what the training loop needs to know to run one stretch of gradient descent.

A model describes its training as a generator of phases that receives each phase's result by ``send``; pre-train and
fine-tune are two phases, not a mode string.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn


@dataclass(frozen=True)
class Phase:
    """One stretch of training.

    Attributes
    ----------
    name
        Shown on curves; distinct within a fit.
    modules
        What is trained: their state is kept at the best epoch and restored at the end.
    optimiser
        Over the parameters of `modules`.
    batches
        Epoch number (from 1) → the batches of that epoch, each anything `loss` understands; index slices of tensors
        that already lie on the device, never per-row objects.
    loss
        Batch → scalar mean loss, regularisation included.
    n_rows
        Interactions seen per epoch, for the throughput shown.
    epochs
        At most that many.
    validate
        → metric name → value; called after each epoch with the modules in evaluation mode. None: no early stopping.
    monitor
        The metric of `validate` that early stopping watches.
    higher_is_better
        Direction of `monitor`.
    patience
        Epochs without improvement after which the phase ends.
    clip_norm
        Gradients are clipped to this norm; 0 means not.
    schedule
        A learning-rate scheduler stepped after each epoch, if any.
    """

    name: str
    modules: Sequence[nn.Module]
    optimiser: torch.optim.Optimizer
    batches: Callable[[int], Iterator[Any]]
    loss: Callable[[Any], Tensor]
    n_rows: int
    epochs: int
    validate: Callable[[], Mapping[str, float]] | None = None
    monitor: str = ""
    higher_is_better: bool = True
    patience: int = 5
    clip_norm: float = 0.0
    schedule: torch.optim.lr_scheduler.LRScheduler | None = None


@dataclass(frozen=True)
class PhaseResult:
    """How a phase ended.

    Attributes
    ----------
    name
        Of the phase.
    epochs
        Epochs that were run.
    best_epoch
        The epoch whose weights were kept, from 1; 0 if none was completed.
    best_value
        `monitor` at that epoch; NaN without validation.
    stopped
        Whether the user asked to stop; later phases are then skipped.
    """

    name: str
    epochs: int
    best_epoch: int
    best_value: float
    stopped: bool


Phases = Generator[Phase, PhaseResult, None]

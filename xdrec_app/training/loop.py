"""The training loop: runs any phase of any model as a job.

It keeps the best weights, ends early when told or when nothing improves, and catches a loss that is no number. It
knows no model and no metric; validation is a function of the phase.
"""

from __future__ import annotations

import math
import time
from collections.abc import Generator, Mapping
from typing import Any

import torch

from xdrec_app.core.errors import UserError
from xdrec_app.core.events import EpochEnd, Event, LogLine, PhaseStarted, Tick
from xdrec_app.core.jobs import Job, StopRequested
from xdrec_app.training.early_stopping import EarlyStopping
from xdrec_app.training.memory import keep_freed_memory
from xdrec_app.training.phase import Phase, PhaseResult, Phases

TICK_S = 0.05
"""Seconds of work between two chances to stop or cancel."""


class NonFiniteLoss(Exception):
    """The loss turned into NaN or infinity."""


def run_phases(phases: Phases) -> Job[dict[str, PhaseResult]]:
    """Run phases one after the other, sending each result back into the generator that describes them.

    Returns
    -------
    dict[str, PhaseResult]
        Phase name → how it ended; after a stop no later phase runs.
    """
    keep_freed_memory()
    began = time.perf_counter()
    results: dict[str, PhaseResult] = {}
    try:
        phase = next(phases)
        while True:
            result = yield from run_phase(phase, began)
            results[phase.name] = result
            if result.stopped:
                return results
            phase = phases.send(result)
    except StopIteration:
        return results
    finally:
        phases.close()


def run_phase(phase: Phase, began: float | None = None) -> Job[PhaseResult]:
    """Run one phase: a `PhaseStarted`, then ticks and one `EpochEnd` per epoch.

    On :class:`StopRequested` the phase ends at once with the best weights; before the first epoch is over, and in a
    phase without validation, with the weights as they are.

    Parameters
    ----------
    phase
        What to do; its modules are trained in place and left in evaluation mode.
    began
        When the fit began, on the clock of `time.perf_counter`; now, if not given.

    Raises
    ------
    UserError
        When the loss is no longer a number and there are no earlier weights to keep.
    """
    clock_start = time.perf_counter() if began is None else began
    stopping = EarlyStopping(phase.modules, phase.higher_is_better, phase.patience)
    epochs, stopped = 0, False
    try:
        yield PhaseStarted(phase=phase.name, epochs=phase.epochs)
        try:
            for epoch in range(1, phase.epochs + 1):
                end = yield from _run_epoch(phase, epoch, clock_start)
                epochs = epoch
                if phase.validate is not None:
                    stopping.observe(epoch, end.validation.get(phase.monitor, math.nan))
                yield end
                if phase.validate is not None and stopping.is_over:
                    break
        except NonFiniteLoss:
            yield _warn_or_fail(phase, epochs + 1, stopping)
    except StopRequested:
        stopped = True
    finally:
        _set_training(phase, False)
    stopping.restore()
    best_epoch = stopping.best_epoch if stopping.has_best else epochs
    return PhaseResult(phase.name, epochs, best_epoch, stopping.best_value, stopped)


def _run_epoch(phase: Phase, epoch: int, clock_start: float) -> Generator[Event, None, EpochEnd]:
    learning_rate = float(phase.optimiser.param_groups[0]["lr"])
    started = time.perf_counter()
    train_loss = yield from _train(phase, epoch)
    interactions_per_s = phase.n_rows / max(time.perf_counter() - started, 1e-9)
    if phase.schedule is not None:
        phase.schedule.step()
    validation = _validate(phase)
    return EpochEnd(
        phase=phase.name,
        epoch=epoch,
        train_loss=train_loss,
        validation=dict(validation),
        learning_rate=learning_rate,
        interactions_per_s=interactions_per_s,
        elapsed_s=time.perf_counter() - clock_start,
    )


def _train(phase: Phase, epoch: int) -> Generator[Event, None, float]:
    """Take one step per batch and return the mean loss."""
    _set_training(phase, True)
    parameters = [parameter for group in phase.optimiser.param_groups for parameter in group["params"]]
    device = parameters[0].device
    total = torch.zeros((), device=device)  # stays on the device: reading it after every batch would stall a GPU
    n_batches = 0
    last_tick = time.perf_counter()
    for batch in phase.batches(epoch):
        total += _step(phase, batch, parameters, device)
        n_batches += 1
        if time.perf_counter() - last_tick >= TICK_S:
            _require_finite(total)
            yield Tick()
            last_tick = time.perf_counter()
    _require_finite(total)
    return float(total) / max(n_batches, 1)


def _step(phase: Phase, batch: Any, parameters: list[torch.nn.Parameter], device: torch.device) -> torch.Tensor:
    # bfloat16 needs no loss scaling; older GPUs without it train in float32
    use_autocast = device.type == "cuda" and torch.cuda.is_bf16_supported()
    with torch.autocast(device.type, dtype=torch.bfloat16, enabled=use_autocast):
        loss = phase.loss(batch)
    phase.optimiser.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    if phase.clip_norm > 0:
        torch.nn.utils.clip_grad_norm_(parameters, phase.clip_norm)
    phase.optimiser.step()
    return loss.detach()


def _validate(phase: Phase) -> Mapping[str, float]:
    if phase.validate is None:
        return {}
    _set_training(phase, False)
    with torch.no_grad():
        return phase.validate()


def _set_training(phase: Phase, training: bool) -> None:
    for module in phase.modules:
        module.train(training)


def _require_finite(total: torch.Tensor) -> None:
    if not math.isfinite(float(total)):
        raise NonFiniteLoss


def _warn_or_fail(phase: Phase, epoch: int, stopping: EarlyStopping) -> LogLine:
    sentence = f"The loss of phase '{phase.name}' stopped being a number in epoch {epoch}."
    hint = "Lower the learning rate, or raise the regularisation."
    if not stopping.has_best:
        raise UserError(sentence, hint)
    return LogLine(level="warning", message=f"{sentence} The weights of epoch {stopping.best_epoch} are kept. {hint}")

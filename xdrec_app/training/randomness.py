"""A random stream of one's own: seeded torch draws that leave the global state as it was."""

from __future__ import annotations

from typing import TypeVar

import torch
from torch import Tensor

from xdrec_app.core.jobs import Job, StopRequested

T = TypeVar("T")


class RandomStream:
    """While entered, torch's default generators continue this stream; on leaving they are as before.

    It may be entered many times, so that a job draws from it between two yields and its driver does not.

    Parameters
    ----------
    seed
        Where the stream begins.
    device
        Whose generator is exchanged beside the CPU's. On MPS only the CPU's is.
    """

    def __init__(self, seed: int, device: torch.device) -> None:
        self._cpu = torch.Generator().manual_seed(seed).get_state()
        self._device = device
        self._cuda: Tensor | None = None
        if device.type == "cuda":
            self._cuda = torch.Generator(device).manual_seed(seed).get_state()

    def __enter__(self) -> None:
        self._exchange()

    def __exit__(self, *_: object) -> None:
        self._exchange()

    def _exchange(self) -> None:
        outer = torch.random.get_rng_state()
        torch.random.set_rng_state(self._cpu)
        self._cpu = outer
        if self._cuda is not None:
            outer = torch.cuda.get_rng_state(self._device)
            torch.cuda.set_rng_state(self._cuda, self._device)
            self._cuda = outer


def seeded(job: Job[T], stream: RandomStream) -> Job[T]:
    """Return the same job, drawing from `stream` instead of the global state.

    Stop and cancel reach the inner job unchanged.
    """
    try:
        with stream:
            event = next(job)
        while True:
            try:
                yield event
            except StopRequested as stop:
                with stream:
                    event = job.throw(stop)
            else:
                with stream:
                    event = next(job)
    except StopIteration as end:
        result: T = end.value
        return result
    finally:
        job.close()

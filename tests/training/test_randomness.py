"""A fit draws from its own stream and leaves torch's global state as it was."""

from __future__ import annotations

import pytest
import torch

from xdrec_app.core.events import Tick
from xdrec_app.core.jobs import Job, StopRequested, run
from xdrec_app.training.randomness import RandomStream, seeded

CPU = torch.device("cpu")


def drawing() -> Job[list[float]]:
    drawn = []
    for _ in range(3):
        drawn.append(float(torch.rand(())))
        yield Tick()
    return drawn


def test_equal_seeds_draw_the_same_whatever_happens_outside():
    first = run(seeded(drawing(), RandomStream(1, CPU)))
    job = seeded(drawing(), RandomStream(1, CPU))
    for _ in range(3):
        next(job)
        torch.rand(5)  # the driver draws between two steps
    assert run(job) == first
    assert run(seeded(drawing(), RandomStream(2, CPU))) != first


def test_the_global_state_is_left_as_it_was():
    before = torch.random.get_rng_state()
    run(seeded(drawing(), RandomStream(1, CPU)))
    assert torch.equal(torch.random.get_rng_state(), before)


def test_the_global_state_is_left_as_it_was_when_a_job_is_closed_or_fails():
    def failing() -> Job[None]:
        torch.rand(())
        yield Tick()
        torch.rand(())
        raise ValueError

    before = torch.random.get_rng_state()
    closed = seeded(failing(), RandomStream(1, CPU))
    next(closed)
    closed.close()
    try:
        run(seeded(failing(), RandomStream(1, CPU)))
    except ValueError:
        assert torch.equal(torch.random.get_rng_state(), before)
    else:
        raise AssertionError("the error of the job was lost")


def test_what_a_job_draws_after_a_stop_is_of_its_stream_too():
    def stoppable() -> Job[float]:
        try:
            yield Tick()
        except StopRequested:
            return torch.rand(()).item()
        return -1.0

    job = seeded(stoppable(), RandomStream(1, CPU))
    next(job)
    before = torch.random.get_rng_state()
    with pytest.raises(StopIteration) as end:
        job.throw(StopRequested())
    assert end.value.value == torch.rand((), generator=torch.Generator().manual_seed(1)).item()
    assert torch.equal(torch.random.get_rng_state(), before)

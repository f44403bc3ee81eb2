"""The loop: what it reports, what it keeps, and how it ends."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping

import pytest
import torch
from torch import Tensor, nn

from xdrec_app.core.errors import UserError
from xdrec_app.core.events import EpochEnd, LogLine, PhaseStarted, Tick
from xdrec_app.core.jobs import StopRequested, run
from xdrec_app.training.loop import run_phase, run_phases
from xdrec_app.training.phase import Phase, PhaseResult

N_BATCHES = 4


class Toy:
    """One weight that every step moves by -0.1, and validation values given beforehand."""

    def __init__(self, validation: list[float] | None = None, pause_s: float = 0.0) -> None:
        self.module = nn.Linear(1, 1, bias=False)
        nn.init.zeros_(self.module.weight)
        self.pause_s = pause_s
        self.slope = 1.0
        self.modes: list[bool] = []
        self._values = iter(validation or [])
        self._validates = validation is not None

    @property
    def weight(self) -> float:
        return float(self.module.weight.detach())

    def phase(self, name: str = "fit", epochs: int = 5, **changes: object) -> Phase:
        def batches(epoch: int) -> Iterator[int]:
            return iter(range(N_BATCHES))

        def loss(batch: int) -> Tensor:
            time.sleep(self.pause_s)
            self.modes.append(self.module.training)
            return self.slope * self.module.weight.sum()

        def validate() -> Mapping[str, float]:
            self.modes.append(self.module.training)
            return {"ndcg@10": next(self._values)}

        optional: Callable[[], Mapping[str, float]] | None = validate if self._validates else None
        given: dict[str, object] = {
            "optimiser": torch.optim.SGD(self.module.parameters(), lr=0.1),
            "n_rows": 40,
            "validate": optional,
            "monitor": "ndcg@10",
            "patience": 2,
            **changes,
        }
        return Phase(name=name, modules=[self.module], batches=batches, loss=loss, epochs=epochs, **given)


def result_of(job, events: list | None = None, until: Callable[[object], bool] | None = None):
    """Run a job to its end, stopping it at the first event that `until` accepts."""
    seen = events if events is not None else []
    try:
        event = next(job)
        while True:
            seen.append(event)
            if until is not None and until(event):
                until = None
                event = job.throw(StopRequested())
            else:
                event = next(job)
    except StopIteration as end:
        return end.value


def test_a_phase_reports_its_start_and_every_epoch():
    events: list = []
    result = result_of(run_phase(Toy([0.1, 0.2, 0.3]).phase(epochs=3)), events)
    assert events[0] == PhaseStarted(phase="fit", epochs=3)
    ends = [event for event in events if isinstance(event, EpochEnd)]
    assert [end.epoch for end in ends] == [1, 2, 3]
    assert [end.validation["ndcg@10"] for end in ends] == [0.1, 0.2, 0.3]
    assert ends[0].run is None
    assert ends[0].learning_rate == pytest.approx(0.1)
    assert ends[0].train_loss == pytest.approx(-0.15)  # the weight is 0, -.1, -.2, -.3 at the four steps
    assert 0 < ends[0].elapsed_s < ends[2].elapsed_s
    assert result == PhaseResult("fit", epochs=3, best_epoch=3, best_value=0.3, stopped=False)


def test_training_ends_when_patience_runs_out_and_the_best_weights_are_back():
    toy = Toy([0.1, 0.5, 0.2, 0.3, 0.9])
    result = run(run_phase(toy.phase()))
    assert (result.epochs, result.best_epoch, result.best_value) == (4, 2, 0.5)
    assert toy.weight == pytest.approx(-0.1 * N_BATCHES * 2)


def test_a_lower_value_is_better_where_the_phase_says_so():
    assert run(run_phase(Toy([0.9, 0.5, 0.6, 0.7]).phase(epochs=4, higher_is_better=False))).best_epoch == 2


def test_without_validation_all_epochs_run_and_the_last_weights_stay():
    toy = Toy()
    result = run(run_phase(toy.phase(epochs=3)))
    assert (result.epochs, result.best_epoch, result.stopped) == (3, 3, False)
    assert math.isnan(result.best_value)
    assert toy.weight == pytest.approx(-0.1 * N_BATCHES * 3)


def test_modules_train_in_training_mode_and_are_judged_in_evaluation_mode():
    toy = Toy([0.1])
    run(run_phase(toy.phase(epochs=1)))
    assert toy.modes == [True] * N_BATCHES + [False]
    assert not toy.module.training


def test_ticks_come_in_the_middle_of_a_long_epoch():
    events: list = []
    result_of(run_phase(Toy(pause_s=0.06).phase(epochs=1)), events)
    assert sum(isinstance(event, Tick) for event in events) >= N_BATCHES - 1


def test_a_stop_keeps_the_best_weights():
    toy = Toy([0.5, 0.1, 0.9])
    result = result_of(run_phase(toy.phase()), until=lambda event: isinstance(event, EpochEnd) and event.epoch == 2)
    assert result == PhaseResult("fit", epochs=2, best_epoch=1, best_value=0.5, stopped=True)
    assert toy.weight == pytest.approx(-0.1 * N_BATCHES)


def test_a_stop_before_the_first_epoch_is_over_keeps_the_weights_as_they_are():
    toy = Toy([0.5], pause_s=0.06)
    result = result_of(run_phase(toy.phase()), until=lambda event: isinstance(event, Tick))
    assert (result.epochs, result.best_epoch, result.stopped) == (0, 0, True)
    assert toy.weight == pytest.approx(-0.1)


def test_a_stop_in_mid_epoch_goes_back_to_the_best_epoch_before():
    toy = Toy([0.5, 0.6], pause_s=0.06)
    n_ends = []

    def second_epoch(event: object) -> bool:
        n_ends.extend([event] if isinstance(event, EpochEnd) else [])
        return bool(n_ends) and isinstance(event, Tick)

    result = result_of(run_phase(toy.phase()), until=second_epoch)
    assert result == PhaseResult("fit", epochs=1, best_epoch=1, best_value=0.5, stopped=True)
    assert toy.weight == pytest.approx(-0.1 * N_BATCHES)


def test_when_validation_never_gives_a_number_the_last_weights_stay():
    toy = Toy([math.nan] * 5)
    result = run(run_phase(toy.phase()))
    assert (result.epochs, result.best_epoch) == (2, 2)
    assert math.isnan(result.best_value)
    assert toy.weight == pytest.approx(-0.1 * N_BATCHES * 2)


def test_validation_keeps_no_gradients():
    seen = []

    def validate() -> Mapping[str, float]:
        seen.append(torch.is_grad_enabled())
        return {"ndcg@10": 0.5}

    run(run_phase(Toy().phase(epochs=1, validate=validate)))
    assert seen == [False]


def test_after_a_stop_no_later_phase_runs():
    toy = Toy()
    received = []

    def phases():
        received.append((yield toy.phase("first", epochs=2)))
        received.append((yield toy.phase("second", epochs=2)))

    assert list(run(run_phases(phases()))) == ["first", "second"]
    assert [result.name for result in received] == ["first", "second"]
    stopped = result_of(run_phases(phases()), until=lambda event: isinstance(event, EpochEnd))
    assert list(stopped) == ["first"]
    assert stopped["first"].stopped


def test_cancelling_closes_the_description_of_the_phases():
    closed = []

    def phases():
        try:
            yield Toy().phase()
        finally:
            closed.append(True)

    job = run_phases(phases())
    next(job)
    job.close()
    assert closed == [True]


def test_a_loss_that_is_no_number_is_an_error_that_names_phase_and_epoch():
    toy = Toy()
    toy.slope = math.nan
    with pytest.raises(UserError, match=r"phase 'fit'.* epoch 1") as raised:
        run(run_phase(toy.phase()))
    assert "learning rate" in raised.value.hint


def test_a_loss_that_turns_to_nan_later_leaves_the_best_weights():
    toy = Toy([0.5, 0.4])
    events: list = []

    def spoil(event: object) -> bool:
        if isinstance(event, EpochEnd):
            toy.slope = math.inf
        return False

    result = result_of(run_phase(toy.phase()), events, until=spoil)
    assert (result.epochs, result.best_epoch, result.stopped) == (1, 1, False)
    assert toy.weight == pytest.approx(-0.1 * N_BATCHES)
    assert [event.level for event in events if isinstance(event, LogLine)] == ["warning"]


def test_gradients_are_clipped_to_the_norm_asked_for():
    toy = Toy()
    toy.slope = 1000.0
    run(run_phase(toy.phase(epochs=1, clip_norm=0.5)))
    assert toy.weight == pytest.approx(-0.1 * 0.5 * N_BATCHES, rel=1e-3)


def test_the_learning_rate_shown_is_the_one_the_epoch_was_trained_with():
    toy = Toy()
    optimiser = torch.optim.SGD(toy.module.parameters(), lr=0.1)
    schedule = torch.optim.lr_scheduler.ExponentialLR(optimiser, 0.5)
    events: list = []
    result_of(run_phase(toy.phase(epochs=3, optimiser=optimiser, schedule=schedule)), events)
    rates = [event.learning_rate for event in events if isinstance(event, EpochEnd)]
    assert rates == pytest.approx([0.1, 0.05, 0.025])

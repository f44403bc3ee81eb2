"""The events a job yields: one typed union of frozen values that go to JSON and back.

Events are news for whoever watches a job (a window, a terminal, a test). They never steer anything, and the
workspace, not the event, is the truth: an event may be lost with its process, a committed row may not.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter


class Value(BaseModel):
    """Base of every frozen value that crosses a border; NaN and infinity travel as text."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="strings")


class Change(StrEnum):
    """What in a workspace changed; pages decide for themselves whether to refresh."""

    DOMAINS = "domains"
    INTERACTIONS = "interactions"
    ITEMS = "items"
    RUNS = "runs"
    STUDIES = "studies"
    LINKS = "links"


class Tick(Value):
    """Nothing new; gives whoever drives the job a moment to stop or cancel it."""

    kind: Literal["tick"] = "tick"


class Progress(Value):
    """How far a job has come; may be dropped on the way to a window.

    Attributes
    ----------
    done, total
        In `unit`; `total` is None when it is not known.
    message
        What is being done, for people.
    """

    kind: Literal["progress"] = "progress"
    done: int
    total: int | None = None
    unit: str = ""
    message: str = ""


class LogLine(Value):
    """One line for the log of a job."""

    kind: Literal["log"] = "log"
    level: Literal["info", "warning"] = "info"
    message: str


class RunStarted(Value):
    """A training run now exists in the workspace."""

    kind: Literal["run_started"] = "run_started"
    run: int
    device: str
    device_reason: str


class PhaseStarted(Value):
    """A phase of a gradient model begins; `n_phases` is None when it is not known in advance."""

    kind: Literal["phase_started"] = "phase_started"
    phase: str
    epochs: int


class EpochEnd(Value):
    """One epoch is over; never dropped.

    Attributes
    ----------
    run
        The run it belongs to; None outside a workspace.
    validation
        Metric name → value on the validation part; empty where there is none.
    elapsed_s
        Seconds since the fit began.
    """

    kind: Literal["epoch_end"] = "epoch_end"
    run: int | None = None
    phase: str
    epoch: int
    train_loss: float
    validation: dict[str, float] = Field(default_factory=dict)
    learning_rate: float
    interactions_per_s: float
    elapsed_s: float


class Changed(Value):
    """The workspace was changed and the change is committed."""

    kind: Literal["changed"] = "changed"
    changes: frozenset[Change]


Event = Tick | Progress | LogLine | RunStarted | PhaseStarted | EpochEnd | Changed

EVENT_ADAPTER: TypeAdapter[Event] = TypeAdapter(Annotated[Event, Field(discriminator="kind")])

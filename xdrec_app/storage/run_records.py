"""Runs as values: what is given to be stored and what comes back.

Knows no metric, model or protocol: a protocol is its digest and its JSON text, a model its key.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from xdrec_app.storage.ownership import Owner

Role = Literal["main", "baseline"]
ComparisonKind = Literal["popularity", "lift", "margin"]
ParamValue = bool | int | float | str


@dataclass(frozen=True)
class NewRun:
    """A run that is about to start.

    Attributes
    ----------
    role
        "main": asked for by somebody; "baseline": computed beside one, its weights not kept.
    params
        All hyper-parameters, also those left at their default.
    protocol_digest, protocol
        Key and JSON text of the protocol it will be evaluated under.
    data_digest
        Of the revisions of target and sources: runs with equal digests met equal rows.
    """

    role: Role
    model: str
    target: str
    sources: tuple[str, ...]
    params: Mapping[str, ParamValue]
    split: str
    seed: int
    protocol_digest: str
    protocol: str
    data_digest: str
    device: str
    device_reason: str


@dataclass(frozen=True)
class Comparison:
    """One metric of a run beside the same metric of another run.

    Attributes
    ----------
    kind
        "popularity"; "lift": the same model without the sources; "margin": the best single-domain run.
    other_run
        The other run; None once it has been deleted.
    with_value, without_value
        The metric of this run and of the other one.
    relative
        Relative difference; NaN where `without_value` is 0.
    low, high
        95 % interval of `relative`; None when it could not be computed.
    """

    kind: ComparisonKind
    metric: str
    other_run: int | None
    with_value: float
    without_value: float
    relative: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class RunResult:
    """How a run ended: everything that becomes visible in one moment.

    Attributes
    ----------
    status
        "stopped": ended early on request, with the best weights so far.
    epochs
        Over all phases; 0 for a closed form.
    unscored
        Share of scored people without a score.
    artifacts
        Name → bytes; see :mod:`xdrec_app.storage.artifacts`.
    groups
        Group of people or items → metric → value; stands beside `metrics`, never among them.
    """

    status: Literal["finished", "stopped"]
    elapsed_s: float
    epochs: int
    unscored: float
    metrics: Mapping[str, float]
    artifacts: Mapping[str, bytes] = field(default_factory=dict)
    groups: Mapping[str, Mapping[str, float]] = field(default_factory=dict)


@dataclass(frozen=True)
class StoredRun:
    """A run as it stands in the workspace.

    Attributes
    ----------
    status
        running, finished, stopped, failed or interrupted (its process is gone).
    protocol
        JSON text.
    created_at
        Seconds since 1970.
    elapsed_s, epochs, unscored
        None before its end.
    metrics
        On the test part; empty before its end.
    can_serve
        Whether its weights are kept.
    groups
        Group of people or items → metric → value.
    """

    id: int
    role: Role
    model: str
    target: str
    sources: tuple[str, ...]
    params: dict[str, ParamValue]
    split: str
    seed: int
    protocol_digest: str
    protocol: str
    data_digest: str
    device: str
    device_reason: str
    status: str
    error: str
    owner: Owner
    created_at: int
    elapsed_s: float | None
    epochs: int | None
    unscored: float | None
    note: str
    metrics: dict[str, float]
    comparisons: tuple[Comparison, ...]
    can_serve: bool
    groups: dict[str, dict[str, float]] = field(default_factory=dict)


@dataclass(frozen=True)
class StoredPoint:
    """One point of a learning curve; `series` is "train_loss" or the name of a validation metric."""

    phase: str
    epoch: int
    series: str
    value: float
    elapsed_s: float

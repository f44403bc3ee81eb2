"""What comes back from requests: frozen values that go to JSON and back, torch-free like the requests themselves."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import ConfigDict, Field

from xdrec_app.core.events import Value
from xdrec_app.evaluation.protocol import Protocol


class CheckReport(Value):
    """What is wrong with a workspace file, as the database says it; empty when it is sound."""

    findings: tuple[str, ...]


class DomainSummary(Value):
    """One domain in numbers; `scale` is (lowest, highest) value."""

    name: str
    users: int
    items: int
    interactions: int
    scale: tuple[float, float]


class SharedUsers(Value):
    """How many people two domains share."""

    domains: tuple[str, str]
    users: int


class WorkspaceSummary(Value):
    """The domains of a workspace and the people they share, each pair once."""

    domains: tuple[DomainSummary, ...]
    shared_users: tuple[SharedUsers, ...]


class LiftFigure(Value):
    """One metric with and without something, and the paired bootstrap interval of the relative difference.

    Attributes
    ----------
    with_, without
        The metric both ways (`with_` is called "with" in JSON).
    relative
        (with - without) / without; NaN when `without` is 0.
    low, high
        95 % interval of `relative`; None when it could not be computed.
    """

    model_config = ConfigDict(populate_by_name=True, serialize_by_alias=True)

    with_: float = Field(alias="with")
    without: float
    relative: float
    low: float | None = None
    high: float | None = None


class GroupFigures(Value):
    """The metrics of a group of people or items; `people` is how many were judged."""

    people: int
    metrics: dict[str, float]


class CalibrationBin(Value):
    """Test rows with similar predictions: mean of these, mean of what was given, and how many rows."""

    predicted: float
    actual: float
    rows: int


class TrainReport(Value):
    """What a training run came to.

    Attributes
    ----------
    epochs
        Epochs run over all phases; 0 for a closed form.
    metrics
        On the test part; empty for split "all".
    baselines
        "popularity" and "without_sources" → their metrics under the same protocol.
    lift
        Metric → this run against itself without the sources; empty without sources.
    margin
        Metric → this run against the best stored single-domain run under the same protocol; empty if there is none.
    margin_run
        That run; None if there is none.
    unscored
        Share of scored people the model had to leave without a score.
    groups
        Group of people or items, e.g. "cold people" → its metrics; groups without anybody are left out.
    calibration
        Predicted and given ratings, ascending; empty where no ratings are predicted.
    """

    run: int
    model: str
    target: str
    sources: tuple[str, ...]
    status: Literal["finished", "stopped"]
    elapsed_s: float
    epochs: int
    device: str
    device_reason: str
    protocol: Protocol
    protocol_sentence: str
    metrics: dict[str, float]
    baselines: dict[str, dict[str, float]]
    lift: dict[str, LiftFigure]
    margin: dict[str, LiftFigure]
    margin_run: int | None
    unscored: float
    groups: dict[str, GroupFigures] = Field(default_factory=dict)
    calibration: tuple[CalibrationBin, ...] = ()


class EvaluationReport(Value):
    """Metrics of a stored run under a protocol.

    Attributes
    ----------
    people, rows
        How many people and test rows were scored.
    unknown_rows
        Rows of a test file whose person or item the model does not know; they count as misses in ranking and are
        predicted by the mean in rating.
    groups, calibration
        As in :class:`TrainReport`.
    """

    run: int
    metrics: dict[str, float]
    protocol: Protocol
    protocol_sentence: str
    people: int
    rows: int
    unknown_rows: int = 0
    unscored: float = 0.0
    groups: dict[str, GroupFigures] = Field(default_factory=dict)
    calibration: tuple[CalibrationBin, ...] = ()


class Reason(Value):
    """One history item that carried a recommendation.

    Attributes
    ----------
    weight
        Its share of the score, 0 … 1 over the reasons of one item.
    """

    domain: str
    item: str
    title: str
    value: float
    weight: float


class RecommendedItem(Value):
    """One place of a ranked list.

    Attributes
    ----------
    score
        The model's own score; comparable within one list only.
    why
        The reason in one sentence; empty unless asked for.
    reasons
        The history items behind it, strongest first.
    """

    rank: int
    id: str
    title: str
    tags: tuple[str, ...]
    score: float
    why: str = ""
    reasons: tuple[Reason, ...] = ()


class RecommendationList(Value):
    """Ranked recommendations for one person.

    Attributes
    ----------
    is_new_person
        Whether the model never saw the person and served them from their history alone.
    """

    run: int
    user: str
    target: str
    is_new_person: bool
    items: tuple[RecommendedItem, ...]


class ExportReport(Value):
    """A file that was written."""

    file: Path
    people: int
    rows: int
    elapsed_s: float


class TasteTag(Value):
    """A tag a person likes: `share` of the liked items of the domain that carry it, `lift` over everybody's share."""

    tag: str
    share: float
    lift: float


class DomainTaste(Value):
    """A person in one domain."""

    domain: str
    interactions: int
    mean_value: float
    tags: tuple[TasteTag, ...]


class HistoryItem(Value):
    """One interaction of a person; `time` in seconds since 1970."""

    domain: str
    item: str
    title: str
    tags: tuple[str, ...]
    value: float
    time: int | None


class Neighbour(Value):
    """A person with similar interactions; `similarity` is the cosine over all domains."""

    user: str
    similarity: float
    shared_items: int


class TransferNote(Value):
    """What another domain adds for this person, by the run's model.

    Attributes
    ----------
    share
        Share of the reasons for the person's top recommendations that comes from this domain, 0 … 1.
    """

    domain: str
    share: float


class PersonProfile(Value):
    """A person across domains; `transfer` is empty without a run that can explain itself."""

    user: str
    domains: tuple[DomainTaste, ...]
    history: tuple[HistoryItem, ...]
    history_total: int
    neighbours: tuple[Neighbour, ...]
    transfer: tuple[TransferNote, ...]


class ComparedFigure(Value):
    """One metric of two runs.

    Attributes
    ----------
    first, second
        The metric of both, over the people both judged.
    relative, low, high
        (first - second) / second, and the 95 % interval by a paired bootstrap over people; None without one.
    p_value
        Two-sided, for "no difference"; None without an interval.
    differs
        Whether the interval excludes zero.
    verdict
        On the first run: "better", "worse", "no difference", or "not tested" where a metric is no mean over people.
    people
        How many people both judged; 0 where a metric is no mean over people.
    """

    first: float
    second: float
    relative: float
    low: float | None
    high: float | None
    p_value: float | None
    differs: bool
    verdict: Literal["better", "worse", "no difference", "not tested"]
    people: int


class RunComparison(Value):
    """Two runs under the same protocol.

    Attributes
    ----------
    runs
        Numbers of the first and the second.
    models
        Their models and sources, in words.
    metrics
        Metric → both.
    groups
        Group of people or items → metric → both.
    """

    runs: tuple[int, int]
    models: tuple[str, str]
    target: str
    metrics: dict[str, ComparedFigure]
    groups: dict[str, dict[str, ComparedFigure]]
    protocol: Protocol
    protocol_sentence: str

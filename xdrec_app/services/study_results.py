"""What comes of many fits: repeated seeds, a search for parameters, the matrix of transfer lifts."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from xdrec_app.core.events import Value
from xdrec_app.evaluation.protocol import Protocol
from xdrec_app.services.results import ComparedFigure, LiftFigure, TrainReport


class UpdateReport(Value):
    """A run that went on from another one with what was imported since.

    Attributes
    ----------
    run, old_run
        The new run, and the one it went on from.
    new_rows, new_people, new_items
        Interactions of the target that the old run did not have; their people and items that its model does not know.
    held_out
        How many of them, the newest, the figures are of.
    before, after
        Metric → of the old model, and of the updated one before it learnt from the held-out rows too.
    comparison
        The updated model against the old one, over the people both were judged on.
    epochs
        Of both fits; 0 for a closed form.
    """

    run: int
    old_run: int
    model: str
    target: str
    sources: tuple[str, ...]
    status: Literal["finished", "stopped"]
    new_rows: int
    new_people: int
    new_items: int
    held_out: int
    before: dict[str, float]
    after: dict[str, float]
    comparison: dict[str, ComparedFigure]
    protocol: Protocol
    protocol_sentence: str
    epochs: int
    elapsed_s: float


class Spread(Value):
    """One metric over several seeds: mean, standard deviation (of a sample), lowest and highest."""

    mean: float
    sd: float
    low: float
    high: float


class RepeatReport(Value):
    """The same training with several seeds.

    Attributes
    ----------
    runs
        Their numbers, in the order of `seeds`.
    metrics
        Metric → its spread over the seeds.
    stability
        Mean share of the first ten items that two runs have in common, over pairs of runs and the people of both.
    """

    model: str
    target: str
    sources: tuple[str, ...]
    seeds: tuple[int, ...]
    runs: tuple[int, ...]
    metrics: dict[str, Spread]
    stability: float
    protocol: Protocol
    protocol_sentence: str


class TriedParams(Value):
    """One trial of a study; `value` is the monitor on the validation part, `curve` its value after each epoch."""

    number: int
    state: Literal["complete", "pruned", "failed"]
    params: dict[str, Any]
    value: float
    curve: tuple[float, ...] = ()
    elapsed_s: float
    error: str = ""


class TuneReport(Value):
    """A study as it stands.

    Attributes
    ----------
    best
        The complete trial with the best value; None if there is none.
    default_value
        The monitor with the default parameters; None where they were not tried.
    importances
        Parameter → how much of the differences it explains; empty with too few trials.
    trained
        The best parameters trained and evaluated on the test part; None if that was not asked for.
    """

    study: int
    model: str
    target: str
    sources: tuple[str, ...]
    monitor: str
    higher_is_better: bool
    trials: tuple[TriedParams, ...]
    best: TriedParams | None
    default_value: float | None
    importances: dict[str, float]
    trained: TrainReport | None = None


class TransferCell(Value):
    """What some sources add to one target under one protocol.

    Attributes
    ----------
    run, without_run
        The stored runs with the sources and without; None where the cell could not be computed.
    people
        How many were judged.
    lift
        Metric → with the sources against without.
    over_popularity
        Metric → with the sources against popularity: what counts for people without a history in the target.
    reason
        Why there are no figures; empty if there are.
    """

    target: str
    sources: tuple[str, ...]
    split: str
    run: int | None = None
    without_run: int | None = None
    people: int = 0
    lift: dict[str, LiftFigure] = Field(default_factory=dict)
    over_popularity: dict[str, LiftFigure] = Field(default_factory=dict)
    protocol: Protocol | None = None
    protocol_sentence: str = ""
    warning: str = ""
    reason: str = ""


class TransferReport(Value):
    """The matrix: all cells, and the metric that tells whether a source helps."""

    model: str
    monitor: str
    cells: tuple[TransferCell, ...]
    is_complete: bool = True


class EncodedDomain(Value):
    """What became of the texts of one domain: `encoded` of them were computed now, the others were kept already."""

    domain: str
    items: int
    with_text: int
    encoded: int
    elapsed_s: float


class EncodeReport(Value):
    """The vectors of items' texts, domain by domain; `size` is the length of a vector."""

    encoder: str
    fingerprint: str
    size: int
    domains: tuple[EncodedDomain, ...]


class CompressedFigures(Value):
    """Size of the weights, seconds to load them and to score a few hundred people, and metrics on the test part."""

    size_bytes: int
    load_s: float
    score_s: float
    metrics: dict[str, float]


class CompressReport(Value):
    """A compressed model beside its original: numbers of both runs, and the figures of both."""

    run: int
    original: int
    model: str
    to: Literal["int8", "half"]
    before: CompressedFigures
    after: CompressedFigures


class PretrainReport(Value):
    """Pre-trained weights: where they are, on which domains they were learnt, how many rows these had, and how long."""

    file: str
    model: str
    encoder: str
    domains: tuple[str, ...]
    interactions: int
    epochs: int
    elapsed_s: float

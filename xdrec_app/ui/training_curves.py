"""Learning curves as numbers: phases one after another on one axis of epochs. Knows no plot."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from xdrec_app.core.events import EpochEnd
from xdrec_app.services.views import CurvePoint

TRAIN_LOSS = "train_loss"
MAX_POINTS = 5000
"""Points of one curve that are drawn at most."""


@dataclass
class Line:
    """Points of one series; `x` is the epoch counted over all phases."""

    x: list[float] = field(default_factory=list)
    y: list[float] = field(default_factory=list)


@dataclass
class Segment:
    """One phase: how many epochs came before it, and its series by name."""

    phase: str
    offset: int
    last_epoch: int = 0
    lines: dict[str, Line] = field(default_factory=dict)

    def add(self, series: str, epoch: int, value: float) -> None:
        """Append a point."""
        line = self.lines.setdefault(series, Line())
        line.x.append(self.offset + epoch)
        line.y.append(value)
        self.last_epoch = max(self.last_epoch, epoch)


class TrainingCurves:
    """The curves of one run, growing while it trains."""

    def __init__(self) -> None:
        self.segments: list[Segment] = []

    @classmethod
    def of_points(cls, points: Iterable[CurvePoint]) -> TrainingCurves:
        """Return the curves of stored points; a phase whose epochs begin again is another segment."""
        curves = cls()
        for point in points:
            current = curves.segments[-1] if curves.segments else None
            if current is None or current.phase != point.phase or point.epoch < current.last_epoch:
                current = curves.start_phase(point.phase)
            current.add(point.series, point.epoch, point.value)
        return curves

    @property
    def n_epochs(self) -> int:
        """Epochs so far, over all phases."""
        return self.segments[-1].offset + self.segments[-1].last_epoch if self.segments else 0

    @property
    def validation_series(self) -> str:
        """The metric watched on the validation part; empty where there is none."""
        names = [name for segment in self.segments for name in segment.lines if name != TRAIN_LOSS]
        return names[-1] if names else ""

    def series_names(self) -> list[str]:
        """Return which series there are."""
        return list(dict.fromkeys(name for segment in self.segments for name in segment.lines))

    def start_phase(self, phase: str) -> Segment:
        """Begin another phase."""
        self.segments.append(Segment(phase, self.n_epochs))
        return self.segments[-1]

    def add(self, event: EpochEnd) -> None:
        """Append the end of an epoch."""
        if not self.segments or self.segments[-1].phase != event.phase:
            self.start_phase(event.phase)
        segment = self.segments[-1]
        segment.add(TRAIN_LOSS, event.epoch, event.train_loss)
        for name, value in event.validation.items():
            segment.add(name, event.epoch, value)

    def line(self, series: str) -> Line:
        """Return one series over all phases, with a gap (NaN) between two phases."""
        whole = Line()
        for segment in self.segments:
            part = segment.lines.get(series)
            if part is None:
                continue
            if whole.x:
                whole.x.append(part.x[0])
                whole.y.append(math.nan)
            whole.x.extend(part.x)
            whole.y.extend(part.y)
        return whole


def smoothed(values: Sequence[float], weight: float) -> list[float]:
    """Return the exponential moving average, corrected for its start; a NaN stays and begins anew.

    Parameters
    ----------
    weight
        How much of the past is kept, in [0, 1); 0 changes nothing.
    """
    if not 0 <= weight < 1:
        raise ValueError(f"the weight of the past must be in [0, 1), not {weight}")
    result, mean, seen = [], 0.0, 0.0
    for value in values:
        if math.isnan(value):
            mean = seen = 0.0
            result.append(value)
            continue
        mean = weight * mean + (1 - weight) * value
        seen = weight * seen + (1 - weight)
        result.append(mean / seen)
    return result


def thinned(line: Line, limit: int = MAX_POINTS) -> Line:
    """Return at most about `limit` points, first and last among them."""
    step = -(-len(line.x) // limit)
    if step <= 1:
        return line
    last = [len(line.x) - 1] if (len(line.x) - 1) % step else []
    kept = [*range(0, len(line.x), step), *last]
    return Line([line.x[n] for n in kept], [line.y[n] for n in kept])


def positive(line: Line) -> Line:
    """Return the line with NaN where a logarithm would not exist."""
    return Line(line.x, [value if value > 0 else math.nan for value in line.y])

"""What the window reads: frozen values for tables, charts and lists, given by :mod:`xdrec_app.services.browse`.

Like requests they know no database and no Qt; unlike results of requests they are made in the window's own process.
"""

from __future__ import annotations

from xdrec_app.core.events import Value
from xdrec_app.evaluation.protocol import Candidates
from xdrec_app.services.results import LiftFigure


class Histogram(Value):
    """Counts of interactions per value, ascending by value."""

    values: tuple[float, ...]
    counts: tuple[int, ...]


class ItemRow(Value):
    """One item in a table; `key` is where the next page starts (keyset paging)."""

    key: int
    id: str
    title: str
    tags: tuple[str, ...]
    interactions: int


class BatchRow(Value):
    """One import."""

    batch: int
    domain: str
    kind: str
    file_name: str
    lines: int
    imported: int
    merged: int
    rejected: int
    created_at: int


class RejectedRow(Value):
    """One line of a file that was not imported, and why."""

    line: int
    text: str
    reason: str


class RunRow(Value):
    """One run in the list of runs.

    Attributes
    ----------
    status
        running, finished, stopped, failed or interrupted (its process is gone).
    metrics
        On the test part.
    protocol_sentence
        The protocol in words.
    candidates
        Whether all items competed or a sample; figures of the two kinds never stand in one column.
    device_reason
        Why it ran where it ran.
    created_at
        Seconds since 1970.
    """

    run: int
    model: str
    target: str
    sources: tuple[str, ...]
    split: str
    seed: int
    status: str
    error: str
    device: str
    created_at: int
    elapsed_s: float | None
    epochs: int | None
    params: dict[str, bool | int | float | str]
    metrics: dict[str, float]
    popularity: dict[str, LiftFigure]
    lift: dict[str, LiftFigure]
    margin: dict[str, LiftFigure]
    protocol_sentence: str
    unscored: float | None
    note: str
    can_serve: bool
    candidates: Candidates = "full"
    device_reason: str = ""


class RunList(Value):
    """Runs, newest first."""

    runs: tuple[RunRow, ...]


class CurvePoint(Value):
    """One point of a learning curve; `series` is "train_loss" or a validation metric."""

    phase: str
    epoch: int
    series: str
    value: float
    elapsed_s: float


class PersonHit(Value):
    """A person found by a search: in which domains, how many interactions."""

    user: str
    domains: tuple[str, ...]
    interactions: int


class ColumnGuess(Value):
    """A column of a previewed file; `role` is the guess, None when the column is not used."""

    name: str
    role: str | None


class FilePreview(Value):
    """The first rows of a file as they would be read.

    Attributes
    ----------
    kind
        "interactions" or "items", as guessed from the columns.
    rows
        Text cells, at most 100 rows.
    problem
        Why the file cannot be imported as it stands (e.g. no item column was found); empty if it can.
    """

    file_name: str
    kind: str
    encoding: str
    delimiter: str
    has_header: bool
    columns: tuple[ColumnGuess, ...]
    rows: tuple[tuple[str, ...], ...]
    problem: str
    suggested_domain: str

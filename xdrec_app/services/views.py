"""What the window reads: frozen values for tables, charts and lists, given by :mod:`xdrec_app.services.browse`.

Like requests they know no database and no Qt; unlike results of requests they are made in the window's own process.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from xdrec_app.core.events import Value
from xdrec_app.datasets.formats.dialect import Dialect
from xdrec_app.datasets.signal_settings import SignalSettings
from xdrec_app.evaluation.protocol import Candidates
from xdrec_app.services.data_requests import AnyImport
from xdrec_app.services.results import GroupFigures, LiftFigure


class Histogram(Value):
    """Counts of interactions per value, ascending by value."""

    values: tuple[float, ...]
    counts: tuple[int, ...]


class ItemRow(Value):
    """One item in a table.

    Attributes
    ----------
    key
        Where the next page of :meth:`Browser.items` starts.
    interactions
        People who have it.
    category
        A path, e.g. "Shoes > Running"; empty where unknown.
    place
        Where it stands in the order that was asked for.
    """

    key: int
    id: str
    title: str
    tags: tuple[str, ...]
    interactions: int
    category: str = ""
    price: float | None = None
    place: tuple[int | str, ...] = ()


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
    warning
        Why the figures must not be believed; empty if nothing is known against them.
    groups
        Group of people or items → its metrics.
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
    warning: str = ""
    groups: dict[str, GroupFigures] = Field(default_factory=dict)


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
    """A person: in which domains, how many interactions there and together; their place is (user,)."""

    user: str
    domains: tuple[str, ...]
    interactions: int
    counts: tuple[int, ...] = ()


class UnderstoodCell(Value):
    """A cell of a file and what it is taken for, e.g. 881250949 → 1997-12-04 15:55."""

    text: str
    meaning: str


class ColumnGuess(Value):
    """A column of a previewed file.

    Attributes
    ----------
    role
        What it is taken for; None when the column is not used.
    cells
        Columns of values and times: some cells and how they are understood.
    """

    name: str
    role: str | None
    cells: tuple[UnderstoodCell, ...] = ()


class DateReading(Value):
    """A date that can be read in two ways; empty where one of them is no date."""

    text: str
    day_first: str
    month_first: str


class FilePreview(Value):
    """The first rows of a file as they would be read.

    Attributes
    ----------
    kind
        "interactions", "items" or "users", as decided or guessed.
    delimiter, quote, comment
        Empty where there is none, or the format has no such thing.
    rows
        Text cells, at most 100 rows.
    problem
        Why the file cannot be imported as it stands (e.g. no item column was found); empty if it can.
    suggested_domain
        A name after the name of the file; a column of the file may name domains instead, see `domains`.
    format
        Title of the reader, e.g. "Delimited text (CSV)".
    sheets, sheet
        The sheets of a spreadsheet, and the one that is shown.
    decimal
        What stands before the decimals; empty where the first rows do not tell.
    date_order
        "day" or "month"; empty where there are no dates like 03/04/2021.
    dates
        Where the first rows do not tell which comes first: some dates, read both ways. Then somebody should decide.
    signal, conversion
        What a line says, and what models make of its value, in words; None and empty for items and people.
    n_previewed, n_rejected, rejected
        How many of the first records were tried, how many of them would be rejected, and some of those.
    domains
        The names in the domain column, among the first rows; empty without such a column.
    template, template_domain
        Name and domain of the template that was applied because the file has its shape; empty if none was.
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
    format: str = ""
    sheets: tuple[str, ...] = ()
    sheet: str = ""
    quote: str = ""
    comment: str = ""
    decimal: str = ""
    date_order: str = ""
    dates: tuple[DateReading, ...] = ()
    signal: SignalSettings | None = None
    conversion: str = ""
    n_previewed: int = 0
    n_rejected: int = 0
    rejected: tuple[RejectedRow, ...] = ()
    domains: tuple[str, ...] = ()
    template: str = ""
    template_domain: str = ""

    @property
    def dialect(self) -> Dialect:
        """How the file is read, for a request that imports it as it is shown."""
        return Dialect.model_validate(
            {
                "encoding": self.encoding or None,
                "delimiter": self.delimiter or None,
                "has_header": self.has_header,
                "quote": self.quote or None,
                "decimal": self.decimal or None,
                "comment": self.comment or None,
                "date_order": self.date_order or None,
                "sheet": self.sheet or None,
            }
        )


class PlannedFile(Value):
    """What a plan makes of one file.

    Attributes
    ----------
    kind
        "interactions", "items" or "users"; empty where the file cannot be read.
    domain, domains
        The domain it goes to; or, where a column of the file names them, the first names seen.
    request
        How it is imported; None where it cannot be, for the reason in `problem`.
    skip, note
        Whether it is better left out, and why.
    """

    file: Path
    kind: str
    domain: str
    domains: tuple[str, ...] = ()
    request: AnyImport | None = None
    problem: str = ""
    skip: bool = False
    note: str = ""


class ImportPlan(Value):
    """What is to be done with several files."""

    files: tuple[PlannedFile, ...]

"""Use-case: the first rows of a file as they would be imported; runs in the window's process and reads 64 KiB."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from xdrec_app.core.errors import UserError
from xdrec_app.datasets.arrays import NO_TIME
from xdrec_app.datasets.formats.base import SAMPLE_ROWS, RejectedLine, TableFile
from xdrec_app.datasets.formats.cell_forms import with_cell_forms
from xdrec_app.datasets.formats.cells import MISSING, value_parser, why_no_value
from xdrec_app.datasets.formats.columns import guess_kind, guess_roles, resolve_roles, sample_columns
from xdrec_app.datasets.formats.dialect import Dialect, Kind, Role
from xdrec_app.datasets.formats.interaction_file import InteractionFile
from xdrec_app.datasets.formats.item_file import ItemFile
from xdrec_app.datasets.formats.signal_guess import guess_signal
from xdrec_app.datasets.formats.times import (
    DEFAULT_ORDER,
    NOT_A_TIME,
    are_compact,
    guess_date_order,
    is_order_open,
    time_parser,
    time_text,
    why_no_time,
)
from xdrec_app.datasets.formats.user_file import UserFile
from xdrec_app.datasets.signal_settings import SignalKey, SignalSettings
from xdrec_app.datasets.signals import SIGNALS, settled
from xdrec_app.services.templates import Shape, Template, find
from xdrec_app.services.views import ColumnGuess, DateReading, FilePreview, RejectedRow, UnderstoodCell

N_EXAMPLES = 3
"""How many cells, dates and rejected lines are shown as examples."""

SAYS_WHAT_IT_HOLDS = {
    *("ratings", "rating", "reviews", "review", "interactions", "clicks", "purchases", "events", "views", "data"),
    *("users", "user", "customers", "customer", "people", "members", "用户"),
    *("items", "item", "metadata", "meta", "catalogue", "catalog", "products", "train", "test", "base", "评分", "商品"),
}


@dataclass(frozen=True)
class _Wish:
    """What is decided about a file, by the user or by a template; the rest is guessed."""

    dialect: Dialect
    columns: Mapping[Role, str]
    kind: Kind | None
    signal: SignalSettings | None
    template: Template | None = None


@dataclass(frozen=True)
class _Tried:
    """What became of the first records."""

    n_good: int
    rejected: Sequence[RejectedLine]
    domains: Iterable[str] = ()
    signal: SignalSettings | None = None
    conversion: str = ""


def preview(
    path: Path,
    dialect: Dialect | None = None,
    columns: Mapping[Role, str] | None = None,
    kind: Kind | None = None,
    signal: SignalKey | None = None,
) -> FilePreview:
    """Show how a file would be read.

    Parameters
    ----------
    path
        The file.
    dialect, columns
        What the user has decided; the rest is guessed. Where nothing is decided at all, a template may fit.
    kind
        What it is to be imported as; guessed when None.
    signal
        What a line of interactions says; guessed when None.

    Raises
    ------
    UserError
        When the file cannot be read at all. That its columns are not clear, or that no line could be imported, is
        said in the preview's `problem`.
    """
    settings = SignalSettings(kind=signal, repeats=SIGNALS[signal].usual_repeats) if signal else None
    table, wish = _open(path, _Wish(dialect or Dialect(), columns or {}, kind, settings))
    decided_kind = wish.kind or guess_kind(table)
    problem = ""
    tried = _Tried(0, ())
    roles = guess_roles(table, decided_kind)
    try:
        roles = resolve_roles(table, decided_kind, wish.columns)
        table = with_cell_forms(table, roles, wish.dialect)
        tried = _try(table, decided_kind, roles, wish.signal)
        problem = _problem(table, tried)
    except UserError as error:
        problem = str(error)
    layout = table.layout
    times = sample_columns(table)[roles["time"]] if "time" in roles else []
    return FilePreview(
        file_name=path.name,
        kind=decided_kind,
        encoding=layout.dialect.encoding or "",
        delimiter=layout.dialect.delimiter or "",
        has_header=bool(layout.dialect.has_header),
        columns=_column_guesses(table, roles),
        rows=tuple(tuple(record.cells) for record in layout.sample[:SAMPLE_ROWS]),
        problem=problem,
        suggested_domain=suggested_domain(path),
        format=table.reader.title,
        sheets=layout.sheets,
        sheet=layout.dialect.sheet or "",
        quote=layout.dialect.quote or "",
        comment=layout.dialect.comment or "",
        decimal=layout.dialect.decimal or "",
        date_order=_date_order(layout.dialect, times),
        dates=_open_dates(layout.dialect, times),
        signal=tried.signal,
        conversion=tried.conversion,
        n_previewed=tried.n_good + len(tried.rejected),
        n_rejected=len(tried.rejected),
        rejected=tuple(RejectedRow(**line._asdict()) for line in tried.rejected[:N_EXAMPLES]),
        domains=tuple(dict.fromkeys(tried.domains)),
        template=wish.template.name if wish.template else "",
        template_domain=wish.template.domain if wish.template else "",
    )


def shape_of(table: TableFile) -> Shape:
    """Return what templates know a file by."""
    return Shape(columns=table.layout.columns, format=table.reader.key)


def suggested_domain(path: Path) -> str:
    """Return a name for the domain of a file: its name without what only says that it holds ratings or items."""
    words = [word for word in re.split(r"[\W_]+", path.name.split(".", 1)[0]) if word]
    telling = [word for word in words if word.casefold() not in SAYS_WHAT_IT_HOLDS]
    return " ".join(telling or [path.parent.name]) or "domain"


def _open(path: Path, wish: _Wish) -> tuple[TableFile, _Wish]:
    """Open a file as the user wishes; where nothing is wished, by the template of its shape."""
    table = TableFile.open(path, wish.dialect, thorough=False)
    if wish != _Wish(Dialect(), {}, None, None):
        return table, wish
    template = find(shape_of(table))
    if template is None:
        return table, wish
    try:
        table = TableFile.open(path, template.dialect, thorough=False)
    except UserError:  # another encoding, say: then the file is no such file
        return table, wish
    return table, _Wish(template.dialect, template.columns, template.kind, template.signal, template)


def _try(table: TableFile, kind: Kind, roles: dict[Role, int], wished: SignalSettings | None) -> _Tried:
    """Read the first records as they would be imported."""
    if kind == "interactions":
        return _try_interactions(InteractionFile(table, roles), wished)
    if kind == "items":
        items = ItemFile(table, roles).sample()
        return _Tried(len(items.items), items.rejected, items.domains or ())
    users = UserFile(table, roles).sample()
    return _Tried(len(users.users), users.rejected, users.domains or ())


def _try_interactions(file: InteractionFile, wished: SignalSettings | None) -> _Tried:
    chunk = file.sample()
    values, counts = np.unique(chunk.values, return_counts=True)
    guess = wished or guess_signal(file)
    settings = settled(guess, values, counts)
    if wished:  # only its scale is open
        settings = wished.model_copy(update={"scale": wished.scale or settings.scale})
    conversion = settings.signal.in_words(settings)
    if settings.kind == "ratings" and settings.scale:
        low, high = settings.scale
        if left_out := [f"{value:g}" for value in values if not low <= value <= high]:
            conversion += f" In the first rows: {', '.join(left_out)}."
    domains = chunk.domains.cells() if chunk.domains else ()
    return _Tried(len(chunk.lines), chunk.rejected, domains, settings, conversion)


def _problem(table: TableFile, tried: _Tried) -> str:
    """Say why nothing of the first rows could be imported; empty when something could."""
    if tried.n_good:
        return ""
    if not tried.rejected:
        return f"{table.path.name} holds a header and no rows."
    first = tried.rejected[0]
    return f"None of the first {len(tried.rejected)} lines can be imported; line {first.line}: {first.reason}."


def _column_guesses(table: TableFile, roles: Mapping[Role, int]) -> tuple[ColumnGuess, ...]:
    role_of = {position: role for role, position in roles.items()}
    samples = sample_columns(table)
    meanings: dict[int, Callable[[str], str]] = {}
    if "value" in roles:
        meanings[roles["value"]] = _value_meaning(table.layout.dialect)
    if "time" in roles:
        meanings[roles["time"]] = _time_meaning(table.layout.dialect, samples[roles["time"]])
    return tuple(
        ColumnGuess(
            name=name,
            role=role_of.get(position),
            cells=_understood(samples[position], meanings[position]) if position in meanings else (),
        )
        for position, name in enumerate(table.layout.columns)
    )


def _understood(cells: Sequence[str], meaning: Callable[[str], str]) -> tuple[UnderstoodCell, ...]:
    examples = [cell for cell in dict.fromkeys(cells) if cell not in MISSING][:N_EXAMPLES]
    return tuple(UnderstoodCell(text=cell, meaning=meaning(cell)) for cell in examples)


def _value_meaning(dialect: Dialect) -> Callable[[str], str]:
    parse = value_parser(dialect)

    def meaning(cell: str) -> str:
        value = parse(cell)
        return why_no_value(cell) if np.isnan(value) else f"{value:g}"

    return meaning


def _time_meaning(dialect: Dialect, cells: Sequence[str]) -> Callable[[str], str]:
    parse = time_parser(dialect, is_compact=are_compact(cells))

    def meaning(cell: str) -> str:
        seconds = parse(cell)
        return "no time" if seconds == NO_TIME else why_no_time(cell) if seconds == NOT_A_TIME else time_text(seconds)

    return meaning


def _date_order(dialect: Dialect, times: Sequence[str]) -> str:
    is_open = is_order_open(times)
    return (dialect.date_order or DEFAULT_ORDER) if is_open or guess_date_order(times) else ""


def _open_dates(dialect: Dialect, times: Sequence[str]) -> tuple[DateReading, ...]:
    """Return dates to decide by, where nobody has decided and the dates do not."""
    if dialect.date_order or not is_order_open(times):
        return ()
    readings = []
    for text in dict.fromkeys(times):
        both = [time_parser(Dialect(date_order=order))(text) for order in ("day", "month")]
        day_first, month_first = ("" if moment in {NO_TIME, NOT_A_TIME} else time_text(moment) for moment in both)
        readings.append(DateReading(text=text, day_first=day_first, month_first=month_first))
    telling = [reading for reading in readings if reading.day_first != reading.month_first]
    return tuple((telling or readings)[:N_EXAMPLES])

"""A close look at a domain: sums of lines, values, times, the long tail, who has too little, what a k-core would leave.

Pure arithmetic on arrays, in steps between which it can be cancelled. It knows neither names nor ids.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

import numpy as np

from xdrec_app.core.events import Tick
from xdrec_app.core.jobs import Job
from xdrec_app.datasets.arrays import NO_TIME, Longs
from xdrec_app.datasets.domain_figures import DomainFigures, Shortage
from xdrec_app.datasets.domain_table import DomainTable
from xdrec_app.datasets.histogram import histogram
from xdrec_app.datasets.k_core import k_cores
from xdrec_app.datasets.signal_settings import SignalSettings
from xdrec_app.datasets.signals import RawSignal

HEADS = (0.01, 0.1, 0.2)
SHORTAGES = (2, 5, 10, 20)
CORES = (2, 3, 5, 10)
MAX_DAYS, MAX_MONTH_DAYS = 92, 15 * 366
"""What lasts for more days is counted by months, and for still more by years."""

SECONDS_PER_DAY = 86_400
AT_ONCE = 1 << 20

Period = Literal["", "day", "month", "year"]
UNITS: Mapping[Period, str] = {"day": "D", "month": "M", "year": "Y"}
Pairs = tuple[tuple[int, int], ...]


class RawFigures(NamedTuple):
    """Lines as imported.

    Attributes
    ----------
    left_out
        Those that are no interaction for models.
    out_of_scale
        Those of them whose value is outside the scale.
    """

    rows: int
    left_out: int
    out_of_scale: int


def raw_figures(raw: RawSignal, settings: SignalSettings) -> RawFigures:
    """Count the lines of a domain; block by block, for conversions take memory."""
    left_out = 0
    for start in range(0, len(raw.values), AT_ONCE):
        block = slice(start, start + AT_ONCE)
        actions = None if raw.actions is None else raw.actions[block]
        _, counts = settings.signal.convert(RawSignal(raw.values[block], actions, raw.action_names), settings)
        left_out += len(counts) - int(np.count_nonzero(counts))
    return RawFigures(len(raw.values), left_out, left_out if settings.kind == "ratings" else 0)


def domain_figures(raw: RawFigures, settings: SignalSettings, table: DomainTable) -> Job[DomainFigures]:
    """Look closely at a domain.

    Parameters
    ----------
    raw
        Its lines; counted before, so that they need not be in memory any more.
    settings
        What its values mean.
    table
        All its interactions.
    """
    of_users = np.bincount(table.users, minlength=table.n_users)
    of_items = np.bincount(table.items, minlength=table.n_items)
    popularity = np.sort(of_items[of_items > 0])[::-1]
    n_pairs = _distinct_pairs(table) if settings.repeats == "all" else len(table)
    yield Tick()
    values = histogram(table.values)
    yield Tick()
    time_span, period, counts = over_time(table.times)
    yield Tick()
    cores = []
    for core in k_cores(table.users, table.items, table.n_items, CORES):
        cores.append(core)
        yield Tick()
    return DomainFigures(
        signal=settings.kind,
        policy=settings.repeats,
        scale=table.scale,
        rows=raw.rows,
        users=table.n_users,
        items=table.n_items,
        cold_items=table.n_items - len(popularity),
        interactions=len(table),
        repeated=raw.rows - raw.left_out - n_pairs,
        out_of_scale=raw.out_of_scale,
        left_out=raw.left_out,
        density=n_pairs / max(1, table.n_users * table.n_items),
        time_span=time_span,
        histogram=values,
        over_time=counts,
        period=period,
        user_counts=by_powers_of_two(of_users),
        item_counts=by_powers_of_two(of_items),
        head_shares=head_shares(popularity),
        gini=gini(popularity),
        shortages=tuple(_shortage(of_users, of_items, k) for k in SHORTAGES),
        k_cores=tuple(cores),
    )


def by_powers_of_two(counts: Longs) -> Pairs:
    """Return (1, how many of `counts` are 1), (2, … 2 or 3), (4, … 4 to 7) and so on; zeros are not counted."""
    _, exponents = np.frexp(counts[counts > 0])
    return tuple((1 << power, int(n)) for power, n in enumerate(np.bincount(exponents)[1:]))


def head_shares(popularity: Longs) -> tuple[tuple[float, float], ...]:
    """Return (share of the items, share of the interactions that so many of the most popular hold).

    Parameters
    ----------
    popularity
        Interactions per item, descending, all > 0.
    """
    if not len(popularity):
        return ()
    held = np.cumsum(popularity)
    n_top = [max(1, round(share * len(popularity))) for share in HEADS]
    return tuple((share, float(held[n - 1] / held[-1])) for share, n in zip(HEADS, n_top, strict=True))


def gini(popularity: Longs) -> float:
    """Return the Gini coefficient of interactions per item (descending, all > 0), 0 … 1; 0 without items."""
    n = len(popularity)
    if not n:
        return 0.0
    ranks = np.arange(n, 0, -1, dtype=np.float64)
    coefficient = 2 * float(ranks @ popularity) / (n * float(popularity.sum())) - (n + 1) / n
    return max(0.0, coefficient)


def _shortage(of_users: Longs, of_items: Longs, k: int) -> Shortage:
    return Shortage(k=k, users=int((of_users < k).sum()), items=int((of_items < k).sum()))


def _distinct_pairs(table: DomainTable) -> int:
    is_new = (np.diff(table.users) != 0) | (np.diff(table.items) != 0)
    return int(np.count_nonzero(is_new)) + min(1, len(table))


def over_time(times: Longs) -> tuple[tuple[int, int] | None, Period, Pairs]:
    """Return the first and the last second, the period that suits this span, and (its first second, rows) ascending.

    Parameters
    ----------
    times
        int64 seconds since 1970 of the centuries around now, or `NO_TIME`.
    """
    if (times == NO_TIME).any():
        times = times[times != NO_TIME]
    if not len(times):
        return None, "", ()
    days = times // SECONDS_PER_DAY
    first_day = int(days.min())
    per_day = np.bincount(days - first_day)
    period: Period = "day" if len(per_day) <= MAX_DAYS else "month" if len(per_day) <= MAX_MONTH_DAYS else "year"
    happened = np.flatnonzero(per_day)
    begins = (happened + first_day).astype("datetime64[D]").astype(f"datetime64[{UNITS[period]}]")
    distinct, place = np.unique(begins, return_inverse=True)
    counts = np.zeros(len(distinct), np.int64)
    np.add.at(counts, place, per_day[happened])
    seconds = distinct.astype("datetime64[s]").astype(np.int64)
    span = int(times.min()), int(times.max())
    return span, period, tuple(zip(seconds.tolist(), counts.tolist(), strict=True))

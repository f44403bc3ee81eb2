"""What a close look at a domain finds, as plain values; `domain_report` computes them."""

from __future__ import annotations

from typing import Literal

from xdrec_app.core.events import Value


class KCore(Value):
    """What is left when people and items with fewer than `k` interactions are taken away until none is left."""

    k: int
    users: int
    items: int
    interactions: int


class Shortage(Value):
    """How many people and items have fewer than `k` interactions; items without any are among them."""

    k: int
    users: int
    items: int


class DomainFigures(Value):
    """A domain looked at closely; ``rows = left_out + repeated + interactions``, unless the policy is to keep all.

    Attributes
    ----------
    signal, policy
        What a line says, and which of several lines about the same person and item counts.
    scale
        Lowest and highest value that models meet; equal for implicit feedback.
    rows, interactions
        Lines as imported; those that count after the policy for repeated pairs.
    repeated
        Lines that say again something about a person and an item, beside one for each pair.
    out_of_scale
        Rows whose value is outside the scale of the domain.
    left_out
        Rows that are no interaction for models (impressions without a click, values outside the scale).
    cold_items
        Items without interactions.
    density
        Share of all pairs of a person and an item that have an interaction.
    time_span
        First and last second; None without times.
    histogram
        (value, interactions), ascending by value; of very many different values, the middles of equally wide ranges.
    over_time
        (first second of a day, month or year in UTC, interactions), ascending, without those in which nothing happened;
        empty without times.
    period
        What one entry of `over_time` covers.
    user_counts, item_counts
        (number of interactions from … on, people or items): histogram over powers of two from 1 on, without gaps.
    head_shares
        (share of the items with interactions, share of all interactions that the most popular of them hold), e.g.
        (0.01, 0.23), (0.1, 0.62).
    gini
        How unequal these items are: 0 = all equally popular, near 1 = one holds all.
    """

    signal: str
    policy: str
    scale: tuple[float, float]
    rows: int
    users: int
    items: int
    cold_items: int
    interactions: int
    repeated: int
    out_of_scale: int
    left_out: int
    density: float
    time_span: tuple[int, int] | None
    histogram: tuple[tuple[float, int], ...]
    over_time: tuple[tuple[int, int], ...]
    period: Literal["", "day", "month", "year"]
    user_counts: tuple[tuple[int, int], ...]
    item_counts: tuple[tuple[int, int], ...]
    head_shares: tuple[tuple[float, float], ...]
    gini: float
    shortages: tuple[Shortage, ...]
    k_cores: tuple[KCore, ...]

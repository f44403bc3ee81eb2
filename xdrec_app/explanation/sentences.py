"""Reasons as people read them: the strongest history items, and one sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from xdrec_app.datasets.catalogue import Catalogue
from xdrec_app.datasets.interactions import Interactions
from xdrec_app.explanation.base import Contribution

MAX_REASONS = 3
CARRIED_FROM = 0.005
"""A domain that rounds to 0 % is not said to have carried anything."""

NO_REASON = "Many people liked it."


@dataclass(frozen=True)
class Reason:
    """One history item that carried a recommendation.

    Attributes
    ----------
    domain, item, title
        Where it stands, its id, and what to show for it.
    value
        What the person gave it.
    weight
        Its share of everything that spoke for the recommendation, 0 … 1.
    """

    domain: str
    item: str
    title: str
    value: float
    weight: float


@dataclass(frozen=True)
class TransferNote:
    """Share of the reasons for a person's recommendations that comes from a domain, 0 … 1."""

    domain: str
    share: float


def reasons(
    contributions: Sequence[Contribution],
    history: Interactions,
    catalogue: Catalogue,
    limit: int | None = MAX_REASONS,
) -> tuple[Reason, ...]:
    """Return what spoke for an item, strongest first; `limit` None gives all of it."""
    supporting = [contribution for contribution in contributions if contribution.weight > 0]
    return tuple(
        Reason(
            domain=catalogue.domain_of(contribution.item),
            item=catalogue.ids[contribution.item],
            title=catalogue.label(contribution.item),
            value=float(history.values[contribution.row]),
            weight=contribution.weight,
        )
        for contribution in supporting[:limit]
    )


def domain_shares(contributions: Sequence[Contribution], catalogue: Catalogue) -> dict[str, float]:
    """Return each domain's share of what spoke for an item; sums to 1, or to 0 without reasons."""
    shares = dict.fromkeys(catalogue.domains, 0.0)
    for contribution in contributions:
        shares[catalogue.domain_of(contribution.item)] += contribution.weight
    return shares


def sentence(
    contributions: Sequence[Contribution], history: Interactions, catalogue: Catalogue, limit: int = MAX_REASONS
) -> str:
    """Say in one sentence why an item is recommended.

    The named items are the strongest few; the share of a domain is over all that spoke for the item.
    """
    named = reasons(contributions, history, catalogue, limit)
    if not named:
        return NO_REASON
    by_domain: dict[str, list[str]] = {}
    for reason in named:
        by_domain.setdefault(reason.domain, []).append(f"“{reason.title}”")
    because = f"Because of {listed([f'{listed(titles)} from {domain}' for domain, titles in by_domain.items()])}"
    shares = domain_shares(contributions, catalogue)
    if sum(share >= CARRIED_FROM for share in shares.values()) < 2:
        return f"{because}."
    strongest = max(shares, key=lambda domain: shares[domain])
    return f"{because}; {strongest} carried {100 * shares[strongest]:.0f} % of the score."


def listed(words: Sequence[str]) -> str:
    """Join words as in a sentence: ``a``, ``a and b``, ``a, b and c``."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def transfer_notes(explained: Sequence[Sequence[Contribution]], catalogue: Catalogue) -> tuple[TransferNote, ...]:
    """Return how much each domain carried over a person's top items, in the order of the catalogue.

    Each item with a reason counts the same; empty when no item has one.
    """
    shares = [domain_shares(item, catalogue) for item in explained if any(one.weight > 0 for one in item)]
    if not shares:
        return ()
    return tuple(
        TransferNote(domain, float(np.mean([share[domain] for share in shares]))) for domain in catalogue.domains
    )

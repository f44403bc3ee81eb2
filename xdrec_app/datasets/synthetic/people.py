"""The people of a sample world: what they like, where they are, how much they do there and when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from xdrec_app.datasets.arrays import Bools, Doubles, Ints, Longs
from xdrec_app.datasets.synthetic.flavours import AXES

TASTE = 1.0
"""Weight of the axes of taste in how fond somebody is of a circle."""
FONDNESS = 2.5
"""Standard deviation of what only chance decides in it."""

IN_ALL_DOMAINS = 0.5
"""Share of the shared people who are in every domain; the others are in two."""
PERSON_SPREAD, DOMAIN_SPREAD = 0.7, 1.2
"""Standard deviations of the logarithm of how much people do: between people, and within one between domains."""
ABROAD = 0.4
"""Activity of a person outside the domain that is their home, relative to there."""
CASUAL = 0.3
"""Activity of a person who is in one domain only, relative to the home of a shared one."""
MAX_ACTIVITY = 8.0
"""The most active people do at most this many times the mean."""

AGE_GROUPS = ("18-24", "25-34", "35-49", "50-64", "65+")
REGIONS = ("north", "east", "south", "west")

DAY = 86_400
SHORTEST_STAY = 7 * DAY


@dataclass(frozen=True)
class Period:
    """The time a world covers.

    Attributes
    ----------
    first_second
        Seconds since 1970.
    n_days
        Its length.
    closed_days
        Nobody comes for the first time in so many days at the end.
    stay_days
        How long people stay, as a scale: the mean is one and a half times as long.
    """

    first_second: int
    n_days: int
    closed_days: int
    stay_days: int

    @property
    def end(self) -> int:
        """The first second after it."""
        return self.first_second + self.n_days * DAY


def draw_tastes(n_people: int, rng: np.random.Generator) -> Doubles:
    """Return [n_people, n_axes] of mean 0 and variance 1, skewed: few strong likes, many mild dislikes."""
    tastes: Doubles = (rng.gamma(0.7, size=(n_people, len(AXES))) - 0.7) / np.sqrt(0.7)
    return tastes


def draw_fondness(tastes: Doubles, circles: Doubles, rng: np.random.Generator) -> Doubles:
    """Return how fond each person is of each circle, [n_people, n_circles], from moods [n_circles, n_axes]."""
    return TASTE * (tastes @ circles.T) + FONDNESS * rng.normal(size=(len(tastes), len(circles)))


def draw_members(n_people: int, n_domains: int, shared_share: float, rng: np.random.Generator) -> Bools:
    """Return who is in which domain, bool [n_people, n_domains]; everybody is in one at least."""
    n_shared = round(n_people * shared_share) if n_domains > 1 else 0
    n_memberships = np.ones(n_people, np.int64)
    n_memberships[:n_shared] = 2
    n_memberships[: round(n_shared * IN_ALL_DOMAINS)] = n_domains
    rng.shuffle(n_memberships)
    order = rng.random((n_people, n_domains)).argsort(axis=1).argsort(axis=1)
    return order < n_memberships[:, None]


def draw_counts(
    members: Bools,
    n_choices: int,
    most: Sequence[int],
    rng: np.random.Generator,
    domain_shares: Sequence[float] | None = None,
) -> Ints:
    """Return how many items each person chooses in each domain, int32 [n_people, n_domains].

    Parameters
    ----------
    members
        bool [n_people, n_domains]; a member chooses one item at least.
    n_choices
        Over all domains; a little less where people come to `most`.
    most
        What one person chooses at most, for each domain.
    domain_shares
        Share of the choices that each domain gets; None: as it happens.
    """
    log_activity = rng.normal(0, PERSON_SPREAD, (len(members), 1)) + rng.normal(0, DOMAIN_SPREAD, members.shape)
    home = np.where(members, rng.random(members.shape), -1.0).argmax(axis=1)
    is_home = np.arange(members.shape[1]) == home[:, None]
    is_casual = members.sum(axis=1, keepdims=True) == 1
    activity = np.exp(log_activity) * members * np.where(is_home, 1.0, ABROAD) * np.where(is_casual, CASUAL, 1.0)
    activity = np.minimum(activity, MAX_ACTIVITY * activity[members].mean())
    if domain_shares is not None:
        activity = activity / activity.sum(axis=0) * domain_shares
    n_free = max(n_choices - int(members.sum()), 0)
    extra = rng.multinomial(n_free, (activity / activity.sum()).ravel()).reshape(members.shape)
    return np.minimum(extra + members, most).astype(np.int32)


def draw_first_visits(n_people: int, period: Period, rng: np.random.Generator) -> Doubles:
    """Return when each person came first, seconds since 1970; earlier days see more newcomers."""
    return period.first_second + rng.beta(1.0, 1.6, n_people) * (period.n_days - period.closed_days) * DAY


def draw_times(first_visits: Doubles, counts: Ints, period: Period, rng: np.random.Generator) -> Longs:
    """Return one time per choice, person after person: visits with several choices each, mostly in the evening."""
    stay = rng.gamma(1.5, period.stay_days, len(counts)) * DAY + SHORTEST_STAY
    span = np.minimum(period.end - DAY - first_visits, stay)
    rows = np.repeat(np.arange(len(counts)), counts)
    n_visits = 1 + counts[rows] // 6
    visit = np.floor(rng.random(len(rows)) * n_visits) / n_visits
    day = np.floor((first_visits[rows] + visit * span[rows]) / DAY)
    seconds = np.clip(rng.normal(19 * 3600, 2.5 * 3600, len(rows)), 0, DAY - 1)
    return (day * DAY + seconds).astype(np.int64)


def draw_age_groups(tastes: Doubles, rng: np.random.Generator) -> list[str]:
    """Return one age group per person; who likes the past tends to be older."""
    age = tastes[:, AXES.index("past")] + rng.normal(size=len(tastes))
    groups = np.searchsorted(np.quantile(age, np.linspace(0, 1, len(AGE_GROUPS) + 1)[1:-1]), age)
    return [AGE_GROUPS[group] for group in groups.tolist()]


def draw_regions(n_people: int, rng: np.random.Generator) -> list[str]:
    """Return one region per person, which says nothing about taste."""
    return [REGIONS[region] for region in rng.integers(len(REGIONS), size=n_people).tolist()]

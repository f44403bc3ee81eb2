"""The people of the sample world: what they like, where they are, how much they rate and when."""

from __future__ import annotations

import numpy as np

from xdrec_app.datasets.arrays import Bools, Doubles, Ints, Longs
from xdrec_app.datasets.synthetic.flavours import AXES
from xdrec_app.datasets.synthetic.world import WorldSettings

TASTE = 1.0
"""Weight of the axes of taste in how fond somebody is of a circle."""
FONDNESS = 2.5
"""Standard deviation of what only chance decides in it."""

IN_ALL_DOMAINS = 0.5
"""Share of the shared people who are in every domain; the others are in two."""
PERSON_SPREAD, DOMAIN_SPREAD = 0.7, 1.2
"""Standard deviations of the logarithm of the number of ratings: between people, and within one between domains."""
ABROAD = 0.4
"""Activity of a person outside the domain that is their home, relative to there."""
CASUAL = 0.3
"""Activity of a person who is in one domain only, relative to the home of a shared one."""
MAX_ACTIVITY = 8.0
"""The most active people rate at most this many times the mean."""

DAY = 86_400
FIRST_SECOND = 1_640_995_200
"""2022-01-01 00:00 UTC."""
N_DAYS = 3 * 365


def draw_tastes(n_people: int, rng: np.random.Generator) -> Doubles:
    """Return [n_people, n_axes] of mean 0 and variance 1, skewed: few strong likes, many mild dislikes."""
    tastes: Doubles = (rng.gamma(0.7, size=(n_people, len(AXES))) - 0.7) / np.sqrt(0.7)
    return tastes


def draw_fondness(tastes: Doubles, circles: Doubles, rng: np.random.Generator) -> Doubles:
    """Return how fond each person is of each circle, [n_people, n_circles], from moods [n_circles, n_axes]."""
    return TASTE * (tastes @ circles.T) + FONDNESS * rng.normal(size=(len(tastes), len(circles)))


def draw_members(settings: WorldSettings, rng: np.random.Generator) -> Bools:
    """Return who is in which domain, bool [n_people, n_domains]; everybody is in one at least."""
    n_people, n_domains = settings.n_people, len(settings.domains)
    n_shared = round(n_people * settings.shared_share) if n_domains > 1 else 0
    n_memberships = np.ones(n_people, np.int64)
    n_memberships[:n_shared] = 2
    n_memberships[: round(n_shared * IN_ALL_DOMAINS)] = n_domains
    rng.shuffle(n_memberships)
    order = rng.random((n_people, n_domains)).argsort(axis=1).argsort(axis=1)
    return order < n_memberships[:, None]


def draw_counts(settings: WorldSettings, members: Bools, rng: np.random.Generator) -> Ints:
    """Return how many items each person rates in each domain, int32 [n_people, n_domains]."""
    log_activity = rng.normal(0, PERSON_SPREAD, (len(members), 1)) + rng.normal(0, DOMAIN_SPREAD, members.shape)
    home = np.where(members, rng.random(members.shape), -1.0).argmax(axis=1)
    is_home = np.arange(members.shape[1]) == home[:, None]
    is_casual = members.sum(axis=1, keepdims=True) == 1
    activity = np.exp(log_activity) * members * np.where(is_home, 1.0, ABROAD) * np.where(is_casual, CASUAL, 1.0)
    activity = np.minimum(activity, MAX_ACTIVITY * activity[members].mean())
    n_free = max(settings.n_ratings - int(members.sum()), 0)
    extra = rng.multinomial(n_free, (activity / activity.sum()).ravel()).reshape(members.shape)
    return np.minimum(extra + members, settings.n_items // 2).astype(np.int32)


def draw_first_visits(n_people: int, rng: np.random.Generator) -> Doubles:
    """Return when each person came first, seconds since 1970; earlier days see more newcomers."""
    return FIRST_SECOND + rng.beta(1.0, 1.6, n_people) * (N_DAYS - 60) * DAY


def draw_times(first_visits: Doubles, counts: Ints, rng: np.random.Generator) -> Longs:
    """Return one time per rating, person after person: visits of several ratings each, mostly in the evening."""
    end = FIRST_SECOND + N_DAYS * DAY
    span = np.minimum(end - DAY - first_visits, rng.gamma(1.5, 150, len(counts)) * DAY + 7 * DAY)
    rows = np.repeat(np.arange(len(counts)), counts)
    n_visits = 1 + counts[rows] // 6
    visit = np.floor(rng.random(len(rows)) * n_visits) / n_visits
    day = np.floor((first_visits[rows] + visit * span[rows]) / DAY)
    seconds = np.clip(rng.normal(19 * 3600, 2.5 * 3600, len(rows)), 0, DAY - 1)
    return (day * DAY + seconds).astype(np.int64)

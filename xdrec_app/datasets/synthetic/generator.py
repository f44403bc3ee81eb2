"""Makes the sample world: circles of items with a mood, people fond of circles, and the ratings that follow.

The structure has a known answer. Every item belongs to a *circle*: books, films and albums of one invented place and
one mood. How fond a person is of a circle is the same in all domains but for a small part of its own, so what somebody
read tells what they would watch, and a joint model must beat a single-domain one, most of all for people with a short
history in the target. Tags follow the mood, so a taste by tag means something.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from xdrec_app.core.seeding import derive_seed
from xdrec_app.datasets.arrays import Doubles, Ints, Longs
from xdrec_app.datasets.synthetic import people
from xdrec_app.datasets.synthetic.flavours import AXES, FLAVOURS, Flavour
from xdrec_app.datasets.synthetic.titles import TitleWriter
from xdrec_app.datasets.synthetic.world import SampleDomain, SampleWorld, WorldSettings

ITEMS_PER_CIRCLE = 8
"""In each domain."""
LEADING_AXIS = 0.6
"""Weight of the first of the two axes of a mood."""
TAG_FIT = 6.0
"""How strictly the tags of an item follow its mood."""
OWN_FONDNESS = 0.2
"""Standard deviation of the part of a person's fondness that belongs to one domain only."""
POPULARITY_EXPONENT = 1.35
"""Of the Zipf law of popularity before taste."""
UNRELEASED = 0.02
"""Share of items nobody could rate yet."""
RATING_SHARES = (0.07, 0.09, 0.24, 0.34, 0.26)
"""Shares of the ratings 1 … 5."""


def generate(settings: WorldSettings | None = None) -> SampleWorld:
    """Make a world; the same settings give the same world."""
    settings = settings or WorldSettings()
    rng = np.random.default_rng(derive_seed(settings.seed, "world"))
    writer = TitleWriter(derive_seed(settings.seed, "titles"))
    circles = _draw_moods(max(settings.n_items // ITEMS_PER_CIRCLE, 1), rng)
    places = writer.places(len(circles))
    tastes = people.draw_tastes(settings.n_people, rng)
    fondness = people.draw_fondness(tastes, circles, rng)
    counts = people.draw_counts(settings, people.draw_members(settings, rng), rng)
    first_visits = people.draw_first_visits(settings.n_people, rng)
    domains = []
    for name, domain_counts in zip(settings.domains, counts.T, strict=True):
        flavour = FLAVOURS[name]
        circle_of = rng.permutation(np.arange(settings.n_items) % len(circles))
        tags = _draw_tags(flavour, circles[circle_of], rng)
        titles, descriptions = _write_texts(flavour, tags, circle_of.tolist(), places, writer)
        persons, items, ratings, times = _draw_ratings(fondness, circle_of, domain_counts, first_visits, rng)
        item_ids = tuple(f"{flavour.prefix}{item:04d}" for item in range(1, settings.n_items + 1))
        domains.append(SampleDomain(name, item_ids, titles, tags, descriptions, persons, items, ratings, times))
    person_ids = tuple(f"P{person:05d}" for person in range(1, settings.n_people + 1))
    return SampleWorld(person_ids, tastes, tuple(domains))


def _draw_moods(n_circles: int, rng: np.random.Generator) -> Doubles:
    """Return directions of length 1, [n_circles, n_axes], each between a leading axis and a second one."""
    axes = np.eye(len(AXES))
    leading, second = rng.integers(len(AXES), size=(2, n_circles))
    moods = LEADING_AXIS * axes[leading] + (1 - LEADING_AXIS) * axes[second]
    directions: Doubles = moods / np.linalg.norm(moods, axis=1, keepdims=True)
    return directions


def _draw_tags(flavour: Flavour, moods: Doubles, rng: np.random.Generator) -> tuple[tuple[str, ...], ...]:
    """Return one to three tags per item from the moods [n_items, n_axes], the fittest first as a rule."""
    names = list(flavour.tags)
    loadings = np.array([[dict(pairs).get(axis, 0.0) for axis in AXES] for pairs in flavour.tags.values()])
    keys = TAG_FIT * moods @ loadings.T + rng.gumbel(size=(len(moods), len(names)))
    order = np.argsort(-keys, axis=1).tolist()
    n_tags = rng.choice((1, 2, 3), len(moods), p=(0.2, 0.45, 0.35)).tolist()
    return tuple(tuple(names[tag] for tag in row[:n]) for row, n in zip(order, n_tags, strict=True))


def _write_texts(
    flavour: Flavour,
    tags: Sequence[Sequence[str]],
    circle_of: Sequence[int],
    places: Sequence[str],
    writer: TitleWriter,
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return title and description per item; a circle has one place and, in each domain, one creator."""
    creators = writer.creators(len(places))
    titles = tuple(
        writer.title(flavour, item_tags, places[circle]) for item_tags, circle in zip(tags, circle_of, strict=True)
    )
    descriptions = tuple(
        writer.description(flavour, item_tags, places[circle], creators[circle])
        for item_tags, circle in zip(tags, circle_of, strict=True)
    )
    return titles, descriptions


def _draw_ratings(
    fondness: Doubles, circle_of: Longs, counts: Ints, first_visits: Doubles, rng: np.random.Generator
) -> tuple[Ints, Ints, Ints, Longs]:
    """Return person, item, rating and time of every rating of a domain, in order of time."""
    members = np.flatnonzero(counts)
    n_items, n_each = len(circle_of), counts[members]
    own = fondness[members] + OWN_FONDNESS * rng.normal(size=(len(members), fondness.shape[1]))
    affinity = own[:, circle_of]
    quality = rng.normal(size=n_items)
    appeal = affinity + _draw_log_popularity(quality, rng) + rng.gumbel(size=affinity.shape)
    # The largest n of logits + Gumbel noise are n draws without replacement by softmax.
    picked = np.argsort(-appeal, axis=1)
    items = picked[np.arange(n_items) < n_each[:, None]]
    rows = np.repeat(np.arange(len(members)), n_each)
    habit = rng.normal(size=len(members))[rows]
    ratings = _rate(affinity[rows, items], quality[items], habit, rng)
    times = people.draw_times(first_visits[members], n_each, rng)
    by_time = np.lexsort((items, rows, times))
    return members[rows[by_time]].astype(np.int32), items[by_time].astype(np.int32), ratings[by_time], times[by_time]


def _draw_log_popularity(quality: Doubles, rng: np.random.Generator) -> Doubles:
    """Return log weights [n_items] after Zipf; good items tend to the top, some are not out yet (-inf)."""
    n_items = len(quality)
    rank = np.argsort(np.argsort(-(0.4 * quality + rng.normal(size=n_items))))
    weights: Doubles = -POPULARITY_EXPONENT * np.log(rank + 3.0)
    weights[rng.permutation(n_items)[: round(UNRELEASED * n_items)]] = -np.inf
    return weights


def _rate(affinity: Doubles, quality: Doubles, habit: Doubles, rng: np.random.Generator) -> Ints:
    """Return ratings 1 … 5 in `RATING_SHARES`: taste, the item, the person's habit, and chance; all [n_rows]."""
    taste = (affinity - affinity.mean()) / (affinity.std() + 1e-9)
    delight = 0.8 * taste + 0.45 * quality + 0.5 * habit + rng.normal(0, 0.9, len(affinity))
    steps = np.quantile(delight, np.cumsum(RATING_SHARES)[:-1])
    ratings: Ints = (1 + np.searchsorted(steps, delight)).astype(np.int32)
    return ratings

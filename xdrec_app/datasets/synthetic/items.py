"""The items of a domain: each belongs to a circle, and its tags, category, price and texts follow the circle's mood."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from xdrec_app.datasets.arrays import Doubles, Longs
from xdrec_app.datasets.synthetic.flavours import AXES, Category, Flavour, Loadings
from xdrec_app.datasets.synthetic.titles import TitleWriter

LEADING_AXIS = 0.6
"""Weight of the first of the two axes of a mood."""
TAG_FIT = 6.0
"""How strictly the tags of an item follow its mood."""
CATEGORY_FIT = 3.0
"""How strictly its category does."""
PRICE_SPREAD = 0.35
"""Standard deviation of the logarithm of the prices of a category."""


@dataclass(frozen=True, eq=False)
class SampleItems:
    """The items of one domain; every field but `flavour` has one entry per item.

    Attributes
    ----------
    circle_of
        int64, number of its circle.
    categories, prices
        The path of its category, and what it costs; empty where the domain has no categories.
    """

    flavour: Flavour
    ids: tuple[str, ...]
    circle_of: Longs
    titles: tuple[str, ...]
    tags: tuple[tuple[str, ...], ...]
    descriptions: tuple[str, ...]
    categories: tuple[str, ...] = ()
    prices: tuple[float, ...] = ()

    def __len__(self) -> int:
        return len(self.ids)


def draw_moods(n_circles: int, rng: np.random.Generator) -> Doubles:
    """Return directions of length 1, [n_circles, n_axes], each between a leading axis and a second one."""
    axes = np.eye(len(AXES))
    leading, second = rng.integers(len(AXES), size=(2, n_circles))
    moods = LEADING_AXIS * axes[leading] + (1 - LEADING_AXIS) * axes[second]
    directions: Doubles = moods / np.linalg.norm(moods, axis=1, keepdims=True)
    return directions


def stock(
    flavour: Flavour,
    n_items: int,
    moods: Doubles,
    places: Sequence[str],
    writer: TitleWriter,
    rng: np.random.Generator,
) -> SampleItems:
    """Make the items of a domain, spread evenly over the circles.

    Parameters
    ----------
    moods, places
        [n_circles, n_axes] and [n_circles]; a circle has one place and, in each domain, one creator.
    """
    circle_of = rng.permutation(np.arange(n_items) % len(moods))
    tags = _draw_tags(flavour, moods[circle_of], rng)
    categories = _draw_categories(flavour.categories, moods[circle_of], rng)
    products = [writer.product(category.products) for category in categories] or [""] * n_items
    creators = writer.creators(len(places))
    where = circle_of.tolist()
    return SampleItems(
        flavour=flavour,
        ids=tuple(f"{flavour.prefix}{item:04d}" for item in range(1, n_items + 1)),
        circle_of=circle_of,
        titles=tuple(
            writer.title(flavour, item_tags, places[circle], product)
            for item_tags, circle, product in zip(tags, where, products, strict=True)
        ),
        tags=tags,
        descriptions=tuple(
            writer.description(flavour, item_tags, places[circle], creators[circle], product)
            for item_tags, circle, product in zip(tags, where, products, strict=True)
        ),
        categories=tuple(category.path for category in categories),
        prices=_draw_prices(categories, rng),
    )


def _draw_tags(flavour: Flavour, moods: Doubles, rng: np.random.Generator) -> tuple[tuple[str, ...], ...]:
    """Return one to three tags per item from the moods [n_items, n_axes], the fittest first as a rule."""
    names = list(flavour.tags)
    order = _fittest(flavour.tags.values(), TAG_FIT * moods, rng).tolist()
    n_tags = rng.choice((1, 2, 3), len(moods), p=(0.2, 0.45, 0.35)).tolist()
    return tuple(tuple(names[tag] for tag in row[:n]) for row, n in zip(order, n_tags, strict=True))


def _draw_categories(categories: Sequence[Category], moods: Doubles, rng: np.random.Generator) -> list[Category]:
    if not categories:
        return []
    order = _fittest([category.loadings for category in categories], CATEGORY_FIT * moods, rng)
    return [categories[first] for first in order[:, 0].tolist()]


def _fittest(choices: Iterable[Loadings], moods: Doubles, rng: np.random.Generator) -> Longs:
    """Return numbers of choices [n_items, n_choices], those that fit the mood first, with some chance."""
    loadings = np.array([[dict(pairs).get(axis, 0.0) for axis in AXES] for pairs in choices])
    keys = moods @ loadings.T + rng.gumbel(size=(len(moods), len(loadings)))
    order: Longs = np.argsort(-keys, axis=1)
    return order


def _draw_prices(categories: Sequence[Category], rng: np.random.Generator) -> tuple[float, ...]:
    """Return prices around the usual one of the category, a cent below a whole number as in shops."""
    if not categories:
        return ()
    usual = np.array([category.price for category in categories])
    prices = np.round(usual * np.exp(rng.normal(0, PRICE_SPREAD, len(usual)))) - 0.01
    return tuple(round(price, 2) for price in np.maximum(prices, 0.99).tolist())

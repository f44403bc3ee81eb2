"""What a domain of a sample world is made of: tastes behind its tags and categories, and patterns of its titles.

A tag loads on one or two axes of taste; the axes are what the domains have in common, so a person who likes "space"
among books tends to like "electronic" among albums. Knows no numbers of people or interactions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

AXES = ("dark", "wonder", "heart", "mind", "pulse", "wit", "quiet", "past")
"""The axes of taste that all domains share."""

Loadings = tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Category:
    """Where an item stands in a catalogue.

    Attributes
    ----------
    path
        From the widest to the narrowest, separated by " > ".
    loadings
        The axes it loads on.
    products
        What things there are called, in the singular.
    price
        The usual one.
    """

    path: str
    loadings: Loadings
    products: tuple[str, ...]
    price: float


@dataclass(frozen=True)
class Flavour:
    """One domain.

    Attributes
    ----------
    name
        Of the domain.
    prefix
        What its item ids begin with.
    tags
        Tag → the axes it loads on; about sixteen.
    patterns
        Templates of titles; see :mod:`xdrec_app.datasets.synthetic.titles` for the slots.
    sentences
        Templates of descriptions.
    categories
        Of its catalogue; empty where the domain has none.
    """

    name: str
    prefix: str
    tags: Mapping[str, Loadings]
    patterns: tuple[str, ...]
    sentences: tuple[str, ...]
    categories: tuple[Category, ...] = ()


SHARED_TAGS: dict[str, Loadings] = {
    "noir": (("dark", 1.0),),
    "space": (("wonder", 1.0),),
    "romance": (("heart", 1.0),),
    "adventure": (("pulse", 1.0),),
    "comedy": (("wit", 1.0),),
    "nature": (("quiet", 1.0),),
    "history": (("past", 1.0),),
}
"""Of stories and music."""

STYLES: dict[str, Loadings] = {
    "black": (("dark", 1.0),),
    "futuristic": (("wonder", 1.0),),
    "romantic": (("heart", 1.0),),
    "smart": (("mind", 1.0),),
    "sporty": (("pulse", 1.0),),
    "playful": (("wit", 1.0),),
    "natural": (("quiet", 1.0),),
    "vintage": (("past", 1.0),),
    "handmade": (("past", 0.7), ("heart", 0.6)),
    "minimal": (("quiet", 0.7), ("mind", 0.7)),
    "bold": (("pulse", 0.7), ("dark", 0.6)),
    "colourful": (("wit", 0.7), ("wonder", 0.6)),
}
"""Of things that are bought."""

TOPICS: dict[str, Loadings] = {
    "crime": (("dark", 1.0),),
    "science": (("wonder", 1.0),),
    "people": (("heart", 1.0),),
    "politics": (("mind", 1.0),),
    "sport": (("pulse", 1.0),),
    "humour": (("wit", 1.0),),
    "environment": (("quiet", 1.0),),
    "history": (("past", 1.0),),
    "courts": (("mind", 0.7), ("dark", 0.7)),
    "technology": (("wonder", 0.7), ("mind", 0.7)),
    "family": (("heart", 0.7), ("quiet", 0.6)),
    "travel": (("pulse", 0.6), ("quiet", 0.7)),
}
"""Of what is told about the world."""

"""What is said of items and of people, as sparse features in one vocabulary over all domains.

A tag, a step of a category path or a price range is the same feature in whatever domain it occurs: that is what lets
content carry taste between domains that share no people. Knows no model; a model keeps the matrices with its weights,
because a stored catalogue has no texts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from xdrec_app.datasets.arrays import Doubles
from xdrec_app.datasets.attributes import Attributes
from xdrec_app.datasets.catalogue import Catalogue
from xdrec_app.datasets.vocabulary import UNKNOWN

N_RANGES = 8
"""Prices and numeric attributes are told apart by that many ranges with about equally many values each."""

FEWEST_PEOPLE = 3
"""A value of an attribute that fewer people share says nothing about others, like a name or a full postal code."""

PATH_SEPARATOR = " > "


@dataclass(frozen=True, eq=False)
class Features:
    """Which row has which features.

    Attributes
    ----------
    names
        One per column, e.g. ``tag: crime``.
    matrix
        float32 CSR [n_rows, n_features]. The features of one field of a row have the same weight, and their squares sum
        to 1, so that an item with many tags says no more by them than one with few.
    """

    names: tuple[str, ...]
    matrix: sparse.csr_matrix

    @classmethod
    def of(cls, field: str, rows: Sequence[Iterable[str]], fewest: int = 1) -> Features:
        """Build the features of one field from the words of each row; repeated words count once.

        Parameters
        ----------
        fewest
            A word that fewer rows have is left out.
        """
        distinct = [tuple(dict.fromkeys(words)) for words in rows]
        occurs = Counter(word for words in distinct for word in words)
        numbers = {word: number for number, word in enumerate(sorted(w for w, n in occurs.items() if n >= fewest))}
        if len(numbers) < len(occurs):
            distinct = [tuple(word for word in words if word in numbers) for words in distinct]
        columns = np.array([numbers[word] for words in distinct for word in words], np.int32)
        counts = np.array([len(words) for words in distinct], np.int64)
        weights = np.repeat(1 / np.sqrt(np.maximum(counts, 1)), counts).astype(np.float32)
        matrix = sparse.csr_matrix((weights, columns, np.append(0, np.cumsum(counts))), (len(distinct), len(numbers)))
        matrix.sort_indices()
        return cls(tuple(f"{field}: {word}" for word in numbers), matrix)

    @classmethod
    def beside(cls, parts: Sequence[Features], n_rows: int) -> Features:
        """Return the features of all fields side by side; `n_rows` counts where there is no field."""
        if not parts:
            return cls((), no_features(n_rows, 0))
        names = tuple(name for part in parts for name in part.names)
        return cls(names, sparse.csr_matrix(sparse.hstack([part.matrix for part in parts], format="csr")))


def no_features(n_rows: int, n_features: int) -> sparse.csr_matrix:
    """Return the matrix of rows of which nothing is said, float32 CSR [n_rows, n_features]."""
    nothing = np.empty(0, np.float32), np.empty(0, np.int32), np.zeros(n_rows + 1, np.int32)
    return sparse.csr_matrix(nothing, shape=(n_rows, n_features))


def tag_features(catalogue: Catalogue) -> Features:
    """Return the tags of all items; case and blanks at the ends do not matter."""
    return Features.of("tag", [[tag.strip().casefold() for tag in tags] for tags in catalogue.tags])


def item_features(catalogue: Catalogue) -> Features:
    """Return all that is said of items: domain, tags, each step of the category path, and price range in the domain."""
    steps = [_steps(path) for path in catalogue.categories]
    parts = list(zip(catalogue.domains, catalogue.slices, strict=True))
    prices = [words for _, part in parts for words in _ranges(catalogue.prices[part].astype(np.float64))]
    fields = [
        Features.of("domain", [(name,) for name, part in parts for _ in range(part.start, part.stop)]),
        tag_features(catalogue),
        Features.of("category", steps),
        Features.of("price", prices),
    ]
    return Features.beside(fields, len(catalogue))


def person_features(attributes: Attributes, n_people: int) -> Features:
    """Return all that is said of people: the values of attributes; of those that are numbers, their range."""
    fields = []
    for name, attribute in sorted(attributes.items()):
        numbers = _as_numbers(attribute.values)
        if len(numbers) <= N_RANGES or np.isnan(numbers).any():
            words: list[tuple[str, ...]] = [(text,) if text else () for text in attribute.texts()]
        else:
            words = _ranges(np.where(attribute.codes == UNKNOWN, np.nan, numbers[attribute.codes]))
        fields.append(Features.of(name, words, FEWEST_PEOPLE))
    return Features.beside(fields, n_people)


def _steps(path: str) -> list[str]:
    """Return a category path and all it lies in: "Shoes", "Shoes > Running"."""
    steps = [step for step in path.casefold().split(PATH_SEPARATOR) if step]
    return [PATH_SEPARATOR.join(steps[:length]) for length in range(1, len(steps) + 1)]


def _as_numbers(values: Sequence[str]) -> Doubles:
    """Return values as numbers, float64; NaN where one is none."""
    numbers = np.full(len(values), np.nan)
    for place, value in enumerate(values):
        with suppress(ValueError):
            numbers[place] = float(value)
    return numbers


def _ranges(values: Doubles) -> list[tuple[str, ...]]:
    """Return the range each value lies in as a word, ``3 of 8``; nothing where a value is NaN."""
    known = values[np.isfinite(values)]
    if not len(known):
        return [()] * len(values)
    inner = np.quantile(known, np.arange(1, N_RANGES) / N_RANGES)
    places = np.searchsorted(inner, values, side="right") + 1
    return [
        (f"{place} of {N_RANGES}",) if known else () for place, known in zip(places, np.isfinite(values), strict=True)
    ]

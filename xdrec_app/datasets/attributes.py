"""Attributes of people (age, sex, city, …) as codes: what a file says of them, one entry per person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from xdrec_app.datasets.arrays import Ints
from xdrec_app.datasets.vocabulary import UNKNOWN, Vocabulary


@dataclass(frozen=True, eq=False)
class Attribute:
    """One attribute of many people.

    Attributes
    ----------
    values
        The distinct values, ascending; some may belong to nobody.
    codes
        int32 [n_people], positions in `values`; `UNKNOWN` where nothing is said.
    """

    values: tuple[str, ...]
    codes: Ints

    @classmethod
    def of(cls, texts: Sequence[str]) -> Attribute:
        """Build from one text per person; an empty one says nothing."""
        values = Vocabulary(sorted(set(texts) - {""}))
        return cls(values.ids, values.numbers(texts))

    def take(self, people: Ints) -> Attribute:
        """Return the attribute of some of the people, in their order."""
        return Attribute(self.values, self.codes[people])

    def texts(self) -> list[str]:
        """Return the value of each person, empty where nothing is said."""
        return ["" if code == UNKNOWN else self.values[code] for code in self.codes.tolist()]


Attributes = Mapping[str, Attribute]
"""Name → attribute, all of the same people."""


def join_attributes(parts: Sequence[tuple[Ints, Attributes]], n_people: int) -> dict[str, Attribute]:
    """Bring together what several domains say of people; where two say different things, the first is believed.

    Parameters
    ----------
    parts
        Of each domain the joint numbers of its people, int32, and their attributes.
    n_people
        Number of people in the joint numbering.
    """
    joined = {}
    for name in dict.fromkeys(name for _, attributes in parts for name in attributes):
        said = [(numbers, attributes[name]) for numbers, attributes in parts if name in attributes]
        values = Vocabulary(sorted(set().union(*(attribute.values for _, attribute in said))))
        codes = np.full(n_people, UNKNOWN, np.int32)
        for numbers, attribute in reversed(said):
            known = attribute.codes != UNKNOWN
            codes[numbers[known]] = values.numbers(attribute.values)[attribute.codes[known]]
        joined[name] = Attribute(values.ids, codes)
    return joined

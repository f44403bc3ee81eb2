"""Scorers whose answers are written down, and held-out rows in a few words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest

from xdrec_app.datasets.arrays import Floats, Ints
from xdrec_app.datasets.interactions import Interactions
from xdrec_app.datasets.vocabulary import Vocabulary
from xdrec_app.evaluation.held_out import HeldOut
from xdrec_app.evaluation.protocol import Protocol

Pair = tuple[str, int, float]


@dataclass
class TableScorer:
    """Reads scores and ratings from one table, float32 [n_users, n_items]; remembers how many people were asked."""

    table: Floats
    asked: list[int] = field(default_factory=list)

    def scores(self, users: Ints) -> Floats:
        self.asked.append(len(users))
        return self.table[users].copy()

    def predict(self, users: Ints, items: Ints) -> Floats:
        return self.table[users, items]


@pytest.fixture
def table_scorer() -> Callable[[object], TableScorer]:
    """Make a scorer from anything array-like."""
    return lambda table: TableScorer(np.asarray(table, np.float32))


@pytest.fixture
def make_held_out() -> Callable[..., HeldOut]:
    """Make held-out rows from (person id, target item, value) triples."""

    def make(test: Sequence[Pair], training: Sequence[Pair] = (), known: Sequence[str] = "abc", n_items: int = 6):
        people = sorted({id_ for id_, _, _ in test})
        rows = Interactions.of(
            [people.index(id_) for id_, _, _ in test], [item for _, item, _ in test], [value for _, _, value in test]
        )
        users = Vocabulary(known)
        history = Interactions.of(
            users.numbers([id_ for id_, _, _ in training]),
            [item for _, item, _ in training],
            [value for _, _, value in training],
        )
        return HeldOut.of(people, rows, history, users, n_items)

    return make


@pytest.fixture
def make_protocol() -> Callable[..., Protocol]:
    """Make a protocol that differs from a plain one in what is named."""

    def make(**different: object) -> Protocol:
        plain = {
            "split": "random",
            "split_words": "a split",
            "seed": 0,
            "target": "books",
            "scored": "people with a liked test item",
            "cutoffs": (1, 3),
            "relevant_from": 3.0,
        }
        return Protocol.model_validate(plain | different)

    return make

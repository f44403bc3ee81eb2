"""How much a target gains from its sources, by the simplest joint model."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pytest

from xdrec_app.datasets.cross_domain import CrossDomainData
from xdrec_app.datasets.domain_table import DomainTable
from xdrec_app.datasets.splitting import splits


class Lift(NamedTuple):
    """NDCG@10 of popularity, and of EASE without and with the sources; `short`: of shared people with ≤ 8 rows."""

    popularity: float
    alone: float
    joint: float
    short_alone: float
    short_joint: float


@pytest.fixture(scope="session")
def lift_of() -> Callable[[DomainTable, list[DomainTable], int], Lift]:
    """Return the function that measures it on a random split."""
    return _lift


def _lift(target: DomainTable, sources: list[DomainTable], seed: int) -> Lift:
    plan = splits["random"]().draw(target, (), seed)
    train = np.sort(np.concatenate([plan.train, plan.valid]))
    alone = _ndcg_at_10(_ease(target, [], train), target, train, plan.test)
    joint = _ndcg_at_10(_ease(target, sources, train), target, train, plan.test)
    popularity = np.tile(np.bincount(target.items[train], minlength=target.n_items), (target.n_users, 1)).astype(float)
    popular = _ndcg_at_10(popularity, target, train, plan.test)
    elsewhere = {user for source in sources for user in source.user_ids}
    is_shared = np.array([user in elsewhere for user in target.user_ids])
    is_short = (np.bincount(target.users[train], minlength=target.n_users) <= 8) & is_shared
    figures = (popular, alone, joint, alone[is_short], joint[is_short])
    return Lift(*(float(np.nanmean(figure)) for figure in figures))


def _ease(target: DomainTable, sources: list[DomainTable], train: np.ndarray) -> np.ndarray:
    """Score all target items of `target.user_ids` in the closed form of EASE, regularisation 100, source weight ½."""
    data = CrossDomainData.join(target.take(train), sources)
    matrix = data.interactions.matrix(data.n_users, data.n_items, data.liked().astype(np.float32)).toarray()
    matrix[:, data.n_target_items :] *= 0.5
    inverse = np.linalg.inv(matrix.T @ matrix + 100 * np.eye(data.n_items, dtype=np.float32))
    weights = -inverse[:, : data.n_target_items] / np.diag(inverse)[: data.n_target_items]
    np.fill_diagonal(weights, 0)
    return matrix[data.users.numbers(target.user_ids)] @ weights


def _ndcg_at_10(scores: np.ndarray, target: DomainTable, train: np.ndarray, test: np.ndarray) -> np.ndarray:
    """Return one value per person of the target; NaN where the test part holds nothing liked."""
    liked = np.zeros(scores.shape, bool)
    rows = test[target.values[test] >= sum(target.scale) / 2]
    liked[target.users[rows], target.items[rows]] = True
    scores = scores.copy()
    scores[target.users[train], target.items[train]] = -np.inf
    top = np.argsort(-scores, axis=1)[:, :10]
    discounts = 1 / np.log2(np.arange(2, 12))
    ideal = np.concatenate([[np.nan], np.cumsum(discounts)])[np.minimum(liked.sum(axis=1), 10)]
    return (np.take_along_axis(liked, top, axis=1) * discounts).sum(axis=1) / ideal

import numpy as np
import pytest

from xdrec_app.core.jobs import run
from xdrec_app.datasets.cross_domain import CrossDomainData
from xdrec_app.datasets.domain_table import DomainTable
from xdrec_app.datasets.interactions import Interactions
from xdrec_app.models.base import FitOptions
from xdrec_app.models.recency import faded
from xdrec_app.models.zoo import slist
from xdrec_app.models.zoo.slist import SLIST, SLISTParams

RING = 12


def fitted(data: CrossDomainData, **params: float) -> SLIST:
    model = SLIST(SLISTParams(**params))
    run(model.fit(data, FitOptions()))
    return model


def walks(n_people: int = 40, length: int = 6) -> DomainTable:
    """Everybody goes round the same ring of items, from a place of their own."""
    return DomainTable.of(
        "ring",
        [
            (f"p{person:02}", f"i{(person + step) % RING:02}", 1.0, step)
            for person in range(n_people)
            for step in range(length)
        ],
    )


def test_what_follows_is_ranked_before_what_precedes():
    model = fitted(CrossDomainData.join(walks()), l2=1)
    scores = model.scores_of(model.fold_in(Interactions.of([0, 0], [4, 5], times=[1, 2]), 1))[0]
    assert scores.argmax() == 6
    assert scores[6] > 2 * max(scores[3], scores[7])


@pytest.mark.parametrize("rows_per_block", [7, 1000])
def test_the_weights_are_the_minimum_under_the_constraint(monkeypatch, rows_per_block):
    monkeypatch.setattr(slist, "ROWS_PER_BLOCK", rows_per_block)
    data = CrossDomainData.join(walks())
    weights = fitted(data, l2=3, half_life=2, unordered_weight=0.4).arrays()["item_weights"].astype(np.float64)
    S, T = np.zeros((240, RING)), np.zeros((240, RING))
    for row, (person, step) in enumerate((person, step) for person in range(40) for step in range(6)):
        T[row, (person + step) % RING] = 1
        for back in range(step):
            S[row, (person + back) % RING] = faded(np.array([step - 1.0 - back]), 2)[0]
    X = (data.matrix() > 0).toarray().astype(np.float64)
    gradient = S.T @ (S @ weights - T) + 0.4 * X.T @ (X @ weights - X) + 3 * weights
    np.fill_diagonal(gradient, 0)
    assert (weights.diagonal() == 0).all()
    np.testing.assert_allclose(gradient, 0, atol=1e-4)


def test_ties_in_time_favour_neither_order():
    rows = [(f"p{person:02}", item, 1.0, 5) for person in range(30) for item in ("a", "b")]
    rows += [("p99", item, 1.0, time) for time, item in enumerate("abc")]
    weights = fitted(CrossDomainData.join(DomainTable.of("ties", rows)), l2=1).arrays()["item_weights"]
    assert weights[0, 1] == pytest.approx(weights[1, 0], rel=0.05)


def test_what_came_before_in_another_domain_tells_what_comes_next():
    random = np.random.default_rng(4)
    kinds = random.integers(0, 5, 60)
    songs = DomainTable.of("songs", [(f"p{person:02}", f"s{kind}", 1.0, 10) for person, kind in enumerate(kinds)])
    films = DomainTable.of("films", [(f"p{person:02}", f"f{kind}", 1.0, 20) for person, kind in enumerate(kinds)])
    data = CrossDomainData.join(films, [songs])
    model = fitted(data, l2=1)
    scores = model.scores_of(model.fold_in(Interactions.of(np.arange(5), 5 + np.arange(5), times=[1] * 5), 5))
    assert scores.argmax(axis=1).tolist() == [0, 1, 2, 3, 4]

import numpy as np
import pytest

from xdrec_app.core.jobs import run
from xdrec_app.datasets.cross_domain import CrossDomainData
from xdrec_app.datasets.domain_table import DomainTable
from xdrec_app.datasets.interactions import Interactions
from xdrec_app.models.base import FitOptions
from xdrec_app.models.zoo import user_knn
from xdrec_app.models.zoo.user_knn import UserKNN, UserKNNParams

BOOKS = DomainTable.of("books", [(p, i, 5, None) for p, i in ("ax", "ay", "by", "bz", "cz")])
FILMS = DomainTable.of("films", [(p, "f", 5, None) for p in "ac"])


def fitted(*sources: DomainTable, **params: float) -> UserKNN:
    model = UserKNN(UserKNNParams(**params))
    run(model.fit(CrossDomainData.join(BOOKS, sources), FitOptions()))
    return model


def scores_of_one(model: UserKNN, *items: int) -> np.ndarray:
    return model.scores_of(model.fold_in(Interactions.of([0] * len(items), items), 1))[0]


def test_the_score_is_what_alike_people_did_weighted_by_the_cosine():
    a, b = 1 / np.sqrt(2), 1 / np.sqrt(2)  # of a history of y alone to the histories xy and yz
    np.testing.assert_allclose(scores_of_one(fitted(shrinkage=0), 1), [a, a + b, b], rtol=1e-6)


def test_shrinkage_damps_what_rests_on_few_items():
    assert scores_of_one(fitted(shrinkage=2), 1)[0] == pytest.approx(1 / (np.sqrt(2) + 2))


def test_people_are_alike_by_what_they_did_in_another_domain():
    scores = scores_of_one(fitted(FILMS, shrinkage=0, source_weight=1), 3)
    np.testing.assert_allclose(scores, [1 / np.sqrt(3), 1 / np.sqrt(3), 1 / np.sqrt(2)], rtol=1e-6)


def test_only_the_nearest_people_recommend():
    assert scores_of_one(fitted(FILMS, shrinkage=0, source_weight=1, n_neighbours=1), 3, 2)[2] > 0
    data_of_one = fitted(shrinkage=0, n_neighbours=1).scores(np.array([2], np.int32))[0]
    np.testing.assert_allclose(data_of_one, [0, 1 / np.sqrt(2), 1 + 1 / np.sqrt(2)], rtol=1e-6)


def test_the_size_of_a_block_changes_nothing(small_world, monkeypatch):
    data = CrossDomainData.join(small_world.target, small_world.sources)
    model = UserKNN()
    run(model.fit(data, FitOptions()))
    everybody = np.arange(data.n_users, dtype=np.int32)
    whole = model.scores(everybody)
    monkeypatch.setattr(user_knn, "CELLS_PER_BLOCK", 500)
    np.testing.assert_array_equal(model.scores(everybody), whole)

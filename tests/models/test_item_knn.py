import numpy as np
import pytest

from xdrec_app.core.jobs import run
from xdrec_app.datasets.cross_domain import CrossDomainData
from xdrec_app.datasets.domain_table import DomainTable
from xdrec_app.datasets.interactions import Interactions
from xdrec_app.models.base import FitOptions
from xdrec_app.models.zoo import item_knn
from xdrec_app.models.zoo.item_knn import ItemKNN, ItemKNNParams

BOOKS = DomainTable.of("books", [(p, i, 5, None) for p, i in ("ax", "bx", "cx", "ay", "by", "dy", "dz")])
FILMS = DomainTable.of("films", [(p, "f", 5, None) for p in "ab"])


def fitted(*sources: DomainTable, **params: float) -> ItemKNN:
    model = ItemKNN(ItemKNNParams(**params))
    run(model.fit(CrossDomainData.join(BOOKS, sources), FitOptions()))
    return model


def scores_of_one(model: ItemKNN, *items: int) -> np.ndarray:
    return model.scores_of(model.fold_in(Interactions.of([0] * len(items), items), 1))[0]


def test_the_score_is_the_cosine_to_the_items_of_the_history():
    x_y, y_z = 2 / np.sqrt(3 * 3), 1 / np.sqrt(3 * 1)
    np.testing.assert_allclose(scores_of_one(fitted(shrinkage=0), 1), [x_y, 0, y_z], rtol=1e-6)


def test_shrinkage_damps_what_rests_on_few_people():
    assert scores_of_one(fitted(shrinkage=3), 1)[0] == pytest.approx(2 / (3 + 3))


def test_only_the_nearest_items_of_each_target_item_are_kept():
    np.testing.assert_allclose(scores_of_one(fitted(shrinkage=0, n_neighbours=1), 0, 2), [0, 2 / 3, 0], rtol=1e-6)


def test_an_item_of_another_domain_is_a_neighbour_that_counts_by_the_weight_of_sources():
    model = fitted(FILMS, shrinkage=0, source_weight=0.5)
    f_x = 2 / np.sqrt(2 * 3)
    np.testing.assert_allclose(scores_of_one(model, 3), [0.5 * f_x, 0.5 * f_x, 0], rtol=1e-6)


def test_the_size_of_a_block_changes_nothing(small_world, monkeypatch):
    data = CrossDomainData.join(small_world.target, small_world.sources)
    models = []
    for size in (512, 7):
        monkeypatch.setattr(item_knn, "ITEMS_PER_BLOCK", size)
        models.append(ItemKNN())
        run(models[-1].fit(data, FitOptions()))
    everybody = np.arange(data.n_users, dtype=np.int32)
    np.testing.assert_array_equal(models[0].scores(everybody), models[1].scores(everybody))

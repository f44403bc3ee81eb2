import numpy as np
import pandas as pd
import pytest

from xdrec_app.core.errors import UserError
from xdrec_app.core.jobs import run
from xdrec_app.datasets.cross_domain import CrossDomainData
from xdrec_app.datasets.domain_table import DomainTable
from xdrec_app.datasets.interactions import Interactions
from xdrec_app.datasets.splitting import splits
from xdrec_app.metrics.base import RankedHits, ranking_metrics
from xdrec_app.models import closed_form
from xdrec_app.models.base import FitOptions
from xdrec_app.models.ranking import NO_ITEM, top_k
from xdrec_app.models.zoo.ease import EASE, EASEParams

PLAIN = {"dropout": 0, "activity_exponent": 0, "intercept": 0}


def fitted(data: CrossDomainData, **params: float) -> EASE:
    model = EASE(EASEParams(**params))
    run(model.fit(data, FitOptions()))
    return model


def everybody(data: CrossDomainData) -> np.ndarray:
    return np.arange(data.n_users, dtype=np.int32)


def test_the_weights_are_the_minimum_under_the_constraint(small_world, monkeypatch):
    monkeypatch.setattr(closed_form, "ITEMS_PER_BLOCK", 50)
    data = CrossDomainData.join(small_world.target, small_world.sources)
    weights = (
        fitted(data, **PLAIN, l2=20, source_weight=0.5).arrays()["item_weights"][: data.n_items].astype(np.float64)
    )
    n_target = data.n_target_items
    X = (data.matrix() > 0).toarray() * np.where(np.arange(data.n_items) < n_target, 1.0, 0.5)
    gradient = X.T @ (X @ weights - X[:, :n_target]) + 20 * weights
    is_free = np.ones(weights.shape, bool)
    is_free[np.arange(n_target), np.arange(n_target)] = False
    assert np.all(weights[~is_free] == 0)
    np.testing.assert_allclose(gradient[is_free], 0, atol=1e-4)


def test_dropout_adds_to_the_penalty_what_hiding_items_at_random_adds(small_world):
    data = CrossDomainData.join(small_world.target)
    weights = fitted(data, **{**PLAIN, "dropout": 0.25}, l2=20).arrays()["item_weights"][:-1].astype(np.float64)
    X = (data.matrix() > 0).toarray().astype(np.float64)
    gradient = X.T @ (X @ weights - X) + (20 + X.sum(axis=0) / 3)[:, None] * weights
    np.fill_diagonal(gradient, 0)
    np.testing.assert_allclose(gradient, 0, atol=1e-4)


def test_people_of_the_sources_alone_meet_the_regression_on_the_sources_and_the_constant(small_world):
    data = CrossDomainData.join(small_world.target, small_world.sources)
    model = fitted(data, **{**PLAIN, "intercept": 2}, l2=20, source_weight=0.5)
    X = (data.matrix() > 0).toarray() * np.where(np.arange(data.n_items) < data.n_target_items, 1.0, 0.5)
    Z = np.hstack([X[:, data.n_target_items :], np.full((len(X), 1), 2.0)])
    exact = np.linalg.solve(Z.T @ Z + 20 * np.eye(Z.shape[1]), Z.T @ X[:, : data.n_target_items])
    rows = data.interactions.take(data.interactions.items >= data.n_target_items)
    cold = np.unique(rows.users)
    scores = model.scores_of(model.fold_in(rows, data.n_users))[cold]
    is_known = np.isfinite(scores[0])
    np.testing.assert_allclose(scores[:, is_known], (Z @ exact)[cold][:, is_known], rtol=1e-3, atol=1e-4)


def test_the_contributions_to_a_person_of_the_sources_alone_sum_to_the_score(small_world):
    data = CrossDomainData.join(small_world.target, small_world.sources)
    model = fitted(data, half_life=3)
    rows = data.interactions.take(data.interactions.items >= data.n_target_items)
    rows = rows.take(rows.users == rows.users[0])
    history = Interactions(np.zeros_like(rows.users), rows.items, rows.values, rows.times)
    scores = model.scores_of(model.fold_in(history, 1))[0]
    terms = [model.contributions(history, item).sum() for item in range(data.n_target_items)]
    np.testing.assert_allclose(terms, scores, rtol=1e-4, atol=1e-6)


def test_an_inversion_that_float32_would_spoil_is_done_in_float64(small_world, monkeypatch):
    data = CrossDomainData.join(small_world.target, small_world.sources)
    single = fitted(data).arrays()["item_weights"]
    monkeypatch.setattr(closed_form, "LARGEST_CONDITION", 0)
    double = fitted(data).arrays()["item_weights"]
    assert single.dtype == double.dtype == np.float32
    assert not np.array_equal(single, double)
    np.testing.assert_allclose(single, double, rtol=1e-3, atol=1e-6)


def test_rows_divided_by_their_size_keep_the_balance_of_fit_and_penalty(small_world):
    table = small_world.target
    same_size = table.take(np.flatnonzero(np.diff(table.users, prepend=-1) != 0))
    data = CrossDomainData.join(same_size)
    even, plain = (fitted(data, activity_exponent=exponent).arrays()["item_weights"] for exponent in (0.5, 0))
    np.testing.assert_allclose(even, plain, rtol=1e-5, atol=1e-7)
    mixed = CrossDomainData.join(table, small_world.sources)
    even, plain = (fitted(mixed, activity_exponent=exponent).arrays()["item_weights"] for exponent in (0.5, 0))
    assert not np.allclose(even, plain, rtol=0.01)


def test_recent_interactions_count_more_only_where_a_half_life_is_set(small_world):
    data = CrossDomainData.join(small_world.target)
    plain, recent = fitted(data), fitted(data, half_life=2)
    assert recent.user_states(np.array([7]))[0, -1] < plain.user_states(np.array([7]))[0, -1] == 1
    np.testing.assert_array_equal(plain.arrays()["item_weights"], recent.arrays()["item_weights"])
    rows = data.interactions.take(data.interactions.users == 7)
    newest = rows.items[rows.times.argmax()]
    assert plain.user_states(np.array([7]))[0, newest] == recent.user_states(np.array([7]))[0, newest] == 1
    assert recent.user_states(np.array([7])).sum() < 0.7 * plain.user_states(np.array([7])).sum()


def test_sources_without_weight_change_nothing(small_world):
    alone = CrossDomainData.join(small_world.target)
    joint = CrossDomainData.join(small_world.target, small_world.sources)
    scores = fitted(joint, source_weight=0).scores(joint.users.numbers(alone.users.ids))
    np.testing.assert_allclose(scores, fitted(alone).scores(everybody(alone)), rtol=1e-4, atol=1e-6)


def test_a_person_known_by_the_source_alone_is_ranked(small_world):
    target, source = small_world.target, small_world.sources[0]
    number = target.user_ids.index(source.user_ids[0])
    data = CrossDomainData.join(target.take(target.users != number), [source])
    scores = fitted(data).scores(data.users.numbers([source.user_ids[0]]))
    assert np.isfinite(scores).sum() > 50


def test_too_many_items_are_refused_with_the_memory_they_need(small_world, monkeypatch):
    monkeypatch.setattr(closed_form, "_physical_memory", lambda: 1000.0)
    with pytest.raises(UserError, match=r"needs 0\.\d GB of memory for 61 items"):
        fitted(CrossDomainData.join(small_world.target))


def test_data_that_cannot_be_solved_ask_for_a_larger_l2(small_world, monkeypatch):
    monkeypatch.setattr(closed_form.linalg.lapack, "spotrf", lambda matrix, **_: (matrix, 3))
    with pytest.raises(UserError, match="larger l2"):
        fitted(CrossDomainData.join(small_world.target))


def read(file, name: str) -> DomainTable:
    rows = pd.read_csv(file, dtype={"user_id": str, "item_id": str})
    return DomainTable.of(name, [(u, i, float(v), None) for u, i, v in rows.itertuples(index=False)])


def ndcg_at_10(target: DomainTable, sources: list[DomainTable], seed: int) -> float:
    """Mean over people with a liked test row, all items but those of their training competing."""
    plan = splits["random"]().draw(target, sources, seed)
    data = CrossDomainData.join(target.take(np.concatenate([plan.train, plan.valid])), sources)
    test = target.take(plan.test)
    liked = test.values >= 3
    users = data.users.numbers([target.user_ids[user] for user in test.users[liked]])
    wanted = np.zeros((data.n_users, data.n_target_items + 1), bool)
    wanted[users, test.items[liked]] = True
    people = np.unique(users)
    seen = data.target_interactions.matrix(data.n_users, data.n_target_items)
    items, _ = top_k(fitted(data).scores(people), 10, seen[people])
    hits = np.take_along_axis(wanted[people], np.where(items == NO_ITEM, data.n_target_items, items), axis=1)
    lists = RankedHits(hits, wanted[people].sum(axis=1).astype(np.int32), items, data.n_target_items)
    return float(np.mean(ranking_metrics["ndcg"]().values(lists, 10)))


@pytest.mark.slow
def test_films_help_to_recommend_books_with_default_parameters(shared_data):
    folder = shared_data / "amazon-books-movies"
    books, films = read(folder / "books.csv", "books"), read(folder / "movies.csv", "movies")
    alone = np.mean([ndcg_at_10(books, [], seed) for seed in (1, 2, 3)])
    joint = np.mean([ndcg_at_10(books, [films], seed) for seed in (1, 2, 3)])
    assert alone >= 0.165
    assert joint >= 0.185
    assert joint / alone >= 1.08

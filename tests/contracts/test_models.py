"""What every registered model keeps to; a new file in the zoo is tested here the moment it exists."""

from __future__ import annotations

import numpy as np
import pytest

from xdrec_app.core.errors import UserError
from xdrec_app.core.jobs import run
from xdrec_app.datasets.interactions import Interactions
from xdrec_app.models.base import Additive, recommenders

KEYS = recommenders.keys()
RATING_KEYS = [key for key in KEYS if recommenders[key].capabilities.rating]
RANKING_KEYS = [key for key in KEYS if recommenders[key].capabilities.task == "ranking"]
FOLD_IN_KEYS = [key for key in KEYS if recommenders[key].capabilities.fold_in]
WEIGHTED_KEYS = [
    key
    for key in KEYS
    if "source_weight" in recommenders[key].Params.model_fields and not recommenders[key].capabilities.trains_by_epochs
]


# ---------------------------------------------------------------------- what it says of itself


def test_every_file_of_the_zoo_can_be_loaded():
    assert recommenders.broken == {}


@pytest.mark.parametrize("key", KEYS)
def test_a_model_says_what_it_is(key):
    model = recommenders[key]
    assert model.__module__.rpartition(".")[2] == key
    assert all((model.title, model.family, model.reference, model.__doc__))


@pytest.mark.parametrize("key", KEYS)
def test_every_parameter_is_described_and_its_default_and_search_are_within_bounds(key):
    params = recommenders[key].Params
    for about in params.fields():
        assert about.description, about.name
        low = -np.inf if about.low is None else about.low
        high = np.inf if about.high is None else about.high
        if about.kind in ("int", "float"):
            assert low <= about.default <= high, about.name
        if about.search is not None:
            assert low <= about.search.low < about.search.high <= high, about.name
            assert about.search.low > 0 or not about.search.log, about.name
    assert params.parse_settings([f"{about.name}={about.default}" for about in params.fields()]) == params()


# ---------------------------------------------------------------------- what it learns


@pytest.mark.parametrize("key", RANKING_KEYS)
def test_a_ranking_model_finds_what_people_like(lab, key):
    model, data, scores = lab.fit(key, 2)
    reached = lab.ndcg(scores, data)
    if model.capabilities.uses_sources:
        _, _, popularity = lab.fit("popularity", 2)
        rival, margin = lab.ndcg(popularity, data), 1.3
    else:
        noise = np.random.default_rng(0).random(scores.shape, np.float32)
        rival, margin = lab.ndcg(noise, data), 1.5
    assert reached > margin * rival


@pytest.mark.parametrize("key", RATING_KEYS)
def test_a_rating_model_is_nearer_than_the_mean(lab, key):
    model, data, _ = lab.fit(key, 2)
    test = lab.test_rows(data)
    predicted = model.predict(test.users, test.items)
    spread = lab.rmse(data.target_interactions.values.mean(), data)
    assert np.isfinite(predicted).all()
    assert lab.rmse(predicted, data) < 0.95 * spread


@pytest.mark.parametrize("key", KEYS)
def test_sources_change_the_scores_exactly_when_the_model_says_it_uses_them(lab, key):
    model, alone, without = lab.fit(key, 0)
    _, joint, with_sources = lab.fit(key, 1)
    people = joint.users.numbers(alone.users.ids)
    is_same = np.allclose(with_sources[people], without, rtol=1e-4, atol=1e-4, equal_nan=True)
    assert is_same != model.capabilities.uses_sources


@pytest.mark.parametrize("key", WEIGHTED_KEYS)
def test_a_source_without_weight_changes_nothing(lab, key):
    params = recommenders[key].Params
    _, alone, without = lab.fit(key, 0)
    data = lab.data(2)
    model = recommenders[key](params.parse({"source_weight": 0.0}))
    run(model.fit(data, lab.options(key, data)))
    scores = model.scores(data.users.numbers(alone.users.ids))
    np.testing.assert_allclose(scores, without, rtol=1e-4, atol=1e-6)


# ---------------------------------------------------------------------- scores


@pytest.mark.parametrize("n_sources", [0, 1, 2])
@pytest.mark.parametrize("key", KEYS)
def test_scores_are_numbers_for_known_items_and_for_one_nobody_touched_if_the_model_says_so(lab, key, n_sources):
    model, data, scores = lab.fit(key, n_sources)
    assert scores.shape == (data.n_users, data.n_target_items)
    assert scores.dtype == np.float32
    is_known = np.bincount(data.target_interactions.items, minlength=data.n_target_items) > 0
    assert not is_known.all()
    if not model.capabilities.new_items:
        assert np.isnan(scores[:, ~is_known]).all()
    active = np.unique(data.target_interactions.users)
    assert np.isfinite(scores[active][:, is_known]).mean() > 0.95
    if model.capabilities.new_items:
        assert np.isfinite(scores[active][:, ~is_known]).mean() > 0.95
    assert not np.isinf(scores).any()


@pytest.mark.parametrize("key", KEYS)
def test_a_persons_scores_do_not_depend_on_who_is_asked_with_them(lab, key):
    model, _, scores = lab.fit(key, 1)
    some = np.array([17, 3, 3, 90], np.int32)
    np.testing.assert_allclose(model.scores(some), scores[some], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("key", KEYS)
def test_asking_about_nobody_gives_an_empty_answer(lab, key):
    model, data, _ = lab.fit(key, 1)
    nobody = np.empty(0, np.int32)
    assert model.scores(nobody).shape == (0, data.n_target_items)
    if model.capabilities.rating:
        assert model.predict(nobody, nobody).shape == (0,)
    if model.capabilities.fold_in:
        folded = model.scores_of(model.fold_in(Interactions.of([], []), 0))
        assert folded.shape == (0, data.n_target_items)


@pytest.mark.parametrize("key", RATING_KEYS)
def test_predictions_lie_within_the_scale(lab, key):
    model, data, _ = lab.fit(key, 1)
    users = np.repeat(lab.everybody(data), data.n_target_items)
    items = np.tile(np.arange(data.n_target_items, dtype=np.int32), data.n_users)
    predicted = model.predict(users, items)
    low, high = data.target_scale
    assert predicted.shape == users.shape
    assert predicted.dtype == np.float32
    assert np.all(np.isnan(predicted) | ((predicted >= low) & (predicted <= high)))


@pytest.mark.parametrize("key", [key for key in KEYS if key not in RATING_KEYS])
def test_a_model_without_ratings_says_so(lab, key):
    model, _, _ = lab.fit(key, 1)
    with pytest.raises(UserError, match="does not predict ratings"):
        model.predict(np.zeros(1, np.int32), np.zeros(1, np.int32))


@pytest.mark.parametrize("key", KEYS)
def test_a_model_that_was_not_fitted_does_not_score(key):
    with pytest.raises(RuntimeError, match="has not been fitted"):
        recommenders[key]().scores(np.zeros(1, np.int32))


# ---------------------------------------------------------------------- people it never saw


@pytest.mark.parametrize("key", FOLD_IN_KEYS)
def test_a_history_that_is_folded_in_serves_about_as_well_as_training_on_it(lab, key):
    model, data, scores = lab.fit(key, 2)
    folded = model.scores_of(model.fold_in(data.interactions, data.n_users))
    test = lab.test_rows(data)
    assert folded.shape == scores.shape
    assert folded.dtype == np.float32
    if model.capabilities.task == "ranking":
        assert lab.ndcg(folded, data) > 0.85 * lab.ndcg(scores, data)
    else:
        spread = lab.rmse(data.target_interactions.values.mean(), data)
        own = lab.rmse(scores[test.users, test.items], data)
        assert lab.rmse(folded[test.users, test.items], data) < min(1.1 * own, spread)


@pytest.mark.parametrize("key", FOLD_IN_KEYS)
def test_a_person_without_history_is_not_scored_or_gets_what_everybody_gets(lab, key):
    model, data, _ = lab.fit(key, 1)
    states = model.fold_in(Interactions.of([0, 0, 2], [1, data.n_items - 2, 5], [5.0, 4.0, 2.0]), 4)
    scores = model.scores_of(states)
    assert scores.shape == (4, data.n_target_items)
    np.testing.assert_array_equal(scores[1], scores[3])
    if model.capabilities.uses_sources:
        assert np.isnan(scores[1]).all() or np.ptp(scores[1][np.isfinite(scores[1])]) > 0


@pytest.mark.parametrize("key", [key for key in KEYS if key not in FOLD_IN_KEYS])
def test_a_model_that_cannot_fold_in_says_so(lab, key):
    model, _, _ = lab.fit(key, 1)
    with pytest.raises(UserError, match="cannot serve people"):
        model.fold_in(Interactions.of([0], [0]), 1)


@pytest.mark.parametrize("key", [key for key in KEYS if issubclass(recommenders[key], Additive)])
def test_the_contributions_of_an_additive_model_sum_to_the_score(lab, key):
    model, data, _ = lab.fit(key, 2)
    rows = data.interactions.take(data.interactions.users == 4)
    history = Interactions(np.zeros_like(rows.users), rows.items, rows.values, rows.times)
    scores = model.scores_of(model.fold_in(history, 1))[0]
    terms = [model.contributions(history, item) for item in range(data.n_target_items)]
    assert all(term.shape == (len(history),) and term.dtype == np.float32 for term in terms)
    np.testing.assert_allclose([term.sum() for term in terms], scores, rtol=1e-4, atol=1e-6)

"""What the cross-domain models promise beyond the contract of all models."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from xdrec_app.core.errors import UserError
from xdrec_app.core.jobs import run
from xdrec_app.datasets.cross_domain import CrossDomainData
from xdrec_app.datasets.interactions import Interactions
from xdrec_app.models.base import FitOptions, Recommender, recommenders

BRIDGE_KEYS = ["emcdr", "ptupcdr"]
SHARED_KEYS = ["cmf", *BRIDGE_KEYS, "unicdr"]
COLD = range(0, 30)


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def fit(key: str, data: CrossDomainData, epochs: int = 15, **params: object) -> Recommender:
    model = recommenders[key](recommenders[key].Params.parse(params))
    run(model.fit(data, FitOptions(seed=1, phase_epochs={"fit": epochs, "mapping": epochs})))
    return model


def of_other_people(table):
    return replace(table, user_ids=tuple(f"{table.name} {id_}" for id_ in table.user_ids))


def without_cold_people(world):
    """The target without the first people, and what they had in it."""
    is_cold = np.isin(world.target.users, COLD)
    return world.target.take(~is_cold), world.target.take(is_cold)


@pytest.mark.parametrize("key", SHARED_KEYS)
def test_sources_that_share_nobody_are_refused_in_words(small_world, key):
    data = CrossDomainData.join(small_world.target, [of_other_people(source) for source in small_world.sources])
    with pytest.raises(UserError, match="shares nobody with movies, songs"):
        fit(key, data)


@pytest.mark.parametrize("key", SHARED_KEYS)
def test_one_of_two_sources_may_share_nobody(small_world, key):
    movies, songs = small_world.sources
    data = CrossDomainData.join(small_world.target, [movies, of_other_people(songs)])
    scores = fit(key, data).scores(data.users.numbers(small_world.target.user_ids))
    assert np.isfinite(scores).any(axis=1).all()


@pytest.mark.parametrize("key", BRIDGE_KEYS)
def test_a_source_without_shared_people_leads_nobody_anywhere(small_world, key):
    movies, songs = small_world.sources
    strangers = of_other_people(songs)
    data = CrossDomainData.join(small_world.target, [movies, strangers])
    model = fit(key, data)
    scores = model.scores(data.users.numbers(strangers.user_ids))
    assert np.isnan(scores).all()


@pytest.mark.parametrize("key", [*SHARED_KEYS, "multi_task"])
def test_people_without_history_in_the_target_are_served_from_the_sources(small_world, key):
    target, hidden = without_cold_people(small_world)
    data = CrossDomainData.join(target, small_world.sources)
    model = fit(key, data)
    users = data.users.numbers([hidden.user_ids[user] for user in hidden.users])
    means = np.bincount(target.items, weights=target.values, minlength=target.n_items) / np.maximum(
        np.bincount(target.items, minlength=target.n_items), 1
    )
    known = np.bincount(target.items, minlength=target.n_items) > 0
    rows = known[hidden.items] & data.active_users.any(axis=0)[users]
    scores = model.scores(users[rows])
    own = np.take_along_axis(scores, hidden.items[rows, None], axis=1)[:, 0]
    assert np.isfinite(own).all()
    if model.capabilities.task == "rating":
        assert np.mean((own - hidden.values[rows]) ** 2) < np.mean(
            (means[hidden.items[rows]] - hidden.values[rows]) ** 2
        )
    else:
        liked = hidden.values[rows] >= 3
        better = np.nanmean(scores[liked] < own[liked, None])
        assert better > 0.6


@pytest.mark.parametrize("mapping", ["linear", "mlp"])
def test_emcdr_puts_cold_people_where_the_mapping_leads_and_draws_others_there(small_world, mapping):
    target, _ = without_cold_people(small_world)
    data = CrossDomainData.join(target, small_world.sources[:1])
    model = fit("emcdr", data, mapping=mapping)
    cold = data.users.numbers([small_world.target.user_ids[user] for user in COLD])
    rows = data.interactions.take(np.isin(data.interactions.users, cold))
    views = model._views(rows, model.in_units(rows), data.n_users)
    with torch.no_grad():
        mapped = model.network.bridges[0](views[0], model.network.items)
    np.testing.assert_allclose(model.user_states(views[0].people.numpy()), mapped.numpy(), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("key", BRIDGE_KEYS)
def test_without_sources_every_bridge_model_is_the_same_factorisation(small_world, key):
    data = CrossDomainData.join(small_world.target)
    size = {"embedding_size": 8}
    people = np.arange(data.n_users, dtype=np.int32)
    first, other = fit(key, data, **size), fit(key, data, **size)
    np.testing.assert_array_equal(first.scores(people), other.scores(people))
    error = np.sqrt(
        np.mean((first.predict(data.interactions.users, data.interactions.items) - data.interactions.values) ** 2)
    )
    assert error < data.interactions.values.std()


def test_multi_task_scores_the_items_of_every_domain_it_learnt(small_world):
    data = CrossDomainData.join(small_world.target, small_world.sources)
    model = fit("multi_task", data)
    states = model.user_states(np.arange(5, dtype=np.int32))
    for name, part in zip(data.catalogue.domains, data.catalogue.slices, strict=True):
        assert model.scores_in(name, states).shape == (5, part.stop - part.start)
    np.testing.assert_array_equal(model.scores_in("books", states), model.scores_of(states))


@pytest.mark.parametrize(
    "params",
    [{"ranking_loss": "bpr"}, {"rating_loss": "absolute_error"}, {"rating_loss": "none"}, {"rating_weight": 0}],
)
def test_every_loss_of_multi_task_learns(small_world, params):
    data = CrossDomainData.join(small_world.target, small_world.sources[:1])
    model = fit("multi_task", data, **params)
    rows = data.target_interactions
    liked = rows.take(rows.values >= 3)
    scores = model.scores(liked.users)
    own = np.take_along_axis(scores, liked.items[:, None], axis=1)
    assert np.nanmean(scores < own) > 0.6
    predicted = model.predict(rows.users, rows.items)
    assert np.isnan(predicted).all() == (params.get("rating_loss") == "none")


def test_multi_task_takes_clicks_beside_ratings(small_world):
    movies = small_world.sources[0]
    clicks = replace(movies, values=np.ones(len(movies), np.float32), scale=(1.0, 1.0))
    data = CrossDomainData.join(small_world.target, [clicks])
    model = fit("multi_task", data)
    assert np.isfinite(model.predict(data.target_interactions.users, data.target_interactions.items)).all()
    other_way = CrossDomainData.join(clicks, [small_world.target])
    predicted = fit("multi_task", other_way).predict(np.zeros(1, np.int32), np.zeros(1, np.int32))
    assert np.isnan(predicted).all()


@pytest.mark.parametrize("key", [*SHARED_KEYS, "multi_task"])
def test_items_of_other_domains_fold_in_a_person_never_seen(small_world, key):
    data = CrossDomainData.join(small_world.target, small_world.sources)
    model = fit(key, data)
    items = np.arange(data.catalogue.slices[1].start, data.catalogue.slices[1].start + 6)
    scores = model.scores_of(model.fold_in(Interactions.of(np.zeros(6), items, np.full(6, 5.0)), 1))
    assert np.isfinite(scores).mean() > 0.9

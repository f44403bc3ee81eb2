"""What the gradient models promise beyond the contract of all models."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from xdrec_app.core.errors import UserError
from xdrec_app.core.events import EpochEnd
from xdrec_app.core.jobs import drive, run
from xdrec_app.datasets.cross_domain import CrossDomainData
from xdrec_app.datasets.domain_table import DomainTable
from xdrec_app.datasets.interactions import Interactions
from xdrec_app.models.base import FitOptions, Recommender, recommenders
from xdrec_app.models.gradient import RatingScale

RATING_KEYS = ["biased_mf", "deep_cf"]
KEYS = [*RATING_KEYS, "co_embedding"]


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def joint(small_world) -> CrossDomainData:
    return CrossDomainData.join(small_world.target, small_world.sources)


def fit(key: str, data: CrossDomainData, epochs: int = 3, seed: int = 1, **params: object) -> Recommender:
    model = recommenders[key](recommenders[key].Params.parse(params))
    run(model.fit(data, FitOptions(seed=seed, phase_epochs={"fit": epochs})))
    return model


def loss_curve(key: str, data: CrossDomainData, **params: object) -> list[float]:
    losses: list[float] = []
    model = recommenders[key](recommenders[key].Params.parse(params))

    def note(event: object) -> None:
        if isinstance(event, EpochEnd):
            losses.append(event.train_loss)

    drive(model.fit(data, FitOptions(phase_epochs={"fit": 8})), note)
    return losses


@pytest.mark.parametrize("key", KEYS)
def test_the_seed_alone_decides_the_weights_and_the_global_state_stays(joint, key):
    torch.manual_seed(11)
    before = torch.random.get_rng_state()
    first = fit(key, joint).arrays()
    assert torch.equal(torch.random.get_rng_state(), before)
    torch.rand(100)
    again, other = fit(key, joint).arrays(), fit(key, joint, seed=2).arrays()
    for name, array in first.items():
        np.testing.assert_array_equal(array, again[name])
    assert any(not np.array_equal(array, other[name]) for name, array in first.items())


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("optimiser", ["adam", "adamw", "sgd"])
def test_every_optimiser_lowers_the_training_loss(joint, key, optimiser):
    # Plain SGD needs long steps there, and with these the default decay, meant for AdamW's, would outrun the gradient.
    needs_long_steps = key == "co_embedding" and optimiser == "sgd"
    settings = {"learning_rate": 0.5, "weight_decay": 0.0} if needs_long_steps else {}
    losses = loss_curve(key, joint, optimiser=optimiser, **settings)
    assert losses[-1] < losses[0]


@pytest.mark.parametrize(("key", "loss"), [("deep_cf", "bce"), ("co_embedding", "bpr"), ("co_embedding", "softmax")])
def test_every_loss_falls(joint, key, loss):
    losses = loss_curve(key, joint, loss=loss)
    assert losses[-1] < losses[0]


@pytest.mark.parametrize("key", RATING_KEYS)
def test_a_source_on_another_scale_helps_as_much_as_the_same_source_on_the_targets(small_world, key):
    target, source = small_world.target, small_world.sources[0]
    stretched = replace(source, values=source.values * 20, scale=(20.0, 100.0))
    users = np.arange(CrossDomainData.join(target, [source]).n_users, dtype=np.int32)
    plain = fit(key, CrossDomainData.join(target, [source])).scores(users)
    np.testing.assert_allclose(fit(key, CrossDomainData.join(target, [stretched])).scores(users), plain, atol=2e-3)


@pytest.mark.parametrize("key", RATING_KEYS)
def test_a_target_on_another_scale_is_predicted_on_it(small_world, key):
    target = small_world.target
    stretched = replace(target, values=target.values * 20, scale=(20.0, 100.0))
    users, items = target.users, target.items
    plain = fit(key, CrossDomainData.join(target)).predict(users, items)
    wide = fit(key, CrossDomainData.join(stretched)).predict(users, items)
    np.testing.assert_allclose(wide, plain * 20, atol=0.05)


def test_without_epochs_each_domain_is_predicted_by_its_own_mean(small_world):
    data = CrossDomainData.join(small_world.target, small_world.sources)
    scale = RatingScale(data)
    np.testing.assert_allclose(scale.means[0], small_world.target.values.mean(), rtol=1e-5)
    standardised = scale.standardise(data)
    for number in range(3):
        rows = data.item_domains[data.interactions.items] == number
        assert abs(float(standardised[rows].mean())) < 1e-4


@pytest.mark.parametrize("key", RATING_KEYS)
def test_a_learning_rate_that_explodes_is_a_sentence(joint, key):
    with pytest.raises(UserError, match="stopped being a number in epoch") as raised:
        fit(key, joint, epochs=40, optimiser="sgd", learning_rate=1.0, learning_rate_decay=1.0, weight_decay=1.0)
    assert "learning rate" in raised.value.hint


@pytest.mark.parametrize("key", KEYS)
def test_a_person_without_any_row_and_an_item_nobody_touched_are_not_scored(small_world, key):
    target = small_world.target
    silent = target.users[0]
    data = CrossDomainData.join(target.take(target.users != silent))
    model = fit(key, data)
    scores = model.scores(np.arange(data.n_users, dtype=np.int32))
    person = data.users.number(target.user_ids[silent])
    if person >= 0:
        assert np.isnan(scores[person]).all()
    assert np.isnan(scores[:, target.item_ids.index("b99")]).all()


def test_biased_mf_falls_back_to_the_bias_it_knows(small_world):
    target = small_world.target
    silent = int(target.users[0])
    data = CrossDomainData.join(target.take(target.users != silent))
    model = fit("biased_mf", data)
    person, unknown = data.users.number(target.user_ids[silent]), target.item_ids.index("b99")
    known_item = int(data.interactions.items[0])
    users = np.array([person, 1 if person != 1 else 2, person], np.int32)
    predicted = model.predict(users, np.array([known_item, unknown, unknown], np.int32))
    assert np.isfinite(predicted[:2]).all()
    assert np.isnan(predicted[2])


def test_biased_mf_folds_in_the_minimum_of_its_own_loss(joint):
    model = fit("biased_mf", joint, epochs=20)
    rows = joint.interactions.take(joint.interactions.users == 7)
    history = Interactions(np.zeros_like(rows.users), rows.items, rows.values, rows.times)
    state = torch.tensor(model.fold_in(history, 1)[0], dtype=torch.float64, requires_grad=True)
    scale, arrays = RatingScale(joint), model.arrays()
    domains = joint.item_domains[rows.items]
    values = torch.tensor((rows.values - scale.means[domains]) / scale.units[domains], dtype=torch.float64)
    weights = torch.tensor(np.where(domains == 0, 1.0, model.params.source_weight))
    factors = torch.tensor(arrays["items.weight"][rows.items], dtype=torch.float64)
    biases = torch.tensor(arrays["item_biases.weight"][rows.items, 0], dtype=torch.float64)
    errors = (factors @ state[:-1] + state[-1] + biases - values).square()
    decay = model.params.weight_decay * state[:-1].square().sum() + model.params.bias_weight_decay * state[-1].square()
    ((errors + decay) * weights).sum().backward()
    assert state.grad is not None
    assert float(state.grad.abs().max()) < 1e-3


def test_a_history_of_unknown_items_alone_is_folded_in_as_nothing(joint):
    model = fit("biased_mf", joint)
    unknown = joint.catalogue.number("books", "b99")
    assert np.isnan(model.fold_in(Interactions.of([0], [unknown]), 2)).all()


def test_sgd_does_not_diverge_on_a_catalogue_of_a_few_items():
    random = np.random.default_rng(0)
    rows = [(f"u{user}", f"i{item}", float(random.integers(1, 6)), None) for user in range(300) for item in range(4)]
    model = fit("biased_mf", CrossDomainData.join(DomainTable.of("tiny", rows)), epochs=30)
    assert np.isfinite(model.scores(np.arange(300, dtype=np.int32))).all()


def test_deep_cf_scores_are_its_predictions_before_clipping(joint):
    for loss in ("mse", "bce"):
        model = fit("deep_cf", joint, loss=loss, n_layers=3)
        rows = joint.target_interactions
        scores = model.scores(rows.users)[np.arange(len(rows)), rows.items]
        np.testing.assert_allclose(
            np.clip(scores, *joint.target_scale), model.predict(rows.users, rows.items), atol=1e-4
        )


@pytest.mark.slow
@pytest.mark.parametrize(("key", "limit"), [("biased_mf", 0.937), ("deep_cf", 0.945)])
def test_the_first_fold_of_movielens_is_predicted_well(shared_data, key, limit):
    import pandas as pd

    def rows_of(name: str) -> list[tuple[str, str, float, int | None]]:
        table = pd.read_csv(shared_data / "ml-100k" / name, dtype={"user_id": str, "item_id": str})
        columns = (table["user_id"], table["item_id"], table["rating"].astype(float))
        return [(user, item, value, None) for user, item, value in zip(*columns, strict=True)]

    data = CrossDomainData.join(DomainTable.of("films", rows_of("u1.base.csv")))
    model = fit(key, data, epochs=50 if key == "biased_mf" else 17)
    test = [row for row in rows_of("u1.test.csv") if data.catalogue.number("films", row[1]) >= 0]
    users = data.users.numbers([row[0] for row in test])
    items = np.array([data.catalogue.number("films", row[1]) for row in test], np.int32)
    errors = model.predict(users, items) - np.array([row[2] for row in test], np.float32)
    assert float(np.sqrt(np.nanmean(errors**2))) < limit

"""A model of yesterday, asked in today's numbers."""

import numpy as np
import pytest

from xdrec_app.core.jobs import run
from xdrec_app.datasets.cross_domain import CrossDomainData
from xdrec_app.datasets.domain_table import DomainTable
from xdrec_app.evaluation.outdated import OutdatedModel
from xdrec_app.models.base import FitOptions, recommenders


def grown(table: DomainTable) -> DomainTable:
    """Return a table with a person and an item that stand before all others, and shift their numbers."""
    rows = [
        (table.user_ids[user], table.item_ids[item], float(value), int(time))
        for user, item, value, time in zip(table.users, table.items, table.values, table.times, strict=True)
    ]
    liked = table.item_ids[int(np.bincount(table.items).argmax())]
    return DomainTable.of(table.name, [*rows, ("0 new", liked, 5.0, 1), ("0 new", "0 new", 4.0, 2)])


def asked(key: str, world, **options):
    before = CrossDomainData.join(world.target, world.sources)
    today = CrossDomainData.join(grown(world.target), world.sources)
    model = recommenders[key]()
    run(model.fit(before, FitOptions(seed=1, **options)))
    return model, OutdatedModel(model, today), before, today


@pytest.mark.parametrize("key", ["ease", "co_embedding", "deep_cf"])
def test_people_whose_history_did_not_change_get_the_scores_they_got(small_world, key):
    model, outdated, before, today = asked(key, small_world, phase_epochs={"fit": 1})
    numbers = np.array([3, 0, 11], np.int32)
    then = today.users.numbers([before.users.id(number) for number in numbers.tolist()])
    assert (then != numbers).all()
    np.testing.assert_allclose(outdated.scores(then), model.scores(numbers), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(("key", "is_served"), [("ease", True), ("deep_cf", False)])
def test_a_new_person_is_served_by_a_model_that_can(small_world, key, is_served):
    model, outdated, _, today = asked(key, small_world, phase_epochs={"fit": 1})
    scores = outdated.scores(np.array([today.users.number("0 new")], np.int32))
    assert scores.shape == (1, model.n_target_items)
    assert np.isfinite(scores).any() == is_served


@pytest.mark.parametrize(("key", "is_served"), [("biased_mf", True), ("deep_cf", False)])
def test_ratings_are_predicted_within_the_scale_for_whom_they_can_be(small_world, key, is_served):
    model, outdated, before, today = asked(key, small_world, phase_epochs={"fit": 1})
    known, new = today.users.number(before.users.id(5)), today.users.number("0 new")
    items = before.target_interactions.items[:4]
    users = np.array([known, new, known, new], np.int32)
    predicted = outdated.predict(users, items)
    assert np.isfinite(predicted[[0, 2]]).all()
    assert np.isfinite(predicted[[1, 3]]).all() == is_served
    low, high = model.scales[0]
    assert np.nanmin(predicted) >= low
    assert np.nanmax(predicted) <= high

"""Figures of groups of people and items: who belongs where, and that they add up to the main figures."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xdrec_app.core.jobs import run
from xdrec_app.datasets.interactions import Interactions
from xdrec_app.datasets.vocabulary import Vocabulary
from xdrec_app.evaluation.archive import pack_evaluation, unpack_evaluation
from xdrec_app.evaluation.evaluate import evaluate
from xdrec_app.evaluation.groups import GROUP_WORDS, ITEM_GROUPS, PEOPLE_GROUPS, item_groups, people_groups
from xdrec_app.evaluation.held_out import HeldOut


def test_people_are_cold_without_a_history_and_heavy_above_the_median_of_the_warm():
    groups = people_groups(np.array([0, 1, 2, 3, 9]))
    members = {name: np.flatnonzero(group).tolist() for name, group in groups.items()}
    assert members == {
        "warm people": [1, 2, 3, 4],
        "cold people": [0],
        "light people": [1, 2],
        "heavy people": [3, 4],
    }


def test_the_head_is_the_fewest_items_with_half_of_the_interactions():
    groups = item_groups(np.array([1, 6, 0, 2, 3], np.int32))
    members = {name: np.flatnonzero(group).tolist() for name, group in groups.items()}
    assert members == {"head items": [1], "tail items": [0, 3, 4], "new items": [2]}


@given(st.lists(st.integers(0, 9), max_size=30))
def test_every_item_is_in_one_group_and_every_person_warm_or_cold(counts):
    items = item_groups(np.array(counts, np.int32))
    assert np.sum(list(items.values()), axis=0).tolist() == [1] * len(counts)
    people = people_groups(np.array(counts, np.int64))
    assert (people["warm people"] ^ people["cold people"]).all()
    assert ((people["light people"] | people["heavy people"]) == people["warm people"]).all()
    assert set(GROUP_WORDS) == {*PEOPLE_GROUPS, *ITEM_GROUPS} == {*items, *people}


@pytest.fixture
def judged(table_scorer, make_protocol):
    """Evaluate random scores on both tasks; some people and items have no history, one item is unknown."""
    random = np.random.default_rng(3)
    users = Vocabulary([f"{number:03d}" for number in range(80)])
    training = Interactions.of(random.integers(0, 60, 400), random.integers(0, 30, 400) ** 2 // 30)
    items = random.integers(0, 40, 300)
    items[:5] = -1
    rows = Interactions.of(random.integers(0, 80, 300), items, random.integers(1, 6, 300))
    held = HeldOut.of(users.ids, rows, training, users, 40)
    scorer = table_scorer(random.normal(3, 1, size=(80, 40)))
    return {
        kind: run(evaluate(scorer, held, make_protocol(candidates=kind, negatives=5), ("rating", "ranking")))
        for kind in ("full", "sampled", "popular")
    }


@pytest.mark.parametrize("kind", ["full", "sampled", "popular"])
def test_warm_and_cold_people_add_up_to_all(judged, kind):
    found = judged[kind]
    warm, cold = found.groups["warm people"], found.groups["cold people"]
    for name, whole in found.per_person.items():
        parts = [group.per_person[name] for group in (warm, cold)]
        np.testing.assert_allclose(sum(part.sums for part in parts), whole.sums)
        np.testing.assert_allclose(sum(part.counts for part in parts), whole.counts)
    assert warm.n_people + cold.n_people == found.n_people


@pytest.mark.parametrize("kind", ["full", "sampled", "popular"])
def test_groups_of_items_share_the_found_items_and_the_rated_rows(judged, kind):
    found = judged[kind]
    groups = [found.groups[name] for name in ITEM_GROUPS]
    for name in ("precision@3", "rmse"):
        total = sum(group.per_person[name].sums for group in groups)
        np.testing.assert_allclose(total, found.per_person[name].sums)
    rows = sum(group.per_person["rmse"].counts for group in groups)
    np.testing.assert_array_equal(rows, found.per_person["rmse"].counts)


def test_a_group_is_never_among_the_main_metrics_and_has_no_figures_of_the_whole_catalogue(judged):
    found = judged["full"]
    assert not any("[" in name or "people" in name for name in found.metrics)
    assert "coverage@3" in found.metrics and "auc" in found.metrics
    for group in found.groups.values():
        assert "coverage@3" not in group.metrics and "auc" not in group.metrics
        assert {"ndcg@3", "rmse"} <= set(group.metrics)


def test_groups_and_calibration_come_back_from_the_archive(judged):
    found = judged["full"]
    back = unpack_evaluation(pack_evaluation(found))
    assert {name: group.metrics for name, group in back.groups.items()} == {
        name: group.metrics for name, group in found.groups.items()
    }
    assert back.calibration is not None
    for one, other in zip(back.calibration, found.calibration, strict=True):
        np.testing.assert_array_equal(one, other)


def test_sampled_candidates_say_nothing_of_what_people_are_shown(judged):
    beyond = ("novelty@3", "coverage@3", "gini@3")
    assert all(name in judged["full"].metrics for name in beyond)
    assert not any(name in judged[kind].metrics for kind in ("sampled", "popular") for name in beyond)


def test_only_what_is_asked_for_is_computed(table_scorer, make_held_out, make_protocol):
    held = make_held_out([("a", 0, 5), ("b", 1, 1)])
    found = run(
        evaluate(table_scorer(np.ones((3, 6))), held, make_protocol(), ("rating", "ranking"), ("ndcg@3", "mae"))
    )
    assert set(found.metrics) == {"ndcg@3", "mae"}
    assert found.groups == {}

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xdrec_app.core.events import Progress
from xdrec_app.core.jobs import drive, run
from xdrec_app.datasets.interactions import Interactions
from xdrec_app.datasets.vocabulary import UNKNOWN, Vocabulary
from xdrec_app.evaluation import evaluate as evaluate_module
from xdrec_app.evaluation import ranking as ranking_module
from xdrec_app.evaluation.evaluate import evaluate
from xdrec_app.evaluation.held_out import HeldOut
from xdrec_app.evaluation.ranking import top_places

NAN = float("nan")


def ranking(scorer, held_out, protocol):
    return run(evaluate(scorer, held_out, protocol, ("ranking",)))


def rating(scorer, held_out, protocol):
    return run(evaluate(scorer, held_out, protocol, ("rating",)))


# ---------------------------------------------------------------------- full ranking


def test_a_perfect_scorer_gets_the_full_mark(table_scorer, make_held_out, make_protocol):
    held = make_held_out([("a", 0, 5), ("b", 1, 5)])
    found = ranking(table_scorer([[9, 1, 2, 3, 4, 5], [1, 9, 2, 3, 4, 5], [0] * 6]), held, make_protocol())
    assert all(found.metrics[f"{key}@1"] == 1.0 for key in ("ndcg", "recall", "precision", "mrr", "hit"))
    assert found.people == ("a", "b")
    assert (found.n_people, found.n_rows, found.unscored) == (2, 2, 0.0)


def test_an_inverse_scorer_finds_nothing(table_scorer, make_held_out, make_protocol):
    found = ranking(table_scorer([[0, 1, 2, 3, 4, 5]] * 3), make_held_out([("a", 0, 5), ("c", 1, 5)]), make_protocol())
    assert found.metrics["ndcg@3"] == 0.0
    assert found.metrics["hit@3"] == 0.0


@pytest.mark.parametrize("item", range(6))
def test_a_constant_scorer_finds_nothing_wherever_the_wanted_item_stands(
    item, table_scorer, make_held_out, make_protocol
):
    found = ranking(table_scorer(np.zeros((3, 6))), make_held_out([("a", item, 5)]), make_protocol(cutoffs=(5, 6)))
    assert found.metrics["hit@5"] == 0.0
    assert found.metrics["mrr@6"] == pytest.approx(1 / 6)


def test_a_tie_lowers_a_wanted_item_below_its_equals_and_no_further(table_scorer, make_held_out, make_protocol):
    just_below = np.nextafter(np.float32(2), np.float32(0))
    held = make_held_out([("a", 0, 5)])
    found = ranking(table_scorer([[2, 2, just_below, just_below, 1, 1]] * 3), held, make_protocol())
    assert found.metrics["mrr@3"] == 0.5


def test_what_a_person_had_in_training_does_not_compete(table_scorer, make_held_out, make_protocol):
    held = make_held_out([("a", 0, 5)], training=[("a", 4, 5), ("a", 5, 1)])
    found = ranking(table_scorer([[3, 0, 1, 2, 8, 9]] * 3), held, make_protocol())
    assert found.metrics["hit@1"] == 1.0


@pytest.mark.parametrize("protocol", [{"candidates": "full"}, {"candidates": "sampled", "negatives": 9}])
def test_where_only_some_items_compete_the_others_take_no_place(table_scorer, make_held_out, make_protocol, protocol):
    scorer = table_scorer([[9, 8, 7, 3, 2, 1]])
    held_out = replace(make_held_out([("a", 3, 5)]), competing=np.array([0, 0, 0, 1, 1, 1], bool))
    found = run(evaluate(scorer, held_out, make_protocol(cutoffs=(1,), **protocol), ("ranking",)))
    assert found.metrics["ndcg@1"] == 1.0
    unable = table_scorer([[9, 8, 7, np.nan, np.nan, np.nan]])
    assert run(evaluate(unable, held_out, make_protocol(cutoffs=(1,), **protocol), ("ranking",))).unscored == 1.0


@pytest.mark.parametrize(("values", "is_judged"), [([0.0, 1.0], True), ([1.0, 2.0], False)])
def test_log_loss_is_given_where_ratings_are_0_or_1(table_scorer, make_held_out, make_protocol, values, is_judged):
    held_out = make_held_out([("a", item, value) for item, value in enumerate(values)])
    found = run(evaluate(table_scorer(np.full((1, 6), 0.5)), held_out, make_protocol(), ("rating",)))
    assert ("log_loss" in found.metrics) is is_judged


def test_an_item_without_a_score_is_a_miss_even_in_a_list_shorter_than_k(table_scorer, make_held_out, make_protocol):
    held = make_held_out([("a", 0, 5), ("a", 1, 5)])
    found = ranking(table_scorer([[NAN, 7, 1, NAN, NAN, NAN]] * 3), held, make_protocol(cutoffs=(1, 6)))
    assert found.metrics["recall@6"] == 0.5
    assert found.metrics["coverage@6"] == pytest.approx(2 / 6)
    assert found.unscored == 0.0


def test_people_without_any_score_count_as_zero_and_are_reported(table_scorer, make_held_out, make_protocol):
    held = make_held_out([("a", 0, 5), ("b", 0, 5), ("stranger", 0, 5), ("c", 0, 5)])
    row = [9, 1, 1, 1, 1, 1]
    found = ranking(table_scorer([row, [NAN] * 6, row]), held, make_protocol())
    assert found.metrics["hit@1"] == 0.5
    assert found.unscored == 0.5
    assert found.per_person["hit@1"].means.tolist() == [1.0, 0.0, 1.0, 0.0]


def test_an_item_the_model_does_not_know_is_wanted_and_missed(table_scorer, make_held_out, make_protocol):
    held = make_held_out([("a", 0, 5), ("a", UNKNOWN, 5)])
    found = ranking(table_scorer([[9, 1, 1, 1, 1, 1]] * 3), held, make_protocol())
    assert found.metrics["recall@3"] == 0.5


def test_people_without_a_liked_item_are_not_judged(table_scorer, make_held_out, make_protocol):
    held = make_held_out([("a", 0, 5), ("b", 0, 1)])
    found = ranking(table_scorer([[9, 1, 1, 1, 1, 1]] * 3), held, make_protocol())
    assert found.n_people == 1
    assert found.metrics["hit@1"] == 1.0
    assert np.isnan(found.per_person["hit@1"].means[1])


def test_nothing_held_out_gives_no_metrics(table_scorer, make_held_out, make_protocol):
    found = run(evaluate(table_scorer(np.zeros((3, 6))), make_held_out([]), make_protocol(), ("ranking", "rating")))
    assert found.metrics == {}
    assert found.n_people == 0


def test_blocks_are_small_and_change_nothing(table_scorer, make_protocol, monkeypatch):
    random = np.random.default_rng(1)
    users = Vocabulary([f"{number:03d}" for number in range(90)])
    test = Interactions.of(np.repeat(np.arange(90), 2), random.integers(0, 40, 180))
    training = Interactions.of(random.integers(0, 90, 300), random.integers(0, 40, 300))
    held = HeldOut.of(users.ids, test, training, users, 40)
    scorer = table_scorer(random.normal(size=(90, 40)))
    whole = ranking(scorer, held, make_protocol(relevant_from=1.0))
    monkeypatch.setattr(ranking_module, "MAX_BLOCK_SCORES", 40 * 7)
    scorer.asked.clear()
    events = []
    blocks = drive(evaluate(scorer, held, make_protocol(relevant_from=1.0), ("ranking",)), events.append)
    assert blocks.result.metrics == whole.metrics
    assert max(scorer.asked) == 7
    assert [event.done for event in events if isinstance(event, Progress)][-1] == whole.n_people
    assert len(events) == len(scorer.asked)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10_000), levels=st.integers(1, 6))
def test_full_ranking_agrees_with_a_plain_sort(seed, levels, table_scorer, make_protocol):
    random = np.random.default_rng(seed)
    scores = random.integers(0, levels, (5, 12)).astype(np.float32)
    scores[random.random((5, 12)) < 0.1] = np.nan
    users = Vocabulary("abcde")
    kind = random.integers(0, 4, (5, 12))  # 0 training, 1 liked, 2 disliked, 3 nothing
    test = np.argwhere((kind == 1) | (kind == 2))
    values = np.where(kind[tuple(test.T)] == 1, 5.0, 1.0)
    training = np.argwhere(kind == 0)
    held = HeldOut.of(users.ids, Interactions.of(*test.T, values), Interactions.of(*training.T), users, 12)
    found = ranking(table_scorer(scores), held, make_protocol(cutoffs=(4,)))
    for place, id_ in enumerate(held.people):
        person = users.number(id_)
        if not (kind[person] == 1).any():
            continue
        pool = [item for item in range(12) if kind[person, item] != 0 and not np.isnan(scores[person, item])]
        best = sorted(pool, key=lambda item: (-scores[person, item], kind[person, item] == 1))[:4]
        recall = sum(kind[person, item] == 1 for item in best) / (kind[person] == 1).sum()
        assert found.per_person["recall@4"].means[place] == pytest.approx(recall)


@given(st.integers(0, 1000), st.integers(1, 12))
def test_top_places_are_those_of_a_full_sort(seed, k):
    keys = np.random.default_rng(seed).permutation(40).reshape(4, 10).astype(np.float64)
    np.testing.assert_array_equal(top_places(keys, k), np.argsort(-keys, axis=1)[:, :k])


# ---------------------------------------------------------------------- sampled negatives


def big_held_out(known: list[str], n_items: int = 400) -> HeldOut:
    people = ["ann", "bob", "cid"]
    rows = Interactions.of([0, 0, 1, 2], [3, 5, 7, 11], [5, 1, 5, 5])
    users = Vocabulary(known)
    training = Interactions.of(users.numbers(["ann", "bob"]), [20, 30])
    return HeldOut.of(people, rows, training, users, n_items)


def test_runs_with_and_without_sources_meet_the_same_negatives(table_scorer, make_protocol):
    """The numbering of people differs between the two, their ids do not."""
    protocol = make_protocol(candidates="sampled", negatives=20, cutoffs=(5,))
    alone = ["ann", "bob", "cid"]
    joint = ["aaa", "ann", "b", "bob", "cid", "d"]
    table = np.random.default_rng(0).normal(size=(3, 400))
    wide = np.zeros((6, 400))
    wide[[joint.index(id_) for id_ in alone]] = table
    first = ranking(table_scorer(table), big_held_out(alone), protocol)
    second = ranking(table_scorer(wide), big_held_out(joint), protocol)
    assert first.metrics == second.metrics


def test_the_negatives_of_a_person_do_not_depend_on_who_else_is_judged(table_scorer, make_protocol):
    protocol = make_protocol(candidates="sampled", negatives=60, cutoffs=(60,))
    table = np.tile(np.arange(400.0), (3, 1))
    table[:, [3, 7, 11]] = 350.5
    held = big_held_out(["ann", "bob", "cid"])
    everybody = ranking(table_scorer(table), held, protocol).per_person["mrr@60"].means
    alone = ranking(table_scorer(table), held.only(np.array([2])), protocol).per_person["mrr@60"].means
    assert alone[0] == everybody[2]
    assert 0 < alone[0] < 1


def test_another_seed_draws_other_negatives(table_scorer, make_protocol):
    table = np.tile(np.arange(400.0), (3, 1))
    table[:, [3, 7, 11]] = 350.5
    scorer, held = table_scorer(table), big_held_out(["ann", "bob", "cid"])
    drawn = {
        ranking(scorer, held, make_protocol(candidates="sampled", negatives=60, cutoffs=(60,), seed=seed)).metrics[
            "mrr@60"
        ]
        for seed in range(5)
    }
    assert len(drawn) > 1


def test_negatives_are_neither_in_the_history_nor_held_out(table_scorer, make_held_out, make_protocol):
    held = make_held_out([("a", 0, 5), ("a", 1, 1)], training=[("a", 2, 5)])
    protocol = make_protocol(candidates="sampled", negatives=100, cutoffs=(1, 4))
    found = ranking(table_scorer([[3, 9, 9, 0, 1, 2]] * 3), held, protocol)
    assert found.metrics["hit@1"] == 1.0  # only 3, 4 and 5 may compete
    tied = ranking(table_scorer([[2, 9, 9, 2, 2, 2]] * 3), held, protocol)
    assert tied.metrics["mrr@4"] == 0.25


def test_a_sampled_metric_is_the_mean_over_wanted_items(table_scorer, make_held_out, make_protocol):
    held = make_held_out([("a", 0, 5), ("a", 1, 5), ("a", UNKNOWN, 5), ("b", 0, 5)])
    protocol = make_protocol(candidates="sampled", negatives=2)
    found = ranking(table_scorer([[9, 0, 1, 2, 3, 4]] * 3), held, protocol)
    assert found.metrics["hit@1"] == 2 / 4
    assert found.per_person["hit@1"].means.tolist() == [pytest.approx(1 / 3), 1.0]
    assert not any(name.startswith("coverage") for name in found.metrics)


def test_a_wanted_item_without_a_score_is_no_hit_however_few_negatives(table_scorer, make_held_out, make_protocol):
    protocol = make_protocol(candidates="sampled", negatives=1, cutoffs=(5,))
    found = ranking(table_scorer([[NAN, 0, 1, 2, 3, 4]] * 3), make_held_out([("a", 0, 5)]), protocol)
    assert found.metrics["hit@5"] == 0.0


# ---------------------------------------------------------------------- ratings


def test_rating_metrics_are_over_rows_not_people(table_scorer, make_held_out, make_protocol):
    held = make_held_out([("a", 0, 5), ("a", 1, 5), ("a", 2, 5), ("b", 0, 1)])
    found = rating(table_scorer([[4, 4, 4, 0, 0, 0], [4, 0, 0, 0, 0, 0], [0] * 6]), held, make_protocol())
    assert found.metrics["rmse"] == pytest.approx(np.sqrt((1 + 1 + 1 + 9) / 4))
    assert found.metrics["mae"] == pytest.approx((1 + 1 + 1 + 3) / 4)
    assert found.metrics["auc"] == 0.5
    assert found.per_person["rmse"].sums.tolist() == [3.0, 9.0]
    assert (found.n_people, found.n_rows, found.n_fallback) == (2, 4, 0)


def test_a_missing_rating_falls_back_to_the_training_mean_and_is_counted(table_scorer, make_held_out, make_protocol):
    test = [("a", 0, 2), ("a", UNKNOWN, 3), ("stranger", 0, 3)]
    held = make_held_out(test, training=[("b", 1, 2), ("c", 1, 4)])
    found = rating(table_scorer([[NAN] * 6] * 3), held, make_protocol())
    assert found.metrics["mae"] == pytest.approx(1 / 3)
    assert found.n_fallback == 3
    assert found.unscored == 1.0


def test_auc_is_nan_when_everything_is_liked(table_scorer, make_held_out, make_protocol):
    found = rating(table_scorer(np.ones((3, 6))), make_held_out([("a", 0, 5), ("b", 1, 4)]), make_protocol())
    assert np.isnan(found.metrics["auc"])


def test_rating_blocks_change_nothing(table_scorer, make_held_out, make_protocol, monkeypatch):
    scorer = table_scorer(np.random.default_rng(0).normal(size=(3, 6)))
    held = make_held_out([(id_, item, item % 5) for id_ in "abc" for item in range(6)])
    whole = rating(scorer, held, make_protocol())
    monkeypatch.setattr(evaluate_module, "MAX_BLOCK_ROWS", 5)
    assert rating(scorer, held, make_protocol()).metrics == whole.metrics


def test_both_tasks_stand_side_by_side(table_scorer, make_held_out, make_protocol):
    held = make_held_out([("a", 0, 5), ("b", 1, 1)])
    found = run(evaluate(table_scorer(np.ones((3, 6))), held, make_protocol(), ("rating", "ranking")))
    assert {"rmse", "mae", "auc", "ndcg@3", "coverage@1"} <= set(found.metrics)
    assert (found.n_people, found.n_rows) == (2, 2)

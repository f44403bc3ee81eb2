from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from xdrec_app.evaluation import compare as compare_module
from xdrec_app.evaluation.compare import compare
from xdrec_app.evaluation.result import Evaluation, PersonSums
from xdrec_app.evaluation.transfer import lift


@pytest.fixture
def make_evaluation(make_protocol) -> Callable[..., Evaluation]:
    def make(people, whole=None, **sums: tuple[object, object]) -> Evaluation:
        per_person = {
            name.replace("_at_", "@"): PersonSums(np.asarray(a, np.float64), np.asarray(b, np.float64))
            for name, (a, b) in sums.items()
        }
        metrics = {name: one.value(name) for name, one in per_person.items()} | (whole or {})
        return Evaluation(make_protocol(), metrics, tuple(people), per_person, len(people), len(people), 0, 0.0)

    return make


def ids(n: int) -> list[str]:
    return [f"{number:05d}" for number in range(n)]


def test_the_interval_covers_a_known_difference_and_excludes_nothing_happened(make_evaluation):
    random = np.random.default_rng(0)
    base = random.random(2_000)
    better = base * 1.1 + random.normal(0, 0.05, 2_000)
    ones = np.ones(2_000)
    found = lift(
        make_evaluation(ids(2_000), ndcg_at_10=(better, ones)), make_evaluation(ids(2_000), ndcg_at_10=(base, ones))
    )["ndcg@10"]
    assert found.with_ == pytest.approx(better.mean())
    assert found.without == pytest.approx(base.mean())
    assert 0 < found.low < 0.1 < found.high < 0.12
    assert found.relative == pytest.approx(better.mean() / base.mean() - 1)


def test_the_interval_has_the_promised_confidence(make_evaluation):
    """Of many samples of people about 95 % give an interval that holds the true ratio."""
    random = np.random.default_rng(1)
    ones = np.ones(200)
    held = 0
    for seed in range(100):
        base = random.random(200)
        better = base + 0.05 + random.normal(0, 0.2, 200)
        found = compare(
            make_evaluation(ids(200), hit_at_1=(better, ones)),
            make_evaluation(ids(200), hit_at_1=(base, ones)),
            ["hit@1"],
            seed,
            300,
        )["hit@1"]
        held += found.low <= 0.1 <= found.high
    assert 87 <= held <= 100


def test_pairs_make_the_interval_narrower_than_two_independent_samples(make_evaluation):
    random = np.random.default_rng(2)
    base, ones = random.random(500), np.ones(500)
    paired = make_evaluation(ids(500), hit_at_1=(base + 0.05, ones))
    shuffled = make_evaluation(ids(500), hit_at_1=(random.permutation(base) + 0.05, ones))
    without = make_evaluation(ids(500), hit_at_1=(base, ones))
    narrow, wide = (lift(one, without)["hit@1"] for one in (paired, shuffled))
    assert narrow.high - narrow.low < (wide.high - wide.low) / 2
    assert narrow.relative == pytest.approx(wide.relative)


def test_rmse_is_recomputed_from_squared_errors_and_row_counts(make_evaluation):
    people = ids(3)
    found = lift(
        make_evaluation(people, rmse=([4.0, 1.0, 0.0], [4, 1, 1])),
        make_evaluation(people, rmse=([16.0, 4.0, 0.0], [4, 1, 1])),
    )["rmse"]
    assert found.with_ == pytest.approx(np.sqrt(5 / 6))
    assert found.relative == pytest.approx(-0.5)
    assert found.low == pytest.approx(-0.5)
    assert found.high == pytest.approx(-0.5)


def test_only_people_judged_by_both_are_compared(make_evaluation):
    found = lift(
        make_evaluation(["a", "b", "c"], hit_at_1=([1, 1, 0], [1, 1, 0])),
        make_evaluation(["b", "c", "d"], hit_at_1=([0.5, 1, 1], [1, 1, 1])),
    )["hit@1"]
    assert (found.with_, found.without, found.relative) == (1.0, 0.5, 1.0)


def test_the_same_seed_gives_the_same_interval_whatever_the_block(make_evaluation, monkeypatch):
    random = np.random.default_rng(3)
    pair = [make_evaluation(ids(50), hit_at_1=(random.random(50), np.ones(50))) for _ in range(2)]
    first, again = (compare(*pair, ["hit@1"], seed=5) for _ in range(2))
    assert first == again
    assert compare(*pair, ["hit@1"], seed=6) != first
    monkeypatch.setattr(compare_module, "MAX_WEIGHTS", 50 * 13)
    blocks = compare(*pair, ["hit@1"], seed=5)["hit@1"]
    assert (blocks.low, blocks.high) == (pytest.approx(first["hit@1"].low), pytest.approx(first["hit@1"].high))


def test_nothing_to_divide_by_gives_no_ratio_and_no_interval(make_evaluation):
    found = lift(
        make_evaluation(["a", "b"], hit_at_1=([1, 0], [1, 1])), make_evaluation(["a", "b"], hit_at_1=([0, 0], [1, 1]))
    )["hit@1"]
    assert np.isnan(found.relative)
    assert (found.low, found.high) == (None, None)


def test_a_metric_of_the_whole_has_no_interval(make_evaluation):
    ours = make_evaluation(["a"], {"coverage@10": 0.3, "only_here": 1.0})
    found = lift(ours, make_evaluation(["a"], {"coverage@10": 0.2}))
    assert set(found) == {"coverage@10"}
    assert found["coverage@10"].relative == pytest.approx(0.5)
    assert found["coverage@10"].low is None


def test_figures_of_different_protocols_are_not_compared(make_evaluation, make_protocol):
    ours = make_evaluation(["a"], hit_at_1=([1], [1]))
    theirs = Evaluation(make_protocol(seed=1), ours.metrics, ours.people, ours.per_person, 1, 1, 0, 0.0)
    with pytest.raises(ValueError, match="different protocols"):
        lift(ours, theirs)


def test_equal_models_do_not_differ_and_the_words_say_so(make_evaluation):
    values = np.random.default_rng(0).random(50)
    same = make_evaluation(ids(50), ndcg_at_10=(values, np.ones(50)))
    found = compare(same, same, ["ndcg@10"])["ndcg@10"]
    assert not found.differs and found.p_value == 1.0 and found.n_people == 50
    assert found.words(higher_is_better=True) == found.words(higher_is_better=False) == "no difference"


def test_a_clear_difference_is_called_better_or_worse_by_the_direction_of_the_metric(make_evaluation):
    values = np.random.default_rng(0).random(200)
    more = make_evaluation(ids(200), whole={"coverage@10": 0.5}, rmse=(values + 0.5, np.ones(200)))
    less = make_evaluation(ids(200), whole={"coverage@10": 0.2}, rmse=(values, np.ones(200)))
    found = compare(more, less, ["rmse", "coverage@10"])
    assert found["rmse"].differs and found["rmse"].p_value < 0.01
    assert found["rmse"].words(higher_is_better=False) == "worse"
    assert found["rmse"].words(higher_is_better=True) == "better"
    assert found["coverage@10"].words(higher_is_better=True) == "not tested"
    assert found["coverage@10"].p_value is None and found["coverage@10"].n_people == 0


def test_a_p_value_below_five_in_a_hundred_is_as_rare_as_it_says_where_nothing_differs(make_evaluation):
    random = np.random.default_rng(5)
    ones, n_rare = np.ones(150), 0
    for seed in range(120):
        sides = [make_evaluation(ids(150), hit_at_1=(random.random(150), ones)) for _ in range(2)]
        found = compare(*sides, ["hit@1"], seed, 300)["hit@1"]
        n_rare += found.p_value < 0.05
    assert n_rare <= 15

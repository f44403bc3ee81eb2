from __future__ import annotations

import numpy as np
import pytest

from xdrec_app.core.errors import UserError
from xdrec_app.datasets.interactions import Interactions
from xdrec_app.datasets.vocabulary import Vocabulary
from xdrec_app.evaluation.held_out import HeldOut
from xdrec_app.evaluation.validation import monitor_of, require_monitor, validation


def crowd(n_people: int) -> HeldOut:
    users = Vocabulary([f"{number:05d}" for number in range(n_people)])
    items = np.arange(n_people) % 30
    training = Interactions.of(np.arange(n_people), (items + 1) % 30)
    return HeldOut.of(users.ids, Interactions.of(np.arange(n_people), items), training, users, 30)


def test_a_ranking_model_is_watched_by_ndcg_and_a_rating_model_by_rmse(table_scorer, make_held_out, make_protocol):
    held = make_held_out([("a", 0, 5), ("b", 1, 3)])
    scorer = table_scorer([[5, 1, 1, 1, 1, 1], [1, 3, 1, 1, 1, 1], [0] * 6])
    assert validation(held, "ranking", make_protocol())(scorer) == {"ndcg@10": 1.0}
    assert validation(held, "rating", make_protocol())(scorer) == {"rmse": 0.0}
    assert monitor_of("ranking") == ("ndcg@10", True)
    assert monitor_of("rating") == ("rmse", False)


def test_at_most_so_many_people_are_scored_and_always_the_same(table_scorer, make_protocol):
    held = crowd(300)
    scorer = table_scorer(np.random.default_rng(0).normal(size=(300, 30)))
    protocol = make_protocol(relevant_from=1.0)
    judge = validation(held, "ranking", protocol, max_people=50)
    first = judge(scorer)
    assert sum(scorer.asked) == 50
    assert judge(scorer) == first
    assert validation(held, "ranking", protocol, max_people=50)(scorer) == first
    other = validation(held, "ranking", make_protocol(relevant_from=1.0, seed=1), max_people=50)(scorer)
    assert other != first


@pytest.mark.parametrize("task", ["rating", "ranking"])
def test_there_is_no_validation_without_rows(task, make_held_out, make_protocol):
    assert validation(make_held_out([]), task, make_protocol()) is None


def test_validation_ranks_in_full_whatever_the_protocol_samples(table_scorer, make_held_out, make_protocol):
    held = make_held_out([("a", 0, 5)])
    scorer = table_scorer([[1, 2, 2, 2, 2, 2]] * 3)
    judge = validation(held, "ranking", make_protocol(candidates="sampled", negatives=1))
    assert judge(scorer)["ndcg@10"] == pytest.approx(1 / np.log2(7))


@pytest.mark.parametrize("monitor", ["recall@2", "mae", "auc"])
def test_the_metric_that_the_protocol_names_is_watched_whatever_the_model_is_trained_for(
    monitor, table_scorer, make_held_out, make_protocol
):
    held = make_held_out([("a", 0, 5), ("a", 1, 1), ("b", 1, 4)])
    scorer = table_scorer([[5, 1, 1, 1, 1, 1], [1, 3, 1, 1, 1, 1], [0] * 6])
    for task in ("ranking", "rating"):
        assert list(validation(held, task, make_protocol(monitor=monitor))(scorer)) == [monitor]
    assert monitor_of("ranking", "mae") == ("mae", False)
    require_monitor(monitor, ("rating", "ranking"), "bias")


@pytest.mark.parametrize("monitor", ["nothing@10", "recall", "recall@0", "recall@x", "rmse@10", "coverage@10"])
def test_a_metric_by_which_no_epoch_can_be_chosen_is_refused_with_those_that_can(monitor):
    with pytest.raises(UserError, match="cannot be chosen by") as error:
        require_monitor(monitor, ("rating", "ranking"), "bias")
    assert "ndcg@10" in str(error.value.hint)


def test_a_model_that_ranks_is_not_watched_by_an_error_of_ratings():
    require_monitor("", ("ranking",), "ease")
    with pytest.raises(UserError, match="does not predict ratings"):
        require_monitor("rmse", ("ranking",), "ease")

import math

import pytest

from xdrec_app.metrics.base import all_metrics
from xdrec_app.metrics.base import higher_is_better as truly_higher_is_better
from xdrec_app.services.results import LiftFigure
from xdrec_app.ui.metric_words import (
    TITLES,
    higher_is_better,
    in_order,
    is_shown_first,
    key_metrics,
    lift_sentence,
    metric_title,
    verdict,
)


def figure(relative: float, low: float | None, high: float | None) -> LiftFigure:
    return LiftFigure(with_=1 + relative, without=1.0, relative=relative, low=low, high=high)


def test_every_metric_has_the_title_and_the_direction_it_has_in_the_registry() -> None:
    known = {metric.key: metric.title for metric in all_metrics()}
    assert known == TITLES
    assert all(higher_is_better(f"{key}@10") == truly_higher_is_better(key) for key in known)


@pytest.mark.parametrize(("name", "title"), [("ndcg@10", "NDCG@10"), ("rmse", "RMSE"), ("new@5", "new@5")])
def test_a_metric_is_written_as_people_write_it(name: str, title: str) -> None:
    assert metric_title(name) == title


def test_ratings_come_first_and_then_rankings_by_cut_off() -> None:
    names = ["hit@20", "ndcg@5", "coverage@5", "mae", "ndcg@20", "rmse"]
    assert in_order(names) == ["rmse", "mae", "ndcg@5", "coverage@5", "ndcg@20", "hit@20"]
    assert [name for name in names if is_shown_first(name)] == ["mae", "rmse"]


def test_the_metric_of_the_task_stands_first() -> None:
    both = {"ndcg@10": 0.1, "rmse": 0.9, "hit@10": 0.2}
    assert key_metrics(both, "rating") == ["rmse", "ndcg@10"]
    assert key_metrics(both, "ranking") == ["ndcg@10", "rmse"]


@pytest.mark.parametrize(
    ("name", "given", "sentence", "tone"),
    [
        ("ndcg@10", figure(0.123, 0.081, 0.16), "The sources raised NDCG@10 by +12.3 % [8.1, 16.0]", "success"),
        ("ndcg@10", figure(-0.2, -0.3, -0.1), "The sources lowered NDCG@10 by 20.0 % [-30.0, -10.0]", "danger"),
        ("rmse", figure(-0.02, -0.03, -0.01), "The sources lowered RMSE by 2.0 % [-3.0, -1.0]", "success"),
        (
            "ndcg@10",
            figure(0.01, -0.02, 0.04),
            "The sources made no clear difference to NDCG@10: +1.0 % [-2.0, 4.0]",
            "muted",
        ),
        ("rmse", figure(0.01, None, None), "With the sources RMSE changed by +1.0 %; no interval.", "muted"),
    ],
)
def test_a_lift_is_said_with_its_interval_and_only_a_clear_one_is_good_or_bad(
    qapp, name: str, given: LiftFigure, sentence: str, tone: str
) -> None:
    assert lift_sentence(name, given) == sentence
    assert verdict(name, given).tone == tone


def test_a_lift_over_nothing_is_a_dash(qapp) -> None:
    assert verdict("ndcg@10", figure(math.nan, None, None)).text == "–"

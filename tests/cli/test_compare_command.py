"""Comparing two runs on the command line."""

import json

from xdrec_app.cli.render_comparison import comparison
from xdrec_app.evaluation.protocol import Protocol
from xdrec_app.services.results import ComparedFigure, RunComparison

PROTOCOL = Protocol(split="random", split_words="s", seed=1, target="Books", scored="all", relevant_from=3)


def figure(verdict: str, low: float | None, high: float | None) -> ComparedFigure:
    return ComparedFigure.model_validate(
        {
            "first": 0.2,
            "second": 0.1,
            "relative": 1.0,
            "low": low,
            "high": high,
            "p_value": None if low is None else 0.002,
            "differs": verdict in {"better", "worse"},
            "verdict": verdict,
            "people": 10,
        }
    )


def found() -> RunComparison:
    metrics = {"ndcg@10": figure("better", 0.5, 1.5), "hit@10": figure("no difference", -0.5, 1.5)}
    return RunComparison(
        runs=(3, 1),
        models=("ease with Movies", "ease alone"),
        target="Books",
        metrics={**metrics, "coverage@10": figure("not tested", None, None)},
        groups={"cold people": metrics},
        protocol=PROTOCOL,
        protocol_sentence=PROTOCOL.sentence,
    )


def test_a_comparison_says_who_is_better_and_where_there_is_no_difference():
    lines = comparison(found()).splitlines()
    assert lines[0] == "Run 3 (ease with Movies) against run 1 (ease alone) on Books"
    by_metric = {line.split()[0]: line for line in lines[2:5]}
    assert by_metric["ndcg@10"].endswith("0.002  better")
    assert by_metric["hit@10"].endswith("no difference")
    assert by_metric["coverage@10"].endswith("not tested")
    assert "cold people:" in lines
    assert lines[-1].startswith("Protocol: ")


def test_a_comparison_goes_to_json_and_back():
    text = found().model_dump_json()
    assert RunComparison.model_validate_json(text) == found()
    assert json.loads(text)["groups"]["cold people"]["ndcg@10"]["verdict"] == "better"

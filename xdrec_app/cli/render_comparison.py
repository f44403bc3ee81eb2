"""Two runs side by side, as text for people."""

from __future__ import annotations

import math
from collections.abc import Mapping

from xdrec_app.cli.render import table
from xdrec_app.services.results import ComparedFigure, RunComparison

SHOWN_OF_GROUPS = ("rmse", "ndcg@10", "recall@10")
"""Of groups only these are shown; --json has all."""


def comparison(found: RunComparison) -> str:
    """All metrics, then the main ones by group, and the protocol."""
    (first, second), (model, other) = found.runs, found.models
    lines = [
        f"Run {first} ({model}) against run {second} ({other}) on {found.target}",
        figures((f"run {first}", f"run {second}"), found.metrics),
    ]
    for group, metrics in found.groups.items():
        shown = {name: metrics[name] for name in SHOWN_OF_GROUPS if name in metrics}
        if shown:
            lines += ["", f"{group}:", figures((f"run {first}", f"run {second}"), shown)]
    return "\n".join([*lines, "", f"Protocol: {found.protocol_sentence}."])


def figures(models: tuple[str, str], metrics: Mapping[str, ComparedFigure]) -> str:
    """A line for each metric of two models."""
    rows = [
        (name, f"{one.first:.4f}", f"{one.second:.4f}", _change(one), _p_value(one.p_value), one.verdict)
        for name, one in metrics.items()
    ]
    return table(("metric", *models, "change", "p", ""), rows)


def _change(one: ComparedFigure) -> str:
    if math.isnan(one.relative):
        return "–"
    interval = "" if one.low is None or one.high is None else f" [{one.low:+.1%}, {one.high:+.1%}]"
    return f"{one.relative:+.1%}{interval}"


def _p_value(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:.3f}"

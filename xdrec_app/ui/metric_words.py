"""Metrics and comparisons in words, the same on every page.

Knows the names that results use (``ndcg@10``, ``rmse``), but imports no metric: those need numpy, and a table of runs
is shown before numpy is loaded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from xdrec_app.models.capabilities import Task
from xdrec_app.services.results import LiftFigure
from xdrec_app.ui import numbers

TITLES = {
    "auc": "AUC",
    "coverage": "Coverage",
    "diversity": "Diversity",
    "ece": "Calibration error",
    "gini": "Gini",
    "hit": "Hit rate",
    "log_loss": "Log-loss",
    "mae": "MAE",
    "map": "MAP",
    "mrr": "MRR",
    "ndcg": "NDCG",
    "novelty": "Novelty",
    "precision": "Precision",
    "recall": "Recall",
    "rmse": "RMSE",
}
LOWER_IS_BETTER = frozenset({"ece", "gini", "log_loss", "mae", "rmse", "train_loss"})
KEY_METRICS: dict[Task, str] = {"ranking": "ndcg@10", "rating": "rmse"}
"""The one metric that stands for a run, by what its model is trained for."""

KEY_CUTOFF = "10"
_FIRST = ("rmse", "mae", "ndcg", "hit", "recall")
_ORDER = (
    *("rmse", "mae", "ndcg", "hit", "recall", "precision", "mrr", "map", "auc", "log_loss", "ece"),
    *("coverage", "gini", "novelty", "diversity"),
)


def metric_title(name: str) -> str:
    """Return a metric as people write it: ``ndcg@10`` → NDCG@10."""
    if name == "train_loss":
        return QCoreApplication.translate("MetricWords", "Training loss")
    key, at, k = name.partition("@")
    return TITLES.get(key, key) + at + k


def higher_is_better(name: str) -> bool:
    """Return the direction of a metric."""
    return name.partition("@")[0] not in LOWER_IS_BETTER


def in_order(names: Iterable[str]) -> list[str]:
    """Return metrics in the order they are shown: ratings first, then rankings by cut-off."""

    def place(name: str) -> tuple[int, int, str]:
        key, _, k = name.partition("@")
        return (int(k) if k.isdigit() else 0, _ORDER.index(key) if key in _ORDER else len(_ORDER), name)

    return sorted(names, key=place)


def is_shown_first(name: str) -> bool:
    """Tell whether a metric is shown before somebody asks for all of them."""
    key, at, k = name.partition("@")
    return key in _FIRST and (not at or k == KEY_CUTOFF)


def key_metrics(metrics: Mapping[str, object], task: Task | None = None) -> list[str]:
    """Return which key metrics are among `metrics`, the one of the task first."""
    first = KEY_METRICS.get(task) if task is not None else None
    found = [name for name in KEY_METRICS.values() if name in metrics]
    return sorted(found, key=lambda name: name != first)


@dataclass(frozen=True)
class Verdict:
    """What a comparison says.

    Attributes
    ----------
    tone
        success, danger or muted: better, worse, or not to be told apart.
    change
        The relative difference, e.g. "+12.3 %".
    interval
        Its interval, e.g. "[8.1, 16.0]"; empty without one.
    """

    tone: str
    change: str
    interval: str

    @property
    def text(self) -> str:
        """Change and interval together."""
        return f"{self.change} {self.interval}".rstrip()


def is_clear(figure: LiftFigure) -> bool:
    """Tell whether the interval excludes zero."""
    return figure.low is not None and figure.high is not None and (figure.low > 0 or figure.high < 0)


def verdict(name: str, figure: LiftFigure) -> Verdict:
    """Return what a comparison says about a metric."""
    tone = "muted"
    if is_clear(figure):
        tone = "success" if (figure.relative > 0) == higher_is_better(name) else "danger"
    interval = ""
    if figure.low is not None and figure.high is not None:
        low, high = (numbers.figure(end * 100, 1) for end in (figure.low, figure.high))
        interval = f"[{low}, {high}]"
    return Verdict(tone, numbers.percent(figure.relative, signed=True), interval)


def lift_sentence(name: str, figure: LiftFigure) -> str:
    """Say what the sources did to a metric."""
    says = verdict(name, figure)
    if figure.low is None:
        words = QCoreApplication.translate("MetricWords", "With the sources {metric} changed by {change}; no interval.")
    elif not is_clear(figure):
        words = QCoreApplication.translate("MetricWords", "The sources made no clear difference to {metric}: {change}")
    elif figure.relative > 0:
        words = QCoreApplication.translate("MetricWords", "The sources raised {metric} by {change}")
    else:
        words = QCoreApplication.translate("MetricWords", "The sources lowered {metric} by {change}")
    change = says.text
    if is_clear(figure) and figure.relative < 0:
        change = f"{numbers.percent(-figure.relative)} {says.interval}"
    return words.format(metric=metric_title(name), change=change)

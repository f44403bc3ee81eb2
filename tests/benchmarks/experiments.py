"""What benchmarks of ranking share: tables read from CSV, and a model judged on an experiment."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pandas as pd
import torch

from xdrec_app.core.jobs import run
from xdrec_app.datasets.domain_table import DomainTable
from xdrec_app.evaluation.evaluate import evaluate
from xdrec_app.evaluation.experiment import Experiment
from xdrec_app.evaluation.result import Evaluation
from xdrec_app.models.base import recommenders

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
NDCG, HIT = "ndcg@10", "hit@10"


def read_table(name: str, file: Path, titles: Path | None = None, people: str = "") -> DomainTable:
    """Read user, item, value and perhaps time, in file order; titles by item from another file.

    `people` is put before user ids, where two sets number people that are not the same.
    """
    rows = pd.read_csv(file, dtype={0: str, 1: str})
    users, items, values = (rows[column].tolist() for column in rows.columns[:3])
    users = [people + user for user in users]
    times = rows[rows.columns[3]].tolist() if len(rows.columns) > 3 else [None] * len(rows)
    about = {}
    if titles is not None:
        named = pd.read_csv(titles, dtype=str).fillna("")
        about = {id_: (title, "", ()) for id_, title in zip(named["item_id"], named["title"], strict=True)}
    return DomainTable.of(name, list(zip(users, items, values, times, strict=True)), about)


def judge(experiment: Experiment, key: str, *, with_sources: bool = False, **params: Any) -> tuple[Evaluation, float]:
    """Fit a model and judge it on the test part; return the seconds of the fit too."""
    model_class = recommenders[key]
    started = time.perf_counter()
    chosen = model_class.Params(**params)
    model = run(experiment.fit(model_class, chosen, torch.device("cpu"), with_sources=with_sources)).model
    seconds = time.perf_counter() - started
    by_epochs = model_class.capabilities.trains_by_epochs
    data = experiment.data(with_sources=with_sources, with_validation=not by_epochs)
    return run(evaluate(model, experiment.held_out("test", data), experiment.protocol, ("ranking",))), seconds

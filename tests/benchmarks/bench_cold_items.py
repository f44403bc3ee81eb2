"""Films nobody has seen: MovieLens 100K, 20 % of the films held out whole, NDCG@10 among them, mean of three seeds.

Only genres are known of the films, and age, sex and occupation of the people. The rival is the best guess that needs no
person: how often films of the same genres are liked. Wanted: every content model above it.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from xdrec_app.core.jobs import run
from xdrec_app.datasets.cross_domain import CrossDomainData
from xdrec_app.datasets.domain_table import DomainTable
from xdrec_app.evaluation.evaluate import evaluate
from xdrec_app.evaluation.experiment import Experiment
from xdrec_app.models.base import recommenders
from xdrec_app.training.device import limit_threads

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
FOLDER = DATA / "ml-100k"
SEEDS = (1, 2, 3)
KEYS = ("tag_profile", "factorisation_machine")
METRIC = "ndcg@10"
PEOPLE = ["age", "gender", "occupation"]


@dataclass(frozen=True, eq=False)
class GenrePopularity:
    """Scores every film by how often films of its genres are liked on average; the same for everybody."""

    guess: np.ndarray

    @classmethod
    def of(cls, data: CrossDomainData) -> GenrePopularity:
        """Count on the training part."""
        genres = data.catalogue.tags
        liked = np.bincount(data.interactions.items[data.liked()], minlength=data.n_items)
        is_known = np.bincount(data.interactions.items, minlength=data.n_items) > 0
        names = sorted({genre for tags in genres for genre in tags})
        has = np.array([[name in tags for name in names] for tags in genres], float)
        of_genre = (liked[is_known] @ has[is_known]) / np.maximum(has[is_known].sum(axis=0), 1)
        return cls((has @ of_genre / np.maximum(has.sum(axis=1), 1)).astype(np.float32))

    def scores(self, users: np.ndarray) -> np.ndarray:
        """See :class:`~xdrec_app.models.base.Scorer`."""
        return np.tile(self.guess, (len(users), 1))

    def predict(self, users: np.ndarray, items: np.ndarray) -> np.ndarray:
        """See :class:`~xdrec_app.models.base.Scorer`."""
        return self.guess[items]


def films(folder: Path) -> DomainTable:
    """Read the films with their genres, and what is known of the people."""
    texts = {"user_id": str, "item_id": str}
    ratings, items = pd.read_csv(folder / "ratings.csv", dtype=texts), pd.read_csv(folder / "items.csv", dtype=texts)
    columns = [ratings["user_id"], ratings["item_id"], ratings["rating"].astype(float)]
    genres = items["genres"].fillna("").str.split("|")
    about = {
        id_: (str(title), "", tuple(filter(None, tags)))
        for id_, title, tags in zip(items["item_id"], items["title"], genres, strict=True)
    }
    people = {}
    if (folder / "users.csv").is_file():
        users = pd.read_csv(folder / "users.csv", dtype=str).set_index("user_id")[PEOPLE]
        people = users.to_dict("index")
    rows = [(user, item, value, None) for user, item, value in zip(*columns, strict=True)]
    return replace(DomainTable.of("films", rows, about, people=people), scale=(1.0, 5.0))


def main(keys: list[str]) -> int:
    """Measure the given models, all by default; return 1 when one is no better than the guess."""
    limit_threads()
    table = films(FOLDER)
    experiments = [Experiment.draw(table, [], "cold-items", seed) for seed in SEEDS]
    rival = float(np.mean([guessed(experiment) for experiment in experiments]))
    print("| model | NDCG@10 | limit: the guess by genres | ratio | seconds per seed |")
    print("|---|---|---|---|---|")
    missed = False
    for key in keys or KEYS:
        started = time.perf_counter()
        reached = float(np.mean([measured(experiment, key) for experiment in experiments]))
        seconds = (time.perf_counter() - started) / len(SEEDS)
        missed |= reached <= rival
        print(f"| {key} | {reached:.4f} | {rival:.4f} | {reached / rival:.2f} | {seconds:.1f} |", flush=True)
    return int(missed)


def guessed(experiment: Experiment) -> float:
    """Return the figure of the guess by genres."""
    data = experiment.data(with_sources=False, with_validation=True)
    held_out = experiment.held_out("test", data)
    return run(evaluate(GenrePopularity.of(data), held_out, experiment.protocol, ("ranking",))).metrics[METRIC]


def measured(experiment: Experiment, key: str) -> float:
    """Return the figure of a model with its default parameters."""
    model_class = recommenders[key]
    model = run(experiment.fit(model_class, model_class.Params(), torch.device("cpu"), with_sources=False)).model
    data = experiment.data(with_sources=False, with_validation=True)
    held_out = experiment.held_out("test", data)
    return run(evaluate(model, held_out, experiment.protocol, ("ranking",))).metrics[METRIC]


if __name__ == "__main__":
    if not FOLDER.is_dir():
        print("skipped: the MovieLens 100K folder is not there")
        sys.exit(0)
    sys.exit(main(sys.argv[1:]))

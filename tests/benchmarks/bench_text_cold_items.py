"""Films nobody has seen, by their plots: MovieLens 100K, 20 % of the films held out whole, NDCG@10 among them.

Title, genres and plot are read by the multilingual encoder. Wanted: twice the best guess by genres that needs no
person, and more than the tag profile, which knows genres alone. Mean of three seeds; all models with their defaults.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import numpy as np
from bench_cold_items import FOLDER, SEEDS, guessed, measured
from texts import read_domain

from xdrec_app.evaluation.experiment import Experiment
from xdrec_app.training.device import limit_threads

KEYS = ("text_profile", "two_tower")


def main(keys: list[str]) -> int:
    """Measure the given models; return 1 when no model on texts keeps the limit."""
    limit_threads()
    with tempfile.TemporaryDirectory() as folder:
        table, pace = read_domain(Path(folder), "films", FOLDER / "ratings.csv", FOLDER / "items.csv")
        _, again = read_domain(Path(folder), "films", FOLDER / "ratings.csv", FOLDER / "items.csv")
    print(f"{pace}; the second time: {again}.\n")
    experiments = [Experiment.draw(table, [], "cold-items", seed) for seed in SEEDS]
    rival = float(np.mean([guessed(experiment) for experiment in experiments]))
    by_tags = float(np.mean([measured(experiment, "tag_profile") for experiment in experiments]))
    limit = max(2 * rival, by_tags)
    print(f"Guess by genres {rival:.4f}, tag profile {by_tags:.4f}.\n")
    print("| model | NDCG@10 | limit | beside the guess |")
    print("|---|---|---|---|")
    best = 0.0
    for key in keys or KEYS:
        reached = float(np.mean([measured(experiment, key) for experiment in experiments]))
        best = max(best, reached)
        print(f"| {key} | {reached:.4f} | {limit:.4f} | {reached / rival:.2f} |", flush=True)
    return int(best < limit)


if __name__ == "__main__":
    if not FOLDER.is_dir():
        print("skipped: the MovieLens 100K folder is not there")
        sys.exit(0)
    sys.exit(main(sys.argv[1:]))

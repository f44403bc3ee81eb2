"""The same films and nobody in common: MovieLens 1M and 100K, each helped by the other, against itself alone.

Films with the same title and year count as one (the decision "merge" of the audit of leaks), so the source's people are
people of the target. Ratings 8:1:1 at random per person, full ranking, mean of three seeds, EASE as it comes. Wanted:
NDCG@10 not below the target alone, and with the films in common in at most 3 times its time (both taken in turns).
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

import numpy as np
from experiments import DATA, NDCG, judge, read_table

from xdrec_app.datasets.domain_table import DomainTable
from xdrec_app.evaluation.compare import compare
from xdrec_app.evaluation.copies import Copies
from xdrec_app.evaluation.experiment import Experiment
from xdrec_app.evaluation.item_names import same_titles
from xdrec_app.training.device import limit_threads

FOLDERS = {"ml-100k": "films_100k", "ml-1m": "films_1m"}
SEEDS = (1, 2, 3)
SHARES = {"test_share": 0.1, "valid_share": 1 / 9}
SLOWEST = 3.0


def main(keys: Sequence[str]) -> int:
    """Print one line per direction and model; return 1 when a limit is missed."""
    limit_threads()
    tables = {folder: films(folder) for folder in FOLDERS}
    missed = False
    columns = "same films", "films of the source", "model", "alone", "with the other", "lift (seed 1, 95 %)"
    print("| target |", " | ".join(columns), "| times its seconds | limit |")
    print("|---|---|---|---|---|---|---|---|---|")
    for target, source in (("ml-100k", "ml-1m"), ("ml-1m", "ml-100k")):
        copies = merged(tables[target], tables[source])
        shared = tables[source].take(np.isin(tables[source].items, copies.source_items))
        for key in keys:
            for words, part, slowest in (("in common", shared, SLOWEST), ("all", tables[source], float("inf"))):
                missed |= measure(tables[target], part, copies, key, words, slowest)
    return int(missed)


def films(folder: str) -> DomainTable:
    """Read a set; its people get a name of their own, because both sets number them from 1."""
    return read_table(FOLDERS[folder], DATA / folder / "ratings.csv", DATA / folder / "items.csv", people=f"{folder}:")


def merged(target: DomainTable, source: DomainTable) -> Copies:
    """Return the films of the source that are films of the target, to be counted as such."""
    pairs = np.array(sorted(same_titles(source, target)), np.int32).reshape(-1, 2)
    return Copies(source.name, "merge", False, pairs[:, 0], pairs[:, 1])


def measure(target: DomainTable, source: DomainTable, copies: Copies, key: str, words: str, slowest: float) -> bool:
    """Print a line; return whether it misses a limit."""
    alone, joint, ratios, lift = [], [], [], ""
    for seed in SEEDS:
        experiment = Experiment.draw(target, [source], "random", seed, copies=[copies], split_params=SHARES)
        without, seconds = judge(experiment, key)
        with_, joint_seconds = judge(experiment, key, with_sources=True)
        alone.append(without.metrics[NDCG])
        joint.append(with_.metrics[NDCG])
        ratios.append(joint_seconds / seconds)
        if not lift:
            found = compare(with_, without, [NDCG])[NDCG]
            lift = f"{found.relative:+.1%} ({found.low:+.1%} … {found.high:+.1%})"
    ratio = float(np.median(ratios))
    cells = [target.name, len(np.unique(copies.source_items)), words, key]
    cells += [f"{np.mean(alone):.4f}", f"{np.mean(joint):.4f}", lift, f"{ratio:.2f}"]
    limit = f"not below; ≤ {slowest:g}" if np.isfinite(slowest) else "not below"
    print("|", " | ".join(map(str, [*cells, limit])), "|", flush=True)
    return float(np.mean(joint)) < float(np.mean(alone)) or ratio > slowest


if __name__ == "__main__":
    if not all((DATA / folder).is_dir() for folder in FOLDERS):
        print("skipped: the MovieLens folders are not there")
        sys.exit(0)
    sys.exit(main(sys.argv[1:] or ["ease"]))

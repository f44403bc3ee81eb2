"""Rating quality on MovieLens 100K: mean RMSE over the official folds u1 … u5 with default parameters.

Prints a Markdown table. The number of epochs is found on 10 % cut from each fold's training part.
"""

from __future__ import annotations

import sys
import time

import ml100k
import numpy as np

from xdrec_app.models.base import recommenders
from xdrec_app.training.device import limit_threads

LIMITS = {"biased_mf": 0.920, "deep_cf": 0.945}


def main(keys: list[str]) -> int:
    """Measure the given models, all by default; return 1 when a limit is missed."""
    limit_threads()
    missed = False
    print("| model | u1 | u2 | u3 | u4 | u5 | mean RMSE | limit | seconds per fold |")
    print("|---|---|---|---|---|---|---|---|---|")
    for key in keys or list(LIMITS):
        figures, seconds = [], []
        for fold in range(1, 6):
            base, test = ml100k.read(f"u{fold}.base.csv"), ml100k.read(f"u{fold}.test.csv")
            started = time.perf_counter()
            model, data, _ = ml100k.fit_all(recommenders[key](), base)
            seconds.append(time.perf_counter() - started)
            figures.append(ml100k.rmse(model, data, ml100k.rows_of(test)))
        mean = float(np.mean(figures))
        missed |= mean > LIMITS[key]
        folds = " | ".join(f"{figure:.4f}" for figure in figures)
        print(f"| {key} | {folds} | {mean:.4f} | {LIMITS[key]:.3f} | {np.mean(seconds):.1f} |", flush=True)
    return int(missed)


if __name__ == "__main__":
    if not ml100k.FOLDER.is_dir():
        print("skipped: the MovieLens 100K folder is not there")
        sys.exit(0)
    sys.exit(main(sys.argv[1:]))

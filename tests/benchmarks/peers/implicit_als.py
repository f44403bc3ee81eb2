"""implicit's ALS: seconds per iteration, and the factors. Runs in an environment of its own; JSON in and out."""

from __future__ import annotations

import json
import sys

import numpy as np
from implicit.cpu.als import AlternatingLeastSquares
from scipy import sparse


def main() -> None:
    """Fit some iterations of one model, and time them one by one."""
    request = json.load(sys.stdin)
    matrix = sparse.load_npz(request["matrix"])
    confidence = matrix.copy()
    confidence.data = 1 + request["confidence"] * matrix.data  # implicit takes c itself; cells without entry have 1
    model = AlternatingLeastSquares(
        factors=request["embedding_size"],
        regularization=request["l2"],
        alpha=1.0,
        iterations=request["iterations"],
        num_threads=request["threads"],
        random_state=request["seed"],
    )
    seconds: list[float] = []
    model.fit(confidence, show_progress=False, callback=lambda _number, elapsed, *_: seconds.append(elapsed))
    np.savez(request["factors"], x=model.user_factors, y=model.item_factors)
    print(json.dumps({"iteration_s": seconds}))


main()

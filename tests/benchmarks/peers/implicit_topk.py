"""implicit's recommend for everybody, seen items excluded, over given factors. Its own environment; JSON in and out."""

from __future__ import annotations

import json
import sys
import time

import numpy as np
from implicit.cpu.als import AlternatingLeastSquares
from scipy import sparse


def main() -> None:
    """Measure the processor time of the whole of it several times."""
    request = json.load(sys.stdin)
    seen = sparse.load_npz(request["matrix"])
    factors = np.load(request["factors"])
    model = AlternatingLeastSquares(factors=factors["x"].shape[1], num_threads=request["threads"])
    model.user_factors, model.item_factors = factors["x"], factors["y"]
    people, seconds = np.arange(seen.shape[0]), []
    for _ in range(request["rounds"]):
        started = time.process_time()
        items, _ = model.recommend(people, seen, N=request["k"], filter_already_liked_items=True)
        seconds.append(time.process_time() - started)
    np.save(request["lists"], items)
    print(json.dumps({"seconds": seconds}))


main()

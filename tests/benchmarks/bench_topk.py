"""Top-100 for all people of MovieLens 1M, seen films excluded: people per second, against implicit 0.7.2's recommend.

Both rank with the same factors (64, of our ALS after 3 iterations, seed 0) on one thread; ours from the scores of the
fitted model on, in blocks of people. Seconds are processor time, so that other programs do not count; the libraries
take turns, and the least of three rounds of three counts.
Lists must be equal wherever scores differ by more than rounding.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

import ml1m
import numpy as np
from peers import PeerMissing, run_peer
from scipy import sparse

from xdrec_app.core.jobs import run
from xdrec_app.models.base import FitOptions, Recommender, recommenders
from xdrec_app.models.ranking import top_k

K, ROUNDS, THREADS, PEOPLE_AT_ONCE, LIMIT = 100, 3, 1, 128, 3.0


def ours(model: Recommender, seen: sparse.csr_matrix) -> tuple[float, np.ndarray]:
    """Return the least seconds of some rounds, and the lists."""
    people, seconds, lists = np.arange(seen.shape[0], dtype=np.int32), [], []
    for _ in range(ROUNDS):
        started = time.process_time()
        blocks = [people[start : start + PEOPLE_AT_ONCE] for start in range(0, len(people), PEOPLE_AT_ONCE)]
        lists = [top_k(model.scores(block), K, seen[block])[0] for block in blocks]
        seconds.append(time.process_time() - started)
    return min(seconds), np.concatenate(lists)


def theirs(model: Recommender, seen: sparse.csr_matrix, folder: Path) -> tuple[float, np.ndarray]:
    """Return the same of implicit."""
    arrays = model.arrays()
    sparse.save_npz(folder / "seen.npz", seen)
    np.savez(folder / "factors.npz", x=arrays["people"], y=arrays["items"])
    names = {"matrix": "seen.npz", "factors": "factors.npz", "lists": "lists.npy"}
    request = {name: str(folder / file) for name, file in names.items()} | {
        "k": K,
        "rounds": ROUNDS,
        "threads": THREADS,
    }
    answer = run_peer("implicit_topk", request, ["implicit==0.7.2"], environment="implicit", threads=1)
    return min(answer["seconds"]), np.load(folder / "lists.npy")


def main() -> int:
    """Measure in turns; return 1 when a limit is missed."""
    data = ml1m.data()
    cls = recommenders["als"]
    model = cls(cls.Params.parse({"embedding_size": 64, "iterations": 3}))
    run(model.fit(data, FitOptions(seed=0)))
    seen = data.matrix()
    found: dict[str, list[tuple[float, np.ndarray]]] = {"implicit 0.7.2": [], "ours": []}
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(ROUNDS):
            found["implicit 0.7.2"].append(theirs(model, seen, Path(folder)))
            found["ours"].append(ours(model, seen))
    speeds = {name: data.n_users / min(seconds for seconds, _ in rounds) for name, rounds in found.items()}
    lists = [np.maximum(rounds[0][1], 0) for rounds in found.values()]
    scores = model.scores(np.arange(data.n_users, dtype=np.int32))
    apart = np.abs(np.subtract(*(np.take_along_axis(scores, places, axis=1) for places in lists))).max()
    print("| library | people per processor second |\n|---|---|")
    for name, speed in speeds.items():
        print(f"| {name} | {speed:,.0f} |")
    ratio = speeds["ours"] / speeds["implicit 0.7.2"]
    print("\n| figure | reached | limit |\n|---|---|---|")
    print(f"| times implicit's speed | {ratio:.1f} | ≥ {LIMIT} |")
    print(f"| largest difference of two scores in one place | {apart:.1e} | 1e-4 |")
    return int(ratio < LIMIT or apart > 1e-4)


if __name__ == "__main__":
    if not ml1m.FOLDER.is_dir():
        print("skipped: the MovieLens 1M folder is not there")
        sys.exit(0)
    if os.environ.get("OPENBLAS_NUM_THREADS") != str(THREADS):  # read by numpy when it is loaded
        os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = str(THREADS)
        os.execv(sys.executable, [sys.executable, *sys.argv])
    try:
        sys.exit(main())
    except PeerMissing as missing:
        print(f"skipped: {missing}")

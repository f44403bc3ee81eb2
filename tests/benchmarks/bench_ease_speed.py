"""EASE on 10,000 items: seconds of a fit beside LensKit's on the same interactions, and whether both learn the same.

A million interactions of 10,000 people, items of Zipf popularity, synthetic (seed 0); λ 100, plain EASE on both sides.
The two take turns, each in a process of its own with two threads, and the fastest of three turns counts, as the machine
may be busy. Wanted: not slower than LensKit.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from peers import PeerMissing, run_peer

N_PEOPLE, N_ITEMS, PER_PERSON, L2, TURNS = 10_000, 10_000, 100, 100.0, 3
LIMIT = 1.0
PACKAGES = ["lenskit==2025.8.1", "torch==2.13.0"]


def synthetic(path: Path) -> None:
    """Write distinct pairs of people and items; every item is somebody's."""
    random = np.random.default_rng(0)
    chances = 1 / np.arange(10, N_ITEMS + 10) ** 0.8
    users = np.repeat(np.arange(N_PEOPLE), PER_PERSON)
    items = random.choice(N_ITEMS, len(users), p=chances / chances.sum())
    items[::PER_PERSON] = np.arange(N_PEOPLE) % N_ITEMS
    pairs = np.unique(users * N_ITEMS + items)
    np.savez(path, users=(pairs // N_ITEMS).astype(np.int32), items=(pairs % N_ITEMS).astype(np.int32))


def ours(path: str) -> dict[str, object]:
    """Fit once; say how long it took and what was learnt."""
    from xdrec_app.core.jobs import run
    from xdrec_app.datasets.arrays import NO_TIME
    from xdrec_app.datasets.catalogue import Catalogue
    from xdrec_app.datasets.cross_domain import CrossDomainData
    from xdrec_app.datasets.interactions import Interactions
    from xdrec_app.datasets.vocabulary import Vocabulary
    from xdrec_app.models.base import FitOptions, recommenders

    rows = np.load(path)
    ids = tuple(f"i{item:05}" for item in range(N_ITEMS))
    blank = ("",) * N_ITEMS
    catalogue = Catalogue(("items",), (slice(0, N_ITEMS),), ids, blank, blank, ((),) * N_ITEMS)
    n_rows = len(rows["users"])
    interactions = Interactions(
        rows["users"], rows["items"], np.ones(n_rows, np.float32), np.full(n_rows, NO_TIME, np.int64)
    )
    people = Vocabulary([f"u{user:05}" for user in range(N_PEOPLE)])
    data = CrossDomainData(people, catalogue, interactions, ((1.0, 1.0),))
    model = recommenders["ease"](recommenders["ease"].Params(l2=L2, dropout=0, activity_exponent=0, intercept=0))
    started = time.perf_counter()
    run(model.fit(data, FitOptions()))
    seconds = time.perf_counter() - started
    return {"seconds": [seconds], "sample": model.arrays()["item_weights"][:40, :40].tolist()}


def main() -> int:
    """Take turns, compare; return 1 when slower than the peer."""
    found: dict[str, list[dict]] = {"XDRec": [], "LensKit 2025.8.1": []}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.npz"
        synthetic(path)
        request = {"rows": str(path), "l2": L2, "repeats": 1}
        for _ in range(TURNS):
            try:
                found["LensKit 2025.8.1"].append(run_peer("lenskit_ease", request, PACKAGES))
            except PeerMissing as reason:
                print(f"skipped: LensKit cannot be installed here: {reason}")
                return 0
            child = subprocess.run([sys.executable, __file__, str(path)], capture_output=True, text=True, check=True)
            found["XDRec"].append(json.loads(child.stdout.splitlines()[-1]))
    seconds = {name: min(min(turn["seconds"]) for turn in turns) for name, turns in found.items()}
    mine, theirs = (np.array(turns[0]["sample"]) for turns in found.values())
    ratio = seconds["XDRec"] / seconds["LensKit 2025.8.1"]
    print("| EASE | seconds, fastest of three | ratio | limit |")
    print("|---|---|---|---|")
    for name, value in seconds.items():
        print(
            f"| {name} | {value:.1f} | {value / seconds['LensKit 2025.8.1']:.2f} | {LIMIT if name == 'XDRec' else ''} |"
        )
    print(f"\nlargest difference of 1,600 weights: {np.abs(mine - theirs).max():.1e} (largest weight {mine.max():.2f})")
    return int(ratio > LIMIT)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(ours(sys.argv[1])))
        sys.exit(0)
    sys.exit(main())

"""Scale: one epoch of joint co-embedding on 25 million interactions against one on a million, and peak memory.

Two domains, 125 interactions a person over both, items of Zipf popularity; seed 0, synthetic, made in the child process
that fits. People grow with the interactions (8 thousand to 200 thousand) over the same catalogue of 50 thousand items.
Seconds are processor time on one thread, of the training loop for one epoch and of the whole fit; memory is the peak of
the child process, the data and torch included.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

N_ITEMS, PER_PERSON = 50_000, 125
SIZES = (1_000_000, 25_000_000)
LIMITS = {"seconds per interaction, times those of a million": 1.2, "peak memory, GB": 4.0}


def synthetic(n_rows: int):
    """Build the data as a fit meets them; each person's interactions are distinct items in random order."""
    from xdrec_app.datasets.arrays import NO_TIME
    from xdrec_app.datasets.catalogue import Catalogue
    from xdrec_app.datasets.cross_domain import CrossDomainData
    from xdrec_app.datasets.interactions import Interactions
    from xdrec_app.datasets.vocabulary import Vocabulary

    random = np.random.default_rng(0)
    n_users, half = n_rows // PER_PERSON, N_ITEMS // 2
    ranks = (half ** random.random(n_rows, np.float32)).astype(np.int32) - 1  # density 1 / rank
    users = np.repeat(np.arange(n_users, dtype=np.int32), PER_PERSON)
    in_source = random.random(n_rows, np.float32) < 0.5
    items = np.minimum(ranks, half - 1) + in_source * np.int32(half)
    order = np.argsort(in_source, kind="stable")  # the target's rows first
    rows = Interactions(users[order], items[order], np.ones(n_rows, np.float32), np.full(n_rows, NO_TIME))
    names = tuple(f"i{item}" for item in range(half))
    catalogue = Catalogue(
        domains=("target", "source"),
        slices=(slice(0, half), slice(half, N_ITEMS)),
        ids=names * 2,
        titles=("",) * N_ITEMS,
        texts=("",) * N_ITEMS,
        tags=((),) * N_ITEMS,
    )
    people = Vocabulary([f"u{user:06d}" for user in range(n_users)])
    return CrossDomainData(people, catalogue, rows, ((1.0, 1.0), (1.0, 1.0)))


def child(key: str, n_rows: int) -> dict[str, float]:
    """Fit one epoch and say how long it took and how much memory this process ever had."""
    import torch

    from xdrec_app.core.events import EpochEnd, PhaseStarted
    from xdrec_app.core.jobs import Succeeded, drive
    from xdrec_app.models.base import FitOptions, recommenders

    torch.set_num_threads(1)
    data = synthetic(n_rows)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    clock: dict[type, float] = {}
    started = time.process_time()

    def note(event: object) -> None:
        clock[type(event)] = time.process_time()

    outcome = drive(recommenders[key]().fit(data, FitOptions(phase_epochs={"fit": 1})), note)
    if not isinstance(outcome, Succeeded):
        raise RuntimeError(outcome)
    fit_s = time.process_time() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "epoch_s": clock[EpochEnd] - clock[PhaseStarted],
        "fit_s": fit_s,
        "data_gb": before * 1024 / 1e9,
        "peak_gb": peak * 1024 / 1e9,
    }


def main() -> int:
    """Measure both sizes; return 1 when a limit is missed."""
    found = []
    for n_rows in SIZES:
        command = [sys.executable, str(Path(__file__).resolve()), "co_embedding", str(n_rows)]
        limits = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")}
        done = subprocess.run(command, capture_output=True, text=True, env=os.environ | limits, check=True)
        found.append(json.loads(done.stdout.strip().splitlines()[-1]))
    print("| interactions | people | epoch, s | µs per interaction | whole fit, s | peak memory, GB |")
    print("|---|---|---|---|---|---|")
    for n_rows, figures in zip(SIZES, found, strict=True):
        each = 1e6 * figures["epoch_s"] / n_rows
        print(
            f"| {n_rows:,} | {n_rows // PER_PERSON:,} | {figures['epoch_s']:.1f} | {each:.2f} | {figures['fit_s']:.1f} "
            f"| {figures['peak_gb']:.2f} |"
        )
    growth = found[1]["epoch_s"] / SIZES[1] / (found[0]["epoch_s"] / SIZES[0])
    reached = dict(zip(LIMITS, (growth, found[1]["peak_gb"]), strict=True))
    print("\n| figure | reached | limit |\n|---|---|---|")
    for name, limit in LIMITS.items():
        print(f"| {name} | {reached[name]:.2f} | {limit} |")
    return int(any(reached[name] > limit for name, limit in LIMITS.items()))


if __name__ == "__main__":
    if len(sys.argv) == 3:
        print(json.dumps(child(sys.argv[1], int(sys.argv[2]))))
        sys.exit(0)
    sys.exit(main())

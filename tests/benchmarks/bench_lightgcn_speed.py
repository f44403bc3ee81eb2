"""LightGCN beside RecBole's: 3 layers, 64 numbers per node, batches of 2,048, last interaction of each person held out.

Prints a Markdown table of processor seconds of one thread, which do not depend on what else the machine does. *Per
epoch* both train the same: BPR, one random item per liked one, every interaction liked. *To equal NDCG@10* ours trains
with default parameters until it ranks the held-out interactions as well as RecBole ever does in its epochs; ranking
itself is not counted on either side.
"""

from __future__ import annotations

import math
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from peers import PeerMissing, run_peer
from recbole_peer import ENVIRONMENT, PACKAGES

from xdrec_app.core.events import EpochEnd
from xdrec_app.core.jobs import Command, drive
from xdrec_app.datasets.cross_domain import CrossDomainData
from xdrec_app.datasets.domain_table import DomainTable
from xdrec_app.evaluation.experiment import Experiment
from xdrec_app.evaluation.validation import validation
from xdrec_app.models.base import FitOptions, Scorer
from xdrec_app.models.zoo.lightgcn import LightGCN, LightGCNParams

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data"
LIMIT = 0.3
N_PEER_EPOCHS = 30
N_PEER_BATCHES = 20
ALIKE = LightGCNParams(loss="bpr", n_negatives=1, n_layers=3, embedding_size=64, batch_size=2048, learning_rate=0.001)


class Clock:
    """Processor seconds at the end of each epoch, without those spent in ranking."""

    def __init__(self, experiment: Experiment, data: CrossDomainData, enough: float = math.inf) -> None:
        judge = validation(experiment.held_out("test", data), "ranking", experiment.protocol)
        if judge is None:
            raise ValueError("nothing is held out")
        self._judge = judge
        self._began, self._ranking, self._enough = time.process_time(), 0.0, enough
        self.seconds: list[float] = []
        self.ndcg: list[float] = []

    def validate(self, scorer: Scorer) -> dict[str, float]:
        started = time.process_time()
        figures = dict(self._judge(scorer))
        self._ranking += time.process_time() - started
        return figures

    def see(self, event: object) -> None:
        if isinstance(event, EpochEnd):
            self.seconds.append(time.process_time() - self._began - self._ranking)
            self.ndcg.append(event.validation.get("ndcg@10", math.nan))

    def poll(self) -> Command:
        return Command.STOP if self.ndcg and self.ndcg[-1] >= self._enough else Command.GO_ON


def experiment_of(name: str) -> Experiment:
    """Read a folder; every interaction counts as liked."""
    rows = pd.read_csv(SHARED / name / "ratings.csv", dtype={"user_id": str, "item_id": str})
    columns = (rows["user_id"], rows["item_id"], rows["timestamp"])
    table = DomainTable.of(name, [(user, item, 1.0, int(when)) for user, item, when in zip(*columns, strict=True)])
    return Experiment.draw(table, (), "leave-last", 0)


def ask_recbole(experiment: Experiment, epochs: int, n_batches: int) -> dict[str, Any]:
    """Train RecBole's LightGCN on the same rows."""
    table, plan = experiment.target, experiment.plan
    train, test = np.concatenate([plan.train, plan.valid]), plan.test
    parts = {
        name: {"users": table.users[rows].tolist(), "items": table.items[rows].tolist()}
        for name, rows in (("train", train), ("valid", test))
    }
    settings = {"n_layers": 3, "embedding_size": 64, "batch_size": 2048, "learning_rate": 0.001, "reg_weight": 1e-5}
    request = {**parts, **settings, "epochs": epochs, "n_batches": n_batches, "seed": 0, "threads": 1}
    return run_peer("recbole_lightgcn", request, PACKAGES, ENVIRONMENT, threads=1)


def seconds_per_batch(data: CrossDomainData, epochs: int) -> float:
    """Train ours as RecBole does, and return the mean over the epochs after the first if there are several."""
    ends: list[float] = []

    def see(event: object) -> None:
        if isinstance(event, EpochEnd):
            ends.append(time.process_time())

    began = time.process_time()
    drive(LightGCN(ALIKE).fit(data, FitOptions(phase_epochs={"fit": epochs})), see)
    seconds = ends[0] - began if epochs == 1 else (ends[-1] - ends[0]) / (epochs - 1)
    return seconds / math.ceil(len(data.interactions) / ALIKE.batch_size)


def main() -> int:
    """Measure; return 1 when a limit is missed."""
    torch.set_num_threads(1)
    print("| work | XDRec | RecBole | ratio | limit |")
    print("|---|---|---|---|---|")
    small = experiment_of("ml-100k")
    data = small.data(with_sources=False, with_validation=True)
    peer = ask_recbole(small, N_PEER_EPOCHS, 0)
    n_batches = math.ceil(len(data.interactions) / ALIKE.batch_size)
    ratios = [
        line("ML-100K, one epoch", n_batches * seconds_per_batch(data, 4), float(np.median(peer["seconds"]))),
        to_equal_ndcg(small, data, peer),
    ]
    large = experiment_of("ml-1m")
    data = large.data(with_sources=False, with_validation=True)
    n_batches = math.ceil(len(data.interactions) / ALIKE.batch_size)
    peer_seconds = n_batches * ask_recbole(large, 1, N_PEER_BATCHES)["seconds_per_batch"]
    ours = n_batches * seconds_per_batch(data, 1)
    ratios.append(line(f"ML-1M, one epoch (RecBole from {N_PEER_BATCHES} of {n_batches} batches)", ours, peer_seconds))
    return int(max(ratios) > LIMIT)


def to_equal_ndcg(experiment: Experiment, data: CrossDomainData, peer: dict[str, Any]) -> float:
    """Compare the seconds until the best NDCG@10 of the peer is reached."""
    best = int(np.argmax(peer["ndcg"]))
    clock = Clock(experiment, data, enough=peer["ndcg"][best])
    drive(LightGCN().fit(data, FitOptions(validate=clock.validate, monitor="ndcg@10")), clock.see, clock)
    reached = clock.ndcg[-1] >= peer["ndcg"][best]
    ours = clock.seconds[-1] if reached else math.inf
    words = f"ML-100K, to NDCG@10 {peer['ndcg'][best]:.4f} (epoch {len(clock.ndcg)}, RecBole's {best + 1})"
    return line(words, ours, sum(peer["seconds"][: best + 1]))


def line(work: str, ours: float, theirs: float) -> float:
    """Print one row and return the ratio."""
    print(f"| {work} | {ours:.2f} s | {theirs:.2f} s | {ours / theirs:.3f} | {LIMIT} |", flush=True)
    return ours / theirs


if __name__ == "__main__":
    if not all((SHARED / name).is_dir() for name in ("ml-100k", "ml-1m")):
        print("skipped: the MovieLens folders are not there")
        sys.exit(0)
    try:
        sys.exit(main())
    except PeerMissing as missing:
        print(f"skipped: RecBole could not be installed here ({missing})")
        sys.exit(0)

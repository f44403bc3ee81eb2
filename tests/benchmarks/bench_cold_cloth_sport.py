"""Cold-start people on cloth and sport as CDRIB split them: one positive among 999 random items, in %.

Wanted: the best cross-domain model trained by gradient is above CDRIB on both targets. Cloth and sport sell the same
products, so the same figures follow with these copies left out of the source; for those nothing is published.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass

import bench_leakage
import numpy as np

from xdrec_app.core.events import EpochEnd, Event
from xdrec_app.core.jobs import run, tap
from xdrec_app.datasets.arrays import Longs
from xdrec_app.datasets.cross_domain import CrossDomainData
from xdrec_app.datasets.domain_table import DomainTable
from xdrec_app.datasets.interactions import Interactions
from xdrec_app.evaluation.copies import Copies, divide
from xdrec_app.evaluation.evaluate import evaluate
from xdrec_app.evaluation.held_out import HeldOut
from xdrec_app.evaluation.leakage import audit
from xdrec_app.evaluation.protocol import Protocol
from xdrec_app.evaluation.validation import monitor_of, validation
from xdrec_app.models.base import FitOptions, recommenders
from xdrec_app.training.device import limit_threads

SEED = 0
MAX_VALIDATION_PEOPLE = 1_000
MODELS = ("popularity", "item_knn", "unicdr")  # others take many minutes: name them on the command line
PUBLISHED = {
    "cloth": {"EMCDR": (7.91, 5.17), "TMCDR": (8.11, 5.05), "CDRIB": (12.19, 6.81)},
    "sport": {"EMCDR": (7.44, 4.03), "CDRIB": (12.04, 6.22)},
}
LIMITS = {target: figures["CDRIB"] for target, figures in PUBLISHED.items()}


@dataclass(frozen=True)
class Task:
    """What is trained on and what is held out: positions in the target's table."""

    target: DomainTable
    source: DomainTable
    copies: Copies
    hidden: Longs
    valid: Longs
    test: Longs

    @property
    def protocol(self) -> Protocol:
        """Of the published table."""
        return Protocol(
            split="file",
            split_words="the published test file is held out",
            seed=SEED,
            target=self.target.name,
            scored="people in the file are scored",
            candidates="sampled",
            negatives=999,
            cutoffs=(10,),
            relevant_from=1.0,
        )

    def data(self) -> CrossDomainData:
        """What a model learns from."""
        target, sources = divide(self.target, self.hidden, [self.source], [self.copies])
        return CrossDomainData.join(target, sources)

    def held_out(self, rows: Longs, data: CrossDomainData) -> HeldOut:
        """Rows of the target in the numbering of `data`; nobody among them has a history in the target."""
        table = self.target
        held = Interactions.of(table.users[rows], table.items[rows])
        return HeldOut.of(table.user_ids, held, Interactions.of([], []), data.users, table.n_items)


def main(keys: list[str]) -> int:
    """Print one line per target, decision and model, all by default; return 1 when a limit is missed."""
    if not bench_leakage.DATA.is_dir():
        print("skipped: the research data are not on this machine")
        return 0
    limit_threads()
    print("| target | copies | model | hit@10 % | ndcg@10 % | limit | epochs | seconds |")
    print("|---|---|---|---|---|---|---|---|")
    missed = False
    for task in tasks():
        name, decision = task.target.name, task.copies.decision
        if decision == "keep":
            for paper, (hit, ndcg) in PUBLISHED[name].items():
                print(f"| {name} | keep | {paper}, published | {hit:.2f} | {ndcg:.2f} | | | |")
        best = np.zeros(2)
        for key in keys or MODELS:
            figures = line(task, key)
            if recommenders[key].capabilities.trains_by_epochs:
                best = np.maximum(best, figures)
        limit = LIMITS[name] if decision == "keep" else (0.0, 0.0)
        words = f"{limit[0]:.2f} / {limit[1]:.2f}" if decision == "keep" else ""
        print(
            f"| {name} | {decision} | **best by gradient** | {best[0]:.2f} | {best[1]:.2f} | {words} | | |", flush=True
        )
        missed |= bool((best <= limit).any())
    return int(missed)


def tasks() -> list[Task]:
    """Both domains as target, each with the copies kept and with the copies excluded."""
    splits = {name: bench_leakage.published_split(name) for name in LIMITS}
    seen = {
        name: split.table.take(np.setdiff1d(np.arange(len(split.table)), split.hidden))
        for name, split in splits.items()
    }
    found = run(audit(seen["cloth"], seen["sport"]))
    return [
        Task(
            splits[target].table,
            seen[source],
            bench_leakage.copies_of(found, decision, source, is_first=source == "cloth"),
            splits[target].hidden,
            np.setdiff1d(splits[target].hidden, splits[target].tested),
            splits[target].tested,
        )
        for target, source in (("cloth", "sport"), ("sport", "cloth"))
        for decision in ("keep", "exclude")
    ]


def line(task: Task, key: str) -> tuple[float, float]:
    """Fit a model with its defaults, print its line, and return its two figures in %."""
    started = time.perf_counter()
    data, model = task.data(), recommenders[key]()
    monitor, higher_is_better = monitor_of(model.capabilities.task)
    validate = None
    if model.capabilities.trains_by_epochs:
        held_out = task.held_out(task.valid, data)
        validate = validation(held_out, model.capabilities.task, task.protocol, MAX_VALIDATION_PEOPLE)
    epochs = 0

    def count(event: Event) -> None:
        nonlocal epochs
        epochs += isinstance(event, EpochEnd)

    options = FitOptions(seed=SEED, validate=validate, monitor=monitor, higher_is_better=higher_is_better)
    run(tap(model.fit(data, options), count))
    metrics = run(evaluate(model, task.held_out(task.test, data), task.protocol, ["ranking"])).metrics
    hit, ndcg = 100 * metrics["hit@10"], 100 * metrics["ndcg@10"]
    seconds = time.perf_counter() - started
    print(
        f"| {task.target.name} | {task.copies.decision} | {key} | {hit:.2f} | {ndcg:.2f} | | {epochs or ''} "
        f"| {seconds:.0f} |",
        flush=True,
    )
    return hit, ndcg


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

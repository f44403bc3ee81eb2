"""The same item in two domains: what the audit finds, how long it takes, and what is left of a figure without it.

Wanted: cloth and sport leak and nothing else does; item-kNN's hit@10 on the published cold-start split of cloth and
sport (one positive among 999 random items) falls from above .12 to below popularity's .07 when copies are excluded.
"""

import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from xdrec_app.core.jobs import run
from xdrec_app.datasets.cross_domain import CrossDomainData
from xdrec_app.datasets.domain_table import DomainTable
from xdrec_app.datasets.interactions import Interactions
from xdrec_app.evaluation.copies import Copies, divide
from xdrec_app.evaluation.evaluate import evaluate
from xdrec_app.evaluation.held_out import HeldOut
from xdrec_app.evaluation.leakage import Audit, audit
from xdrec_app.evaluation.protocol import Protocol
from xdrec_app.models.base import FitOptions, recommenders

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
PAIRS = (
    ("amazon-cloth-sport/cloth.train", "amazon-cloth-sport/sport.train"),
    ("amazon-books-movies/books", "amazon-books-movies/movies"),
    ("ciao/category01", "ciao/category10"),
    ("ml-100k/ratings", "ml-1m/ratings"),
)
ITEMS = {"books": "books.items.csv", "movies": "movies.items.csv", "ratings": "items.csv"}
LEAKING_FROM, CLEAN_UP_TO = 0.12, 0.07
MODEL = "item_knn"


@dataclass(frozen=True)
class Split:
    """One domain of the published split: what is trained on and tested, in one table."""

    table: DomainTable
    hidden: np.ndarray
    tested: np.ndarray


def main() -> int:
    """Print both tables; return 1 when something was missed."""
    if not DATA.is_dir():
        print("not measured: the data are not on this machine")
        return 0
    torch.set_num_threads(1)
    failed = print_findings()
    print()
    return int(print_figures() or failed)


def print_findings() -> bool:
    """Print one line per pair of domains; return whether a verdict is wrong."""
    print("| domains | interactions | pairs | leaking | by chance | a leak | seconds |")
    print("|---|---|---|---|---|---|---|")
    failed = False
    for names in PAIRS:
        one, other = (domain(name) for name in names)
        started = time.perf_counter()
        found = run(audit(one, other))
        seconds = time.perf_counter() - started
        shares, chance = (" / ".join(f"{part:.1%}" for part in parts) for parts in (found.shares, found.chance_shares))
        print(
            f"| {' and '.join(names)} | {len(one):,} / {len(other):,} | {len(found.pairs)} | {shares} | {chance} "
            f"| {'yes' if found.is_leak else 'no'} | {seconds:.2f} |",
            flush=True,
        )
        failed |= found.is_leak != ("cloth" in names[0])
    return failed


def print_figures() -> bool:
    """Print one line per target and decision; return whether a limit was missed."""
    splits = {name: published_split(name) for name in ("cloth", "sport")}
    seen = {
        name: split.table.take(np.setdiff1d(np.arange(len(split.table)), split.hidden))
        for name, split in splits.items()
    }
    found = run(audit(seen["cloth"], seen["sport"]))
    print("| target | copies | model | hit@10 | ndcg@10 | seconds |")
    print("|---|---|---|---|---|---|")
    failed = False
    for target, source in (("cloth", "sport"), ("sport", "cloth")):
        for decision in ("keep", "exclude"):
            started = time.perf_counter()
            copies = copies_of(found, decision, source, is_first=source == "cloth")
            hit, ndcg = figure(splits[target], seen[source], copies)
            seconds = time.perf_counter() - started
            print(f"| {target} | {decision} | {MODEL} | {hit:.4f} | {ndcg:.4f} | {seconds:.1f} |", flush=True)
            failed |= hit < LEAKING_FROM if decision == "keep" else hit > CLEAN_UP_TO
    return failed


def domain(name: str) -> DomainTable:
    """Read a domain and its titles, where there are any."""
    items = (DATA / name).parent / ITEMS.get(Path(name).name, "none")
    about = {}
    if items.exists():
        frame = pd.read_csv(items, dtype=str, keep_default_na=False)
        about = {id_: (title, "", ()) for id_, title in frame[["item_id", "title"]].to_numpy()}
    return DomainTable.of(name, [(user, item, 1.0, None) for user, item in pairs_in(DATA / f"{name}.csv")], about)


def published_split(name: str) -> Split:
    """Read the three files of a domain; people of the test and of the validation have no row in the first."""
    parts = [pairs_in(DATA / "amazon-cloth-sport" / f"{name}.{part}.csv") for part in ("train", "valid", "test")]
    table = DomainTable.of(name, [(user, item, 1.0, None) for part in parts for user, item in part])
    first_of = np.cumsum([0, *map(len, parts)])
    return Split(
        table, np.flatnonzero(table.file_order >= first_of[1]), np.flatnonzero(table.file_order >= first_of[2])
    )


def pairs_in(file: Path) -> list[tuple[str, str]]:
    """Return the pairs of a person and an item."""
    return [tuple(row) for row in pd.read_csv(file, dtype=str)[["user_id", "item_id"]].to_numpy()]


def copies_of(found: Audit, decision: str, source: str, *, is_first: bool) -> Copies:
    """Return what the audit of cloth and sport found, as it concerns one of them as source."""
    ones, others = found.pairs.ones, found.pairs.others
    return Copies(source, decision, found.is_leak, *((ones, others) if is_first else (others, ones)))


def figure(split: Split, source: DomainTable, copies: Copies) -> tuple[float, float]:
    """Fit the model on what a decision leaves and judge it on the published test."""
    table = split.table
    target, sources = divide(table, split.hidden, [source], [copies])
    data = CrossDomainData.join(target, sources)
    model = recommenders[MODEL](recommenders[MODEL].Params())
    run(model.fit(data, FitOptions(seed=0, device=torch.device("cpu"))))
    rows = Interactions.of(table.users[split.tested], table.items[split.tested])
    held_out = HeldOut.of(table.user_ids, rows, Interactions.of([], []), data.users, table.n_items)
    protocol = Protocol(
        split="file",
        split_words="the published test file is held out",
        seed=0,
        target=table.name,
        scored="people in the file are scored",
        candidates="sampled",
        negatives=999,
        cutoffs=(10,),
        relevant_from=1.0,
    )
    metrics = run(evaluate(model, held_out, protocol, ["ranking"])).metrics
    return metrics["hit@10"], metrics["ndcg@10"]


if __name__ == "__main__":
    sys.exit(main())

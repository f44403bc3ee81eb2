"""Books and films without a single shared person: do titles carry taste to people with at most five films?

The people of the two domains are made disjoint; under half the items have a title, 524 films and 275 books. Every model
is judged on the same people; the difference to the best model that knows films alone has a 95 % interval (paired
bootstrap over people). The note says what the interval allows to say; there is no limit.
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
from experiments import DATA, NDCG, judge
from texts import read_domain

from xdrec_app.datasets.domain_table import DomainTable
from xdrec_app.evaluation.compare import compare
from xdrec_app.evaluation.experiment import Experiment
from xdrec_app.evaluation.result import Evaluation
from xdrec_app.training.device import limit_threads

FOLDER = DATA / "amazon-books-movies"
FEW, SEED = 5, 1
ALONE = ("popularity", "ease", "text_profile", "two_tower")
JOINT = ("text_profile", "two_tower")


def main() -> int:
    """Measure; a negative result is a result."""
    limit_threads()
    with tempfile.TemporaryDirectory() as folder:
        movies = part_of(Path(folder), "movies")
        books = part_of(Path(folder), "books")
    books = replace(books, user_ids=tuple(f"reader {id_}" for id_ in books.user_ids))
    experiment = Experiment.draw(movies, [books], "random", SEED)
    found = {f"{key}, films alone": judged(experiment, key, with_sources=False) for key in ALONE}
    best = max(found, key=lambda name: found[name].metrics[NDCG])
    found |= {f"{key}, with books": judged(experiment, key, with_sources=True) for key in JOINT}
    print(f"\n{found[best].n_people} people with at most {FEW} films; beside {best}.\n")
    print("| model | NDCG@10 | difference | 95 % | verdict |")
    print("|---|---|---|---|---|")
    for name, evaluation in found.items():
        one = compare(evaluation, found[best], [NDCG])[NDCG]
        between = f"{one.low:+.1%} … {one.high:+.1%}" if one.low is not None and one.high is not None else ""
        print(f"| {name} | {one.with_:.4f} | {one.relative:+.1%} | {between} | {one.words(True)} |")
    return 0


def part_of(folder: Path, name: str) -> DomainTable:
    """Read a domain, and the titles that are known."""
    table, pace = read_domain(folder, name, FOLDER / f"{name}.csv", FOLDER / f"{name}.items.csv")
    print(f"{len(table)} ratings of {table.n_items} {name}; {pace}", flush=True)
    return table


def judged(experiment: Experiment, key: str, *, with_sources: bool) -> Evaluation:
    """Judge a model on the people who have few films to learn from."""
    evaluation, _ = judge(experiment, key, with_sources=with_sources)
    table = experiment.target
    counts = np.bincount(table.users[experiment.plan.train], minlength=len(table.user_ids))
    few = {id_ for id_, count in zip(table.user_ids, counts, strict=True) if count <= FEW}
    group = np.array([id_ in few for id_ in evaluation.people], bool)
    return replace(evaluation, people_groups={"few": group}).of_group("few")


if __name__ == "__main__":
    if not FOLDER.is_dir():
        print("skipped: the folder of books and movies is not there")
        sys.exit(0)
    sys.exit(main())

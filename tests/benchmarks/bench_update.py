"""Updates on MovieLens 1M: a model of the first 95 % by time meets the other 5 %; seconds against training anew.

The newest fifth of what is new is judged by the old model and by the updated one, seed 0, two threads. Training anew is
`xdrec train` with split "all" on everything, without baselines or a test; both sides read the same workspace.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import ml1m
import pandas as pd
from experiments import NDCG

from xdrec_app.core.jobs import run
from xdrec_app.services.data_requests import ImportInteractions
from xdrec_app.services.experiment_requests import Train, Update
from xdrec_app.services.import_interactions import import_interactions
from xdrec_app.services.train import train
from xdrec_app.services.update import update
from xdrec_app.services.workspace import new_workspace

OLD_SHARE = 0.95
SLOWEST = {"ease": 4.0, "als": 4.0, "co_embedding": 0.5}
"""Model → limit of update ÷ training anew; a closed form is solved twice, to be judged and to be kept."""


def trained(workspace: Path, model: str) -> tuple[int, float]:
    """Train on everything there is; return the run and the seconds."""
    started = time.perf_counter()
    request = Train(workspace=workspace, model=model, target="films", split="all", baselines=False)
    return run(train(request)).run, time.perf_counter() - started


def main() -> int:
    """Print the table; 1 if a limit is missed."""
    if not ml1m.FOLDER.exists():
        print("skipped: MovieLens 1M is not there")
        return 0
    rows = pd.read_csv(ml1m.FOLDER / "ratings.csv", dtype=str)
    rows = rows.iloc[rows["timestamp"].astype(int).argsort(kind="stable")]
    n_old, missed = int(OLD_SHARE * len(rows)), False
    print("| model | new rows | people | items | update | anew | ratio | limit | before | after | change |")
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        workspace = place / "films.xdrec"
        new_workspace(workspace)
        for name, part in (("old", rows[:n_old]), ("new", rows[n_old:])):
            part.to_csv(place / f"{name}.csv", index=False)
        _arrive(workspace, place / "old.csv")
        runs = {model: trained(workspace, model)[0] for model in SLOWEST}
        _arrive(workspace, place / "new.csv")
        for model, limit in SLOWEST.items():
            _, anew = trained(workspace, model)
            report = run(update(Update(workspace=workspace, run=runs[model])))
            ratio, figure = report.elapsed_s / anew, report.comparison[NDCG]
            missed |= ratio > limit or figure.verdict == "worse"
            print(
                f"| {model} | {report.new_rows} | {report.new_people} | {report.new_items} | {report.elapsed_s:.1f} s |"
                f" {anew:.1f} s | {ratio:.2f} | ≤ {limit:g} | {report.before[NDCG]:.4f} | {report.after[NDCG]:.4f} |"
                f" {figure.relative:+.1%} ({figure.verdict}) |"
            )
    return int(missed)


def _arrive(workspace: Path, file: Path) -> None:
    run(import_interactions(ImportInteractions(workspace=workspace, file=file, domain="films")))


if __name__ == "__main__":
    sys.exit(main())

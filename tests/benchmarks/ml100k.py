"""MovieLens 100K for the benchmarks: its five official folds as tables."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from xdrec_app.core.jobs import run
from xdrec_app.datasets.cross_domain import CrossDomainData
from xdrec_app.datasets.domain_table import DomainTable
from xdrec_app.models.base import FitOptions, FitReport, Recommender, Scorer

FOLDER = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "ml-100k"
SCALE = (1.0, 5.0)


@dataclass(frozen=True, eq=False)
class Rows:
    """Held-out ratings by id."""

    users: list[str]
    items: list[str]
    values: np.ndarray


def read(name: str) -> pd.DataFrame:
    """Read one file, ids as text."""
    return pd.read_csv(FOLDER / name, dtype={"user_id": str, "item_id": str})


def table_of(rows: pd.DataFrame) -> DomainTable:
    """Build the table of some ratings, with all films of the catalogue and what is said of films and people."""
    columns = [rows["user_id"], rows["item_id"], rows["rating"].astype(float), rows["timestamp"].astype(int)]
    films = pd.read_csv(FOLDER / "items.csv", dtype=str, keep_default_na=False)
    people = pd.read_csv(FOLDER / "users.csv", dtype=str, keep_default_na=False).set_index("user_id")
    table = DomainTable.of(
        "films",
        list(zip(*columns, strict=True)),
        {film.item_id: (film.title, "", tuple(film.genres.split("|"))) for film in films.itertuples()},
        people=people[["age", "gender", "occupation"]].to_dict("index"),
    )
    return replace(table, scale=SCALE)


def rows_of(rows: pd.DataFrame) -> Rows:
    """Return ratings as held-out rows."""
    return Rows(list(rows["user_id"]), list(rows["item_id"]), rows["rating"].to_numpy(np.float32))


def rmse(scorer: Scorer, data: CrossDomainData, rows: Rows) -> float:
    """Return the root of the mean squared error; pairs that cannot be rated get the training mean."""
    users = data.users.numbers(rows.users)
    items = np.array([data.catalogue.number("films", id_) for id_ in rows.items], np.int32)
    predicted = np.full(len(users), np.nan, np.float32)
    known = (users >= 0) & (items >= 0)
    predicted[known] = scorer.predict(users[known], items[known])
    predicted = np.where(np.isnan(predicted), data.interactions.values.mean(), predicted)
    return float(np.sqrt(np.square(predicted - rows.values).mean()))


def cut(rows: pd.DataFrame, share: float = 0.1, seed: int = 0) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Divide ratings at random into training and validation."""
    held = np.random.default_rng(seed).random(len(rows)) < share
    return rows[~held], rows[held]


def fit_all(model: Recommender, rows: pd.DataFrame, seed: int = 0) -> tuple[Recommender, CrossDomainData, FitReport]:
    """Fit as ``--split all`` does: find the number of epochs on a part cut off, then refit on everything."""
    train, valid = cut(rows, seed=seed)
    part, held = CrossDomainData.join(table_of(train)), rows_of(valid)
    options = FitOptions(
        seed=seed,
        validate=lambda scorer: {"rmse": rmse(scorer, part, held)},
        monitor="rmse",
        higher_is_better=False,
    )
    report = run(model.fit(part, options))
    whole = CrossDomainData.join(table_of(rows))
    final = type(model)(model.params)
    run(final.fit(whole, FitOptions(seed=seed, phase_epochs=report.phase_epochs)))
    return final, whole, report

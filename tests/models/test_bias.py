from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from xdrec_app.core.jobs import run
from xdrec_app.datasets.cross_domain import CrossDomainData
from xdrec_app.datasets.domain_table import DomainTable
from xdrec_app.datasets.interactions import Interactions
from xdrec_app.models.base import FitOptions
from xdrec_app.models.zoo.bias import Bias, BiasParams

TABLE = DomainTable.of(
    "books",
    [("a", "x", 5, None), ("a", "y", 3, None), ("b", "x", 4, None), ("c", "y", 1, None)],
    {"z": ("never rated", "", ())},
)
UNDAMPED = BiasParams(user_damping=0, item_damping=0, n_iterations=200)


def fitted(table: DomainTable, params: BiasParams | None = None) -> Bias:
    model = Bias(params)
    run(model.fit(CrossDomainData.join(table), FitOptions()))
    return model


def numbers(*values: int) -> np.ndarray:
    return np.array(values, np.int32)


def test_ratings_that_are_a_sum_of_biases_are_found_exactly_without_damping():
    rows = [(f"u{u}", f"i{i}", 3.0 + 0.3 * u - 0.5 * i, None) for u in range(4) for i in range(4) if (u, i) != (3, 3)]
    assert fitted(DomainTable.of("books", rows), UNDAMPED).predict(numbers(3), numbers(3)) == pytest.approx(
        2.4, abs=1e-3
    )


def test_one_round_is_the_damped_means():
    model = fitted(TABLE, BiasParams(user_damping=1, item_damping=2, n_iterations=1))
    mean = 13 / 4
    item = ((5 - mean) + (4 - mean)) / (2 + 2)
    user = (4 - mean - item) / (1 + 1)
    assert model.predict(numbers(1), numbers(0)) == pytest.approx(mean + user + item)


def test_an_item_nobody_rated_is_predicted_by_the_person_alone_and_not_ranked():
    model = fitted(TABLE)
    assert model.predict(numbers(0), numbers(2))[0] > model.predict(numbers(2), numbers(2))[0]
    assert np.isnan(model.scores(numbers(0))[0, 2])


def test_a_generous_person_is_found_by_fold_in():
    model = fitted(TABLE)
    states = model.fold_in(Interactions.of([0, 0, 1, 1], [0, 1, 0, 1], [5, 5, 1, 1]), 3)
    assert states[0] > states[2] > states[1]
    assert states[2] == 0


def read(file: Path) -> pd.DataFrame:
    return pd.read_csv(file, dtype={"user_id": str, "item_id": str})


def test_ml_100k_is_rated_better_than_by_the_reference(shared_data):
    errors = []
    for fold in range(1, 6):
        base, test = (read(shared_data / "ml-100k" / f"u{fold}.{part}.csv") for part in ("base", "test"))
        rows = base[["user_id", "item_id", "rating"]].itertuples(index=False)
        model = fitted(DomainTable.of("films", [(user, item, float(value), None) for user, item, value in rows]))
        users = model.users.numbers(test.user_id.tolist())
        items = np.array([model.catalogue.number("films", id_) for id_ in test.item_id], np.int32)
        is_known = (users >= 0) & (items >= 0)
        predicted = np.full(len(test), base.rating.mean())
        predicted[is_known] = model.predict(users[is_known], items[is_known])
        errors.append(float(np.sqrt(np.mean((predicted - test.rating) ** 2))))
    assert errors[0] <= 0.9585
    assert np.mean(errors) <= 0.944

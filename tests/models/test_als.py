from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy import sparse

from xdrec_app.core.events import Progress
from xdrec_app.core.jobs import Command, Succeeded, drive, run
from xdrec_app.datasets.cross_domain import CrossDomainData
from xdrec_app.datasets.domain_table import DomainTable
from xdrec_app.datasets.interactions import Interactions
from xdrec_app.models.base import FitOptions
from xdrec_app.models.zoo.als import ALS, ALSParams, _Side


@pytest.fixture(scope="module")
def data() -> CrossDomainData:
    random = np.random.default_rng(0)
    tables = []
    for name in ("films", "books"):
        pairs = {(int(user), int(item)) for user, item in random.integers(0, (60, 40), (500, 2))}
        tables.append(DomainTable.of(name, [(f"u{user}", f"i{item}", 1.0, None) for user, item in sorted(pairs)]))
    return CrossDomainData.join(tables[0], tables[1:])


def loss(matrix: np.ndarray, x: np.ndarray, y: np.ndarray, params: ALSParams) -> float:
    """Hu et al., eq. 3, cell by cell; `matrix` holds h."""
    confidence = 1 + params.confidence * matrix
    errors = ((matrix > 0) - x @ y.T) ** 2
    l2_x, l2_y = (params.l2 * sums**params.l2_power for sums in (matrix.sum(axis=1), matrix.sum(axis=0)))
    return float((confidence * errors).sum() + l2_x @ (x**2).sum(axis=1) + l2_y @ (y**2).sum(axis=1))


def fitted(data: CrossDomainData, **params: object) -> ALS:
    model = ALS(ALSParams.parse({"embedding_size": 8, "l2": 0.5, **params}))
    run(model.fit(data, FitOptions(seed=1)))
    return model


@pytest.mark.parametrize("l2_power", [0.0, 0.5, 1.0])
def test_people_are_where_the_loss_of_the_paper_is_least(data, l2_power):
    model = fitted(data, l2_power=l2_power)
    h = data.interactions.matrix(data.n_users, data.n_items).toarray()
    h[:, data.n_target_items :] *= model.params.source_weight
    h = h[:, (h > 0).any(axis=0)]
    x, y = model.arrays()["people"].astype(np.float64), model.arrays()["items"].astype(np.float64)
    x, y = x[(h > 0).any(axis=1)], y[model.arrays()["known_items"]]
    h = h[(h > 0).any(axis=1)]
    least = loss(h, x, y, model.params)
    random = np.random.default_rng(2)
    for _ in range(20):
        assert loss(h, x + 1e-2 * random.standard_normal(x.shape), y, model.params) > least


def test_every_iteration_lowers_the_loss_and_a_step_more_lowers_it_further(data):
    h = data.interactions.matrix(data.n_users, data.n_items).toarray()
    params = ALSParams(l2=2.0, l2_power=0.0)
    sides = [_Side(sparse.csr_matrix(part), params, torch.device("cpu")) for part in (h, h.T)]
    x, y = torch.zeros(len(h), 8), torch.from_numpy(np.random.default_rng(0).normal(0, 0.1, (h.shape[1], 8))).float()
    reached = []
    for _ in range(4):
        once, twice = (sides[0].solve(x, y, n_steps) for n_steps in (1, 2))
        assert loss(h, twice.numpy(), y.numpy(), params) < loss(h, once.numpy(), y.numpy(), params)
        x, y = twice, sides[1].solve(y, twice, 2)
        reached.append(loss(h, x.numpy(), y.numpy(), params))
    assert reached == sorted(reached, reverse=True)


def test_a_history_that_is_folded_in_gives_the_same_person(data):
    model = fitted(data)
    everybody = np.arange(data.n_users, dtype=np.int32)
    folded = model.fold_in(data.interactions, data.n_users)
    np.testing.assert_allclose(folded, model.user_states(everybody), rtol=1e-3, atol=1e-4)


def test_an_item_that_stands_twice_in_a_history_has_two_shares_of_one_entry(data):
    model = fitted(data)
    history = Interactions.of([0, 0, 0], [1, 1, 2])
    scores = model.scores_of(model.fold_in(history, 1))[0]
    shares = model.contributions(history, 3)
    assert shares[0] == shares[1]
    assert shares.sum() == pytest.approx(scores[3], rel=1e-4)


def test_stop_between_two_solutions_keeps_a_usable_model(data):
    model = ALS(ALSParams(embedding_size=8, iterations=1000))

    class StopAtOnce:
        has_begun = False

        def see(self, event: object) -> None:
            self.has_begun = self.has_begun or isinstance(event, Progress)

        def poll(self) -> Command:
            return Command.STOP if self.has_begun else Command.GO_ON

    control = StopAtOnce()
    outcome = drive(model.fit(data, FitOptions()), control.see, control)
    assert isinstance(outcome, Succeeded)
    assert outcome.result.stopped
    assert np.isfinite(model.scores(np.arange(data.n_users, dtype=np.int32))).any()

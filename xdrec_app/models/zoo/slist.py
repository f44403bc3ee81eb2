"""A linear sequence model in closed form (Choi et al., "Session-aware Linear Item-Item Models", WWW 2021)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np
from scipy import linalg, sparse

from xdrec_app.core.events import Progress, Tick
from xdrec_app.core.jobs import Job
from xdrec_app.core.params import Params, Search, param
from xdrec_app.datasets.arrays import Bools, Floats, Ints, Longs
from xdrec_app.datasets.cross_domain import CrossDomainData
from xdrec_app.datasets.interactions import Interactions
from xdrec_app.models.base import recommenders
from xdrec_app.models.capabilities import Capabilities
from xdrec_app.models.closed_form import Dense, add_products, demand_memory, invert, symmetric, zeros
from xdrec_app.models.neighbourhood import SOURCE_WEIGHT_PARAM, LinearScorer, history_matrix, history_weights
from xdrec_app.models.recency import faded

N_STEPS_BACK = 20
"""So many interactions before a choice are learnt from; what is older has faded."""

ROWS_PER_BLOCK = 1 << 17


class SLISTParams(Params):
    """Hyper-parameters of :class:`SLIST`."""

    l2: float = param(200.0, "Weight of the L2 penalty.", low=0.1, high=1e6, search=Search(low=20, high=2000, log=True))
    half_life: float = param(
        2.0,
        "Interactions after which one counts half as much as the newest.",
        low=0.1,
        high=1000.0,
        search=Search(low=0.5, high=20, log=True),
    )
    unordered_weight: float = param(
        0.5,
        "Weight of what is chosen together, in whatever order, beside what is chosen next.",
        low=0.0,
        high=100.0,
        search=Search(low=0.05, high=2, log=True),
    )
    source_weight: float = SOURCE_WEIGHT_PARAM


@recommenders.register
class SLIST(LinearScorer):
    r"""The next item of the target is predicted from what came before, of whatever domain, the latest counting most.

    Row t of S [n_steps, n_items] is what somebody did before their t-th interaction, weighted by
    :math:`1 / (1 + age / \text{half\_life})` and a source's by `source_weight`; row t of T is what they chose then, in
    the target. Beside it, with X the whole histories, stands what EASE learns; the paper unites the two alike:

    .. math:: \min_B \lVert T - S B \rVert_F^2 + \alpha \lVert X - X B \rVert_F^2 + \lambda \lVert B \rVert_F^2,
              \quad \operatorname{diag}(B) = 0

    With :math:`P = (S^\top S + \alpha X^\top X + \lambda I)^{-1}` and
    :math:`A = P (S^\top T + \alpha X^\top X)` the minimum is
    :math:`B = A - P \operatorname{diag}(\operatorname{diag}(A) / \operatorname{diag}(P))`. Interactions at the same
    time count half in the one order and half in the other.
    """

    key: ClassVar[str] = "slist"
    title: ClassVar[str] = "SLIST"
    family: ClassVar[str] = "Sequence"
    reference: ClassVar[str] = "Choi et al., Session-aware Linear Item-Item Models, WWW 2021"
    Params: ClassVar[type[Params]] = SLISTParams
    capabilities: ClassVar[Capabilities] = Capabilities(task="ranking", fold_in=True, needs=("times",))

    def _learn(self, data: CrossDomainData) -> Job[Floats]:
        """Solve for B, float32 [n_items, n_target_items]."""
        yield Tick()
        n_items, n_target = data.n_items, data.n_target_items
        demand_memory(8 * n_items * (n_items + 3 * n_target), n_items, self.title)
        rows, source_weight = data.interactions, self.params.source_weight
        history = history_matrix(rows, data.n_users, n_items, n_target, source_weight)
        gram, wanted = zeros(n_items, n_items), zeros(n_items, n_target)
        yield from add_products(gram, history, history, lower=True)
        yield from add_products(wanted, history, sparse.csr_matrix(history[:, :n_target]))
        gram *= self.params.unordered_weight
        wanted *= self.params.unordered_weight
        for before, chosen in self._steps(rows):
            yield Progress(done=n_items, total=2 * n_items, unit="items", message=f"{self.title}: counting sequences")
            yield from add_products(gram, before, before, lower=True)
            yield from add_products(wanted, before, chosen)
        gram[np.diag_indices(n_items)] += self.params.l2
        yield Progress(done=n_items, total=2 * n_items, unit="items", message=f"{self.title}: inverting")
        return _constrained(invert(gram, self.title), wanted)

    def _steps(self, rows: Interactions) -> Iterator[tuple[sparse.csr_matrix, sparse.csr_matrix]]:
        """Yield S and T in blocks of rows, float32 CSR; interactions at the same time in both orders, half each."""
        weights = history_weights(rows, self.n_target_items, self.params.source_weight)
        rows, weights = rows.take(weights > 0), weights[weights > 0]
        up, down = (np.lexsort((sign * rows.items, rows.times, rows.users)) for sign in (1, -1))
        orders = [up] if (up == down).all() else [up, down]
        for order in orders:
            users, items, strengths = rows.users[order], rows.items[order], weights[order]
            for start in range(0, len(users), ROWS_PER_BLOCK):
                steps = np.arange(start, min(start + ROWS_PER_BLOCK, len(users)))
                steps = steps[items[steps] < self.n_target_items]
                before = self._before(users, items, strengths, steps)
                chosen = np.full(len(steps), len(orders) ** -0.5, np.float32)
                pairs = (np.arange(len(steps)), items[steps])
                shape = (len(steps), self.n_target_items)
                yield before * chosen[0], sparse.csr_matrix((chosen, pairs), shape=shape)

    def _before(self, users: Ints, items: Ints, strengths: Floats, steps: Longs) -> sparse.csr_matrix:
        """Return what came before some positions of ordered rows, weighted by recency, float32 CSR [n, n_items]."""
        back = steps[:, None] - np.arange(1, N_STEPS_BACK + 1)
        is_own: Bools = (back >= 0) & (users[back] == users[steps][:, None])
        fading = faded(np.arange(N_STEPS_BACK, dtype=np.float64), self.params.half_life)
        values = (strengths[back] * fading)[is_own]
        bounds = np.concatenate([[0], np.cumsum(is_own.sum(axis=1))])
        return sparse.csr_matrix((values, items[back][is_own], bounds), shape=(len(steps), self.n_items))


def _constrained(inverse: Dense, wanted: Dense) -> Floats:
    """Return ``P C`` moved onto a diagonal of zeros, float32; P [n, n] by its lower triangle, C [n, n_target]."""
    weights = linalg.blas.dsymm(1.0, inverse, wanted, lower=True)
    n_target = weights.shape[1]
    columns = inverse[:, :n_target].copy(order="F")
    columns[:n_target] = symmetric(inverse[:n_target, :n_target])
    weights -= columns * (weights.diagonal() / inverse.diagonal()[:n_target])
    weights[np.diag_indices(n_target)] = 0
    return np.ascontiguousarray(weights, np.float32)

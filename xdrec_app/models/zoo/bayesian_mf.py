"""Bayesian factorisation of ratings: the mean of many factorisations drawn from the posterior (Salakhutdinov 2008)."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from scipy import sparse

from xdrec_app.core.events import Progress
from xdrec_app.core.jobs import Job, StopRequested
from xdrec_app.core.params import Params, Search, param
from xdrec_app.core.seeding import derive_seed
from xdrec_app.datasets.arrays import Floats, Ints
from xdrec_app.datasets.cross_domain import CrossDomainData
from xdrec_app.datasets.interactions import Interactions
from xdrec_app.models.base import Arrays, FitOptions, FitReport, Recommender, States, recommenders
from xdrec_app.models.capabilities import Capabilities
from xdrec_app.models.features import Features, tag_features
from xdrec_app.models.gibbs import Draws
from xdrec_app.models.gradient import RatingScale, seen
from xdrec_app.models.neighbourhood import SOURCE_WEIGHT_PARAM
from xdrec_app.models.rating_posterior import Placement, RatingPosterior, placed
from xdrec_app.models.rating_sampler import RatingSampler, implicit_features


class BayesianMFParams(Params):
    """Hyper-parameters of :class:`BayesianMF`."""

    embedding_size: int = param(
        8, "Numbers per person and item in each draw.", low=1, high=128, search=Search(low=4, high=32, log=True)
    )
    burn_in: int = param(40, "Sweeps before the first draw counts.", low=0, high=10_000)
    n_samples: int = param(150, "Draws whose predictions are averaged.", low=1, high=10_000)
    rank: int = param(64, "Numbers per person and item that are kept of the mean.", low=1, high=1024)
    source_weight: float = SOURCE_WEIGHT_PARAM


@recommenders.register
class BayesianMF(Recommender):
    r"""Ratings as mean + biases + agreement of embeddings, averaged over the posterior instead of fitted.

    .. math:: r_{ui} \sim \mathcal N(\mu_d + s_d (b_u + b_i + p_u^\top q_i),\ s_d^2 / (\alpha \omega_u \omega_i))

    with the mean and unit of the item's domain d. All of :math:`(p_u, b_u)` have a normal prior whose mean is linear in
    the person's history over all domains, those of items one that is linear in who rated them, their tags and their
    domain (Macau's link; implicit feedback as in SVD++, both ways as in Rendle et al. 2019). Priors and noise are drawn
    too, so nothing has to be tuned and nothing overfits.
    """

    key: ClassVar[str] = "bayesian_mf"
    title: ClassVar[str] = "Bayesian factorisation"
    family: ClassVar[str] = "Matrix factorisation"
    reference: ClassVar[str] = (
        "Salakhutdinov and Mnih: Bayesian probabilistic matrix factorization using MCMC. ICML 2008; "
        "Rendle, Zhang and Koren: On the difficulty of evaluating baselines. 2019"
    )
    Params: ClassVar[type[Params]] = BayesianMFParams
    capabilities: ClassVar[Capabilities] = Capabilities(
        task="rating", rating=True, fold_in=True, new_items=True, needs=("ratings",)
    )

    def _fit(self, data: CrossDomainData, options: FitOptions) -> Job[FitReport]:
        params, scale = self.params, RatingScale(data)
        self._means, self._units = scale.means, scale.units
        draws = Draws(derive_seed(options.seed, "fit", self.key), options.device)
        rows = self._counted(data.interactions)
        people, items = np.unique(rows.users), np.unique(rows.items)
        new = np.setdiff1d(np.arange(data.n_target_items), items)
        values, counts = self._matrices(rows, data.n_users)
        values, counts = values[people][:, items], counts[people][:, items]
        said = self._said_of_items(data, items)
        features = sparse.hstack([implicit_features(sparse.csr_matrix(counts.T)), said[items]], format="csr")
        sampler = RatingSampler(
            values, counts.data, implicit_features(counts), features, params.embedding_size + 1, draws
        )
        posterior = RatingPosterior(sampler, said[new], params.n_samples)
        stopped = yield from self._sample(sampler, posterior)
        factors = posterior.factors(params.rank, draws)
        self._items = placed(factors.items, np.concatenate([items, new]), data.n_items)
        self._placement = posterior.placement(factors, items, data.n_items)
        self._known_items = seen(items, data.n_items)
        self._people = np.repeat(np.asarray(self.fold_in(rows.take(rows.users < 0), 1)), data.n_users, axis=0)
        self._people[people] = factors.people.cpu().numpy()
        self._scored_items = self._known_items[: data.n_target_items].copy()
        self._scored_items[new] = np.diff(tag_features(data.catalogue).matrix[new].indptr) > 0
        return FitReport(stopped=stopped)

    def _sample(self, sampler: RatingSampler, posterior: RatingPosterior) -> Job[bool]:
        """Run the chain; return whether it was stopped early."""
        total = self.params.burn_in + self.params.n_samples
        try:
            for sweep in range(total):
                sampler.sweep()
                if sweep >= self.params.burn_in:
                    posterior.keep()
                yield Progress(done=sweep + 1, total=total, unit="sweeps", message=self.title)
        except StopRequested:
            if posterior.is_empty:
                raise
            return True
        return False

    def _counted(self, rows: Interactions) -> Interactions:
        """Return the rows that count at all."""
        return rows if self.params.source_weight > 0 else rows.take(rows.items < self.n_target_items)

    def _matrices(self, rows: Interactions, n_people: int) -> tuple[sparse.csr_matrix, sparse.csr_matrix]:
        """Return ratings in units and how much each counts, CSR [n_people, n_items] with the same entries."""
        domains = np.repeat(np.arange(len(self.scales)), [part.stop - part.start for part in self.catalogue.slices])
        domain = domains[rows.items]
        weights = np.where(domain == 0, 1.0, self.params.source_weight).astype(np.float32)
        units = (rows.values - self._means[domain]) / self._units[domain]
        values, counts = (rows.matrix(n_people, self.n_items, column) for column in (weights * units, weights))
        values.data /= counts.data  # the mean, should a pair be there twice
        return values, counts

    def _said_of_items(self, data: CrossDomainData, items: Ints) -> sparse.csr_matrix:
        """Return tags and domains of all items as far as items with ratings have them, CSR [n_items, n_features]."""
        fields = [Features.of("domain", [(data.catalogue.domains[n],) for n in data.item_domains])]
        matrix = Features.beside([*fields, tag_features(data.catalogue)], data.n_items).matrix
        occurs = np.diff(sparse.csc_matrix(matrix[items]).indptr)
        told_apart = (occurs > 0) & (occurs < len(items))
        return sparse.csr_matrix(matrix[:, told_apart])

    def user_states(self, users: Ints) -> States:
        """See :meth:`Recommender.user_states`: factors, float32 [n, rank + 1]."""
        states: Floats = self._people[users]
        return states

    def fold_in(self, histories: Interactions, n_people: int) -> States:
        """See :meth:`Recommender.fold_in`: the posterior mean of each person's factor, items as they were drawn."""
        rows = self._counted(histories)
        return self._placement.states(*self._matrices(rows.take(self._known_items[rows.items]), n_people))

    def scores_of(self, states: States) -> Floats:
        """See :meth:`Recommender.scores_of`; unclipped ratings."""
        items = self._items[: self.n_target_items]
        units = states[:, :-1] @ items[:, :-1].T + states[:, -1:] + items[:, -1]
        scores: Floats = self._means[0] + self._units[0] * units
        scores[:, ~self._scored_items] = np.nan
        return scores

    def _predict(self, users: Ints, items: Ints) -> Floats:
        """Rate pairs; people and items without ratings are taken for what is expected of them."""
        people, factors = self._people[users], self._items[items]
        units = (people[:, :-1] * factors[:, :-1]).sum(1) + people[:, -1] + factors[:, -1]
        ratings: Floats = self._means[0] + self._units[0] * units
        return ratings

    def arrays(self) -> Arrays:
        """See :meth:`Recommender.arrays`."""
        return {
            "means": self._means,
            "units": self._units,
            "people": self._people,
            "items": self._items,
            "known_items": self._known_items,
            "scored_items": self._scored_items,
            **{f"placement.{name}": array for name, array in self._placement.arrays().items()},
        }

    def load_arrays(self, arrays: Arrays) -> None:
        """See :meth:`Recommender.load_arrays`."""
        self._means, self._units = arrays["means"], arrays["units"]
        self._people, self._items = arrays["people"], arrays["items"]
        self._known_items, self._scored_items = arrays["known_items"], arrays["scored_items"]
        kept = {
            name.removeprefix("placement."): array for name, array in arrays.items() if name.startswith("placement.")
        }
        self._placement = Placement(**kept)

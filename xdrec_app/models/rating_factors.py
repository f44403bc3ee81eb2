"""What the rating models solved by least squares share: factors of people and items, and the way to the target's scale.

A factor is a row whose last number is a bias; see :mod:`xdrec_app.models.least_squares`. How the factors of people come
about, and what a source has to do with it, is for the model to say.
"""

from __future__ import annotations

from abc import abstractmethod

import numpy as np
import torch
from torch import Tensor, nn

from xdrec_app.core.jobs import Job
from xdrec_app.datasets.arrays import Floats, Ints
from xdrec_app.datasets.cross_domain import CrossDomainData
from xdrec_app.datasets.interactions import Interactions
from xdrec_app.models.base import FitOptions, States
from xdrec_app.models.gradient import GradientRecommender, RatingScale, seen, to_numpy
from xdrec_app.models.least_squares import Decay


class RatingFactors(nn.Module):
    """Factors in units of a star around each domain's mean; see :class:`~xdrec_app.models.gradient.RatingScale`.

    Attributes
    ----------
    people
        float32 [n_users, embedding_size + 1], as the target sees them; NaN for people nothing is known of.
    items
        float32 [n_items, embedding_size + 1].
    means, units
        float32 [n_domains].
    known_items
        bool [n_items].
    """

    people: Tensor
    items: Tensor
    means: Tensor
    units: Tensor
    known_items: Tensor

    def __init__(self, n_users: int, n_items: int, n_domains: int, embedding_size: int) -> None:
        super().__init__()
        self.register_buffer("people", torch.full((n_users, embedding_size + 1), torch.nan))
        self.register_buffer("items", torch.zeros(n_items, embedding_size + 1))
        self.register_buffer("means", torch.zeros(n_domains))
        self.register_buffer("units", torch.ones(n_domains))
        self.register_buffer("known_items", torch.zeros(n_items, dtype=torch.bool))


class RatingFactorRecommender(GradientRecommender):
    """A rating model whose item factors are solved by least squares before any gradient is taken.

    A subclass gives `factors` and `placed`; its `Params` have `embedding_size`, `l2` and `damping`.
    """

    network: RatingFactors

    @abstractmethod
    def factors(self, rows: Interactions, values: Tensor) -> Job[Tensor]:
        """Learn the factors of all items, float32 [n_items, embedding_size + 1]. A job.

        Parameters
        ----------
        rows, values
            What is learnt from, and its values in units.
        """

    @abstractmethod
    def placed(self, rows: Interactions, values: Tensor, n_people: int) -> Tensor:
        """Return the factors of people as the target sees them, float32 [n_people, embedding_size + 1].

        A function of their rows alone, and of what was learnt before; of no matter for people without rows.
        """

    def build_network(self) -> RatingFactors:
        """See :meth:`GradientRecommender.build_network`."""
        return RatingFactors(len(self.users), self.n_items, len(self.scales), self.params.embedding_size)

    def prepare(self, data: CrossDomainData, options: FitOptions) -> Job[None]:
        """See :meth:`GradientRecommender.prepare`."""
        network, scale = self.network, RatingScale(data)
        network.means.copy_(torch.from_numpy(scale.means))
        network.units.copy_(torch.from_numpy(scale.units))
        network.known_items.copy_(torch.from_numpy(seen(data.interactions.items, data.n_items)))
        network.items.copy_((yield from self.factors(data.interactions, self.in_units(data.interactions))))
        self.place_everybody(data)

    def place_everybody(self, data: CrossDomainData) -> None:
        """Let the people of the training data follow what was learnt."""
        self.network.people.copy_(self._states(data.interactions, data.n_users))

    def in_units(self, rows: Interactions) -> Tensor:
        """Return values around the mean of their domain in units of a star, float32 [n_rows], on the device."""
        network = self.network
        domains = torch.from_numpy(self.item_domains[rows.items].astype(np.int64)).to(network.means.device)
        values = torch.from_numpy(rows.values.astype(np.float32)).to(network.means.device)
        return (values - network.means[domains]) / network.units[domains]

    def user_states(self, users: Ints) -> States:
        """Return factors [n, embedding_size + 1]; NaN for people nothing is known of."""
        states: Floats = to_numpy(self.network.people)[users]
        return states

    def fold_in(self, histories: Interactions, n_people: int) -> States:
        """See :meth:`Recommender.fold_in`; the same function of a history that places people of the training data."""
        return to_numpy(self._states(histories, n_people))

    def scores_of(self, states: States) -> Floats:
        """See :meth:`Recommender.scores_of`; unclipped ratings."""
        items = to_numpy(self.network.items)[: self.n_target_items]
        units = states[:, :-1] @ items[:, :-1].T + states[:, -1:] + items[:, -1]
        scores = np.asarray(self._rating(units), np.float32)
        scores[:, ~to_numpy(self.network.known_items)[: self.n_target_items]] = np.nan
        return scores

    def _predict(self, users: Ints, items: Ints) -> Floats:
        """Rate pairs; where one side is unknown the bias of the other is used, where both are, NaN."""
        people, factors = to_numpy(self.network.people)[users], to_numpy(self.network.items)[items]
        knows_user, knows_item = ~np.isnan(people[:, 0]), to_numpy(self.network.known_items)[items]
        people = np.where(knows_user[:, None], people, 0)
        units = (people[:, :-1] * factors[:, :-1]).sum(1) + people[:, -1] + factors[:, -1]
        return np.where(knows_user | knows_item, self._rating(units), np.nan).astype(np.float32)

    def _rating(self, units: Floats) -> Floats:
        rating: Floats = to_numpy(self.network.means)[0] + to_numpy(self.network.units)[0] * units
        return rating

    def _states(self, rows: Interactions, n_people: int) -> Tensor:
        known = rows.take(to_numpy(self.network.known_items)[rows.items])
        with torch.no_grad():
            states = self.placed(known, self.in_units(known), n_people)
        states[torch.from_numpy(~seen(known.users, n_people))] = torch.nan
        return states

    @property
    def decay(self) -> Decay:
        """How strongly factors are drawn to where they would stand without ratings."""
        return Decay(self.params.l2, self.params.damping)

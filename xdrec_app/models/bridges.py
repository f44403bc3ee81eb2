"""What models share that carry people over a bridge from each source to the target.

First every domain is factorised by itself, as if its people were others than those of the other domains. Then a bridge
per source learns from the shared people where a person of the source stands in the target. What a bridge is and how it
is trained is for the model to say.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from xdrec_app.core.jobs import Job
from xdrec_app.datasets.cross_domain import CrossDomainData
from xdrec_app.datasets.interactions import Interactions
from xdrec_app.models.base import FitOptions
from xdrec_app.models.gradient import seen
from xdrec_app.models.least_squares import GroupedRows, factorise, ridge
from xdrec_app.models.rating_factors import RatingFactorRecommender, RatingFactors
from xdrec_app.training.batching import shuffled_batches
from xdrec_app.training.objectives import make_optimiser
from xdrec_app.training.phase import Phase, Phases


@dataclass(frozen=True)
class SourceView:
    """People of one source as a bridge sees them; all tensors on the device.

    Attributes
    ----------
    people
        int64 [n], ascending.
    factors
        float32 [n, embedding_size + 1], in the source's own space.
    n_rows
        float32 [n], ratings given in the source.
    liked
        int64 [n_liked], items of the source rated at least as high as its mean, person after person.
    starts
        int64 [n + 1], where each person's part of `liked` begins; the last one is its length.
    """

    people: Tensor
    factors: Tensor
    n_rows: Tensor
    liked: Tensor
    starts: Tensor

    def take(self, places: Tensor) -> SourceView:
        """Return the view of some of the people, given by positions."""
        begins, counts = self.starts[places], self.starts[places + 1] - self.starts[places]
        ends = counts.cumsum(0)
        within = torch.arange(int(ends[-1]) if len(ends) else 0, device=ends.device)
        rows = within + torch.repeat_interleave(begins - ends + counts, counts)
        starts = torch.cat([ends.new_zeros(1), ends])
        return SourceView(self.people[places], self.factors[places], self.n_rows[places], self.liked[rows], starts)


class Bridge(nn.Module):
    """Where people of one source stand in the target."""

    def forward(self, view: SourceView, items: Tensor) -> Tensor:
        """Return float32 [n, embedding_size + 1]; `items` are the factors of all items."""
        raise NotImplementedError


class BridgedFactors(RatingFactors):
    """Factors of every domain and a bridge from each source.

    Attributes
    ----------
    bridges
        One :class:`Bridge` per source.
    is_passable
        bool [n_sources]: whether people shared with the target have shown the way.
    """

    is_passable: Tensor

    def __init__(
        self, n_users: int, n_items: int, n_domains: int, embedding_size: int, make_bridge: Callable[[], Bridge]
    ) -> None:
        super().__init__(n_users, n_items, n_domains, embedding_size)
        self.bridges = nn.ModuleList(make_bridge() for _ in range(n_domains - 1))
        self.register_buffer("is_passable", torch.zeros(n_domains - 1, dtype=torch.bool))


class BridgeRecommender(RatingFactorRecommender):
    r"""A rating model in which people reach the target over bridges.

    Every bridge says where a person stands; over several of them, their mean :math:`m_u` counts, each weighing as much
    as there are ratings behind it. A person with ratings in the target too is found by

    .. math:: p_u = \arg\min_p \sum_{i} (r_{ui} - p^\top q_i)^2 + \lambda n_u \lVert p - m_u \rVert^2

    so that somebody cold stands exactly where the bridges lead, and without sources (:math:`m_u = 0`) what is left is
    the factorisation of the target alone. A subclass gives `build_bridge`, `lessons` and `lesson_loss`; its `Params`
    have also `n_sweeps, epochs, batch_size, learning_rate, weight_decay, patience`.
    """

    network: BridgedFactors

    @abstractmethod
    def build_bridge(self) -> Bridge:
        """Build the bridge of one source."""

    @abstractmethod
    def lessons(self, data: CrossDomainData, views: list[SourceView]) -> list[tuple[Tensor, ...]]:
        """Return what each bridge is taught by: tensors of equal length on the device; empty for nobody to learn from.

        The first tensor says which of the people of the view a row is about.
        """

    @abstractmethod
    def lesson_loss(self, mapped: Tensor, rows: tuple[Tensor, ...]) -> Tensor:
        """Return the mean loss of some rows of a lesson, `mapped` being where the bridge leads their people."""

    def build_network(self) -> BridgedFactors:
        """See :meth:`GradientRecommender.build_network`."""
        return BridgedFactors(
            len(self.users), self.n_items, len(self.scales), self.params.embedding_size, self.build_bridge
        )

    def factors(self, rows: Interactions, values: Tensor) -> Job[Tensor]:
        """See :meth:`RatingFactorRecommender.factors`: every domain by itself."""
        params, n_users = self.params, len(self.users)
        owners = self.item_domains[rows.items] * np.int64(n_users) + rows.users
        weights = torch.ones_like(values)
        by_person = GroupedRows(owners, n_users * len(self.scales), rows.items, values, weights)
        by_item = GroupedRows(rows.items, self.n_items, owners, values, weights)
        message = "Factorising each domain"
        _, items = yield from factorise(by_person, by_item, params.embedding_size, params.n_sweeps, self.decay, message)
        return items

    def phases(self, data: CrossDomainData, options: FitOptions) -> Phases:
        """Teach all bridges, whose weights have nothing in common, in one phase."""
        if not data.sources:
            return
        params, network = self.params, self.network
        values = self.in_units(data.interactions)
        views = self._views(data.interactions, values, data.n_users)
        lessons = self.lessons(data, views)
        network.is_passable.copy_(torch.tensor([len(lesson[0]) > 0 for lesson in lessons]))

        def batches(epoch: int) -> Iterator[tuple[int, Tensor]]:
            for source, lesson in enumerate(lessons):
                if len(lesson[0]):
                    for rows in shuffled_batches(len(lesson[0]), params.batch_size, options.device):
                        yield source, rows

        def loss(batch: tuple[int, Tensor]) -> Tensor:
            source, rows = batch
            taught = tuple(column[rows] for column in lessons[source])
            places, of_row = torch.unique(taught[0], return_inverse=True)
            mapped = network.bridges[source](views[source].take(places), network.items)
            return self.lesson_loss(mapped[of_row], taught)

        def place() -> None:
            with torch.no_grad():
                network.people.copy_(self._placed(views, data.interactions, values, data.n_users))

        phase = Phase(
            name="mapping",
            modules=[network],
            optimiser=make_optimiser("adamw", network.parameters(), params.learning_rate, params.weight_decay),
            batches=batches,
            loss=loss,
            n_rows=sum(len(lesson[0]) for lesson in lessons),
            epochs=params.epochs,
            patience=params.patience,
        )
        yield self.watched(phase, options, before=place)
        place()

    def placed(self, rows: Interactions, values: Tensor, n_people: int) -> Tensor:
        """See :meth:`RatingFactorRecommender.placed`."""
        return self._placed(self._views(rows, values, n_people), rows, values, n_people)

    def target_rows(self, rows: Interactions, values: Tensor) -> tuple[Interactions, Tensor]:
        """Return the rows of the target alone, and their values."""
        mask = rows.items < self.n_target_items
        return rows.take(mask), values[torch.from_numpy(mask).to(values.device)]

    def solved(self, rows: Interactions, values: Tensor, n_people: int, prior: Tensor | None = None) -> Tensor:
        """Return the factors that fit the rows of people in one domain best, [n_people, embedding_size + 1]."""
        by_person = GroupedRows(rows.users, n_people, rows.items, values, torch.ones_like(values))
        return ridge(by_person, self.network.items, self.decay, prior)

    def _placed(self, views: list[SourceView], rows: Interactions, values: Tensor, n_people: int) -> Tensor:
        network = self.network
        sums = torch.zeros(n_people, self.params.embedding_size + 1, device=values.device)
        mass = torch.zeros(n_people, 1, device=values.device)
        for view, bridge, is_passable in zip(views, network.bridges, network.is_passable.tolist(), strict=True):
            if is_passable and len(view.people):
                weights = view.n_rows[:, None]
                sums[view.people] += weights * bridge(view, network.items)
                mass[view.people] += weights
        own_rows, own_values = self.target_rows(rows, values)
        placed = self.solved(own_rows, own_values, n_people, prior=sums / mass.clamp(min=1))
        is_lost = (mass[:, 0] == 0) & ~self._moved(seen(own_rows.users, n_people))
        placed[is_lost] = torch.nan
        return placed

    def _views(self, rows: Interactions, values: Tensor, n_people: int) -> list[SourceView]:
        domains = self.item_domains[rows.items]
        return [
            self._view(rows.take(domains == domain), values[self._moved(domains == domain)], n_people)
            for domain in range(1, len(self.scales))
        ]

    def _view(self, rows: Interactions, values: Tensor, n_people: int) -> SourceView:
        counts = np.bincount(rows.users, minlength=n_people)
        people = np.flatnonzero(counts)
        liked = rows.take((values >= 0).cpu().numpy())
        order = np.argsort(liked.users, kind="stable")
        ends = np.cumsum(np.bincount(liked.users, minlength=n_people))[people]
        return SourceView(
            people=self._moved(people),
            factors=self.solved(rows, values, n_people)[self._moved(people)],
            n_rows=self._moved(counts[people].astype(np.float32)),
            liked=self._moved(liked.items[order].astype(np.int64)),
            starts=self._moved(np.concatenate([np.zeros(1, np.int64), ends])),
        )

    def _moved(self, array: np.ndarray) -> Tensor:
        return torch.from_numpy(array).to(self.network.means.device)

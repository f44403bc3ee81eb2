"""What gradient models share that know people by their histories over all domains and rank items by a dot product.

How a history becomes a place, and what is learnt beside the ranking, is for the model to say.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Iterator, Sequence
from typing import Literal

import numpy as np
import torch
from torch import Tensor, nn

from xdrec_app.datasets.arrays import Floats, Ints
from xdrec_app.datasets.cross_domain import CrossDomainData
from xdrec_app.datasets.interactions import Interactions
from xdrec_app.models.base import FitOptions, States
from xdrec_app.models.gradient import GradientRecommender, seen, to_numpy
from xdrec_app.models.histories import Histories, HistoryRows
from xdrec_app.training.batching import shared_negatives, shuffled_batches
from xdrec_app.training.objectives import bpr, make_optimiser, sampled_softmax
from xdrec_app.training.phase import Phase, Phases

PEOPLE_PER_BLOCK = 4096

RankingLoss = Literal["softmax", "bpr"]


class Offers(nn.Module):
    r"""Items as they are offered: an embedding and a bias each, :math:`s_{ui} = z_u^\top v_i + b_i`."""

    known_items: Tensor

    def __init__(self, n_items: int, embedding_size: int) -> None:
        super().__init__()
        self.embeddings = nn.Embedding(n_items, embedding_size)
        self.biases = nn.Embedding(n_items, 1)
        nn.init.normal_(self.embeddings.weight, std=embedding_size**-0.5)
        nn.init.zeros_(self.biases.weight)
        self.register_buffer("known_items", torch.zeros(n_items, dtype=torch.bool))

    def start(self, rows: Interactions, liked: np.ndarray) -> None:
        """Note which items are known, and begin where popularity ends, which needs no learning."""
        n_items = len(self.known_items)
        popularity = np.log1p(np.bincount(rows.items[liked], minlength=n_items)).astype(np.float32)
        self.known_items.copy_(torch.from_numpy(seen(rows.items, n_items)))
        with torch.no_grad():
            self.biases.weight[:, 0] = torch.from_numpy(popularity).to(self.biases.weight.device)

    @property
    def served(self) -> Tensor:
        """Which items can be offered, bool [n_items]."""
        return self.known_items

    def embedded(self, items: Tensor) -> Tensor:
        """Return v of some items, float32 [n, embedding_size]."""
        found: Tensor = self.embeddings(items)
        return found

    def biased(self, items: Tensor) -> Tensor:
        """Return b of some items, float32 [n]."""
        found: Tensor = self.biases(items).squeeze(1)
        return found

    def loss(
        self,
        places: Tensor,
        liked: HistoryRows,
        weights: Tensor,
        parts: Sequence[slice],
        n_negatives: int,
        kind: RankingLoss,
    ) -> Tensor:
        """Return the weighted mean loss of liked items against random ones of their domain.

        Parameters
        ----------
        places
            Where people stand in each domain, float32 [n_people, n_domains, embedding_size].
        liked
            What they like.
        weights
            float32 [n_rows].
        parts
            Where each domain's items stand.
        n_negatives
            Random items per domain, the same for all people.
        kind
            All random items at once, or each by itself.
        """
        if len(liked) == 0:
            return places.sum() * 0
        drawn = shared_negatives(parts, n_negatives, places.device)
        embeddings = self.embedded(drawn).view(len(parts), n_negatives, -1)
        biases = self.biased(drawn).view(len(parts), 1, n_negatives)
        competing = torch.baddbmm(biases, places.transpose(0, 1), embeddings.mT)  # [n_domains, n, n_negatives]
        positive = (places[liked.persons, liked.domains] * self.embedded(liked.items)).sum(1)
        positive = positive + self.biased(liked.items)
        weights = weights / weights.mean()
        if kind == "bpr":
            return bpr(positive, competing[liked.domains, liked.persons], weights)
        # summed up once per person and domain, and scaled: a sample stands for the whole domain
        scale = [math.log(max(1, part.stop - part.start) / n_negatives) for part in parts]
        others = competing.logsumexp(dim=2) + torch.tensor(scale, device=places.device)[:, None]
        return sampled_softmax(positive, others[liked.domains, liked.persons][:, None], weights)

    def scores(self, places: Floats, part: slice) -> Floats:
        """Return scores of the items of a domain, float32 [n, n_items]; NaN for items that cannot be offered."""
        items = torch.arange(part.start, part.stop, device=self.known_items.device)
        with torch.no_grad():
            embeddings, biases = to_numpy(self.embedded(items)), to_numpy(self.biased(items)).copy()
        biases[~to_numpy(self.served)[part]] = np.nan
        return np.asarray(places @ embeddings.T + biases, np.float32)


class HistoryNetwork(nn.Module):
    """What every such model has: items on offer, and the people of the training data as the encoder sees them.

    Attributes
    ----------
    people
        float32 [n_users, state_size].
    known_users
        bool [n_users].
    """

    people: Tensor
    known_users: Tensor

    def __init__(
        self, n_users: int, n_items: int, embedding_size: int, state_size: int, offers: Offers | None = None
    ) -> None:
        super().__init__()
        self.offers = Offers(n_items, embedding_size) if offers is None else offers
        self.register_buffer("people", torch.zeros(n_users, state_size))
        self.register_buffer("known_users", torch.zeros(n_users, dtype=torch.bool))


class HistoryRecommender(GradientRecommender):
    """A model in which a person's state is a function of the history, known or new.

    A subclass gives `encoded`, `step_loss` and, where needed, `row_values` and `scores_of`; its `Params` have
    `epochs, batch_size, learning_rate, weight_decay, patience`.
    """

    network: HistoryNetwork

    @abstractmethod
    def encoded(self, rows: HistoryRows) -> Tensor:
        """Return the states of people, float32 [n_people, state_size]."""

    @abstractmethod
    def step_loss(self, rows: HistoryRows) -> Tensor:
        """Return the mean loss of a batch of people."""

    @abstractmethod
    def row_values(self, rows: Interactions) -> Tensor:
        """Return what the encoder and the loss shall know of each row, float32 [n_rows], on the device."""

    def phases(self, data: CrossDomainData, options: FitOptions) -> Phases:
        """See :meth:`GradientRecommender.phases`."""
        params, network = self.params, self.network
        network.known_users.copy_(torch.from_numpy(seen(data.interactions.users, data.n_users)))
        network.offers.start(data.interactions, data.liked())
        histories = self._histories(data.interactions, data.n_users)

        def batches(epoch: int) -> Iterator[Tensor]:
            for places in shuffled_batches(len(histories.people), params.batch_size, torch.device("cpu")):
                yield histories.people[places].to(options.device)

        phase = Phase(
            name="fit",
            modules=[network],
            optimiser=make_optimiser("adamw", network.parameters(), params.learning_rate, params.weight_decay),
            batches=batches,
            loss=lambda people: self.step_loss(histories.of(people)),
            n_rows=len(histories),
            epochs=params.epochs,
            patience=params.patience,
        )
        yield self.watched(phase, options, before=lambda: self._encode_everybody(histories))
        network.eval()
        self._encode_everybody(histories)

    def user_states(self, users: Ints) -> States:
        """Return the states of people of the training data; NaN for people without a history."""
        states: Floats = to_numpy(self.network.people)[users].copy()
        states[~to_numpy(self.network.known_users)[users]] = np.nan
        return states

    def scores_of(self, states: States) -> Floats:
        """See :meth:`Recommender.scores_of`."""
        return self.network.offers.scores(np.asarray(states), self.catalogue.slices[0])

    def fold_in(self, histories: Interactions, n_people: int) -> States:
        """See :meth:`Recommender.fold_in`."""
        network = self.network
        known = histories.take(to_numpy(network.offers.served)[histories.items])
        states = np.full((n_people, network.people.shape[1]), np.nan, np.float32)
        for people, encoded in self._encoded(self._histories(known, n_people)):
            states[people.numpy()] = to_numpy(encoded)
        return states

    def dropped(self, rows: HistoryRows, share: float) -> Tensor:
        """Return which rows are seen in this step, each hidden with the chance `share`, bool [n_rows]."""
        return (torch.rand(len(rows)) >= share).to(rows.items.device)

    def _histories(self, rows: Interactions, n_people: int) -> Histories:
        return Histories(rows, n_people, self.item_domains, len(self.scales), self.row_values(rows))

    def _encode_everybody(self, histories: Histories) -> None:
        """Let the people follow the items as they are now."""
        for people, encoded in self._encoded(histories):
            self.network.people[people.to(encoded.device)] = encoded

    def _encoded(self, histories: Histories) -> Iterator[tuple[Tensor, Tensor]]:
        """Yield everybody with a history, on the CPU, and their states, in blocks."""
        for people in torch.split(histories.people, PEOPLE_PER_BLOCK):
            with torch.no_grad():
                encoded = self.encoded(histories.of(people.to(self.network.people.device)))
            yield people, encoded

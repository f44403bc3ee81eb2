"""Two towers: people by their histories, items by their texts (Yi et al., RecSys 2019), over any number of domains."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import torch
from torch import Tensor, nn

from xdrec_app.core.jobs import Job
from xdrec_app.core.params import Params, Search, param
from xdrec_app.datasets.arrays import Floats
from xdrec_app.datasets.cross_domain import CrossDomainData
from xdrec_app.datasets.interactions import Interactions
from xdrec_app.models.base import Arrays, FitOptions, FitReport, recommenders
from xdrec_app.models.capabilities import Capabilities
from xdrec_app.models.histories import HistoryRows
from xdrec_app.models.history_encoder import HistoryNetwork, HistoryRecommender, Offers
from xdrec_app.models.whitening import guess, whitened


class TwoTowerParams(Params):
    """Hyper-parameters of :class:`TwoTower`."""

    encoder: str = param("multilingual", "The language model that reads the texts.")
    embedding_size: int = param(64, "Numbers per person and item.", low=1, high=1024, search=Search(low=32, high=128))
    text_size: int = param(
        128, "Directions of meaning that are told apart.", low=2, high=1024, search=Search(low=32, high=512)
    )
    epochs: int = param(100, "At most that many passes over the people.", low=1, high=10_000)
    batch_size: int = param(128, "People per step.", low=2, high=65_536)
    n_negatives: int = param(1024, "Random items of each domain per step.", low=1, high=65_536)
    learning_rate: float = param(0.005, "Step size.", low=1e-6, high=1.0, search=Search(low=1e-3, high=0.02, log=True))
    weight_decay: float = param(
        0.3, "Decoupled decay of all weights.", low=0.0, high=10.0, search=Search(low=0.01, high=3.0, log=True)
    )
    dropout: float = param(
        0.5, "Share of a history hidden in each step.", low=0.0, high=0.95, search=Search(low=0.2, high=0.8)
    )
    id_dropout: float = param(
        0.3,
        "Share of the items known by their text alone in each step; the more, the better for new items.",
        low=0.0,
        high=1.0,
        search=Search(low=0, high=0.8),
    )
    source_weight: float = param(
        0.5,
        "Weight of an interaction in a source beside one in the target.",
        low=0.0,
        high=2.0,
        search=Search(low=0.1, high=1.5),
    )
    patience: int = param(6, "Epochs without improvement before training ends.", low=1, high=1000)


class ItemTower(Offers):
    r"""Items as they are offered: their text, and what is known of them by their number alone.

    .. math:: v_i = A x_i + [i \text{ shown}]\, e_i, \qquad b_i = b'_i \text{ if shown, else } a^\top x_i + c

    Attributes
    ----------
    texts
        float32 [n_items, text_size], x; zeros where there is no text.
    hidden
        bool [n_items]: known by their text alone at this moment.
    """

    texts: Tensor
    hidden: Tensor

    def __init__(self, texts: Tensor, embedding_size: int) -> None:
        super().__init__(len(texts), embedding_size)
        self.adaptor = nn.Linear(texts.shape[1], embedding_size, bias=False)
        self.foreseen = nn.Linear(texts.shape[1], 1)
        self.register_buffer("texts", texts)
        self.register_buffer("hidden", torch.zeros(len(texts), dtype=torch.bool), persistent=False)

    @property
    def served(self) -> Tensor:
        """See :attr:`Offers.served`."""
        return self.known_items | self.texts.any(1)

    def shown(self, items: Tensor) -> Tensor:
        """Return which items are known by their number now, bool [n]."""
        return self.known_items[items] & ~self.hidden[items]

    def embedded(self, items: Tensor) -> Tensor:
        """See :meth:`Offers.embedded`."""
        found: Tensor = self.adaptor(self.texts[items]) + self.embeddings(items) * self.shown(items)[:, None]
        return found

    def biased(self, items: Tensor) -> Tensor:
        """See :meth:`Offers.biased`."""
        return torch.where(self.shown(items), super().biased(items), self.foreseen(self.texts[items]).squeeze(1))


class Towers(HistoryNetwork):
    """The tower of people beside that of items.

    Attributes
    ----------
    taken
        Items as parts of a history, by their numbers.
    reading
        What a text in a history says.
    disliked
        How much a disliked item counts beside a liked one.
    """

    offers: ItemTower
    weights: Tensor

    def __init__(self, n_users: int, texts: Tensor, n_domains: int, embedding_size: int) -> None:
        offers = ItemTower(texts, embedding_size)
        super().__init__(n_users, len(texts), embedding_size, state_size=embedding_size, offers=offers)
        self.taken = nn.Embedding(len(texts), embedding_size)
        nn.init.normal_(self.taken.weight, std=embedding_size**-0.5)
        self.reading = nn.Linear(texts.shape[1], embedding_size, bias=False)
        self.disliked = nn.Parameter(torch.tensor(0.5))
        self.register_buffer("weights", torch.ones(n_domains))

    def places(self, rows: HistoryRows) -> Tensor:
        """Return where people stand, float32 [n_people, embedding_size]: a weighted sum over the root of its length."""
        strength = self.weights[rows.domains] * torch.where(rows.values > 0, 1.0, self.disliked)
        shown = self.offers.shown(rows.items).to(strength.dtype)
        told = rows.sums(self.taken.weight, strength * shown).sum(1)
        told = told + self.reading(rows.sums(self.offers.texts, strength).sum(1))
        mass = rows.counts(self.weights[rows.domains].square()).sum(1, keepdim=True)
        part: Tensor = told / mass.clamp(min=1e-6).sqrt()
        return part


@recommenders.register
class TwoTower(HistoryRecommender):
    r"""People are where their history is, items where their text is; who is near whom is learnt.

    With x the whitened vector of an item's text and H the history over all domains,

    .. math:: s_{ui} = p_u^\top v_i + b_i, \qquad
              p_u = \frac{\sum_{j \in H_u} w_{uj} (B x_j + f_j)}{\sqrt{\sum_j w_j^2}}, \qquad v_i = A x_i + e_i

    where w is `source_weight` in a source, and learnt for disliked items. Each liked item is ranked by the softmax over
    random items of its domain, scaled to the whole of it. The parts e and f, that an item has by its number, are hidden
    at random, so that texts alone say enough of items nobody has touched (Volkovs et al., DropoutNet); A and B are the
    same in all domains, so that taste is carried over without shared people.
    """

    key: ClassVar[str] = "two_tower"
    title: ClassVar[str] = "Two towers"
    family: ClassVar[str] = "Content"
    reference: ClassVar[str] = (
        "Yi et al.: Sampling-bias-corrected neural modeling for large corpus item recommendations. RecSys 2019; hidden "
        "ids: Volkovs et al., DropoutNet, NeurIPS 2017"
    )
    Params: ClassVar[type[Params]] = TwoTowerParams
    capabilities: ClassVar[Capabilities] = Capabilities(
        task="ranking", fold_in=True, new_items=True, trains_by_epochs=True, needs=("vectors",)
    )

    network: Towers

    def _fit(self, data: CrossDomainData, options: FitOptions) -> Job[FitReport]:
        catalogue = data.catalogue
        found = whitened(catalogue.vectors, catalogue.slices, self.params.text_size, 0.5, self.params.source_weight)
        self._texts: Floats = found * np.float32(np.sqrt(found.shape[1]))  # numbers of about 1
        return (yield from super()._fit(data, options))

    def build_network(self) -> Towers:
        """See :meth:`GradientRecommender.build_network`."""
        texts = torch.from_numpy(self._texts)
        network = Towers(len(self.users), texts, len(self.scales), self.params.embedding_size)
        network.weights[1:] = self.params.source_weight
        return network

    def prepare(self, data: CrossDomainData, options: FitOptions) -> Job[None]:
        """Let the towers begin at plain likeness, and the popularity of texts at what a ridge regression says."""
        yield from ()
        offers, rows = self.network.offers, data.interactions
        logs = np.log1p(np.bincount(rows.items[data.liked()], minlength=data.n_items))
        is_known = np.bincount(rows.items, minlength=data.n_items) > 0
        length = np.float32(np.sqrt(self._texts.shape[1]))
        mean = logs[is_known].mean()
        coefficients = guess(logs - mean, is_known, self._texts / length) / length
        with torch.no_grad():
            offers.foreseen.weight[0] = torch.from_numpy(coefficients).to(options.device)
            offers.foreseen.bias.fill_(float(mean))
            self.network.reading.weight.copy_(offers.adaptor.weight)

    def row_values(self, rows: Interactions) -> Tensor:
        """Return 1 for what was liked, 0 otherwise."""
        middles = np.array([(low + high) / 2 for low, high in self.scales], np.float32)
        is_liked = rows.values >= middles[self.item_domains[rows.items]]
        return torch.from_numpy(is_liked.astype(np.float32)).to(self.network.people.device)

    def encoded(self, rows: HistoryRows) -> Tensor:
        """See :meth:`HistoryRecommender.encoded`."""
        return self.network.places(rows)

    def step_loss(self, rows: HistoryRows) -> Tensor:
        """See :meth:`HistoryRecommender.step_loss`."""
        network, params = self.network, self.params
        has_text = network.offers.texts.any(1)
        offers = network.offers
        offers.hidden.copy_((torch.rand(self.n_items) < params.id_dropout).to(has_text.device) & has_text)
        seen_rows = rows.where(self.dropped(rows, params.dropout))
        places = network.places(seen_rows)[:, None].expand(-1, rows.n_domains, -1)
        liked = rows.where((rows.values > 0) & (network.weights[rows.domains] > 0))
        weights = network.weights[liked.domains]
        loss = offers.loss(places, liked, weights, self.catalogue.slices, params.n_negatives, "softmax")
        offers.hidden.zero_()
        return loss

    def load_arrays(self, arrays: Arrays) -> None:
        """See :meth:`Recommender.load_arrays`."""
        self._texts = arrays["offers.texts"]
        super().load_arrays(arrays)

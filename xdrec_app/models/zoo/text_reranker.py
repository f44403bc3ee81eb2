"""A language model reads a history and each candidate together, and ranks the candidates anew."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import ClassVar

import numpy as np
import torch
from scipy import sparse
from torch import Tensor

from xdrec_app.core.errors import UserError
from xdrec_app.core.jobs import Job
from xdrec_app.core.params import Params, Search, param
from xdrec_app.datasets.arrays import Floats, Ints
from xdrec_app.datasets.cross_domain import CrossDomainData
from xdrec_app.datasets.interactions import Interactions
from xdrec_app.models.base import Arrays, FitOptions, FitReport, Recommender, States, recommenders
from xdrec_app.models.capabilities import Capabilities
from xdrec_app.models.cross_encoder import CrossEncoder, ItemTokens, Pair, open_trainable
from xdrec_app.models.gradient import GradientRecommender, to_numpy
from xdrec_app.models.neighbourhood import csr_arrays, csr_from
from xdrec_app.models.reranking import Lists, candidates_of, placed, read_of, reading_order, standardised
from xdrec_app.training.batching import shuffled_batches
from xdrec_app.training.objectives import make_optimiser, sampled_softmax
from xdrec_app.training.phase import Phase, Phases
from xdrec_app.training.randomness import RandomStream

FIRST = "first."
HELD_OUT_SHARE, MOST_HELD_OUT = 0.2, 64


class TextRerankerParams(Params):
    """Hyper-parameters of :class:`TextReranker`."""

    encoder: str = param("minilm", "The language model that reads: minilm, or folder:PATH of one of BERT's class.")
    first_stage: str = param("ease", "The model that finds candidates: one without epochs that takes histories.")
    n_candidates: int = param(100, "Candidates that are ranked anew.", low=1, high=1000)
    n_history: int = param(12, "Newest liked items that are read, as far as there is room.", low=1, high=100)
    max_length: int = param(96, "Tokens of a history and a candidate together.", low=48, high=512)
    n_lists: int = param(320, "People whose newest liked item is hidden to learn from.", low=0, high=100_000)
    n_negatives: int = param(7, "Candidates beside the hidden item in each step.", low=1, high=100)
    epochs: int = param(4, "At most that many passes over these people.", low=1, high=1000)
    batch_size: int = param(4, "People per step.", low=1, high=1024)
    learning_rate: float = param(5e-4, "Step size.", low=1e-6, high=0.1, search=Search(low=1e-4, high=2e-3, log=True))
    weight_decay: float = param(0.01, "Decoupled decay of adapters and head.", low=0.0, high=10.0)
    rank: int = param(8, "Rank of the adapters, r of LoRA.", low=1, high=256, search=Search(low=2, high=32, log=True))
    alpha: float = param(16.0, "Strength of the adapters: they count alpha / rank.", low=0.1, high=1000.0)
    dropout: float = param(0.1, "Share of the adapters' input that is hidden in each step.", low=0.0, high=0.9)
    patience: int = param(1, "Epochs without improvement before training ends.", low=1, high=1000)


@recommenders.register
class TextReranker(GradientRecommender):
    r"""The literal Y = M(X_user ⊕ X_item): titles of a history and an item's text are read as one pair.

    A first model gives the best `n_candidates` that a person has not had; of these, with f its score, standardised over
    them, and m what the encoder with adapters (LoRA) and a head says of the pair,

    .. math:: s_{ui} = t f_{ui} + m(X_u \oplus X_i)

    Adapters, head and t are learnt by a softmax over a hidden liked item and random candidates of people whose newest
    liked item was taken away before the first model was fitted; m begins at 0 and t at 1, the order of the first model.
    The loss over people set apart, not the protocol's metric, stops training: a metric over everybody would take
    `n_candidates` readings per person and epoch. All other items stand below the candidates in the first model's order.
    Items nobody touched are known by their text: a tenth as many are candidates, those most like the history, and f is
    that of the last candidate; the rest stand below everything by that likeness.
    """

    key: ClassVar[str] = "text_reranker"
    title: ClassVar[str] = "Re-ranking by a language model"
    family: ClassVar[str] = "Content"
    reference: ClassVar[str] = (
        "Nogueira and Cho: Passage Re-ranking with BERT. arXiv 1901.04085, 2019; adapters: Hu et al., LoRA, ICLR 2022"
    )
    Params: ClassVar[type[Params]] = TextRerankerParams
    capabilities: ClassVar[Capabilities] = Capabilities(
        task="ranking", fold_in=True, new_items=True, trains_by_epochs=True, needs=("texts",)
    )

    network: CrossEncoder
    first: Recommender

    # ------------------------------------------------------------------ fitting

    def _fit(self, data: CrossDomainData, options: FitOptions) -> Job[FitReport]:
        self._first_class()
        return (yield from super()._fit(data, options))

    def build_network(self) -> CrossEncoder:
        """See :meth:`GradientRecommender.build_network`."""
        params = self.params
        self._sentences, bert, self._fingerprint = open_trainable(params.encoder, torch.device("cpu"))
        return CrossEncoder(self._sentences, bert, params.rank, params.alpha, params.dropout)

    def prepare(self, data: CrossDomainData, options: FitOptions) -> Job[None]:
        """Read the texts, draw people to learn from, and fit the first model without and with what is hidden there."""
        catalogue, alone = data.catalogue, replace(options, validate=None, phase_epochs=None)
        self._tokens = ItemTokens.of(catalogue, self._sentences)
        self._histories = self._order(data.interactions, data.n_users)
        known = np.bincount(data.interactions.items, minlength=data.n_items) > 0
        self._is_new = ~known[: data.n_target_items]
        self._vectors = np.empty((0, 0), np.float32)
        if self._is_new.any():
            texts = [". ".join((title, *tags)) for title, tags in zip(catalogue.titles, catalogue.tags, strict=True)]
            self._vectors = replace(self._sentences, device=options.device).vectors(texts)
        lists = Lists.draw(data, self.params.n_lists)
        self._lists = lists
        if len(lists.people):
            self.first = self._first_class()()
            yield from self.first.fit(lists.data, alone)
            self._learnt = self._learning_lists(lists)
        self.first = self._first_class()()
        yield from self.first.fit(data, alone)

    def phases(self, data: CrossDomainData, options: FitOptions) -> Phases:
        """See :meth:`GradientRecommender.phases`."""
        params, network = self.params, self.network
        n_lists = len(self._lists.people)
        n_held = min(MOST_HELD_OUT, int(HELD_OUT_SHARE * n_lists))
        n_learnt = n_lists - n_held
        if n_learnt == 0:
            return
        held = range(n_learnt, n_lists)
        fixed = [self._drawn(place) for place in held]

        def batches(epoch: int) -> Iterator[list[tuple[int, Ints]]]:
            for chosen in shuffled_batches(n_learnt, params.batch_size, torch.device("cpu")):
                yield [(place, self._drawn(place)) for place in chosen.tolist()]

        def validate() -> Mapping[str, float]:
            losses = [float(self._loss([(place, items)])) for place, items in zip(held, fixed, strict=True)]
            return {"loss": float(np.mean(losses))}

        yield Phase(
            name="fit",
            modules=[network],
            optimiser=make_optimiser(
                "adamw",
                [weight for weight in network.parameters() if weight.requires_grad],
                params.learning_rate,
                params.weight_decay,
            ),
            batches=batches,
            loss=self._loss,
            n_rows=n_learnt,
            epochs=params.epochs,
            validate=validate if n_held else None,
            monitor="loss",
            higher_is_better=False,
            patience=params.patience,
            clip_norm=1.0,
        )

    def _learning_lists(self, lists: Lists) -> list[tuple[Ints, Ints, Floats]]:
        """Return for each person what is read, the hidden item before candidates, and standardised first scores."""
        scores = self.first.scores(lists.people)
        order = self._order(lists.data.interactions, lists.data.n_users)[lists.people]
        found = []
        pools = candidates_of(scores, order[:, : self.n_target_items], self.params.n_candidates)
        for place, (hidden, pool) in enumerate(zip(lists.hidden, pools, strict=True)):
            items = np.append(hidden, pool[pool != hidden]).astype(np.int32)
            told = standardised(scores[place], pool) if len(pool) else scores[place]
            lowest = told[pool].min(initial=0.0)
            values = np.where(np.isfinite(told[items]), told[items], lowest).astype(np.float32)
            found.append((read_of(order, place, self.params.n_history), items, values))
        return found

    def _drawn(self, place: int) -> Ints:
        """Return the hidden item's place in a list, 0, and those of random candidates."""
        n = len(self._learnt[place][1])
        drawn = torch.randint(1, n, (self.params.n_negatives,)).numpy() if n > 1 else np.zeros(0)
        return np.append(0, drawn).astype(np.int32)

    def _loss(self, batch: list[tuple[int, Ints]]) -> Tensor:
        rows, pairs, values = [], [], []
        for place, drawn in batch:
            read, items, first = self._learnt[place]
            pairs += self._pairs(read, items[drawn])
            values.append(first[drawn])
            rows.append(len(drawn))
        told = self.network(pairs)
        told = told + self.network.trust * torch.from_numpy(np.concatenate(values)).to(told.device)
        losses = [sampled_softmax(part[:1], part[None, 1:]) for part in told.split(rows)]
        return torch.stack(losses).mean()

    def _first_class(self) -> type[Recommender]:
        key = self.params.first_stage
        found = recommenders[key]
        able = found.capabilities
        if able.trains_by_epochs or not able.fold_in or able.task != "ranking":
            raise UserError(
                f"The model '{key}' cannot find candidates for a re-ranker.",
                "Choose one without epochs that ranks and serves new people, such as ease, slist or item_knn.",
            )
        return found

    # ------------------------------------------------------------------ scoring

    def user_states(self, users: Ints) -> States:
        """Return what the first model knows of people, beside it the order in which they are read."""
        return _joined(self.first.user_states(users), self._histories[users])

    def fold_in(self, histories: Interactions, n_people: int) -> States:
        """See :meth:`Recommender.fold_in`."""
        return _joined(self.first.fold_in(histories, n_people), self._order(histories, n_people))

    def scores_of(self, states: States) -> Floats:
        """See :meth:`Recommender.scores_of`; takes a second or two per person, for 100 candidates and minilm."""
        first, order = self._divided(states)
        scores, n = np.asarray(self.first.scores_of(first), np.float32), self.n_target_items
        for person, chosen in enumerate(candidates_of(scores, order[:, :n], self.params.n_candidates)):
            read = read_of(order, person, self.params.n_history)
            if len(read) and len(chosen):
                scores[person] = self._reranked(scores[person], chosen, read)
        return scores

    def _reranked(self, scores: Floats, candidates: Ints, read: Ints) -> Floats:
        told, likeness = standardised(scores, candidates), self._likeness(read)
        new = np.flatnonzero(np.isnan(told) & np.isfinite(likeness)).astype(np.int32)
        new = new[np.argsort(-likeness[new], kind="stable")]
        n_new = max(1, self.params.n_candidates // 10)
        told[new[:n_new]] = told[candidates].min()
        chosen = np.append(candidates, new[:n_new]).astype(np.int32)
        result = placed(told, chosen, self._trust * told[chosen] + self.network.told(self._pairs(read, chosen)))
        rest = new[n_new:]
        result[rest] = np.nanmin(result) - 2 + likeness[rest]
        return result

    def without_rows(self, history: Interactions, items: Ints) -> Floats:
        """See :class:`~xdrec_app.models.base.Occluded`: only items that are read are left out of the reading."""
        n_rows, order = len(history), self._order(history, 1)
        full = np.asarray(self.first.scores_of(self.first.fold_in(history, 1)), np.float32)
        people, rows = np.nonzero(~np.eye(n_rows, dtype=bool))
        kept = history.take(rows)
        shorter = Interactions(people.astype(np.int32), kept.items, kept.values, kept.times)
        without = self.first.scores_of(self.first.fold_in(shorter, n_rows))[:, items]
        pool = candidates_of(full, order[:, : self.n_target_items], self.params.n_candidates)[0]
        spread = float(full[0, pool].std()) if len(pool) else 0.0
        lost = self._trust * (full[0, items] - without) / (spread if spread > 0 else 1.0)
        differences: Floats = np.nan_to_num(lost).astype(np.float32)
        read = read_of(order, 0, self.params.n_history)
        pairs = self._pairs(read, items)
        for item in read:
            pairs += self._pairs(read[read != item], items)
        told = self.network.told(pairs).reshape(len(read) + 1, len(items))
        for place, item in enumerate(read):
            differences[history.items == item] += told[0] - told[place + 1]
        return differences

    def _pairs(self, read: Ints, items: Ints) -> list[Pair]:
        return self.network.pairs(self._tokens.titles[read], self._tokens.offers[items], self.params.max_length)

    @property
    def _trust(self) -> float:
        return float(self.network.trust.detach())

    def _likeness(self, read: Ints) -> Floats:
        """Return how like the history's the texts of items that nobody touched are, NaN for others."""
        likeness = np.full(self.n_target_items, np.nan, np.float32)
        if self._is_new.any():
            mean = self._vectors[read].mean(axis=0)
            likeness[self._is_new] = self._vectors[: self.n_target_items][self._is_new] @ mean
        return likeness

    def _order(self, rows: Interactions, n_people: int) -> sparse.csr_matrix:
        middles = np.array([(low + high) / 2 for low, high in self.scales], np.float32)
        return reading_order(rows, rows.values >= middles[self.item_domains[rows.items]], n_people, self.n_items)

    def _divided(self, states: States) -> tuple[States, sparse.csr_matrix]:
        both = sparse.csr_matrix(states)
        width = both.shape[1] - self.n_items
        first = both[:, :width]
        is_sparse = sparse.issparse(self.first.user_states(np.empty(0, np.int32)))
        return first if is_sparse else first.toarray(), sparse.csr_matrix(both[:, width:])

    # ------------------------------------------------------------------ keeping

    def arrays(self) -> Arrays:
        """Return adapters, head, tokens and the first model; of the encoder only the fingerprint."""
        own = {name: np.ascontiguousarray(to_numpy(tensor)) for name, tensor in self.network.state_dict().items()}
        own |= {"titles": self._tokens.titles, "offers": self._tokens.offers}
        own |= {"vectors": self._vectors, "is_new": self._is_new}
        own["fingerprint"] = np.frombuffer(self._fingerprint.encode(), np.uint8)
        own |= csr_arrays("order", self._histories)
        return own | {FIRST + name: array for name, array in self.first.arrays().items()}

    def load_arrays(self, arrays: Arrays) -> None:
        """See :meth:`Recommender.load_arrays`.

        Raises
        ------
        UserError
            When the encoder is not installed, or is another than the one that was trained.
        """
        with RandomStream(0, torch.device("cpu")):  # the first weights are drawn, then overwritten
            self.network = self.build_network()
        if arrays["fingerprint"].tobytes().decode() != self._fingerprint:
            raise UserError(
                f"The text encoder '{self.params.encoder}' is another than the one this model was trained with.",
                "Install that one again, or train the model again.",
            )
        weights = {name: torch.from_numpy(arrays[name].copy()) for name in self.network.state_dict()}
        self.network.load_state_dict(weights)
        self.network.eval()
        self._tokens = ItemTokens(arrays["titles"], arrays["offers"])
        self._vectors, self._is_new = arrays["vectors"], arrays["is_new"]
        self._histories = csr_from(arrays, "order", (len(self.users), self.n_items))
        self.first = self._first_class()()
        self.first.bind(self.users, self.catalogue, self.scales)
        own = {name.removeprefix(FIRST): array for name, array in arrays.items() if name.startswith(FIRST)}
        self.first.restore(own)


def _joined(first: States, order: sparse.csr_matrix) -> sparse.csr_matrix:
    return sparse.csr_matrix(sparse.hstack([sparse.csr_matrix(first), order]))

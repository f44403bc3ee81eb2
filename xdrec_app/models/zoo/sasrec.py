"""Self-attention over the sequence of what a person chose, in all domains (Kang and McAuley, ICDM 2018)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from xdrec_app.core.params import Params, Search, param
from xdrec_app.datasets.arrays import Floats, Ints
from xdrec_app.datasets.cross_domain import CrossDomainData
from xdrec_app.datasets.interactions import Interactions
from xdrec_app.models.base import FitOptions, States, recommenders
from xdrec_app.models.capabilities import Capabilities
from xdrec_app.models.gradient import GradientRecommender, seen, to_numpy
from xdrec_app.models.neighbourhood import SOURCE_WEIGHT_PARAM
from xdrec_app.models.sequences import Padded, Sequences
from xdrec_app.training.batching import MIN_STEPS, shuffled_batches
from xdrec_app.training.objectives import make_optimiser
from xdrec_app.training.phase import Phase, Phases

PEOPLE_AT_ONCE = 1024

MIN_STRETCHES = 8
"""Stretches of a step, each of many places, below which it costs as much as a longer one."""

INITIAL_STD = 0.02
"""Of the embeddings: small, so that the first scores are hardly more than popularity."""


class SASRecParams(Params):
    """Hyper-parameters of :class:`SASRec`."""

    embedding_size: int = param(64, "Numbers per item.", low=2, high=1024, search=Search(low=32, high=128))
    n_blocks: int = param(1, "Blocks of attention, one upon the other.", low=1, high=12, search=Search(low=1, high=3))
    n_heads: int = param(2, "Parts an attention is divided into, as far as it can be.", low=1, high=16)
    max_length: int = param(50, "Newest interactions that are read.", low=1, high=1000, search=Search(low=20, high=200))
    epochs: int = param(100, "At most that many passes over the interactions.", low=1, high=10_000)
    batch_size: int = param(16, "Stretches of a history per step.", low=1, high=100_000)
    n_negatives: int = param(
        1024, "Random items of each domain per step; a domain with no more competes whole.", low=1, high=65_536
    )
    learning_rate: float = param(0.002, "Step size.", low=1e-6, high=1.0, search=Search(low=3e-4, high=0.01, log=True))
    weight_decay: float = param(
        0.01, "Decoupled decay of all weights.", low=0.0, high=10.0, search=Search(low=1e-3, high=1.0, log=True)
    )
    dropout: float = param(
        0.3, "Share of the numbers hidden in each step.", low=0.0, high=0.95, search=Search(low=0.1, high=0.6)
    )
    shuffled: float = param(
        0.2,
        "Share of the stretches that are read in random order: what belongs together counts, whatever came first.",
        low=0.0,
        high=1.0,
        search=Search(low=0.0, high=0.5),
    )
    source_weight: float = SOURCE_WEIGHT_PARAM
    patience: int = param(8, "Epochs without improvement before training ends.", low=1, high=1000)


class Block(nn.Module):
    """Attention to what came before, then a small network for each place; both normalised first."""

    def __init__(self, size: int, n_heads: int, dropout: float) -> None:
        super().__init__()
        self.n_heads = next(n for n in range(min(n_heads, size), 0, -1) if size % n == 0)
        self.dropout = dropout
        self.before_attention, self.before_feeding = nn.LayerNorm(size), nn.LayerNorm(size)
        self.asked, self.gathered = nn.Linear(size, 3 * size), nn.Linear(size, size)
        self.feeding = nn.Sequential(
            nn.Linear(size, size), nn.GELU(), nn.Dropout(dropout), nn.Linear(size, size), nn.Dropout(dropout)
        )

    def forward(self, x: Tensor) -> Tensor:
        """Return float32 of the shape of x, [n, length, size]; a place sees itself and those before it."""
        n, length, size = x.shape
        parts = self.asked(self.before_attention(x)).view(n, length, 3, self.n_heads, size // self.n_heads)
        query, key, value = parts.permute(2, 0, 3, 1, 4)
        hidden = self.dropout if self.training else 0.0
        found = functional.scaled_dot_product_attention(query, key, value, dropout_p=hidden, is_causal=True)
        x = x + functional.dropout(self.gathered(found.transpose(1, 2).reshape(n, length, size)), hidden)
        fed: Tensor = x + self.feeding(self.before_feeding(x))
        return fed


class Reader(nn.Module):
    """Reads a sequence and says at each place what to expect next; items are read and offered by one embedding."""

    people: Tensor
    known_users: Tensor
    known_items: Tensor
    item_domains: Tensor

    def __init__(self, n_users: int, item_domains: Ints, params: SASRecParams) -> None:
        super().__init__()
        size, n_items = params.embedding_size, len(item_domains)
        self.items = nn.Embedding(n_items, size)
        self.item_biases = nn.Parameter(torch.zeros(n_items))
        self.domains = nn.Embedding(int(item_domains.max(initial=0)) + 1, size)
        self.positions = nn.Embedding(params.max_length, size)
        self.blocks = nn.Sequential(*(Block(size, params.n_heads, params.dropout) for _ in range(params.n_blocks)))
        self.norm = nn.LayerNorm(size)
        self.dropout = nn.Dropout(params.dropout)
        for table in (self.items, self.domains, self.positions):
            nn.init.normal_(table.weight, std=INITIAL_STD)
        self.register_buffer("item_domains", torch.from_numpy(item_domains.astype(np.int64)), persistent=False)
        self.register_buffer("people", torch.zeros(n_users, size))
        self.register_buffer("known_users", torch.zeros(n_users, dtype=torch.bool))
        self.register_buffer("known_items", torch.zeros(n_items, dtype=torch.bool))

    def forward(self, read: Padded) -> Tensor:
        """Return what is expected after each place, float32 [n, longest, size]."""
        places = torch.arange(read.items.shape[1], device=read.items.device)
        from_the_end = (read.lengths[:, None] - 1 - places).clamp(min=0)
        x = self.items(read.items) + self.domains(self.item_domains[read.items]) + self.positions(from_the_end)
        # what stands behind the end of a sequence is seen by no place within it, so it needs no mask
        expected: Tensor = self.norm(self.blocks(self.dropout(x)))
        return expected


@recommenders.register
class SASRec(GradientRecommender):
    r"""A Transformer reads the newest interactions of all domains in one sequence and expects the next one.

    An item i of domain d at k places from the end is read as :math:`e_i + g_d + p_k`; blocks of causal attention
    (paper, eq. 2 to 5, normalised first) give :math:`h_t`, and item j has the score :math:`h_t^\top e_j + b_j`
    (eq. 6). Each place t learns what came next, :math:`i_{t+1}`, by a softmax over the items of that item's own
    domain D,

    .. math:: -w_{t+1} \log \frac{\exp s_{i_{t+1}}}{\sum_{j \in D} \exp s_j},

    or over random ones of them that stand for all, where there are more than `n_negatives`: with the paper's one
    negative per place the model is overconfident and ranks worse (Klenitskiy and Vasilev, RecSys 2023; Petrov and
    Macdonald, gSASRec, RecSys 2023). w is 1 for an item of the target and `source_weight` for others, which are
    read all the same.
    """

    key: ClassVar[str] = "sasrec"
    title: ClassVar[str] = "SASRec"
    family: ClassVar[str] = "Sequence"
    reference: ClassVar[str] = (
        "Kang and McAuley: Self-Attentive Sequential Recommendation. ICDM 2018; loss as in Klenitskiy and Vasilev: "
        "Turning Dross Into Gold Loss. RecSys 2023"
    )
    Params: ClassVar[type[Params]] = SASRecParams
    capabilities: ClassVar[Capabilities] = Capabilities(
        task="ranking", fold_in=True, trains_by_epochs=True, needs=("times",)
    )

    network: Reader

    def build_network(self) -> Reader:
        """See :meth:`GradientRecommender.build_network`."""
        return Reader(len(self.users), self.item_domains, self.params)

    def phases(self, data: CrossDomainData, options: FitOptions) -> Phases:
        """See :meth:`GradientRecommender.phases`."""
        params, network, device = self.params, self.network, options.device
        rows = data.interactions
        sequences = Sequences(rows, data.n_users, device)
        windows = sequences.windows(params.max_length)
        counts = np.bincount(rows.items, minlength=data.n_items)
        network.known_users.copy_(torch.from_numpy(seen(rows.users, data.n_users)))
        network.known_items.copy_(torch.from_numpy(counts > 0))
        # Popularity needs no learning: the scores begin where it ends.
        network.item_biases.data.copy_(torch.from_numpy(np.log1p(counts).astype(np.float32)))
        batch_size = min(params.batch_size, max(MIN_STRETCHES, len(windows) // MIN_STEPS))

        def batches(epoch: int) -> Iterator[Tensor]:
            yield from shuffled_batches(len(windows), batch_size, device)

        def loss(chosen: Tensor) -> Tensor:
            read, followed = sequences.steps(windows, chosen, params.shuffled)
            inside = read.inside
            return self._objective(network(read)[inside], followed[inside])

        phase = Phase(
            name="fit",
            modules=[network],
            optimiser=make_optimiser("adamw", network.parameters(), params.learning_rate, params.weight_decay),
            batches=batches,
            loss=loss,
            n_rows=len(rows),
            epochs=params.epochs,
            patience=params.patience,
            clip_norm=5.0,
        )
        yield self.watched(phase, options, before=lambda: self._read_everybody(sequences))
        self._read_everybody(sequences)

    def _objective(self, expected: Tensor, followed: Tensor) -> Tensor:
        """Return the weighted mean loss of some places; `expected` is [n, embedding_size], `followed` int64 [n]."""
        network = self.network
        total, weights = expected.new_zeros(()), 0.0
        for domain, part in enumerate(self.catalogue.slices):
            places = torch.nonzero((followed >= part.start) & (followed < part.stop)).squeeze(1)
            weight = 1.0 if domain == 0 else self.params.source_weight
            if len(places) == 0 or weight == 0:
                continue
            h, item = expected[places], followed[places]
            drawn, scale = self._competitors(part, expected.device)
            scores = h @ network.items(drawn).T + network.item_biases[drawn] + scale
            others = scores.masked_fill(drawn == item[:, None], -torch.inf).logsumexp(dim=1)
            positive = (h * network.items(item)).sum(1) + network.item_biases[item]
            total = total + weight * functional.softplus(others - positive).sum()
            weights += weight * len(places)
        return total / max(weights, 1e-9)

    def _competitors(self, part: slice, device: torch.device) -> tuple[Tensor, float]:
        """Return items of a domain, and the logarithm of how many each of them stands for."""
        size, n = part.stop - part.start, self.params.n_negatives
        if size <= n:
            return torch.arange(part.start, part.stop, device=device), 0.0
        return part.start + torch.randint(size, (n,)).to(device), float(np.log(size / n))

    def user_states(self, users: Ints) -> States:
        """Return what people are expected to want next, [n, embedding_size]; NaN for people without a history."""
        states = to_numpy(self.network.people)[users].copy()
        states[~to_numpy(self.network.known_users)[users]] = np.nan
        return states

    def scores_of(self, states: States) -> Floats:
        """See :meth:`Recommender.scores_of`."""
        network, n = self.network, self.n_target_items
        biases = to_numpy(network.item_biases)[:n].copy()
        biases[~to_numpy(network.known_items)[:n]] = np.nan
        return np.asarray(states @ to_numpy(network.items.weight)[:n].T + biases, np.float32)

    def fold_in(self, histories: Interactions, n_people: int) -> States:
        """See :meth:`Recommender.fold_in`; rows without times count as given in their order."""
        known = histories.take(to_numpy(self.network.known_items)[histories.items])
        sequences = Sequences(known, n_people, torch.device("cpu"))
        states = to_numpy(self._expected(sequences))
        states[sequences.lengths == 0] = np.nan
        return states

    def _read_everybody(self, sequences: Sequences) -> None:
        self.network.people.copy_(self._expected(sequences))

    def _expected(self, sequences: Sequences) -> Tensor:
        """Return what the network expects at the end of each sequence, float32 [n_people, embedding_size]."""
        network = self.network
        expected = torch.zeros(len(sequences.lengths), self.params.embedding_size, device=network.people.device)
        active = np.flatnonzero(sequences.lengths)
        was_training = network.training
        network.eval()
        with torch.no_grad():
            for start in range(0, len(active), PEOPLE_AT_ONCE):
                some = active[start : start + PEOPLE_AT_ONCE]
                read = sequences.newest(some, self.params.max_length)
                last = torch.arange(len(some), device=expected.device)
                expected[torch.from_numpy(some).to(expected.device)] = network(read)[last, read.lengths - 1]
        network.train(was_training)
        return expected

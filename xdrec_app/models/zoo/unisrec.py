"""UniSRec: a Transformer over the texts of what people chose, pre-trained on all domains (Hou et al., KDD 2022)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from xdrec_app.core.errors import UserError
from xdrec_app.core.jobs import Job
from xdrec_app.core.params import Params, Search, param
from xdrec_app.datasets.arrays import Floats, Ints
from xdrec_app.datasets.cross_domain import CrossDomainData
from xdrec_app.datasets.interactions import Interactions
from xdrec_app.models.base import Arrays, FitOptions, FitReport, States, recommenders
from xdrec_app.models.capabilities import Capabilities
from xdrec_app.models.gradient import GradientRecommender, seen, to_numpy
from xdrec_app.models.sequences import Padded, Sequences
from xdrec_app.models.text_reader import ReaderShape, TextReader, thinned
from xdrec_app.models.whitening import axes, guess, has_vector
from xdrec_app.training.batching import bounded_batch_size, shuffled_batches
from xdrec_app.training.objectives import make_optimiser
from xdrec_app.training.phase import Phase, Phases

PEOPLE_AT_ONCE = 1024
CARRIED = ("centre", "axes", "experts", "means", "gate.", "positions.", "blocks.", "norm.")
"""What pre-trained weights consist of, by the beginning of the name: nothing of people and items."""


class UniSRecParams(Params):
    """Hyper-parameters of :class:`UniSRec`."""

    encoder: str = param("multilingual", "The language model that reads the texts.")
    use_ids: bool = param(True, "Items the target knows have an embedding beside their text (transductive).")
    text_size: int = param(
        128, "Directions of meaning that are told apart.", low=4, high=1024, search=Search(low=64, high=256)
    )
    embedding_size: int = param(64, "Numbers per item.", low=4, high=1024, search=Search(low=32, high=256))
    n_experts: int = param(4, "Adaptors of texts that are mixed.", low=1, high=64)
    n_blocks: int = param(1, "Blocks of attention, one upon the other.", low=1, high=12)
    n_heads: int = param(2, "Parts an attention is divided into, as far as it can be.", low=1, high=16)
    max_length: int = param(50, "Newest interactions that are read.", low=1, high=1000, search=Search(low=20, high=200))
    pretrain_epochs: int = param(10, "At most that many passes over all domains.", low=1, high=10_000)
    epochs: int = param(30, "At most that many passes over the target.", low=1, high=10_000)
    batch_size: int = param(64, "Stretches of a history per step.", low=2, high=100_000)
    n_negatives: int = param(
        1024, "Random items of the target per step; a target with no more competes whole.", low=1, high=65_536
    )
    learning_rate: float = param(0.005, "Step size.", low=1e-6, high=1.0, search=Search(low=3e-4, high=0.01, log=True))
    weight_decay: float = param(0.3, "Decoupled decay of all weights.", low=0.0, high=10.0)
    dropout: float = param(
        0.2, "Share of the numbers hidden in each step.", low=0.0, high=0.95, search=Search(low=0.1, high=0.6)
    )
    id_dropout: float = param(
        0.2,
        "Share of the items known by their text alone in each step.",
        low=0.0,
        high=1.0,
        search=Search(low=0, high=1),
    )
    temperature: float = param(0.3, "Of likeness.", low=0.01, high=1.0, search=Search(low=0.05, high=1.0, log=True))
    contrast: float = param(0.001, "Weight of the contrast of sequences.", low=0.0, high=10.0)
    patience: int = param(6, "Epochs without improvement before a phase ends.", low=1, high=1000)


@recommenders.register
class UniSRec(GradientRecommender):
    r"""Items are their texts, people the sequence of what they chose; all domains teach one Transformer.

    An item is what a mixture of experts, each a whitening of its own, reads in its text (eq. 2 to 4),
    :math:`e_i = \sum_k g_k(x_i) \, W_k^\top (x_i - b_k)`. A Transformer reads the mixed history of all domains and
    :math:`s_{ui} = h_u^\top e_i / \tau + b_i`, both of length 1, with b the popularity of an item or, for one nobody
    has touched, what its text says of it. Phase *pretrain*: the next item against all others of the batch, of whatever
    domain (eq. 8), and a sequence against itself with items left out (eq. 9). Phase *finetune*: the next item of the
    target against the items of the target, by texts alone (inductive, eq. 11) or with an embedding for each item that
    is known (transductive, eq. 12). Pre-trained weights of other domains take the place of the first phase.
    """

    key: ClassVar[str] = "unisrec"
    title: ClassVar[str] = "UniSRec"
    family: ClassVar[str] = "Sequence"
    reference: ClassVar[str] = (
        "Hou, Mu, Zhao, Li, Ding and Wen: Towards universal sequence representation learning for recommender systems. "
        "KDD 2022"
    )
    Params: ClassVar[type[Params]] = UniSRecParams
    capabilities: ClassVar[Capabilities] = Capabilities(
        task="ranking", fold_in=True, new_items=True, trains_by_epochs=True, needs=("times", "vectors")
    )

    network: TextReader

    def _fit(self, data: CrossDomainData, options: FitOptions) -> Job[FitReport]:
        self._vector_size = data.catalogue.vectors.shape[1]
        return (yield from super()._fit(data, options))

    def build_network(self) -> TextReader:
        """See :meth:`GradientRecommender.build_network`."""
        params = self.params
        shape = ReaderShape(
            text_size=params.text_size,
            embedding_size=params.embedding_size,
            n_experts=params.n_experts,
            n_blocks=params.n_blocks,
            n_heads=params.n_heads,
            max_length=params.max_length,
            dropout=params.dropout,
        )
        return TextReader(len(self.users), self.n_items, self._vector_size, shape)

    def prepare(self, data: CrossDomainData, options: FitOptions) -> Job[None]:
        """Let reading begin where whitening ends or where weights learnt elsewhere do, and popularity at a count."""
        yield from ()
        network, rows, vectors = self.network, data.interactions, data.catalogue.vectors
        if options.pretrained is not None:
            self._take(options.pretrained.arrays)
        else:
            centre, along = axes(vectors[has_vector(vectors)], self.params.text_size, 0.5)
            network.centre.copy_(torch.from_numpy(centre))
            network.axes.copy_(torch.from_numpy(along))
        network.read_vectors(vectors)
        counts = np.bincount(rows.items, minlength=data.n_items)
        logs = np.log1p(counts).astype(np.float32)
        known = counts > 0
        texts = to_numpy(network.texts)
        length = float(np.sqrt(texts.shape[1]))
        coefficients = (
            guess(logs - logs[known].mean(), known & texts.any(1), np.asarray(texts / length, np.float32)) / length
        )
        with torch.no_grad():
            network.known_items.copy_(torch.from_numpy(known))
            network.biases.copy_(torch.from_numpy(logs))
            network.foreseen.weight[0] = torch.from_numpy(coefficients).to(options.device)
            network.foreseen.bias.fill_(float(logs[known].mean()))

    def phases(self, data: CrossDomainData, options: FitOptions) -> Phases:
        """See :meth:`GradientRecommender.phases`."""
        network, params, device = self.network, self.params, options.device
        rows = data.interactions
        is_read = has_vector(data.catalogue.vectors) | params.use_ids
        rows = rows.take(is_read[rows.items])
        network.known_users.copy_(torch.from_numpy(seen(rows.users, data.n_users)))
        sequences = Sequences(rows, data.n_users, device)
        if options.pretrained is None:
            phase = self._phase("pretrain", sequences, params.pretrain_epochs, self._pretrain_loss, device)
            yield self.watched(phase, options, before=lambda: self._read_everybody(sequences))
        if options.only_pretrain:
            return
        network.is_transductive.fill_(params.use_ids)
        phase = self._phase("finetune", sequences, params.epochs, self._finetune_loss, device)
        yield self.watched(phase, options, before=lambda: self._read_everybody(sequences))
        self._read_everybody(sequences)

    def carried(self) -> Arrays:
        """Return the weights that another workspace can go on from."""
        return {name: array for name, array in self.arrays().items() if name.startswith(CARRIED)}

    def _take(self, arrays: Arrays) -> None:
        own = self.network.state_dict()
        fits = {name for name in own if name.startswith(CARRIED)} == arrays.keys()
        if not fits or any(own[name].shape != array.shape for name, array in arrays.items()):
            raise UserError(
                "The pre-trained weights are of another size than this model.",
                "Set the sizes, n_experts, n_blocks, n_heads and max_length as they were for pre-training.",
            )
        self.network.load_state_dict({name: torch.from_numpy(array) for name, array in arrays.items()}, strict=False)

    def _phase(
        self,
        name: str,
        sequences: Sequences,
        epochs: int,
        loss_of: Callable[[Padded, Tensor], Tensor],
        device: torch.device,
    ) -> Phase:
        params, windows = self.params, sequences.windows(self.params.max_length)
        batch_size = bounded_batch_size(len(windows), params.batch_size)

        def batches(epoch: int) -> Iterator[Tensor]:
            yield from shuffled_batches(len(windows), batch_size, device)

        def loss(chosen: Tensor) -> Tensor:
            if len(chosen) == 0:
                return self.network.experts.sum() * 0
            return loss_of(*sequences.steps(windows, chosen))

        optimiser = make_optimiser("adamw", self.network.parameters(), params.learning_rate, params.weight_decay)
        return Phase(
            name=name,
            modules=[self.network],
            optimiser=optimiser,
            batches=batches,
            loss=loss,
            n_rows=int(windows.lengths.sum()),
            epochs=epochs,
            patience=params.patience,
            clip_norm=5.0,
        )

    def _pretrain_loss(self, read: Padded, followed: Tensor) -> Tensor:
        """Return the contrast of places with what followed them, and of sequences with themselves."""
        network, params = self.network, self.params
        expected = network(read)
        wanted = read.inside & network.served[followed]
        competing, own = torch.unique(followed[wanted], return_inverse=True)
        if len(competing) == 0:
            return network.experts.sum() * 0
        scores = expected[wanted] @ network.items(competing).T / params.temperature
        loss: Tensor = functional.cross_entropy(scores, own)
        if params.contrast == 0 or len(read.lengths) < 2:
            return loss
        whole = expected[torch.arange(len(expected), device=own.device), read.lengths - 1]
        thin = network.last(thinned(read, params.dropout))
        likeness = thin @ whole.T / params.temperature
        pairs = torch.arange(len(whole), device=own.device)
        both: Tensor = loss + params.contrast * functional.cross_entropy(likeness, pairs)
        return both

    def _finetune_loss(self, read: Padded, followed: Tensor) -> Tensor:
        """Return the loss of the next item of the target among its items, or random ones that stand for all."""
        network, params, n = self.network, self.params, self.n_target_items
        wanted = read.inside & (followed < n) & network.served[followed]
        if not wanted.any():
            return network.experts.sum() * 0
        has_text = network.texts.any(1)
        network.hidden.copy_((torch.rand(self.n_items) < params.id_dropout).to(has_text.device) & has_text)
        expected, item = network(read)[wanted], followed[wanted]
        drawn = torch.arange(n) if n <= params.n_negatives else torch.randint(n, (params.n_negatives,))
        drawn = drawn.to(item.device)
        scale = float(np.log(n / len(drawn)))
        scores = expected @ network.items(drawn).T / params.temperature + network.offsets(drawn) + scale
        others = scores.masked_fill(drawn == item[:, None], -torch.inf).logsumexp(dim=1)
        positive = (expected * network.items(item)).sum(1) / params.temperature + network.offsets(item)
        network.hidden.zero_()
        return functional.softplus(others - positive).mean()

    def user_states(self, users: Ints) -> States:
        """Return what people are expected to want next, [n, embedding_size]; NaN for people without a history."""
        states: Floats = to_numpy(self.network.people)[users].copy()
        states[~to_numpy(self.network.known_users)[users]] = np.nan
        return states

    def scores_of(self, states: States) -> Floats:
        """See :meth:`Recommender.scores_of`; NaN for items nobody touched and without text."""
        network = self.network
        items = torch.arange(self.n_target_items, device=network.people.device)
        with torch.no_grad():
            read, offsets = to_numpy(network.items(items)), to_numpy(network.offsets(items)).copy()
        offsets[~to_numpy(network.served)[: self.n_target_items]] = np.nan
        return np.asarray(states @ read.T / np.float32(self.params.temperature) + offsets, np.float32)

    def fold_in(self, histories: Interactions, n_people: int) -> States:
        """See :meth:`Recommender.fold_in`; rows without times count as given in their order."""
        known = histories.take(to_numpy(self.network.served)[histories.items])
        sequences = Sequences(known, n_people, torch.device("cpu"))
        states: Floats = to_numpy(self._expected(sequences))
        states[sequences.lengths == 0] = np.nan
        return states

    def load_arrays(self, arrays: Arrays) -> None:
        """See :meth:`Recommender.load_arrays`."""
        self._vector_size = len(arrays["centre"])
        super().load_arrays(arrays)

    def _read_everybody(self, sequences: Sequences) -> None:
        self.network.people.copy_(self._expected(sequences))

    def _expected(self, sequences: Sequences) -> Tensor:
        """Return what the network expects at the end of each sequence, float32 [n_people, embedding_size]."""
        network, device = self.network, self.network.people.device
        expected = torch.zeros(len(sequences.lengths), self.params.embedding_size, device=device)
        active = np.flatnonzero(sequences.lengths)
        network.eval()
        with torch.no_grad():
            for start in range(0, len(active), PEOPLE_AT_ONCE):
                some = active[start : start + PEOPLE_AT_ONCE]
                read = sequences.newest(some, self.params.max_length)
                expected[torch.from_numpy(some).to(device)] = network.last(read)
        return expected

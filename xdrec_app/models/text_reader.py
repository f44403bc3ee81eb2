"""A Transformer over the texts of a history, with what each text says mixed by experts.

Shared by models that read mixed histories of several domains. Knows no loss.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from xdrec_app.datasets.arrays import Floats
from xdrec_app.models.sequences import Padded


@dataclass(frozen=True)
class ReaderShape:
    """How large a :class:`TextReader` is; as in the parameters of the models that have one."""

    text_size: int
    embedding_size: int
    n_experts: int
    n_blocks: int
    n_heads: int
    max_length: int
    dropout: float


class TextReader(nn.Module):
    """Mixes experts' readings of texts into items, and reads sequences of them."""

    centre: Tensor
    axes: Tensor
    texts: Tensor
    is_transductive: Tensor
    known_items: Tensor
    hidden: Tensor
    people: Tensor
    known_users: Tensor

    def __init__(self, n_users: int, n_items: int, vector_size: int, shape: ReaderShape) -> None:
        super().__init__()
        size, n = shape.embedding_size, min(shape.text_size, vector_size)
        self.means = nn.Parameter(torch.zeros(shape.n_experts, n))
        self.experts = nn.Parameter(torch.randn(shape.n_experts, n, size) * (0.1 * n**-0.5))
        with torch.no_grad():  # each begins as the first directions of meaning, slightly disturbed
            self.experts.add_(torch.eye(n, size))
        self.gate = nn.Linear(n, shape.n_experts, bias=False)
        self.foreseen = nn.Linear(n, 1)
        self.ids = nn.Embedding(n_items, size)
        self.biases = nn.Parameter(torch.zeros(n_items))
        self.positions = nn.Embedding(shape.max_length, size)
        n_heads = next(k for k in range(min(shape.n_heads, size), 0, -1) if size % k == 0)
        block = nn.TransformerEncoderLayer(
            size, n_heads, 2 * size, shape.dropout, "gelu", batch_first=True, norm_first=True
        )
        self.blocks = nn.TransformerEncoder(block, shape.n_blocks, enable_nested_tensor=False)
        self.norm = nn.LayerNorm(size)
        nn.init.zeros_(self.ids.weight)
        nn.init.normal_(self.positions.weight, std=0.1)
        self.register_buffer("centre", torch.zeros(vector_size))
        self.register_buffer("axes", torch.zeros(vector_size, n))
        self.register_buffer("texts", torch.zeros(n_items, n))
        self.register_buffer("is_transductive", torch.tensor(False))
        self.register_buffer("known_items", torch.zeros(n_items, dtype=torch.bool))
        self.register_buffer("hidden", torch.zeros(n_items, dtype=torch.bool), persistent=False)
        self.register_buffer("people", torch.zeros(n_users, size))
        self.register_buffer("known_users", torch.zeros(n_users, dtype=torch.bool))

    def read_vectors(self, vectors: Floats) -> None:
        """Take the vectors of the items' texts, NaN rows where there is none, along the axes of meaning."""
        with torch.no_grad():
            found = torch.from_numpy(vectors).to(self.axes.device)
            along = functional.normalize((found - self.centre) @ self.axes, dim=1) * self.axes.shape[1] ** 0.5
            self.texts.copy_(along.nan_to_num())

    @property
    def served(self) -> Tensor:
        """Which items can be read and offered, bool [n_items]."""
        described = self.texts.any(1)
        return described | (self.known_items & self.is_transductive)

    def shown(self, items: Tensor) -> Tensor:
        """Return which items are known by more than their text now, bool."""
        return self.known_items[items] & ~self.hidden[items] & self.is_transductive

    def items(self, items: Tensor) -> Tensor:
        """Return e of some items, float32 [..., embedding_size], of length 1 (paper, eq. 2 to 4)."""
        x = self.texts[items]
        logits = self.gate(x)
        if self.training:
            logits = logits + torch.randn(logits.shape).to(logits.device) * 0.1
        gates = logits.softmax(-1)
        offsets = torch.einsum("kn,kns->ks", self.means, self.experts)
        read = torch.einsum("...n,kns->...ks", x, self.experts) - offsets
        read = (gates[..., None] * read).sum(-2) * x.any(-1, keepdim=True)
        told = functional.normalize(read, dim=-1) + self.ids(items) * self.shown(items)[..., None]
        return functional.normalize(told, dim=-1)

    def offsets(self, items: Tensor) -> Tensor:
        """Return what popularity adds to the scores of items, float32 [n]."""
        return torch.where(self.shown(items), self.biases[items], self.foreseen(self.texts[items]).squeeze(-1))

    def forward(self, read: Padded) -> Tensor:
        """Return what is expected after each place, of length 1, float32 [n, longest, embedding_size]."""
        places = torch.arange(read.items.shape[1], device=read.items.device)
        from_the_end = (read.lengths[:, None] - 1 - places).clamp(min=0)
        distinct, back = torch.unique(read.items, return_inverse=True)
        x = self.items(distinct)[back] * self.positions.embedding_dim**0.5 + self.positions(from_the_end)
        mask = nn.Transformer.generate_square_subsequent_mask(len(places), device=x.device)
        expected: Tensor = functional.normalize(self.norm(self.blocks(x, mask=mask, is_causal=True)), dim=-1)
        return expected

    def last(self, read: Padded) -> Tensor:
        """Return what is expected after the end of each sequence, float32 [n, embedding_size]."""
        expected: Tensor = self(read)
        return expected[torch.arange(len(read.items), device=read.items.device), read.lengths - 1]


def thinned(read: Padded, share: float) -> Padded:
    """Return the same sequences with items left out at random; each keeps its newest."""
    places = torch.arange(read.items.shape[1], device=read.items.device)
    kept = (torch.rand(read.items.shape) >= share).to(places.device) & read.inside
    kept |= places == read.lengths[:, None] - 1
    order = torch.argsort((~kept).int(), dim=1, stable=True)
    return Padded(read.items.gather(1, order), kept.sum(1))

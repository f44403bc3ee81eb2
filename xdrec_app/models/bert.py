"""The Transformer encoder of BERT and its kin in plain torch, with weights from a Hugging Face folder.

Devlin et al., BERT, NAACL 2019; RoBERTa and XLM-RoBERTa differ only in where positions begin. Reads safetensors, never
pickle, and runs no code of the folder. Knows no tokens and no texts: see :mod:`xdrec_app.models.sentences`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional

from xdrec_app.core.errors import UserError

ARCHITECTURES = ("bert", "roberta", "xlm-roberta", "camembert")
"""The `model_type` of those that are read here."""

NAMES = {
    "words": "embeddings.word_embeddings",
    "positions": "embeddings.position_embeddings",
    "kinds": "embeddings.token_type_embeddings",
    "norm": "embeddings.LayerNorm",
}
NAMES_IN_LAYER = {
    "attention.query": "attention.self.query",
    "attention.key": "attention.self.key",
    "attention.value": "attention.self.value",
    "attention.output": "attention.output.dense",
    "attention_norm": "attention.output.LayerNorm",
    "up": "intermediate.dense",
    "down": "output.dense",
    "norm": "output.LayerNorm",
}
"""What modules are called here, and in a Hugging Face file."""


@dataclass(frozen=True)
class BertConfig:
    """The shape of the network.

    Attributes
    ----------
    n_heads
        Attention heads of each layer; pruned layers have fewer.
    head_size
        Numbers per head.
    first_position
        Number of the first token's position: 0, and `pad_token_id` + 1 for RoBERTa.
    """

    vocabulary_size: int
    hidden_size: int
    inner_size: int
    n_heads: tuple[int, ...]
    head_size: int
    n_positions: int
    n_kinds: int
    first_position: int
    norm_eps: float
    pad: int

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> BertConfig:
        """Read ``config.json``; heads named under ``pruned_heads`` are gone.

        Raises
        ------
        KeyError, TypeError, ValueError
            When something is missing or odd.
        """
        activation = content.get("hidden_act", "gelu")
        if activation != "gelu" or content.get("position_embedding_type", "absolute") != "absolute":
            raise ValueError(f"activation '{activation}' or its positions are not of this class")
        n_layers, n_heads = int(content["num_hidden_layers"]), int(content["num_attention_heads"])
        pruned = {int(layer): len(heads) for layer, heads in (content.get("pruned_heads") or {}).items()}
        pad = int(content.get("pad_token_id") or 0)
        return cls(
            vocabulary_size=int(content["vocab_size"]),
            hidden_size=int(content["hidden_size"]),
            inner_size=int(content["intermediate_size"]),
            n_heads=tuple(n_heads - pruned.get(layer, 0) for layer in range(n_layers)),
            head_size=int(content["hidden_size"]) // n_heads,
            n_positions=int(content["max_position_embeddings"]),
            n_kinds=int(content.get("type_vocab_size", 2)),
            first_position=0 if content["model_type"] == "bert" else pad + 1,
            norm_eps=float(content.get("layer_norm_eps", 1e-12)),
            pad=pad,
        )

    @property
    def max_length(self) -> int:
        """Tokens that have a position."""
        return self.n_positions - self.first_position


class Attention(nn.Module):
    """Multi-head self-attention; Vaswani et al. 2017, eq. 1."""

    def __init__(self, hidden_size: int, n_heads: int, head_size: int) -> None:
        super().__init__()
        self.n_heads, self.head_size = n_heads, head_size
        self.query = nn.Linear(hidden_size, n_heads * head_size)
        self.key = nn.Linear(hidden_size, n_heads * head_size)
        self.value = nn.Linear(hidden_size, n_heads * head_size)
        self.output = nn.Linear(n_heads * head_size, hidden_size)

    def forward(self, hidden: Tensor, mask: Tensor | None, gates: Tensor | None = None) -> Tensor:
        """Mix tokens: [batch, length, hidden_size]; `gates` [n_heads] scales what each head says."""
        shape = (*hidden.shape[:2], self.n_heads, self.head_size)
        query, key, value = (part(hidden).view(shape).transpose(1, 2) for part in (self.query, self.key, self.value))
        mixed = functional.scaled_dot_product_attention(query, key, value, attn_mask=mask)
        if gates is not None:
            mixed = mixed * gates[:, None, None]
        joined: Tensor = self.output(mixed.transpose(1, 2).flatten(2))
        return joined


class Layer(nn.Module):
    """Attention and a feed-forward network, each added to its input and normalised after that."""

    def __init__(self, config: BertConfig, n_heads: int) -> None:
        super().__init__()
        self.attention = Attention(config.hidden_size, n_heads, config.head_size)
        self.attention_norm = nn.LayerNorm(config.hidden_size, config.norm_eps)
        self.up = nn.Linear(config.hidden_size, config.inner_size)
        self.down = nn.Linear(config.inner_size, config.hidden_size)
        self.norm = nn.LayerNorm(config.hidden_size, config.norm_eps)

    def forward(self, hidden: Tensor, mask: Tensor | None, gates: Tensor | None = None) -> Tensor:
        """Return [batch, length, hidden_size]."""
        hidden = self.attention_norm(hidden + self.attention(hidden, mask, gates))
        normed: Tensor = self.norm(hidden + self.down(functional.gelu(self.up(hidden))))
        return normed


class Bert(nn.Module):
    """Embeddings of words, positions and kinds of text, then the layers; without the pooler."""

    def __init__(self, config: BertConfig) -> None:
        super().__init__()
        self.config = config
        self.words = nn.Embedding(config.vocabulary_size, config.hidden_size)
        self.positions = nn.Embedding(config.n_positions, config.hidden_size)
        self.kinds = nn.Embedding(config.n_kinds, config.hidden_size)
        self.norm = nn.LayerNorm(config.hidden_size, config.norm_eps)
        self.layers = nn.ModuleList(Layer(config, n_heads) for n_heads in config.n_heads)

    def forward(
        self, tokens: Tensor, mask: Tensor, kinds: Tensor | None = None, gates: Sequence[Tensor] | None = None
    ) -> Tensor:
        """Return a vector for each token.

        Parameters
        ----------
        tokens
            int64 [batch, length].
        mask
            bool [batch, length]: which are tokens and not padding; padding stands at the end, and every row has a
            token.
        kinds
            int64 [batch, length]: 0 for the first text and 1 for the second of a pair; all 0 by default.
        gates
            Per layer float [n_heads]: how much each head may say; 1 by default.

        Returns
        -------
        Tensor
            float [batch, length, hidden_size]; of no meaning at padding.
        """
        places = torch.arange(tokens.shape[1], device=tokens.device) + self.config.first_position
        kinds = torch.zeros_like(tokens) if kinds is None else kinds
        hidden: Tensor = self.norm(self.words(tokens) + self.positions(places) + self.kinds(kinds))
        # Without padding no mask is needed, and attention is faster without one.
        attended = None if bool(mask.all()) else mask[:, None, None, :]
        for number, layer in enumerate(self.layers):
            hidden = layer(hidden, attended, None if gates is None else gates[number])
        return hidden


def load_bert(files: Sequence[Path], content: Mapping[str, Any]) -> Bert:
    """Return the network of a Hugging Face folder, in float32 and ready to use.

    Parameters
    ----------
    files
        Its safetensors.
    content
        Its ``config.json``.

    Raises
    ------
    UserError
        When a file is damaged, or weights are missing or of odd shape.
    """
    try:
        with torch.device("meta"):
            bert = Bert(BertConfig.of(content))
        weights = {name: tensor for file in files for name, tensor in load_file(file).items()}
        # An upper layer, such as a head for masked words, holds the encoder under a name of its own.
        prefix = next((start for start in ("bert.", "roberta.") if any(name.startswith(start) for name in weights)), "")
        state = {name: weights[prefix + huggingface_name(name)].float() for name in bert.state_dict()}
        bert.load_state_dict(state, assign=True)
    except (SafetensorError, KeyError, TypeError, ValueError, RuntimeError, OSError) as error:
        reason = str(error).strip().splitlines()[-1].strip()
        raise UserError(f"The text encoder in {files[0].parent} cannot be loaded: {reason}.") from error
    return bert.eval().requires_grad_(False)


def huggingface_name(name: str) -> str:
    """Return what a weight of :class:`Bert` is called in a Hugging Face file."""
    module, _, kind = name.rpartition(".")
    if not module.startswith("layers."):
        return f"{NAMES[module]}.{kind}"
    _, number, part = module.split(".", 2)
    return f"encoder.layer.{number}.{NAMES_IN_LAYER[part]}.{kind}"

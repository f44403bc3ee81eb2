"""From texts to unit vectors with a network that gives one vector per token: cutting, padding, pooling.

Knows no particular network and no folder: it is handed a tokenizer and a function.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional

from xdrec_app.datasets.arrays import Floats
from xdrec_app.models.text_encoder import readable

Pooling = Literal["mean", "cls", "max", "last"]

TEXTS_PER_BATCH = 16
CHARACTERS_PER_TOKEN = 32
"""Text beyond so many characters per token is not even cut into tokens."""


@dataclass(frozen=True, eq=False)
class SentenceNetwork:
    """A network and how to make vectors of texts from it.

    Attributes
    ----------
    module
        Called with tokens int64 and mask bool, both [batch, length]; gives float [batch, length, size].
    tokenizer
        Without padding and truncation of its own.
    size
        Numbers per vector.
    max_length
        Tokens of a text that are read, with the special ones.
    pooling
        How the vectors of the tokens become one.
    prompt
        What stands before every text.
    """

    module: nn.Module | Callable[[Tensor, Tensor], Tensor]
    tokenizer: Tokenizer
    size: int
    max_length: int
    pooling: Pooling = "mean"
    prompt: str = ""
    pad: int = 0
    device: torch.device = field(default_factory=lambda: torch.device("cpu"))

    def tokens(self, texts: Sequence[str]) -> list[list[int]]:
        """Return the numbers of each text's tokens, at most `max_length`."""
        limit = CHARACTERS_PER_TOKEN * self.max_length
        self.tokenizer.no_padding()
        self.tokenizer.enable_truncation(self.max_length)
        prepared = [self.prompt + readable(text, limit) for text in texts]
        return [encoding.ids for encoding in self.tokenizer.encode_batch(prepared)]

    def vectors(self, texts: Sequence[str]) -> Floats:
        """Return a unit vector for each text, float32 [n_texts, size]; texts of a length are read together."""
        tokens = self.tokens(texts)
        order = sorted(range(len(texts)), key=lambda place: len(tokens[place]))
        result = np.empty((len(texts), self.size), np.float32)
        for start in range(0, len(order), TEXTS_PER_BATCH):
            chosen = order[start : start + TEXTS_PER_BATCH]
            with torch.inference_mode():
                numbers, mask = padded([tokens[place] for place in chosen], self.pad)
                numbers, mask = numbers.to(self.device), mask.to(self.device)
                pooled = pool(self.module(numbers, mask), mask, self.pooling)
                result[chosen] = functional.normalize(pooled, dim=1).float().cpu().numpy()
        return result


def padded(rows: Sequence[Sequence[int]], pad: int) -> tuple[Tensor, Tensor]:
    """Return rows of tokens as int64 [n, length] and a mask of what is no padding; a row without tokens gets one."""
    numbers = torch.full((len(rows), max(1, *map(len, rows))), pad, dtype=torch.int64)
    mask = torch.zeros(numbers.shape, dtype=torch.bool)
    mask[:, 0] = True  # attention over nothing would be NaN
    for place, row in enumerate(rows):
        numbers[place, : len(row)] = torch.tensor(row, dtype=torch.int64)
        mask[place, : len(row)] = True
    return numbers, mask


def pool(hidden: Tensor, mask: Tensor, pooling: Pooling) -> Tensor:
    """Return one vector per text, [n, size], from one per token, [n, length, size]."""
    if pooling == "cls":
        return hidden[:, 0]
    if pooling == "last":
        last = mask.sum(dim=1) - 1
        return hidden[torch.arange(len(hidden), device=hidden.device), last]
    if pooling == "max":
        return hidden.masked_fill(~mask[:, :, None], -torch.inf).amax(dim=1)
    weights = mask[:, :, None].to(hidden.dtype)
    return (hidden * weights).sum(dim=1) / weights.sum(dim=1)

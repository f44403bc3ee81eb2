"""A language model that reads a history and an item together: Y = M(X_user ⊕ X_item).

Texts become tokens once per item; a pair is put together from them. Knows no recommender and no candidates.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from xdrec_app.core.errors import UserError
from xdrec_app.datasets.arrays import Floats, Ints
from xdrec_app.datasets.catalogue import Catalogue
from xdrec_app.models.bert import Bert
from xdrec_app.models.lora import inject
from xdrec_app.models.sentences import SentenceNetwork, padded, pool
from xdrec_app.models.text_encoder import open_encoder, readable

PAIRS_AT_ONCE = 32
TITLE_LENGTH, ITEM_LENGTH = 16, 32
ADAPTED = ("query", "value")
_CHARACTERS = 400

Pair = tuple[list[int], int]
"""The tokens of a history and an item, and where the item begins."""


@dataclass(frozen=True)
class ItemTokens:
    """The tokens of items, as part of a history and as what is offered; both padded with -1.

    Attributes
    ----------
    titles
        int32 [n_items, TITLE_LENGTH].
    offers
        int32 [n_items, ITEM_LENGTH], title, tags and the beginning of the text.
    """

    titles: Ints
    offers: Ints

    @classmethod
    def of(cls, catalogue: Catalogue, network: SentenceNetwork) -> ItemTokens:
        """Cut the texts of a catalogue into tokens."""
        columns = zip(catalogue.titles, catalogue.tags, catalogue.texts, strict=True)
        offers = [". ".join(part for part in (title, ", ".join(tags), text) if part) for title, tags, text in columns]
        return cls(_cut(network, catalogue.titles, TITLE_LENGTH), _cut(network, offers, ITEM_LENGTH))


def _cut(network: SentenceNetwork, texts: Sequence[str], length: int) -> Ints:
    network.tokenizer.no_padding()
    network.tokenizer.no_truncation()
    prepared = [readable(text, _CHARACTERS) for text in texts]
    result = np.full((len(texts), length), -1, np.int32)
    for row, encoding in zip(result, network.tokenizer.encode_batch(prepared, add_special_tokens=False), strict=True):
        ids = encoding.ids[:length]
        row[: len(ids)] = ids
    return result


def open_trainable(name: str, device: torch.device) -> tuple[SentenceNetwork, Bert, str]:
    """Load an encoder that can be trained further; returns it, its network and its fingerprint.

    Raises
    ------
    UserError
        When it is not there, or gives vectors but no gradients.
    """
    encoder = open_encoder(name, device)
    network = getattr(encoder, "network", None)
    if not encoder.has_gradients or not isinstance(network, SentenceNetwork) or not isinstance(network.module, Bert):
        raise UserError(
            f"{encoder.title} gives vectors but cannot be trained further, so it cannot read pairs.",
            "Choose minilm, or folder:PATH of a model of BERT's class.",
        )
    return network, network.module, encoder.fingerprint


class CrossEncoder(nn.Module):
    r"""A frozen encoder with adapters, and a head that turns the mean of its answers into a score.

    Only adapters, head and `trust` are in its state: whoever loads it brings the same encoder.

    Attributes
    ----------
    trust
        How much a standardised score of a first model counts beside the head's: s = trust · f + m.
    """

    def __init__(self, sentences: SentenceNetwork, bert: Bert, rank: int, alpha: float, dropout: float) -> None:
        super().__init__()
        size, tokenizer = bert.config.hidden_size, sentences.tokenizer
        tokenizer.no_truncation()
        special = tokenizer.encode("").ids
        self.first, self.last = (special[0], special[-1]) if special else (bert.config.pad, bert.config.pad)
        self.adapters = nn.ModuleList(layer.adapter for layer in inject(bert, ADAPTED, rank, alpha, dropout))
        self._outside = (bert,)  # in a tuple, so that torch does not count it as part of this module
        answer = nn.Linear(size, 1)
        nn.init.zeros_(answer.weight)  # scores begin where the first model ends
        nn.init.zeros_(answer.bias)
        self.head = nn.Sequential(nn.Linear(size, size), nn.Tanh(), nn.Dropout(dropout), answer)
        self.trust = nn.Parameter(torch.ones(()))

    @property
    def bert(self) -> Bert:
        """The frozen encoder, with the adapters in it."""
        return self._outside[0]

    def pairs(self, history: Ints, offers: Ints, max_length: int) -> list[Pair]:
        """Put one history together with each of some items; of the history, the newest titles that all leave room for.

        Parameters
        ----------
        history, offers
            Rows of :class:`ItemTokens`; the history newest first.
        """
        told = [offer[offer >= 0].tolist() for offer in offers]
        room = min(max_length, self.bert.config.max_length) - 3 - max(map(len, told), default=0)
        fits = (history >= 0).sum(axis=1).cumsum() <= room
        read = history[fits]
        before = [self.first, *read[read >= 0].tolist(), self.last]
        return [([*before, *offer, self.last], len(before)) for offer in told]

    def forward(self, pairs: Sequence[Pair]) -> Tensor:
        """Return what the head says of each pair, float32 [n_pairs]."""
        device = self.trust.device
        if self.bert.words.weight.device != device:
            self.bert.to(device)
        tokens, mask = padded([row for row, _ in pairs], self.bert.config.pad)
        tokens, mask = tokens.to(device), mask.to(device)
        starts = torch.tensor([start for _, start in pairs], device=device)
        kinds = (torch.arange(tokens.shape[1], device=device) >= starts[:, None]).long()
        kinds = kinds.clamp(max=self.bert.config.n_kinds - 1)
        told: Tensor = self.head(pool(self.bert(tokens, mask, kinds), mask, "mean")).squeeze(1)
        return told

    @torch.no_grad()
    def told(self, pairs: Sequence[Pair]) -> Floats:
        """Return the same as numpy, in batches of pairs of about one length."""
        result = np.empty(len(pairs), np.float32)
        order = sorted(range(len(pairs)), key=lambda place: len(pairs[place][0]))
        for start in range(0, len(order), PAIRS_AT_ONCE):
            chosen = order[start : start + PAIRS_AT_ONCE]
            result[chosen] = self([pairs[place] for place in chosen]).float().cpu().numpy()
        return result

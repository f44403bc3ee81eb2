"""Any sentence encoder that lies in a local Hugging Face folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

import torch

from xdrec_app.datasets.arrays import Floats
from xdrec_app.models.huggingface_folder import fingerprint_of, load_sentence_network
from xdrec_app.models.sentences import SentenceNetwork
from xdrec_app.models.text_encoder import TextEncoder, text_encoders


@text_encoders.register
class Folder(TextEncoder):
    """BERT, MiniLM, E5 and (XLM-)RoBERTa by our own loader; others, such as Qwen-embedding, through `transformers`."""

    key: ClassVar[str] = "folder"
    title: ClassVar[str] = "A local Hugging Face folder"
    reference: ClassVar[str] = "safetensors and tokenizer.json; the licence is the folder's"
    needs_place: ClassVar[bool] = True
    has_gradients: ClassVar[bool] = True

    def __init__(self, network: SentenceNetwork, fingerprint: str) -> None:
        self.network = network
        self._fingerprint = fingerprint

    @classmethod
    def open(cls, place: str, device: torch.device) -> Folder:
        """See :meth:`TextEncoder.open`."""
        folder = Path(place).expanduser()
        return cls(load_sentence_network(folder, device), fingerprint_of(folder))

    @property
    def fingerprint(self) -> str:
        """See :attr:`TextEncoder.fingerprint`."""
        return self._fingerprint

    @property
    def size(self) -> int:
        """See :attr:`TextEncoder.size`."""
        return self.network.size

    def encode(self, texts: Sequence[str]) -> Floats:
        """See :meth:`TextEncoder.encode`."""
        return self.network.vectors(texts)

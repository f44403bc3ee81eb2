"""What turns the text of an item into a vector: the seam between pre-trained language models and everything else.

An encoder is named by one word on the command line and in `Params`: its key, or for those that are found at a place
``key:place``, such as ``folder:/models/e5`` or ``server:http://localhost:11434/v1#nomic-embed-text``. It knows no
workspace; whoever has texts asks it once per text and keeps the vectors under its fingerprint.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

import torch

from xdrec_app.core.errors import UserError
from xdrec_app.core.registry import Registry
from xdrec_app.datasets.arrays import Floats


class TextEncoder(ABC):
    """Base of every encoder.

    Attributes
    ----------
    key, title, reference
        Name in ``key:place``, for people, and where it comes from (paper, package, licence).
    needs_place
        Whether it is found at a place that must be named.
    has_gradients
        Whether it can be trained further, as a module of torch.
    """

    key: ClassVar[str]
    title: ClassVar[str]
    reference: ClassVar[str]
    needs_place: ClassVar[bool] = False
    has_gradients: ClassVar[bool] = False

    @classmethod
    def lacks(cls) -> str:
        """Return what must be installed before it can be opened, as a sentence; empty when nothing is missing."""
        return ""

    @classmethod
    @abstractmethod
    def open(cls, place: str, device: torch.device) -> TextEncoder:
        """Load the encoder; `place` is empty for those that are installed.

        Raises
        ------
        UserError
            When it is not installed, or nothing usable is found at the place; says what to do.
        """

    @property
    @abstractmethod
    def fingerprint(self) -> str:
        """What vectors are kept under: equal fingerprints give equal vectors for equal texts."""

    @property
    @abstractmethod
    def size(self) -> int:
        """Numbers per vector."""

    @abstractmethod
    def encode(self, texts: Sequence[str]) -> Floats:
        """Return a unit vector for each text, float32 [n_texts, size]; a few dozen texts at a time.

        Any text is taken: what an encoder cannot read it leaves out, and of a long one it reads the beginning.
        """


text_encoders: Registry[TextEncoder] = Registry("text encoder", "xdrec_app.models.encoders")

DEFAULT_ENCODER = "multilingual"


def open_encoder(name: str, device: torch.device | None = None) -> TextEncoder:
    """Load the encoder that is named ``key`` or ``key:place``.

    Raises
    ------
    UserError
        For an unknown key, a missing or a needless place, or an encoder that cannot be loaded.
    """
    key, _, place = name.partition(":")
    encoder = text_encoders[key]
    if encoder.needs_place and not place:
        raise UserError(f"The text encoder '{key}' needs a place.", f"Name it as {key}:PLACE.")
    if place and not encoder.needs_place:
        raise UserError(f"The text encoder '{key}' is installed; it has no place such as '{place}'.")
    return encoder.open(place, device or torch.device("cpu"))


def readable(text: str, n_characters: int) -> str:
    """Return the beginning of a text without what no tokenizer takes: NUL and halves of characters."""
    return text[:n_characters].replace("\0", " ").encode("utf-8", "replace").decode()

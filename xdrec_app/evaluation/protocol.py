"""The protocol of an evaluation: frozen, stored and printed beside every figure made with it."""

from __future__ import annotations

import hashlib
from typing import Literal

from xdrec_app.core.events import Value

Candidates = Literal["full", "sampled"]

DEFAULT_CUTOFFS = (5, 10, 20)


class Protocol(Value):
    """Everything two figures must share to be comparable.

    Attributes
    ----------
    split
        Key of the split, or "file" for a held-out file.
    split_words
        The split as a sentence.
    seed
        Of the split and of the sampled negatives.
    target
        Domain whose items are ranked or rated.
    scored
        Who is scored, in words, e.g. "people with a liked test item".
    candidates
        "full": all target items the person has no training interaction with compete; "sampled": each liked test item
        against `negatives` random ones.
    negatives
        Number of sampled negatives; 0 with full ranking.
    cutoffs
        The k of ranking metrics, ascending.
    relevant_from
        A test interaction counts as liked from this value on.
    """

    split: str
    split_words: str
    seed: int
    target: str
    scored: str
    candidates: Candidates = "full"
    negatives: int = 0
    cutoffs: tuple[int, ...] = DEFAULT_CUTOFFS
    relevant_from: float

    @property
    def digest(self) -> str:
        """A short key under which figures of the same protocol are found."""
        return hashlib.blake2b(self.model_dump_json().encode(), digest_size=8).hexdigest()

    @property
    def sentence(self) -> str:
        """The protocol in words, as shown beside a figure."""
        if self.candidates == "full":
            competing = f"all items of {self.target} the person has not interacted with in training compete"
        else:
            competing = f"each liked test item competes with {self.negatives} random items of {self.target}"
        return f"{self.split_words}; {competing}; liked means a value of at least {self.relevant_from:g}; {self.scored}"

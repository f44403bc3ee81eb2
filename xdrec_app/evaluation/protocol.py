"""The protocol of an evaluation: frozen, stored and printed beside every figure made with it."""

from __future__ import annotations

import hashlib
from typing import Literal

from pydantic import Field

from xdrec_app.core.events import Value

Candidates = Literal["full", "sampled", "popular"]
ParamValue = bool | int | float | str

DEFAULT_CUTOFFS = (5, 10, 20)


class CopyRule(Value):
    """What was done with the target's items that a source has too.

    Attributes
    ----------
    source
        Name of the source.
    decision
        keep: nothing, although they leak; exclude: they were not trained on; merge: they counted as the target's.
    copies
        How many items of the source that are.
    """

    source: str
    decision: Literal["keep", "exclude", "merge"]
    copies: int


class Protocol(Value):
    """Everything two figures must share to be comparable.

    Attributes
    ----------
    split
        Key of the split, or "file" for a held-out file.
    split_words
        The split as a sentence.
    split_params
        Every parameter of the split.
    seed
        Of the split and of the sampled negatives.
    target
        Domain whose items are ranked or rated.
    scored
        Who is scored, in words, e.g. "people with a liked test item".
    candidates
        "full": all target items the person has no training interaction with compete; "sampled": each liked test item
        against `negatives` random ones; "popular": the same, drawn in proportion to their training interactions.
    negatives
        Number of sampled negatives; 0 with full ranking.
    only_held_out_items
        Whether, of all items, only those compete that are held out whole, with all their interactions.
    cutoffs
        The k of ranking metrics, ascending.
    relevant_from
        A test interaction counts as liked from this value on.
    copies
        What was done with items that sources share with the target, ascending by source; only where they leak or
        something was done.
    monitor
        The metric on the validation part that chose the epoch; empty for the usual one of the model's task.
    """

    split: str
    split_words: str
    split_params: dict[str, ParamValue] = Field(default_factory=dict)
    seed: int
    target: str
    scored: str
    candidates: Candidates = "full"
    negatives: int = 0
    only_held_out_items: bool = False
    cutoffs: tuple[int, ...] = DEFAULT_CUTOFFS
    relevant_from: float
    copies: tuple[CopyRule, ...] = ()
    monitor: str = ""

    @property
    def digest(self) -> str:
        """A short key under which figures of the same protocol are found."""
        return hashlib.blake2b(self.model_dump_json().encode(), digest_size=8).hexdigest()

    @property
    def sentence(self) -> str:
        """The protocol in words, as shown beside a figure."""
        parts = [
            self.split_words,
            self._competing,
            f"liked means a value of at least {self.relevant_from:g}",
            self.scored,
            *(self._words(rule) for rule in self.copies),
        ]
        if self.monitor:
            parts.append(f"the epoch is chosen by {self.monitor} on the validation part")
        return "; ".join(parts)

    @property
    def alone(self) -> Protocol:
        """The same for a run without sources, which copies do not touch."""
        return self.model_copy(update={"copies": ()})

    @property
    def warning(self) -> str:
        """Why the figure must not be believed, in a sentence; empty if nothing is known against it."""
        leaking = [rule for rule in self.copies if rule.decision == "keep"]
        if not leaking:
            return ""
        items = " and ".join(f"{rule.copies} items of {rule.source}" for rule in leaking)
        return (
            f"{items} are items of {self.target} too, and the same people have them in both domains: "
            "what looks like transfer is the test item seen again. Exclude or merge the copies."
        )

    def differences(self, other: Protocol) -> tuple[str, ...]:
        """Return in words what keeps figures of the two from standing side by side; empty if nothing does.

        What chose the epoch does not: the test is the same. Nor do copies, for a run without sources.
        """
        mine, theirs = self.alone, other.alone
        found = [
            f"{words} ({_in_words(getattr(mine, name))} and {_in_words(getattr(theirs, name))})"
            for name, words in _DECISIVE.items()
            if getattr(mine, name) != getattr(theirs, name)
        ]
        if self.copies and other.copies and self.copies != other.copies:
            found.append("what is done with items that two domains share")
        return tuple(found)

    @property
    def _competing(self) -> str:
        items = f"{'cold ' if self.only_held_out_items else ''}items of {self.target}"
        match self.candidates:
            case "full":
                return f"all {items} the person has not interacted with in training compete"
            case "sampled":
                return f"each liked test item competes with {self.negatives} random {items}"
            case "popular":
                return f"each liked test item competes with {self.negatives} {items} drawn by their popularity"

    def _words(self, rule: CopyRule) -> str:
        match rule.decision:
            case "keep":
                return f"{rule.copies} items of {rule.source} are items of {self.target} too and leak"
            case "exclude":
                return f"{rule.copies} items of {rule.source} that {self.target} has too are not trained on"
            case "merge":
                return f"{rule.copies} items of {rule.source} count as the items of {self.target} that they are"


_DECISIVE = {
    "target": "the target",
    "split": "the split",
    "split_params": "the settings of the split",
    "split_words": "what is held out",
    "seed": "the seed",
    "scored": "who is scored",
    "candidates": "what competes",
    "negatives": "the number of negatives",
    "only_held_out_items": "whether only cold items compete",
    "relevant_from": "what counts as liked",
}


def _in_words(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name}={one}" for name, one in value.items()) or "none"
    return f"{value:g}" if isinstance(value, float) else str(value)

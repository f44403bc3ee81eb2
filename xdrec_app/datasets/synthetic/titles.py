"""Invented titles, creators and descriptions that fit an item's tags. Knows words, not people or what they do."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from xdrec_app.datasets.synthetic import words
from xdrec_app.datasets.synthetic.flavours import Flavour

ATTEMPTS = 25
BARE_ARTICLE = re.compile(r"\b([Aa]) (?=[AEIOUaeiou])")


class TitleWriter:
    """Writes the texts of one world; no title stands twice in it, not even in two domains.

    Parameters
    ----------
    seed
        Decides every word.
    """

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._taken: set[str] = set()

    def creators(self, n_creators: int) -> list[str]:
        """Return that many invented names of authors, directors or musicians; they may repeat."""
        return [f"{self._pick(words.FIRST_NAMES)} {self._last_name()}" for _ in range(n_creators)]

    def places(self, n_places: int) -> list[str]:
        """Return that many invented places, distinct as long as there are syllables for it."""
        names = [start + end for start in words.PLACE_STARTS for end in words.PLACE_ENDS]
        self._random.shuffle(names)
        return [names[place % len(names)] for place in range(n_places)]

    def title(self, flavour: Flavour, tags: Sequence[str], place: str, product: str = "") -> str:
        """Return a title not given before, in the mood of the tags."""
        for _ in range(ATTEMPTS):
            title = self._fill(self._pick(flavour.patterns), flavour, tags, place, product)
            if title not in self._taken:
                break
        else:
            title = self._with_volume(title)
        self._taken.add(title)
        return title

    def description(self, flavour: Flavour, tags: Sequence[str], place: str, creator: str, product: str = "") -> str:
        """Return one or two sentences about an item."""
        pattern = self._pick(flavour.sentences)
        return self._fill(pattern, flavour, tags, place, product, creator=creator, in_sentence=True)

    def product(self, products: Sequence[str]) -> str:
        """Return one of the names of things."""
        return self._pick(products)

    def _fill(
        self,
        pattern: str,
        flavour: Flavour,
        tags: Sequence[str],
        place: str,
        product: str,
        creator: str = "",
        in_sentence: bool = False,
    ) -> str:
        noun = self._pick(words.NOUNS[self._axis(flavour, tags)])
        other = self._pick(words.NOUNS[self._axis(flavour, tags)])
        adjective = self._pick(words.ADJECTIVES[self._axis(flavour, tags)])
        trade, number = self._pick(words.TRADES), self._pick(words.NUMBERS)
        slots = {"noun": noun, "nouns": plural(noun), "others": plural(other), "adjective": adjective, "trade": trade}
        slots["product"] = product
        if in_sentence:
            slots = {slot: word.lower() for slot, word in slots.items()}
        text = pattern.format(
            **slots,
            number=number if pattern.startswith("{number}") or not in_sentence else number.lower(),
            name=self._pick(words.FIRST_NAMES),
            place=place,
            hour=self._pick(words.HOURS),
            first=tags[0],
            tags=" and ".join(tags[:2]),
            mood=" and ".join(tags[:2]).capitalize(),
            creator=creator,
        )
        return BARE_ARTICLE.sub(r"\1n ", text)

    def _axis(self, flavour: Flavour, tags: Sequence[str]) -> str:
        """Return one of the axes behind the tags, the first tag's most often."""
        tag = tags[0] if self._random.random() < 0.7 else self._pick(tags)
        return self._pick([axis for axis, _ in flavour.tags[tag]])

    def _last_name(self) -> str:
        return self._pick(words.LAST_STARTS) + self._pick(words.LAST_ENDS)

    def _with_volume(self, title: str) -> str:
        volume = 2
        while f"{title}, Volume {volume}" in self._taken:
            volume += 1
        return f"{title}, Volume {volume}"

    def _pick(self, choices: Sequence[str]) -> str:
        return choices[int(self._random.random() * len(choices))]


def plural(noun: str) -> str:
    """Return the regular English plural."""
    if noun.endswith(("s", "sh", "ch", "x", "z")):
        return f"{noun}es"
    if noun.endswith("y") and noun[-2] not in "aeiou":
        return f"{noun[:-1]}ies"
    return f"{noun}s"

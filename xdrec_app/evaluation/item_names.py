"""Items of two domains that go by the same name: the same id, or the same title.

A name is a hint, not a proof: a book and the film made of it share one, and running numbers agree by themselves. What
proves nothing is left out here; whether people are behind the rest, :mod:`xdrec_app.evaluation.leakage` finds out.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence

from xdrec_app.datasets.domain_table import DomainTable

Pairs = set[tuple[int, int]]
"""Positions in the `item_ids` of the one and of the other table."""

Name = tuple[str, str]
"""A title as it is compared: its words, and the year it gives or an empty text."""

COMMON_TITLE = 3
"""A title that more items of one domain carry ("Greatest Hits") tells nothing."""

NUMBERING_FILL = 0.5
"""Numbers that fill at least this share of their range were counted, not given to a thing."""

_NUMBERED = re.compile(r"(\D*)(\d{1,9})")
_BRACKETS = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]|\{([^{}]*)\}")
_YEAR = re.compile(r"(?:1[89]|20)\d\d")
_WORD = re.compile(r"\w+")
_ARTICLES = frozenset(_WORD.findall("a an the der die das le la les el los las il lo gli"))
_EDITION_WORDS = frozenset(
    _WORD.findall("""
    3d 4k abridged anniversary audio audiobook bd blu bluray board book books box cassette cd collector collectors
    collection cut deluxe digital director directors dvd ed edition editions ep exclusive explicit extended format full
    fullscreen hardback hardcover hd import imported kindle large library limited lp mass market mini new only pack
    paperback pc print ps3 ps4 ps5 ray region reissue remaster remastered reprint revised s screen season series set
    single softcover special standard theatrical trade uhd umd unabridged uncut unrated updated used version vhs video
    vinyl vol volume widescreen wide with xbox
    """)
)


def same_ids(one: DomainTable, other: DomainTable) -> Pairs:
    """Return the items that have the same id in both domains.

    Nothing where both domains number their items: item 17 of the one is then not item 17 of the other. Items whose
    titles are known and differ are left out.
    """
    if is_numbering(one.item_ids) and is_numbering(other.item_ids):
        return set()
    places = {id_: place for place, id_ in enumerate(other.item_ids)}
    found = {(place, places[id_]) for place, id_ in enumerate(one.item_ids) if id_ in places}
    return {(a, b) for a, b in found if not _contradict(one.titles[a], other.titles[b])}


def same_titles(one: DomainTable, other: DomainTable) -> Pairs:
    """Return the items that have the same title in both domains, editions aside; common titles tell nothing.

    A year in brackets must agree where both titles have one.
    """
    theirs = _by_words(other.titles)
    found: Pairs = set()
    for words, ours in _by_words(one.titles).items():
        match = theirs.get(words, [])
        if max(len(ours), len(match)) <= COMMON_TITLE:
            found.update((a, b) for a, year in ours for b, other_year in match if _agree(year, other_year))
    return found


def is_numbering(ids: Sequence[str]) -> bool:
    """Return whether ids are running numbers, perhaps behind letters that are the same for all."""
    parts = [_NUMBERED.fullmatch(id_) for id_ in ids]
    numbers = {(part[1], int(part[2])) for part in parts if part}
    if len(numbers) < len(ids) or not ids or len({prefix for prefix, _ in numbers}) > 1:
        return False
    values = [number for _, number in numbers]
    return len(values) >= NUMBERING_FILL * (max(values) - min(values) + 1)


def name_of(title: str) -> Name:
    """Return a title as it is compared: without case, punctuation and editions in brackets, the article in front."""
    text = unicodedata.normalize("NFKC", title).casefold()
    years = [match[0] for match in _BRACKETS.finditer(text) if _YEAR.fullmatch(match[0][1:-1].strip())]
    words = _WORD.findall(_BRACKETS.sub(_kept, text.replace("'", "").replace("’", "")))
    if len(words) > 1 and words[-1] in _ARTICLES:
        words = [words[-1], *words[:-1]]
    return " ".join(words), years[-1][1:-1].strip() if years else ""


def _kept(bracket: re.Match[str]) -> str:
    """Return what of a bracket belongs to the title: nothing of an edition or a year, all of anything else."""
    words = _WORD.findall(bracket[0])
    says_nothing = all(word in _EDITION_WORDS or word.isdigit() for word in words)
    return " " if says_nothing else f" {bracket[0]} "


def _by_words(titles: Iterable[str]) -> dict[str, list[tuple[int, str]]]:
    found: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for place, title in enumerate(titles):
        words, year = name_of(title)
        if len(words) > 1:
            found[words].append((place, year))
    return found


def _agree(year: str, other: str) -> bool:
    return not year or not other or year == other


def _contradict(title: str, other: str) -> bool:
    if not title or not other:
        return False
    (words, year), (other_words, other_year) = name_of(title), name_of(other)
    return words != other_words or not _agree(year, other_year)

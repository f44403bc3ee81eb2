"""Why two domains share nobody: the likely cause, told from samples of their ids.

A guess for people to judge: what it suggests is never done by itself.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from xdrec_app.datasets.linking import RULES, Rule, key_maker

ENOUGH = 0.005
"""Share of the smaller sample that must agree before a cause is believed."""

SWAPPED = 0.5
"""Share of the smaller sample from which on people and items seem to be swapped."""

_RULE_WORDS: dict[Rule, str] = {
    "trim": "when blanks and invisible characters are left out",
    "case": "when case is ignored",
    "email": "when e-mail addresses are made alike",
}


class DomainIds(NamedTuple):
    """Samples of a domain's ids."""

    name: str
    users: Sequence[str]
    items: Sequence[str]


class Cause(NamedTuple):
    """One sentence, empty when nothing is likely; and the rule that would link people, if one would."""

    sentence: str = ""
    rule: Rule | None = None


def likely_cause(one: DomainIds, other: DomainIds, rules: Sequence[Rule] = ()) -> Cause:
    """Say why two domains share nobody.

    Parameters
    ----------
    rules
        Those that are applied already.
    """
    if not one.users or not other.users:
        return Cause()
    keys = key_maker(rules)
    n_equal = _n_common(map(keys, one.users), map(keys, other.users))
    if n_equal:
        return Cause(f"{_agreeing(n_equal)} as they are, but the mapping file keeps them apart.")
    return (
        _by_rule(one, other, rules)
        or _by_form(one, other)
        or _by_digest(one, other)
        or _by_digest(other, one)
        or _swapped(one, other)
        or _swapped(other, one)
        or _different_forms(one, other)
        or Cause()
    )


def _by_rule(one: DomainIds, other: DomainIds, rules: Sequence[Rule]) -> Cause | None:
    found: list[tuple[int, Rule]] = []
    for rule in RULES:
        if rule not in rules:
            keys = key_maker([*rules, rule])
            found.append((_n_common(map(keys, one.users), map(keys, other.users)), rule))
    n_common, best = max(found, key=lambda pair: pair[0], default=(0, RULES[0]))
    if n_common < _enough(one, other):
        return None
    return Cause(f"{_agreeing(n_common)} {_RULE_WORDS[best]}.", best)


def _without_zeros(id_: str) -> str:
    return id_.lstrip("0") or "0" if id_.isdecimal() else id_


def _whole_number(id_: str) -> str:
    return re.sub(r"(?<=\d)\.0+$", "", id_)


def _without_quotes(id_: str) -> str:
    return id_.strip("\"'`“”‘’()[]{}<> ")


def _without_punctuation(id_: str) -> str:
    return re.sub(r"[\W_]+", "", id_).casefold()


def _number_after_letters(id_: str) -> str:
    return re.sub(r"^[^\W\d]+[\W_]*(?=\d+$)", "", id_).lstrip("0") or "0"


_FORMS: tuple[tuple[Callable[[str], str], str], ...] = (
    (_without_zeros, "when leading zeros are left out"),
    (_whole_number, "when '.0' at the end is left out, which is left where ids were read as decimal numbers"),
    (_without_quotes, "when quotes and brackets around them are left out"),
    (_without_punctuation, "when case and punctuation are left out"),
    (_number_after_letters, "when only the number after the letters is compared"),
)


def _by_form(one: DomainIds, other: DomainIds) -> Cause | None:
    for form, words in _FORMS:
        n_common = _n_common(map(form, one.users), map(form, other.users))
        if n_common >= _enough(one, other):
            return Cause(
                f"{_agreeing(n_common)} {words} ('{one.users[0]}' and '{other.users[0]}'): "
                "write them alike in the files, or link them by a mapping file."
            )
    return None


def _by_digest(plain: DomainIds, hashed: DomainIds) -> Cause | None:
    """Whether the ids of the one are digests of the other's."""
    length = len(hashed.users[0])
    algorithm = {32: "md5", 40: "sha1", 64: "sha256"}.get(length)
    if algorithm is None or _form(hashed.users[0]) != _HASH:
        return None
    folded = {id_.lower() for id_ in hashed.users}
    digests = (hashlib.new(algorithm, id_.encode(), usedforsecurity=False).hexdigest() for id_ in plain.users)
    n_common = _n_common(digests, folded)
    if n_common < _enough(plain, hashed):
        return None
    return Cause(
        f"The ids of {hashed.name} are the {algorithm.upper()} digests of those of {plain.name} ({n_common:,} of the "
        "sampled ones are): hash them in the file too, or link them by a mapping file."
    )


def _swapped(one: DomainIds, other: DomainIds) -> Cause | None:
    """Whether the people of `one` stand where its items should: its items are people of the other."""
    if _main_form(one.users) == _main_form(other.users):
        return None
    items, users = set(one.items), set(other.users)
    smaller = min(len(items), len(users))
    if not smaller or len(items & users) < SWAPPED * smaller:
        return None
    return Cause(
        f"The item ids of {one.name} look like the user ids of {other.name}: "
        f"the columns of users and items seem to be swapped in {one.name}."
    )


_NUMBER, _EMAIL, _HASH, _UUID, _PREFIXED, _WORDS = (
    "numbers",
    "e-mail addresses",
    "hashes",
    "UUIDs",
    "letters with a number",
    "words",
)
_PATTERNS = (
    (_NUMBER, re.compile(r"[+-]?\d+(\.0+)?")),
    (_EMAIL, re.compile(r"\s*[^@\s]+@[^@\s]+\.[^@\s]+\s*")),
    (_UUID, re.compile(r"[{(]?[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}[)}]?")),
    (_HASH, re.compile(r"[0-9a-fA-F]{32}|[0-9a-fA-F]{40}|[0-9a-fA-F]{64}")),
    (_PREFIXED, re.compile(r"[^\W\d]+[\W_]*\d+")),
)


def _different_forms(one: DomainIds, other: DomainIds) -> Cause | None:
    form, other_form = _main_form(one.users), _main_form(other.users)
    if form == other_form:
        return None
    return Cause(
        f"The ids of {one.name} are {form} ('{one.users[0]}'), those of {other.name} {other_form} "
        f"('{other.users[0]}'): only a mapping file can say who is who."
    )


def _form(id_: str) -> str:
    return next((form for form, pattern in _PATTERNS if pattern.fullmatch(id_)), _WORDS)


def _main_form(ids: Iterable[str]) -> str:
    return Counter(map(_form, ids)).most_common(1)[0][0]


def _n_common(ids: Iterator[str] | Iterable[str], others: Iterator[str] | Iterable[str]) -> int:
    return len(set(ids) & set(others))


def _enough(one: DomainIds, other: DomainIds) -> float:
    return max(1.0, ENOUGH * min(len(one.users), len(other.users)))


def _agreeing(n_common: int) -> str:
    return f"{n_common:,} of the sampled ids agree" if n_common > 1 else "One of the sampled ids agrees"

"""Who is one person: rules that make ids alike, and groups of ids that a mapping declares to be one.

Pure functions of ids; where ids come from and where links are kept is not known here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Literal, get_args

Rule = Literal["trim", "case", "email"]

RULES: tuple[Rule, ...] = get_args(Rule)
"""In the order in which they are applied."""

_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
_EMAIL = re.compile(r"\s*([^@\s]+)@([^@\s]+\.[^@\s.]+)\s*")
_GOOGLE = ("gmail.com", "googlemail.com")


def trimmed(id_: str) -> str:
    """Return an id without blanks around it and without invisible characters; blanks within count as one."""
    visible = id_ if id_.isascii() else id_.translate(_INVISIBLE)
    return " ".join(visible.split())


def case_folded(id_: str) -> str:
    """Return an id without distinctions of case and width: "Ａb" and "aB" come out the same (NFKC_Casefold)."""
    if id_.isascii():
        return id_.lower()
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFD", id_).casefold())
    return unicodedata.normalize("NFKC", folded.casefold())


def mailbox(id_: str) -> str:
    """Return an e-mail address in its plainest form; any other id as it is.

    Addresses are lower-cased and trimmed. Google ignores dots and what follows a plus sign in the name, and has two
    names itself.
    """
    if "@" not in id_:
        return id_
    address = _EMAIL.fullmatch(id_)
    if address is None:
        return id_
    name, host = address[1].lower(), address[2].lower()
    if host in _GOOGLE:
        plain = name.partition("+")[0].replace(".", "")
        return f"{plain or name}@{_GOOGLE[0]}"
    return f"{name}@{host}"


_FUNCTIONS: Mapping[Rule, Callable[[str], str]] = {"trim": trimmed, "case": case_folded, "email": mailbox}


def key_maker(rules: Iterable[Rule]) -> Callable[[str], str]:
    """Return the function that makes ids alike: two ids are of one person when it gives the same key for both."""
    wanted = set(rules)
    functions = [_FUNCTIONS[rule] for rule in RULES if rule in wanted]
    if len(functions) == 1:
        return functions[0]

    def key_of(id_: str) -> str:
        for function in functions:
            id_ = function(id_)
        return id_

    return key_of


Node = tuple[int, str]
"""An id space and a key in it; ids are equal only within one space."""


def mark_of(node: Node) -> str:
    """Return a node as one text."""
    return f"{node[0]}:{node[1]}"


class Groups:
    """Nodes that are one person, by union-find; what comes out does not depend on the order of what goes in."""

    def __init__(self) -> None:
        self._numbers: dict[Node, int] = {}
        self._parents: list[int] = []

    def __len__(self) -> int:
        """How many nodes were named."""
        return len(self._parents)

    def join(self, nodes: Sequence[Node]) -> None:
        """Declare nodes to be one person."""
        roots = [self._root(self._number(node)) for node in nodes]
        for root in roots[1:]:
            self._parents[self._root(root)] = self._root(roots[0])

    def marks(self) -> Iterator[tuple[Node, str]]:
        """Yield every node with the mark of its person: that of the person's least node."""
        least: dict[int, Node] = {}
        for node, number in self._numbers.items():
            root = self._root(number)
            if root not in least or node < least[root]:
                least[root] = node
        for node, number in self._numbers.items():
            yield node, mark_of(least[self._root(number)])

    def _number(self, node: Node) -> int:
        number = self._numbers.setdefault(node, len(self._parents))
        if number == len(self._parents):
            self._parents.append(number)
        return number

    def _root(self, number: int) -> int:
        parents = self._parents
        while parents[number] != number:
            parents[number] = parents[parents[number]]
            number = parents[number]
        return number


def best_columns(hits: Mapping[int, Sequence[int]]) -> tuple[dict[int, int], list[int]]:
    """Decide which column of a mapping holds the ids of which domain.

    Parameters
    ----------
    hits
        Domain → for each column, how many of its sampled cells are ids of the domain.

    Returns
    -------
    columns, unclear
        Domain → column, where one holds at least twice as many of its ids as any other, or is the only likely one that
        no other domain claims. A domain none of whose ids occur has no column. Domains for which several are likely.
    """
    likely = {
        domain: [column for column, n in enumerate(counts) if 2 * n > max(counts)]
        for domain, counts in hits.items()
        if max(counts, default=0)
    }
    found = {domain: columns[0] for domain, columns in likely.items() if len(columns) == 1}
    claimed = set(found.values())
    unclear = []
    for domain, columns in likely.items():
        free = [column for column in columns if column not in claimed]
        if domain not in found and len(free) == 1:
            found[domain] = free[0]
        elif domain not in found:
            unclear.append(domain)
    return found, unclear

"""What becomes of the target's items that a source has too: kept, excluded, or merged into the target's.

Knows no audit and no database: whoever makes :class:`Copies` has found the pairs and asked for the decision.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from scipy import sparse

from xdrec_app.datasets.arrays import Bools, Floats, Ints, Longs
from xdrec_app.datasets.attributes import join_attributes
from xdrec_app.datasets.domain_table import DomainTable
from xdrec_app.datasets.vocabulary import UNKNOWN, Vocabulary
from xdrec_app.evaluation.protocol import CopyRule

Decision = Literal["keep", "exclude", "merge"]


@dataclass(frozen=True, eq=False)
class Copies:
    """Items of one source that are items of the target too.

    Attributes
    ----------
    source
        Name of the source.
    decision
        keep: nothing is done; exclude: the source's copies are not trained on; merge: they count as the target's item.
    is_leak
        Whether they give away so much that a lift would be an illusion.
    source_items, target_items
        int32 positions in the item ids of the two tables, one pair each; an item may stand in several pairs. To which
        of several a copy is merged, its first pair says.
    """

    source: str
    decision: Decision
    is_leak: bool
    source_items: Ints
    target_items: Ints

    @property
    def rule(self) -> CopyRule | None:
        """What the protocol says of them; None where there is nothing to say."""
        if not len(self.source_items) or (self.decision == "keep" and not self.is_leak):
            return None
        return CopyRule(source=self.source, decision=self.decision, copies=len(np.unique(self.source_items)))

    def targets(self, n_source_items: int) -> Ints:
        """Return for each item of the source the item of the target it is a copy of, or `UNKNOWN`."""
        target = np.full(n_source_items, UNKNOWN, np.int32)
        target[self.source_items[::-1]] = self.target_items[::-1]
        return target


def divide(
    target: DomainTable, hidden: Longs, sources: Sequence[DomainTable], copies: Sequence[Copies]
) -> tuple[DomainTable, list[DomainTable]]:
    """Return what may be trained on once the decisions are carried out.

    Parameters
    ----------
    target
        The complete table.
    hidden
        Positions of its rows that are not trained on.
    sources
        What the split leaves of them.
    copies
        What is known of each; sources without an entry stay as they are.

    Returns
    -------
    target : DomainTable
        Without the hidden rows. With merged copies it has their rows too, as far as it does not know the pair itself,
        and perhaps more people.
    sources : list of DomainTable
        Without the rows of excluded and of merged copies. A merged copy is gone also where its person's row of the
        target is hidden: what is hidden, is hidden in both.
    """
    of = {found.source: found for found in copies if found.decision != "keep"}
    seen = np.ones(len(target), bool)
    seen[hidden] = False
    left, moved = [], []
    for source in sources:
        found = of.get(source.name)
        if found is None:
            left.append(source)
            continue
        places = found.targets(source.n_items)
        is_copy: Bools = places[source.items] != UNKNOWN
        left.append(source.take(~is_copy))
        if found.decision == "merge":
            is_moved = is_copy & ~_is_hidden(target.take(hidden), source, found)
            moved.append(_as_rows_of(target, source.take(is_moved), places))
    return (_merged(target, seen, moved) if moved else target.take(seen)), left


def _is_hidden(hidden: DomainTable, source: DomainTable, found: Copies) -> Bools:
    """Return for each row of a source whether its person has a hidden row of an item it is a copy of."""
    ones = np.ones(len(found.source_items), np.int32)
    shape = (hidden.n_items, source.n_items)
    copies = sparse.csr_matrix((ones, (found.target_items, found.source_items)), shape=shape)
    rows = sparse.csr_matrix((np.ones(len(hidden), np.int32), (hidden.users, hidden.items)), (hidden.n_users, shape[0]))
    elsewhere = (rows @ copies).tocoo()
    here = Vocabulary(source.user_ids).numbers(hidden.user_ids).astype(np.int64)[elsewhere.row]
    pairs = source.users.astype(np.int64) * source.n_items + source.items
    return np.isin(pairs, here[here != UNKNOWN] * source.n_items + elsewhere.col[here != UNKNOWN])


def _as_rows_of(target: DomainTable, copies: DomainTable, places: Ints) -> DomainTable:
    """Return rows of copies with the target's items and on the target's scale."""
    return replace(copies, items=places[copies.items], values=_rescaled(copies, target))


def _rescaled(table: DomainTable, target: DomainTable) -> Floats:
    """Return values on the target's scale; what says no more than that it happened, counts as the middle."""
    (low, high), (target_low, target_high) = table.scale, target.scale
    share = (table.values - low) / (high - low) if table.is_explicit else np.full(len(table), 0.5)
    return np.asarray(target_low + share * (target_high - target_low), np.float32)


def _merged(target: DomainTable, seen: Bools, moved: Sequence[DomainTable]) -> DomainTable:
    """Return the seen rows of the target and the moved rows whose pair it does not have, in canonical order."""
    parts = [target, *moved]
    people = Vocabulary(sorted(set().union(*(part.user_ids for part in parts))))
    numbers = [people.numbers(part.user_ids) for part in parts]
    users = np.concatenate([own[part.users] for own, part in zip(numbers, parts, strict=True)])
    items = np.concatenate([part.items for part in parts])
    pairs = users.astype(np.int64) * target.n_items + items
    _, first = np.unique(pairs, return_index=True)
    is_seen = np.ones(len(pairs), bool)
    is_seen[: len(seen)] = seen
    rows = first[is_seen[first]]
    orders = np.cumsum([0, *(len(part) for part in parts[:-1])])
    return replace(
        target,
        user_ids=people.ids,
        users=users[rows],
        items=items[rows],
        values=np.concatenate([part.values for part in parts])[rows],
        times=np.concatenate([part.times for part in parts])[rows],
        file_order=np.concatenate([part.file_order + start for part, start in zip(parts, orders, strict=True)])[rows],
        attributes=join_attributes(
            [(own, part.attributes) for own, part in zip(numbers, parts, strict=True)], len(people)
        ),
    )

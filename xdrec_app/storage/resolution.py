"""Raw rows → the rows of a dataset: whose they are, what their values mean, and which of a repeated pair counts.

What has to be asked of the database is asked first (:meth:`Resolution.of`); the rest is arithmetic, which may run while
the connection is busy.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from sqlalchemy import Connection, select

from xdrec_app.datasets.arrays import Floats, Ints, Longs
from xdrec_app.datasets.repeats import resolve
from xdrec_app.datasets.signal_settings import SignalSettings
from xdrec_app.datasets.signals import RawSignal
from xdrec_app.storage.schema import domain
from xdrec_app.storage.segments import RawRows
from xdrec_app.storage.signals import effective_signal
from xdrec_app.storage.sqlite import driver_cursor

_ACCOUNTS = """
    SELECT account.id, person.name FROM account JOIN person ON person.id = person_id
    WHERE domain_id = ? ORDER BY person.name
"""
_ITEMS = "SELECT id, item_id FROM item WHERE domain_id = ? ORDER BY item_id"


class ResolvedColumns(NamedTuple):
    """The resolved rows of a domain, in canonical order.

    Attributes
    ----------
    present
        int32 positions of the people who have rows among all people of the domain's accounts, ascending.
    users
        int32 positions in `present`.
    items, values, times, file_order
        As in :class:`~xdrec_app.datasets.domain_table.DomainTable`.
    """

    present: Ints
    users: Ints
    items: Ints
    values: Floats
    times: Longs
    file_order: Longs


@dataclass(frozen=True, eq=False)
class Resolution:
    """How the rows of one domain are resolved at one revision.

    Attributes
    ----------
    people
        Names of the people behind its accounts, ascending.
    accounts, person_of_account
        int64 keys, and int32 positions of their people in `people`.
    item_keys, item_ids
        int64 keys in the order of the ids as text.
    settings
        What values mean; the scale is decided.
    scale
        Lowest and highest value that models meet; equal for implicit feedback.
    """

    revision: int
    people: tuple[str, ...]
    accounts: Longs
    person_of_account: Ints
    item_keys: Longs
    item_ids: tuple[str, ...]
    settings: SignalSettings
    scale: tuple[float, float]

    @classmethod
    def of(cls, connection: Connection, domain_id: int) -> Resolution:
        """Ask the database for all that resolving takes beside the rows."""
        row: Any = connection.execute(select(domain).where(domain.c.id == domain_id)).one()
        cursor = driver_cursor(connection)  # plain tuples: there may be millions
        accounts = cursor.execute(_ACCOUNTS, (domain_id,)).fetchall()
        items = cursor.execute(_ITEMS, (domain_id,)).fetchall()
        people = tuple(dict.fromkeys([name for _, name in accounts]))
        position = {name: number for number, name in enumerate(people)}
        settings = effective_signal(row)
        return cls(
            revision=row.revision,
            people=people,
            accounts=np.array([key for key, _ in accounts], np.int64),
            person_of_account=np.array([position[name] for _, name in accounts], np.int32),
            item_keys=np.array([key for key, _ in items], np.int64),
            item_ids=tuple([id_ for _, id_ in items]),
            settings=settings,
            scale=settings.signal.scale((row.scale_low, row.scale_high), settings),
        )

    def digest(self) -> str:
        """Return what tells one outcome of the same domain from another: revision, settings, links."""
        digest = hashlib.sha256(f"{self.revision} {self.settings.model_dump_json()}".encode())
        digest.update("\0".join(self.people).encode())
        digest.update(self.accounts.tobytes())
        digest.update(self.person_of_account.tobytes())
        return digest.hexdigest()

    @property
    def keeps_key_order(self) -> bool:
        """Whether people and items have the order of the keys of their accounts and theirs."""
        is_one_to_one = len(self.people) == len(self.accounts)
        return is_one_to_one and bool((np.diff(self.accounts) > 0).all() and (np.diff(self.item_keys) > 0).all())

    def resolve(self, raw: RawRows, order: Longs | None = None) -> ResolvedColumns:
        """Resolve all rows of the domain.

        Parameters
        ----------
        order
            int64 positions of the rows by (account, item), file order breaking ties, if somebody knows them.
        """
        signal = self.settings.signal
        values, counts = signal.convert(RawSignal(raw.value, raw.action, raw.action_names), self.settings)
        users = self.person_of_account[_positions(self.accounts, raw.account)]
        items, times = _positions(self.item_keys, raw.item), raw.time
        del raw  # of millions of rows nothing is kept longer than needed
        kept = None
        if not self.keeps_key_order:
            order = None
        if not counts.all():
            kept, order = np.flatnonzero(counts), None
            users, items, values, times = users[kept], items[kept], values[kept], times[kept]
        rows, values = resolve(users, items, values, times, self.settings.repeats, order)
        del order
        items, times = items[rows], times[rows]
        present, users = _compress(users[rows])
        return ResolvedColumns(present, users, items, values, times, rows if kept is None else kept[rows])


def _positions(keys: Longs, wanted: Longs) -> Ints:
    """Return where each wanted database key stands in `keys`, which are distinct and in any order."""
    if not len(keys):
        return np.empty(0, np.int32)
    first = int(keys.min())
    places = np.zeros(int(keys.max()) - first + 1, np.int32)
    places[keys - first] = np.arange(len(keys), dtype=np.int32)
    found: Ints = places[wanted - wanted.dtype.type(first)]
    return found


def _compress(users: Ints) -> tuple[Ints, Ints]:
    """Number the people who occur anew; `users` ascends. Returns who occurs, and the new numbers."""
    if not len(users):
        return users, users
    starts = np.append(True, np.diff(users) != 0)
    numbers = np.cumsum(starts, dtype=np.int32)
    numbers -= 1
    return users[starts], numbers

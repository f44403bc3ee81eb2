"""The seam of sample worlds: a world turns a seed into files as an analyst would have them.

A world is one file of the package `worlds` with one registered class. What domains have in common is made by
`society`, `items` and `choices`; a world says what its people do with what they choose, and how that is written down.
"""

from __future__ import annotations

import csv
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
import numpy.typing as npt

from xdrec_app.core.registry import Registry
from xdrec_app.datasets.arrays import Bools, Longs
from xdrec_app.datasets.signal_settings import SignalKey
from xdrec_app.datasets.synthetic.items import SampleItems

TAG_SEPARATOR = "|"

Column = Sequence[object] | npt.NDArray[Any]


@dataclass(frozen=True, eq=False)
class SampleFile:
    """One file of a world.

    Attributes
    ----------
    name
        Of the file.
    domain
        It belongs to.
    kind
        What it is imported as.
    columns
        Name in the header → one cell per line.
    signal
        What a line says, where the file itself does not tell; None: to be guessed.
    delimiter
        Between the cells.
    """

    name: str
    domain: str
    kind: Literal["interactions", "items", "users"]
    columns: Mapping[str, Column]
    signal: SignalKey | None = None
    delimiter: str = ","

    def write(self, folder: Path) -> Path:
        """Write UTF-8 text with a header line into a folder, which is made if missing; return where."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / self.name
        cells = [column.tolist() if isinstance(column, np.ndarray) else column for column in self.columns.values()]
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, delimiter=self.delimiter)
            writer.writerow(self.columns)
            writer.writerows(zip(*cells, strict=True))
        return path


class World(ABC):
    """One sample world; stateless.

    Attributes
    ----------
    key, title
        Name in requests and for people.
    """

    key: ClassVar[str]
    title: ClassVar[str]

    @abstractmethod
    def files(self, seed: int = 7) -> tuple[SampleFile, ...]:
        """Make the world; the same seed gives the same files.

        Returns
        -------
        tuple
            In the order of import: the interactions of a domain before its items and people.
        """


sample_worlds: Registry[World] = Registry("sample world", "xdrec_app.datasets.synthetic.worlds")


@dataclass(frozen=True, eq=False)
class Log:
    """What happened in a domain, one entry per line.

    Attributes
    ----------
    people, items
        int64 numbers.
    times
        int64 seconds since 1970.
    details
        What else is known of each, by name.
    """

    people: Longs
    items: Longs
    times: Longs
    details: Mapping[str, npt.NDArray[Any]]

    def take(self, lines: Longs | Bools) -> Log:
        """Return the lines at positions, or where a mask is true."""
        details = {name: column[lines] for name, column in self.details.items()}
        return Log(self.people[lines], self.items[lines], self.times[lines], details)

    def in_order(self) -> Log:
        """Return the lines by time."""
        return self.take(np.lexsort((self.items, self.people, self.times)))


def named(ids: Sequence[str], numbers: Longs) -> list[str]:
    """Return the id of each number."""
    return [ids[number] for number in numbers.tolist()]


def iso_times(seconds: Longs, form: str = "%Y-%m-%dT%H:%M:%SZ") -> list[str]:
    """Return moments in UTC as ISO 8601, or in another form of `strftime`."""
    return [datetime.fromtimestamp(second, UTC).strftime(form) for second in seconds.tolist()]


def item_columns(items: SampleItems, item: str, text: str = "description") -> dict[str, Column]:
    """Return the columns of a file of items; `item` and `text` are names in its header."""
    shelves: dict[str, Column] = {}
    if items.categories:
        prices = [f"{price:.2f}" for price in items.prices]
        shelves = {"category_path": items.categories, "price": prices}
    tags = [TAG_SEPARATOR.join(tags) for tags in items.tags]
    return {item: items.ids, "title": items.titles, **shelves, "tags": tags, text: items.descriptions}

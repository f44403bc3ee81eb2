"""Files of items: text cells → id, title, text and tags."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from xdrec_app.datasets.formats.base import Chunk, Dialect, RejectedLine, Role, TableFile
from xdrec_app.datasets.formats.columns import resolve_roles

TAG_SEPARATORS = ("|", ";", ",", "/")
"""In the order in which they are looked for: the later ones also occur within a tag."""


class ItemLine(NamedTuple):
    """One item as a file describes it; what the file does not say is empty."""

    id: str
    title: str
    text: str
    tags: tuple[str, ...]


@dataclass(frozen=True)
class ItemChunk:
    """Some items of a file, and the lines that are none."""

    items: Sequence[ItemLine]
    rejected: Sequence[RejectedLine]
    done: int


@dataclass(frozen=True)
class ItemFile:
    """A file of items whose columns are known.

    Attributes
    ----------
    roles
        Role → position of its column.
    """

    table: TableFile
    roles: dict[Role, int]

    @classmethod
    def open(cls, path: Path, dialect: Dialect, columns: Mapping[Role, str], *, thorough: bool = True) -> ItemFile:
        """Find out how a file is read and which column is which.

        Raises
        ------
        UserError
            When the file cannot be read or its item column is not clear.
        """
        table = TableFile.open(path, dialect, thorough=thorough)
        return cls(table, resolve_roles(table, "items", columns))

    @property
    def columns(self) -> dict[str, str]:
        """Role → name of its column."""
        return {role: self.table.layout.columns[position] for role, position in self.roles.items()}

    def chunks(self) -> Iterator[ItemChunk]:
        """Read the file."""
        parse = _ItemParser(self.roles)
        for chunk in self.table.reader.read(self.table.path, self.table.layout, list(self.roles.values())):
            yield parse(chunk)

    def sample(self) -> ItemChunk:
        """Return the first items as they would be read."""
        layout = self.table.layout
        chunk = Chunk.of_records(layout.sample, len(layout.columns), list(self.roles.values()), layout.rejected)
        return _ItemParser(self.roles)(chunk)


class _ItemParser:
    def __init__(self, roles: Mapping[Role, int]) -> None:
        self._order = list(roles)
        self._separator: str | None = None

    def __call__(self, chunk: Chunk) -> ItemChunk:
        cells = dict(zip(self._order, chunk.columns, strict=True))
        nothing = [""] * len(chunk.lines)
        tags = cells.get("tags", nothing)
        self._separator = self._separator or separator_of(tags)
        items, rejected = [], list(chunk.rejected)
        for line, text, id_, title, about, labels in zip(
            chunk.lines,
            chunk.texts,
            cells["item"],
            cells.get("title", nothing),
            cells.get("text", nothing),
            tags,
            strict=False,  # texts may have one more entry than there are records
        ):
            if id_.strip():
                items.append(ItemLine(id_.strip(), title.strip(), about.strip(), split_tags(labels, self._separator)))
            else:
                rejected.append(RejectedLine(line, text, "no item id"))
        return ItemChunk(items, sorted(rejected), chunk.done)


def separator_of(cells: Sequence[str]) -> str | None:
    """Return what separates the tags in a column; None when no cell shows more than one."""
    text = "\n".join(cells)
    return next((separator for separator in TAG_SEPARATORS if separator in text), None)


def split_tags(cell: str, separator: str | None) -> tuple[str, ...]:
    """Return the distinct tags of a cell in their order."""
    parts = cell.split(separator) if separator else [cell]
    return tuple(dict.fromkeys(tag for part in parts if (tag := part.strip())))

"""Files of items: text cells → id, title, text, tags, category, price and image."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from xdrec_app.datasets.formats.base import Chunk, RejectedLine, TableFile
from xdrec_app.datasets.formats.cell_forms import with_cell_forms
from xdrec_app.datasets.formats.cells import MISSING, price_parser
from xdrec_app.datasets.formats.columns import resolve_roles, sample_columns
from xdrec_app.datasets.formats.dialect import Dialect, Role
from xdrec_app.datasets.formats.tag_cells import category_path, first_of, separator_of, split_tags


class ItemLine(NamedTuple):
    """One item as a file describes it; what the file does not say is empty, a price None.

    Attributes
    ----------
    tags
        Distinct, in the order of the file.
    category
        A path, e.g. "Shoes > Running".
    """

    id: str
    title: str
    text: str
    tags: tuple[str, ...]
    category: str
    price: float | None
    image: str


@dataclass(frozen=True)
class ItemChunk:
    """Some items of a file, and the lines that are none.

    Attributes
    ----------
    domains
        For each item the domain that its line names; None where the file has no such column.
    trimmed
        Ids that stood between blanks.
    done
        Bytes of the file that are read so far.
    """

    items: Sequence[ItemLine]
    domains: Sequence[str] | None
    rejected: Sequence[RejectedLine]
    trimmed: int
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
        roles = resolve_roles(table, "items", columns)
        return cls(with_cell_forms(table, roles, dialect), roles)

    @property
    def columns(self) -> dict[str, str]:
        """Role → name of its column."""
        return {role: self.table.layout.columns[position] for role, position in self.roles.items()}

    def chunks(self) -> Iterator[ItemChunk]:
        """Read the file."""
        parse = _ItemParser(self.table, self.roles)
        for chunk in self.table.reader.read(self.table.path, self.table.layout, list(self.roles.values())):
            yield parse(chunk)

    def sample(self) -> ItemChunk:
        """Return the first items as they would be read."""
        layout = self.table.layout
        chunk = Chunk.of_records(layout.sample, len(layout.columns), list(self.roles.values()), layout.rejected)
        return _ItemParser(self.table, self.roles)(chunk)


class _ItemParser:
    """Turns chunks of the columns `roles` of a file into items."""

    def __init__(self, table: TableFile, roles: Mapping[Role, int]) -> None:
        self._order = list(roles)
        self._separator = separator_of(sample_columns(table)[roles["tags"]]) if "tags" in roles else None
        self._price_of = price_parser(table.layout.dialect)

    def __call__(self, chunk: Chunk) -> ItemChunk:
        """Convert a chunk."""
        cells = {role: column[:] for role, column in zip(self._order, chunk.columns, strict=True)}
        self._separator = self._separator or separator_of(cells.get("tags", ()))
        items: list[ItemLine] = []
        domains: list[str] = []
        rejected: list[RejectedLine] = []
        n_trimmed = 0
        for row, raw_id in enumerate(cells["item"]):
            said = {role: _said(column[row]) for role, column in cells.items()}
            if not said["item"] or not said.get("domain", "-"):
                reason = "no domain" if said["item"] else why_no_id("item", raw_id)
                rejected.append(RejectedLine(chunk.lines[row], chunk.texts[row], reason))
                continue
            items.append(self._item(said))
            domains.append(said.get("domain", ""))
            n_trimmed += said["item"] != raw_id
        return ItemChunk(
            items=items,
            domains=domains if "domain" in cells else None,
            rejected=sorted([*chunk.rejected, *rejected]),
            trimmed=n_trimmed,
            done=chunk.done,
        )

    def _item(self, said: Mapping[Role, str]) -> ItemLine:
        return ItemLine(
            id=said["item"],
            title=said.get("title", ""),
            text=said.get("text", ""),
            tags=split_tags(said.get("tags", ""), self._separator),
            category=category_path(said.get("category", "")),
            price=self._price_of(said["price"]) if "price" in said else None,
            image=first_of(said.get("image", "")),
        )


def why_no_id(owner: str, cell: str) -> str:
    """Say why a cell is no id."""
    text = cell.strip()
    return f"no {owner} id: '{text}'" if text else f"no {owner} id"


def _said(cell: str) -> str:
    text = cell.strip()
    return "" if text in MISSING else text

"""Atomic files of RecBole: tab-separated, with a header that names and types each column.

A ``token`` or ``float`` is a cell as it stands; the parts of a ``token_seq`` are separated by blanks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from xdrec_app.core.errors import UserError
from xdrec_app.datasets.formats.arrow_text import arrow_columns
from xdrec_app.datasets.formats.base import SAMPLE_ROWS, Chunk, FormatReader, Layout, formats
from xdrec_app.datasets.formats.columns import column_names
from xdrec_app.datasets.formats.dialect import Dialect, Role
from xdrec_app.datasets.formats.encodings import encoding_of
from xdrec_app.datasets.formats.lines import BlockLines, head_lines, line_blocks, records_of
from xdrec_app.datasets.formats.source import FileHead

TAB = "\t"
FIELD = re.compile(r"\s*([^\t]+?):(token|float)(_seq)?\s*")
PROSE = re.compile(r"title|name|text|review|descri|summary|abstract|comment|content", re.IGNORECASE)
"""Columns whose words make a sentence; their blanks stay."""

NO_TABLES = {
    ("head_id", "relation_id", "tail_id"): "the edges of a knowledge graph",
    ("item_id", "entity_id"): "links from items to a knowledge graph",
    ("source_id", "target_id"): "the edges of a social network",
}
TAGS = ("class", "genre", "genres", "tags", "categories", "category")


class Field(NamedTuple):
    """One column as the header declares it."""

    name: str
    kind: str
    is_list: bool


@formats.register
class RecBoleReader(FormatReader):
    """Interactions, items and users as the RecBole library keeps them."""

    key = "recbole"
    title = "RecBole atomic file"
    endings = (".inter", ".item", ".user")

    def sniff(self, head: FileHead, wish: Dialect, *, thorough: bool) -> Layout | None:
        """See :meth:`FormatReader.sniff`."""
        if _fields(next(iter(head_lines(head, "latin-1")))) is None or wish.delimiter not in {None, TAB}:
            return None
        encoding = encoding_of(head, wish.encoding, thorough=thorough)
        if encoding is None:
            return None
        header, *lines = head_lines(head, encoding)
        fields = _fields(header)
        if fields is None:
            return None
        names = tuple(field.name for field in fields)
        if what := NO_TABLES.get(names[:3]) or NO_TABLES.get(names[:2]):
            raise UserError(
                f"{head.path} holds {what}, which is not imported.",
                "Import the files of interactions (.inter), items (.item) and users (.user).",
            )
        columns = column_names(names)
        records, rejected, _ = records_of(lines, 2, _splitter(fields))
        return Layout(
            confidence=0.95,
            dialect=wish.model_copy(update={"encoding": encoding, "delimiter": TAB, "has_header": True}),
            columns=columns,
            sample=tuple(records[:SAMPLE_ROWS]),
            rejected=tuple(rejected),
            roles={role: columns[position] for role, position in _roles(fields).items()},
        )

    def read(self, path: Path, layout: Layout, wanted: Sequence[int]) -> Iterator[Chunk]:
        """See :meth:`FormatReader.read`."""
        n_columns = len(layout.columns)
        fields: Sequence[Field] | None = None
        has_lists = True
        for block in line_blocks(path, layout.dialect.encoding or "utf-8"):
            columns = None if has_lists else arrow_columns(block.body, TAB, n_columns, wanted, quote="")
            if columns is not None:
                texts = BlockLines(block.body)
                yield Chunk(range(block.first_line, block.first_line + len(texts)), columns, texts, done=block.done)
                continue
            lines, first_line = block.lines(), block.first_line
            if fields is None and lines:
                fields = _fields(lines.pop(0)) or ()
                first_line += 1
                has_lists = any(fields[position].is_list for position in wanted if position < len(fields))
            records, rejected, _ = records_of(lines, first_line, _splitter(fields or ()))
            yield Chunk.of_records(records, n_columns, wanted, rejected, block.done)


def _fields(header: str) -> list[Field] | None:
    """Return the columns that a first line declares; None when it is no header of an atomic file."""
    found = [FIELD.fullmatch(cell) for cell in header.split(TAB)]
    fields = [
        Field(match[1], match[2], is_list=match[3] is not None and not PROSE.search(match[1]))
        for match in found
        if match is not None
    ]
    return fields if len(fields) == len(found) else None


def _splitter(fields: Sequence[Field]) -> Callable[[str], list[str]]:
    """Return what cuts a line into cells; parts of lists are separated by bars."""
    lists = [position for position, field in enumerate(fields) if field.is_list]

    def split(line: str) -> list[str]:
        cells = line.split(TAB)
        for position in lists:
            if position < len(cells):
                cells[position] = "|".join(cells[position].split())
        return cells

    return split


def _roles(fields: Sequence[Field]) -> dict[Role, int]:
    """Return role → position; beside a user, the first other id is the item and the first number its value."""
    names = [field.name for field in fields]
    places = {name: position for position, name in reversed(list(enumerate(names)))}
    found: dict[Role, int | None] = {"user": places.get("user_id"), "item": places.get("item_id")}
    if found["user"] is not None:
        ids = [position for position, name in enumerate(names) if name.endswith("_id") and name != "user_id"]
        if found["item"] is None and ids:
            found["item"] = ids[0]
        found["time"] = places.get("timestamp")
        numbers = [position for position, field in enumerate(fields) if field.kind == "float" and not field.is_list]
        if found["item"] is not None:
            found["value"] = places.get("rating", next((n for n in numbers if n != found["time"]), None))
    elif found["item"] is not None:
        found["title"] = next((n for n, name in enumerate(names) if name.endswith(("title", "name"))), None)
        found["tags"] = next((places[name] for name in TAGS if name in places), None)
        found["price"] = places.get("price")
    return {role: position for role, position in found.items() if position is not None}

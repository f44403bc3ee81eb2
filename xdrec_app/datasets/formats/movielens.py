"""The files of MovieLens data sets as they are published: fields parted by two colons, and ``u.item``, ``u.user``.

They have no header, but their columns have known meanings. ``u.data`` is ordinary delimited text and not read here.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from xdrec_app.datasets.formats.arrow_text import arrow_columns
from xdrec_app.datasets.formats.base import SAMPLE_ROWS, Chunk, FormatReader, Layout, formats
from xdrec_app.datasets.formats.columns import column_names, looks_like_header
from xdrec_app.datasets.formats.dialect import Dialect, Role
from xdrec_app.datasets.formats.lines import (
    BlockLines,
    head_lines,
    line_blocks,
    records_of,
    western_encoding,
)
from xdrec_app.datasets.formats.source import FileHead

COLONS, PIPE = "::", "|"

GENRES = tuple(
    "unknown|Action|Adventure|Animation|Children's|Comedy|Crime|Documentary|Drama|Fantasy|Film-Noir|Horror|Musical|"
    "Mystery|Romance|Sci-Fi|Thriller|War|Western".split(PIPE)
)
ENOUGH = 0.9
"""Share of the first lines that must look alike."""


@dataclass(frozen=True)
class Shape:
    """One kind of file: how its fields look, and what its columns are called and mean.

    Attributes
    ----------
    fields
        Regular expressions, one per field; they decide among shapes, lines that differ are not rejected for it.
    roles
        Role → position of its column.
    """

    delimiter: str
    fields: tuple[str, ...]
    columns: tuple[str, ...]
    roles: Mapping[Role, int] = field(default_factory=dict)

    def fits(self, line: str) -> bool:
        """Tell whether a line looks like this."""
        cells = line.split(self.delimiter)
        return len(cells) == len(self.fields) and all(map(re.fullmatch, self.fields, cells))


ID, WORDS, NUMBER, WHOLE = r"[^,;|\t]+", r".*[^\d.].*|", r"-?\d+(?:\.\d+)?", r"\d+"
FLAGGED_ITEMS = Shape(
    PIPE,
    (WHOLE, ".*", ".*", ".*", ".*", *["[01]"] * len(GENRES)),
    ("movie_id", "title", "release_date", "video_release_date", "url", "genres"),
    {"item": 0, "title": 1, "tags": 5},
)
SHAPES = (
    Shape(
        COLONS,
        (ID, ID, NUMBER, WHOLE),
        ("user_id", "movie_id", "rating", "timestamp"),
        {"user": 0, "item": 1, "value": 2, "time": 3},
    ),
    Shape(COLONS, (ID, ID, NUMBER), ("user_id", "movie_id", "rating"), {"user": 0, "item": 1, "value": 2}),
    Shape(
        COLONS, (ID, ID, ".*", WHOLE), ("user_id", "movie_id", "tag", "timestamp"), {"user": 0, "item": 1, "time": 3}
    ),
    Shape(COLONS, (ID, ".+", WORDS), ("movie_id", "title", "genres"), {"item": 0, "title": 1, "tags": 2}),
    Shape(
        COLONS,
        (ID, "[MF]", WHOLE, WHOLE, ".*"),
        ("user_id", "gender", "age", "occupation", "zip_code"),
        {"user": 0},
    ),
    FLAGGED_ITEMS,
    Shape(
        PIPE,
        (WHOLE, WHOLE, "[MF]", ".*", ".*"),
        ("user_id", "age", "gender", "occupation", "zip_code"),
        {"user": 0},
    ),
)


@formats.register
class MovieLensReader(FormatReader):
    """Ratings, films and people of MovieLens, and other files whose fields are parted by two colons."""

    key = "movielens"
    title = "MovieLens"
    endings = (".dat", ".item", ".user")

    def sniff(self, head: FileHead, wish: Dialect, *, thorough: bool) -> Layout | None:
        """See :meth:`FormatReader.sniff`."""
        lines = [line for line in head_lines(head, "latin-1") if line.strip()]
        has_header = _has_header(lines) if wish.has_header is None else wish.has_header
        shape = _shape_of(lines[has_header:])
        if shape is None or wish.delimiter not in {None, shape.delimiter}:
            return None
        encoding = western_encoding(head, wish.encoding, thorough=thorough)
        if encoding is None:
            return None
        records, rejected, _ = records_of(head_lines(head, encoding), 1, _splitter(shape.delimiter, shape.columns))
        has_header = has_header and shape.delimiter == COLONS and bool(records)
        columns = column_names(records[0].cells) if has_header else shape.columns
        decided = {"encoding": encoding, "delimiter": shape.delimiter, "has_header": has_header}
        return Layout(
            confidence=0.9,
            dialect=wish.model_copy(update=decided),
            columns=columns,
            sample=tuple(records[has_header:][:SAMPLE_ROWS]),
            rejected=tuple(rejected),
            roles={role: columns[position] for role, position in shape.roles.items() if position < len(columns)},
        )

    def read(self, path: Path, layout: Layout, wanted: Sequence[int]) -> Iterator[Chunk]:
        """See :meth:`FormatReader.read`."""
        delimiter = layout.dialect.delimiter or COLONS
        split = _splitter(delimiter, layout.columns)
        n_columns = len(layout.columns)
        header_waits = bool(layout.dialect.has_header)
        for block in line_blocks(path, layout.dialect.encoding or "utf-8"):
            is_plain = delimiter == COLONS and not header_waits
            columns = arrow_columns(block.body, COLONS, n_columns, wanted, quote="") if is_plain else None
            if columns is not None:
                texts = BlockLines(block.body)
                lines = range(block.first_line, block.first_line + len(texts))
                yield Chunk(lines, columns, texts, done=block.done)
                continue
            records, rejected, _ = records_of(block.lines(), block.first_line, split)
            if header_waits and records:
                header_waits = False
                del records[0]
            yield Chunk.of_records(records, n_columns, wanted, rejected, block.done)


def _has_header(lines: Sequence[str]) -> bool:
    rows = [line.split(COLONS) for line in lines[: SAMPLE_ROWS + 1]]
    return len(rows) > 1 and len(rows[0]) > 1 and looks_like_header(rows)


def _shape_of(lines: Sequence[str]) -> Shape | None:
    """Return what most of the lines look like; any number of fields parted by two colons is a shape."""
    some = lines[:SAMPLE_ROWS]
    enough = max(1, ENOUGH * len(some))
    for shape in SHAPES:
        if sum(map(shape.fits, some)) >= enough:
            return shape
    rows = [line.split(COLONS) for line in some]
    widths = Counter(len(row) for row in rows if len(row) > 1 and re.fullmatch(ID, row[0]))
    width, n_rows = widths.most_common(1)[0] if widths else (0, 0)
    return Shape(COLONS, (), column_names([""] * width)) if n_rows >= enough else None


def _splitter(delimiter: str, columns: Sequence[str]) -> Callable[[str], list[str]]:
    """Return what cuts a line into cells; flags of genres become one cell of tags."""

    def split(line: str) -> list[str]:
        return line.split(delimiter)

    def split_flagged(line: str) -> list[str]:
        cells = line.split(PIPE)
        n_plain = len(columns) - 1
        if len(cells) != n_plain + len(GENRES):
            return cells
        genres = [genre for genre, flag in zip(GENRES, cells[n_plain:], strict=True) if flag == "1"]
        return [*cells[:n_plain], PIPE.join(genres)]

    return split_flagged if tuple(columns) == FLAGGED_ITEMS.columns else split

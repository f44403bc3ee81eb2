"""What tests of readers share: a file is written, opened by whichever reader claims it, and read as a whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest

from xdrec_app.datasets.formats.base import Chunk, Layout, RejectedLine, TableFile
from xdrec_app.datasets.formats.dialect import Dialect


@dataclass(frozen=True)
class Reading:
    """A file as its reader sees it."""

    table: TableFile

    @property
    def key(self) -> str:
        return self.table.reader.key

    @property
    def layout(self) -> Layout:
        return self.table.layout

    @property
    def columns(self) -> tuple[str, ...]:
        return self.table.layout.columns

    def chunks(self, wanted: Sequence[int] | None = None) -> list[Chunk]:
        table = self.table
        places = range(len(self.columns)) if wanted is None else wanted
        return list(table.reader.read(table.path, table.layout, places))

    @cached_property
    def all_chunks(self) -> list[Chunk]:
        return self.chunks()

    @property
    def rows(self) -> list[tuple[str, ...]]:
        return [row for chunk in self.all_chunks for row in zip(*chunk.columns, strict=True)]

    @property
    def lines(self) -> list[int]:
        return [line for chunk in self.all_chunks for line in chunk.lines]

    @property
    def rejected(self) -> list[RejectedLine]:
        return [line for chunk in self.all_chunks for line in chunk.rejected]

    @property
    def sample(self) -> list[tuple[str, ...]]:
        return [tuple(record.cells) for record in self.layout.sample]


@pytest.fixture
def reading(tmp_path: Path) -> Callable[..., Reading]:
    """Return what writes content to a file (or takes a path) and opens it."""

    def open_file(content: str | bytes | Path, name: str = "file", thorough: bool = True, **wish: object) -> Reading:
        if isinstance(content, Path):
            path = content
        else:
            path = tmp_path / name
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return Reading(TableFile.open(path, Dialect(**wish), thorough=thorough))

    return open_file

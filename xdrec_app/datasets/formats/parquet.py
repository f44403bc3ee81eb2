"""Parquet: typed columns, read as the text that says exactly what they hold; row groups stream, memory is bounded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple, overload

from xdrec_app.core.errors import UserError
from xdrec_app.datasets.formats.arrow_values import has_text, text_of
from xdrec_app.datasets.formats.base import SAMPLE_ROWS, Chunk, FormatReader, Layout, Record, formats
from xdrec_app.datasets.formats.columns import column_names
from xdrec_app.datasets.formats.dialect import Dialect
from xdrec_app.datasets.formats.source import FileHead, open_source
from xdrec_app.datasets.formats.text_columns import ArrowColumn, ListColumn

MAGIC, ENCRYPTED = b"PAR1", b"PARE"
BATCH_ROWS = 1 << 17
BUFFER_BYTES = 1 << 20


class Leaf(NamedTuple):
    """One column: where it stands among the columns of the file, and the names that lead to it through structures."""

    place: int
    path: tuple[str, ...]


@formats.register
class ParquetReader(FormatReader):
    """Tables of Apache Parquet, as pandas, Spark and data warehouses write them."""

    key = "parquet"
    title = "Parquet"
    endings = (".parquet", ".pq")

    def sniff(self, head: FileHead, wish: Dialect, *, thorough: bool) -> Layout | None:
        """See :meth:`FormatReader.sniff`."""
        is_binary = b"\0" in head.data
        if head.data.startswith(ENCRYPTED) and is_binary:
            raise UserError(f"{head.path} is an encrypted Parquet file.", "Save it without encryption.")
        if not head.data.startswith(MAGIC) or not is_binary:
            return None
        with _opened(head.path) as file:
            leaves = _leaves(file.schema_arrow)
            if not leaves:
                raise UserError(f"{head.path} has no column that fits into a table.")
            columns = column_names([".".join(leaf.path) for leaf in leaves])
            rows = (
                cells
                for batch in _batches(file, leaves, SAMPLE_ROWS)
                for cells in zip(*(column.to_pylist() for column in batch), strict=True)
            )
            sample = [
                Record(line, cells, "\t".join(cells)) for line, cells in enumerate(islice(rows, SAMPLE_ROWS), start=1)
            ]
        decided = {"encoding": None, "delimiter": None, "has_header": True}
        return Layout(confidence=1.0, dialect=wish.model_copy(update=decided), columns=columns, sample=tuple(sample))

    def read(self, path: Path, layout: Layout, wanted: Sequence[int]) -> Iterator[Chunk]:
        """See :meth:`FormatReader.read`; lines are rows from 1, their texts the wanted cells, separated by tabs."""
        n_read = 0
        with _opened(path) as file:
            size = path.stat().st_size
            n_rows = file.metadata.num_rows
            leaves = _leaves(file.schema_arrow)
            for columns in _batches(file, [leaves[place] for place in wanted], BATCH_ROWS):
                lines = range(n_read + 1, n_read + 1 + len(columns[0]))
                n_read += len(lines)
                done = size if n_read >= n_rows else size * n_read // n_rows
                yield Chunk(lines, tuple(map(ArrowColumn, columns)), JoinedCells(columns), done=done)
        if not n_read:
            yield Chunk((), tuple(ListColumn(()) for _ in wanted), (), done=size)


class JoinedCells(Sequence[str]):
    """The rows of some columns as text, made when the first of them is asked for."""

    def __init__(self, columns: Sequence[Any]) -> None:
        self._columns = columns

    @cached_property
    def _texts(self) -> list[str]:
        return ["\t".join(cells) for cells in zip(*(column.to_pylist() for column in self._columns), strict=True)]

    def __len__(self) -> int:
        return len(self._columns[0])

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> list[str]: ...
    def __getitem__(self, place: int | slice) -> str | list[str]:
        return self._texts[place]


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """Open a file; whatever Arrow says about it becomes a sentence."""
    import pyarrow as pa
    from pyarrow import parquet

    with open_source(path) as source:
        if source.content is not source.file:
            raise UserError(f"{path} holds a packed Parquet file.", "Unpack it and import what it holds.")
        try:
            with parquet.ParquetFile(str(path), pre_buffer=False, buffer_size=BUFFER_BYTES) as file:
                yield file
        except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
            if isinstance(error, OSError) and error.errno is not None:  # the disk's fault
                raise
            reason = str(error).partition("\n")[0].strip().rstrip(".")
            raise UserError(
                f"{path} is a Parquet file that is cut off or damaged ({reason}).", "Copy or download it again."
            ) from error


def _leaves(schema: Any) -> list[Leaf]:
    """Return the columns that hold text, numbers, times or lists of them, also those within structures."""
    from pyarrow import types

    def within(place: int, field: Any, path: tuple[str, ...]) -> Iterator[Leaf]:
        path = (*path, field.name)
        if types.is_struct(field.type):
            for child in field.type:
                yield from within(place, child, path)
        elif has_text(field.type):
            yield Leaf(place, path)

    return [leaf for place, field in enumerate(schema) for leaf in within(place, field, ())]


def _batches(file: Any, leaves: Sequence[Leaf], n_rows: int) -> Iterator[list[Any]]:
    """Read columns as text, at most so many rows at a time."""
    from pyarrow import compute

    names = file.schema_arrow.names
    are_distinct = len(set(names)) == len(names)
    paths = [".".join(leaf.path) for leaf in leaves] if are_distinct else None
    for batch in file.iter_batches(n_rows, columns=paths):
        columns = []
        for leaf in leaves:
            values = batch.column(leaf.path[0] if are_distinct else leaf.place)
            for name in leaf.path[1:]:
                values = compute.struct_field(values, name)
            columns.append(text_of(values))
        yield columns

"""JSON: one object a line (also lines of Python's literals, as old metadata of Amazon has), or one array of objects.

The columns are the names that occur in the beginning of the file.
"""

from __future__ import annotations

import ast
import re
import secrets
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from xdrec_app.core.errors import UserError
from xdrec_app.datasets.formats.base import SAMPLE_ROWS, Chunk, FormatReader, Layout, Record, RejectedLine, formats
from xdrec_app.datasets.formats.dialect import Dialect
from xdrec_app.datasets.formats.encodings import decode_head, encoding_of, utf8_blocks
from xdrec_app.datasets.formats.json_array import ArrayDecoder
from xdrec_app.datasets.formats.json_values import NO_OBJECT, Object, Objects, columns_of, decoder, names_of, why_broken
from xdrec_app.datasets.formats.lines import head_lines, line_blocks
from xdrec_app.datasets.formats.source import HEAD_BYTES, FileHead, open_source, read_head
from xdrec_app.datasets.formats.text_columns import ListColumn

BEFORE_TEXT = b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"
"""Byte-order marks, blanks, and what UTF-16 has between ASCII characters."""

OBJECT = re.compile(r"""\s*\{\s*(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')\s*:""")
ARRAY = re.compile(r"\s*\[\s*[{\]]")
PARENT = "parent_asin"
"""Where reviews of Amazon name it beside ``asin``, the metadata describe it and not the variants."""

MOST = 10
"""When so many times more lines are broken than not, the file is something else."""


@formats.register
class JsonReader(FormatReader):
    """JSON lines as shops and APIs export them, lines of Python's literals, and arrays of objects."""

    key = "json_lines"
    title = "JSON"
    endings = (".jsonl", ".ndjson", ".json")

    def sniff(self, head: FileHead, wish: Dialect, *, thorough: bool) -> Layout | None:
        """See :meth:`FormatReader.sniff`."""
        if wish.delimiter is not None or head.data.lstrip(BEFORE_TEXT)[:1] not in {b"{", b"["}:
            return None
        encoding = encoding_of(head, wish.encoding, thorough=thorough)
        if encoding is None:
            return None
        text = decode_head(head, encoding)
        if ARRAY.match(text):
            found = ArrayDecoder(str(head.path)).feed(text, at_end=head.is_whole)
        elif OBJECT.match(text):
            found = objects_of(head_lines(head, encoding), 1)
        else:
            return None
        columns = names_of(found.objects)
        if not columns or len(found.rejected) > MOST * len(found.objects):
            raise _no_table(head, found)
        rows = zip(*columns_of(found, columns), strict=True)
        return Layout(
            confidence=0.95,
            dialect=wish.model_copy(update={"encoding": encoding, "has_header": True}),
            columns=columns,
            sample=tuple(map(Record, found.lines, rows, found.texts))[:SAMPLE_ROWS],
            rejected=tuple(found.rejected),
            roles={"item": PARENT} if PARENT in columns else {},
        )

    def read(self, path: Path, layout: Layout, wanted: Sequence[int]) -> Iterator[Chunk]:
        """See :meth:`FormatReader.read`; names that occur only later in the file are passed over."""
        names = [layout.columns[place] for place in wanted]
        for found, done in _parts(path, layout.dialect.encoding or "utf-8"):
            columns = tuple(map(ListColumn, columns_of(found, names)))
            yield Chunk(found.lines, columns, found.texts, found.rejected, done)


def objects_of(lines: Sequence[str], first_line: int) -> Objects:
    """Decode lines of one object each; blank lines are passed over."""
    numbers: Sequence[int] = range(first_line, first_line + len(lines))
    if not all(lines) or any(map(str.isspace, lines)):
        numbers = [number for number, line in zip(numbers, lines, strict=True) if line.strip()]
        lines = [line for line in lines if line.strip()]
    objects = _all_at_once(lines)
    if objects is not None:
        return Objects(numbers, objects, lines, ())
    good: list[tuple[int, Object, str]] = []
    rejected = []
    for number, line in zip(numbers, lines, strict=True):
        found = _object_of(line)
        if isinstance(found, str):
            rejected.append(RejectedLine(number, line, found))
        else:
            good.append((number, found, line))
    return Objects.of(good, rejected)


def _all_at_once(lines: Sequence[str]) -> list[Object] | None:
    """Decode lines in one go; None unless each of them is one object.

    A word that no file can know stands between any two lines, so lines that are objects only together are found out.
    """
    word = secrets.token_hex(16)
    try:
        found = decoder.decode("[" + f',"{word}",'.join(lines) + "]")
    except (ValueError, RecursionError):
        return None
    objects = found[::2]
    is_clean = len(objects) == len(lines) and found[1::2] == [word] * (len(lines) - 1)
    return objects if is_clean and all(type(row) is dict for row in objects) else None


def _object_of(line: str) -> Object | str:
    """Decode a line as JSON, else as a literal of Python; return why not where it is neither."""
    try:
        found = decoder.decode(line)
    except (ValueError, RecursionError) as error:
        found = _literal(line) if "'" in line else None
        if found is None:
            return why_broken(error)
    return found if isinstance(found, dict) else NO_OBJECT


def _literal(line: str) -> Any:
    try:
        with warnings.catch_warnings(action="ignore"):  # of strange escapes
            return ast.literal_eval(line.strip())
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None


def _parts(path: Path, encoding: str) -> Iterator[tuple[Objects, int]]:
    """Read a file in parts; with each, how far it is read."""
    if not ARRAY.match(decode_head(read_head(path), encoding)):
        for block in line_blocks(path, encoding):
            yield objects_of(block.lines(), block.first_line), block.done
        return
    array = ArrayDecoder(str(path))
    with open_source(path) as source:
        for text in utf8_blocks(source, path, encoding):
            yield array.feed(text.decode(), at_end=False), source.done
        yield array.feed("", at_end=True), source.done


def _no_table(head: FileHead, found: Objects) -> UserError:
    if found.objects and not found.rejected:
        return UserError(f"The objects in {head.path} hold nothing.")
    if not head.is_whole and not found.objects:
        return UserError(f"The first record of {head.path} goes on for more than {HEAD_BYTES >> 10} KiB.")
    if not found.rejected:
        return UserError(f"{head.path} holds an array of nothing.")
    return UserError(
        f"{head.path} is JSON, but neither one object a line nor an array of objects.",
        "Write each record as an object on a line of its own.",
    )

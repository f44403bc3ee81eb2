"""Use-case: which files can be read; runs in the window's process."""

from __future__ import annotations

import inspect

from xdrec_app.core.events import Value
from xdrec_app.datasets.formats.base import FormatReader, formats


class FileFormat(Value):
    """One reader of files.

    Attributes
    ----------
    summary
        One sentence.
    endings
        What names of such files usually end in; every reader also takes files of other names.
    """

    key: str
    title: str
    summary: str
    endings: tuple[str, ...]


class FileFormats(Value):
    """All readers, by key; `broken` names files of the package that could not be loaded, with the reason."""

    formats: tuple[FileFormat, ...]
    broken: dict[str, str]


def describe_formats() -> FileFormats:
    """Return all readers of the registry."""
    return FileFormats(formats=tuple(map(_describe, formats)), broken=formats.broken)


def _describe(reader: type[FormatReader]) -> FileFormat:
    summary, _, _ = inspect.cleandoc(reader.__doc__ or "").partition("\n")
    return FileFormat(key=reader.key, title=reader.title, summary=summary, endings=reader.endings)

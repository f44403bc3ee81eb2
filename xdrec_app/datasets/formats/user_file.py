"""Files about people: text cells → id and attributes; every column beside the id is an attribute."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from xdrec_app.datasets.formats.base import Chunk, RejectedLine, TableFile
from xdrec_app.datasets.formats.cells import MISSING
from xdrec_app.datasets.formats.columns import resolve_roles
from xdrec_app.datasets.formats.dialect import Dialect, Role
from xdrec_app.datasets.formats.item_file import why_no_id


class UserLine(NamedTuple):
    """One person as a file describes it: name of a column → text; empty cells are left out."""

    id: str
    attributes: dict[str, str]


@dataclass(frozen=True)
class UserChunk:
    """Some people of a file, and the lines that describe nobody; otherwise as an ``ItemChunk``."""

    users: Sequence[UserLine]
    domains: Sequence[str] | None
    rejected: Sequence[RejectedLine]
    trimmed: int
    done: int


@dataclass(frozen=True)
class UserFile:
    """A file about people whose columns are known.

    Attributes
    ----------
    roles
        Role → position of its column.
    """

    table: TableFile
    roles: dict[Role, int]

    @classmethod
    def open(cls, path: Path, dialect: Dialect, columns: Mapping[Role, str], *, thorough: bool = True) -> UserFile:
        """Find out how a file is read and which column holds the ids.

        Raises
        ------
        UserError
            When the file cannot be read or its user column is not clear.
        """
        table = TableFile.open(path, dialect, thorough=thorough)
        return cls(table, resolve_roles(table, "users", columns))

    @property
    def columns(self) -> dict[str, str]:
        """Role → name of its column."""
        return {role: self.table.layout.columns[position] for role, position in self.roles.items()}

    def chunks(self) -> Iterator[UserChunk]:
        """Read the file."""
        wanted = range(len(self.table.layout.columns))
        for chunk in self.table.reader.read(self.table.path, self.table.layout, wanted):
            yield self._people(chunk)

    def sample(self) -> UserChunk:
        """Return the first people as they would be read."""
        layout = self.table.layout
        n_columns = len(layout.columns)
        return self._people(Chunk.of_records(layout.sample, n_columns, range(n_columns), layout.rejected))

    def _people(self, chunk: Chunk) -> UserChunk:
        cells = [column[:] for column in chunk.columns]
        ids = cells[self.roles["user"]]
        homes = cells[self.roles["domain"]] if "domain" in self.roles else None
        attributes = {
            name: cells[position]
            for position, name in enumerate(self.table.layout.columns)
            if position not in self.roles.values()
        }
        users: list[UserLine] = []
        domains: list[str] = []
        rejected: list[RejectedLine] = []
        n_trimmed = 0
        for row, raw_id in enumerate(ids):
            id_ = raw_id.strip()
            home = homes[row].strip() if homes is not None else "-"
            if id_ in MISSING or home in MISSING:
                reason = why_no_id("user", raw_id) if id_ in MISSING else "no domain"
                rejected.append(RejectedLine(chunk.lines[row], chunk.texts[row], reason))
                continue
            said = {name: text for name, column in attributes.items() if (text := column[row].strip()) not in MISSING}
            users.append(UserLine(id_, said))
            domains.append(home)
            n_trimmed += id_ != raw_id
        return UserChunk(
            users=users,
            domains=None if homes is None else domains,
            rejected=sorted([*chunk.rejected, *rejected]),
            trimmed=n_trimmed,
            done=chunk.done,
        )

"""What a mapping file says about the domains of a workspace: which column is whose, and who is who."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from xdrec_app.core.errors import UserError
from xdrec_app.core.events import Event, LogLine, Progress
from xdrec_app.datasets.formats.base import RejectedLine
from xdrec_app.datasets.formats.dialect import Dialect
from xdrec_app.datasets.formats.mapping_file import MappingFile, speaks_of
from xdrec_app.datasets.formats.source import size_of
from xdrec_app.datasets.linking import Groups, Rule, best_columns, key_maker
from xdrec_app.services.finding_views import MappingPreview
from xdrec_app.storage.database import Database
from xdrec_app.storage.link_counts import column_hits, domain_keys

SAMPLED_LINES = 20_000
SHOWN_LINES = 5
"""So many rejected lines are told."""

PREVIEWED_ROWS = 50


@dataclass(frozen=True)
class Mapped:
    """A mapping file that was read.

    Attributes
    ----------
    groups
        Which keys are one person; the id space of a column is its place from 1.
    lines, rejected
        All lines, and those of them that cannot be used.
    """

    groups: Groups
    lines: int
    rejected: int


def columns_of_domains(
    database: Database, file: MappingFile, domains: Mapping[str, int], chosen: Mapping[str, str], rules: Sequence[Rule]
) -> dict[str, int]:
    """Decide which column of a mapping file holds the ids of which domain.

    Parameters
    ----------
    domains
        Name → key of every domain.
    chosen
        Domain → column, as somebody decided; "" = none.

    Returns
    -------
    dict
        Domain → place of its column; domains without one are left out.

    Raises
    ------
    UserError
        For unknown domains and columns, when it is not clear which column belongs to a domain, and when fewer than two
        columns are anybody's.
    """
    decided = {_known(domains, name): column for name, column in chosen.items()}
    found = {name: file.position(column) for name, column in decided.items() if column}
    found |= _guess(database, file, {name: key for name, key in domains.items() if name not in decided}, rules)
    if len(set(found.values())) < 2:
        known = [f"'{file.columns[place]}' of {name}" for name, place in found.items()]
        raise UserError(
            f"{file.table.path.name} links nobody: two of its columns ({', '.join(file.columns)}) must hold ids of the "
            f"workspace, but {f'only {known[0]} does' if known else 'none does'}.",
            "Say which column belongs to which domain, and check that the ids are written as in the domains.",
        )
    return {name: found[name] for name in domains if name in found}


def preview_mapping(database: Database, path: Path, chosen: Mapping[str, str], rules: Sequence[Rule]) -> MappingPreview:
    """Return the first rows of a mapping file and which column holds the ids of which domain.

    Raises
    ------
    UserError
        When it cannot be read or has fewer than two columns; that its columns are nobody's is a `problem`.
    """
    with database.read() as connection:
        domains = domain_keys(connection)
    file = MappingFile.open(path, Dialect(), [*domains, *filter(None, chosen.values())])
    try:
        places, problem = columns_of_domains(database, file, domains, chosen, rules), ""
    except UserError as error:
        places, problem = {}, str(error)
    rows = file.table.layout.sample[:PREVIEWED_ROWS]
    return MappingPreview(
        file_name=path.name,
        columns=file.columns,
        rows=tuple(tuple(record.cells) for record in rows),
        guess={name: file.columns[place] for name, place in places.items()},
        problem=problem,
    )


def read_mapping(
    file: MappingFile, columns: Mapping[str, int], rules: Sequence[Rule]
) -> Generator[Event, None, Mapped]:
    """Read who is who.

    Raises
    ------
    UserError
        When not one line can be used, or the file turns out not to be readable.
    """
    key_of, groups = key_maker(rules), Groups()
    name, size = file.table.path.name, size_of(file.table.path)
    places = sorted(set(columns.values()))
    spaces = [place + 1 for place in places]
    n_lines = n_rejected = 0
    first: RejectedLine | None = None
    for chunk in file.chunks(places):
        for ids in zip(*chunk.columns, strict=True):
            groups.join([(space, key_of(id_)) for space, id_ in zip(spaces, ids, strict=True) if id_])
        for line in chunk.rejected[: max(0, SHOWN_LINES - n_rejected)]:
            first = first or line
            yield LogLine(level="warning", message=f"Line {line.line} of {name} is left out: {line.reason}.")
        n_lines += chunk.n_lines
        n_rejected += len(chunk.rejected)
        yield Progress(done=min(chunk.done, size), total=size, unit="bytes", message=f"Reading {name}")
    if not n_lines:
        why = f"line {first.line}: {first.reason}" if first else "it holds a header and no rows"
        raise UserError(f"{name} links nobody; {why}.")
    return Mapped(groups, n_lines + n_rejected, n_rejected)


def _known(domains: Mapping[str, int], name: str) -> str:
    wanted = name.strip()
    found = [known for known in domains if known.casefold() == wanted.casefold()]
    if wanted in domains or len(found) == 1:
        return wanted if wanted in domains else found[0]
    raise UserError(f"There is no domain '{name}'.", f"There are: {', '.join(domains)}." if domains else "")


def _guess(database: Database, file: MappingFile, domains: Mapping[str, int], rules: Sequence[Rule]) -> dict[str, int]:
    """By which domain's ids occur where; a column that alone bears a domain's name needs no majority."""
    key_of = key_maker(rules)
    samples = [{key_of(id_) for id_ in ids} for ids in file.sample(SAMPLED_LINES)]
    with database.read() as connection:
        counted = column_hits(connection, samples, key_of)
    hits = {name: counted[key] for name, key in domains.items() if key in counted}
    for name, counts in hits.items():
        places = [place for place, column in enumerate(file.columns) if speaks_of(column, name)]
        if len(places) == 1 and counts[places[0]]:
            hits[name] = [n if place == places[0] else 0 for place, n in enumerate(counts)]
    numbers = {number: counts for number, counts in enumerate(hits.values())}
    found, unclear = best_columns(numbers)
    names = list(hits)
    if unclear:
        counts = hits[names[unclear[0]]]
        several = [f"'{column}' has {n:,}" for column, n in zip(file.columns, counts, strict=True) if n]
        raise UserError(
            f"It is not clear which column of {file.table.path.name} holds the ids of {names[unclear[0]]}: of its ids "
            f"{', '.join(several)}.",
            "Say which column belongs to which domain.",
        )
    return {names[number]: place for number, place in found.items()}

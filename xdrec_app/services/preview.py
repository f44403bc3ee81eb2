"""Use-case: the first rows of a file as they would be imported; runs in the window's process and reads 64 KiB."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from xdrec_app.core.errors import UserError
from xdrec_app.datasets.formats.base import SAMPLE_ROWS, Dialect, RejectedLine, Role, TableFile
from xdrec_app.datasets.formats.columns import Kind, guess_kind, guess_roles, resolve_roles
from xdrec_app.datasets.formats.interaction_file import InteractionFile
from xdrec_app.datasets.formats.item_file import ItemFile
from xdrec_app.services.views import ColumnGuess, FilePreview

SAYS_WHAT_IT_HOLDS = {
    *("ratings", "rating", "reviews", "review", "interactions", "clicks", "purchases", "events", "views", "data"),
    *("items", "item", "metadata", "meta", "catalogue", "catalog", "products", "train", "test", "base", "评分", "商品"),
}


def preview(
    path: Path, dialect: Dialect | None = None, columns: Mapping[Role, str] | None = None, kind: Kind | None = None
) -> FilePreview:
    """Show how a file would be read.

    Parameters
    ----------
    path
        The file.
    dialect, columns
        What the user has decided; the rest is guessed.
    kind
        What it is to be imported as; guessed when None.

    Raises
    ------
    UserError
        When the file cannot be read at all. That its columns are not clear, or that no line could be imported, is
        said in the preview's `problem`.
    """
    table = TableFile.open(path, dialect, thorough=False)
    decided_kind = kind or guess_kind(table)
    problem = ""
    try:
        roles = resolve_roles(table, decided_kind, columns or {})
        problem = _problem(table, decided_kind, roles)
    except UserError as error:
        problem = str(error)
        roles = guess_roles(table, decided_kind)
    role_of = {position: role for role, position in roles.items()}
    layout = table.layout
    return FilePreview(
        file_name=path.name,
        kind=decided_kind,
        encoding=layout.dialect.encoding or "",
        delimiter=layout.dialect.delimiter or "",
        has_header=bool(layout.dialect.has_header),
        columns=tuple(ColumnGuess(name=name, role=role_of.get(number)) for number, name in enumerate(layout.columns)),
        rows=tuple(tuple(record.cells) for record in layout.sample[:SAMPLE_ROWS]),
        problem=problem,
        suggested_domain=suggested_domain(path),
    )


def suggested_domain(path: Path) -> str:
    """Return a name for the domain of a file: its name without what only says that it holds ratings or items."""
    words = [word for word in re.split(r"[\W_]+", path.name.split(".", 1)[0]) if word]
    telling = [word for word in words if word.casefold() not in SAYS_WHAT_IT_HOLDS]
    return " ".join(telling or [path.parent.name]) or "domain"


def _problem(table: TableFile, kind: Kind, roles: dict[Role, int]) -> str:
    """Say why nothing of the first rows could be imported; empty when something could."""
    rejected: list[RejectedLine]
    if kind == "interactions":
        interactions = InteractionFile(table, roles).sample()
        n_good, rejected = len(interactions.users), list(interactions.rejected)
    else:
        items = ItemFile(table, roles).sample()
        n_good, rejected = len(items.items), list(items.rejected)
    if n_good:
        return ""
    if not rejected:
        return f"{table.path.name} holds a header and no rows."
    return f"None of the first {len(rejected)} lines can be imported; line {rejected[0].line}: {rejected[0].reason}."

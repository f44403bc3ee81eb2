"""What an import dialog asks of a file, as work for the reader's thread: a look at it, and what to remember of it.

It must know no widget, and load nothing heavy before it runs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import Field

from xdrec_app.core.errors import UserError
from xdrec_app.core.events import Value
from xdrec_app.datasets.formats.dialect import Dialect, Kind, Role
from xdrec_app.datasets.signal_settings import SignalKey
from xdrec_app.services.views import ColumnGuess, FilePreview

if TYPE_CHECKING:
    from xdrec_app.services.templates import Shape, Template


class ImportWish(Value):
    """What somebody decided about a file; the rest is guessed."""

    dialect: Dialect = Dialect()
    columns: dict[Role, str] = Field(default_factory=dict)
    kind: Kind | None = None
    signal: SignalKey | None = None

    @classmethod
    def of_template(cls, template: Template) -> ImportWish:
        """Return what a template says."""
        signal = template.signal.kind if template.signal else None
        return cls(dialect=template.dialect, columns=template.columns, kind=template.kind, signal=signal)


@dataclass(frozen=True)
class Look:
    """A file as it would be read, and the template that made it so."""

    preview: FilePreview
    template: Template | None = None


def look_at(file: Path, wish: ImportWish) -> Look:
    """Preview a file; columns that it does not have in this form are left to the guess.

    Raises
    ------
    UserError
        When the file cannot be read in this way.
    """
    from xdrec_app.services.preview import preview

    shown = preview(file, wish.dialect, wish.columns, wish.kind, wish.signal)
    names = {column.name for column in shown.columns}
    known: dict[Role, str] = {role: name for role, name in wish.columns.items() if not name or name in names}
    if known != wish.columns:
        shown = preview(file, wish.dialect, known, wish.kind, wish.signal)
    if shown.problem:
        shown = shown.model_copy(update={"columns": _with_wishes(shown.columns, known)})
    return Look(shown, _template_of(file) if shown.template else None)


def remember(file: Path, wish: ImportWish, shown: FilePreview) -> None:
    """Keep what was decided for files of the same shape, with all columns as they were shown.

    The domain is not kept: files of one shape are often the same table of different domains.

    Raises
    ------
    OSError
        When the user's settings cannot be written.
    """
    from xdrec_app.datasets.formats.columns import ROLES
    from xdrec_app.services import templates

    shape = _shape_of(file)
    if shape is None:
        return
    held = {column.role: column.name for column in shown.columns if column.role}
    roles = next(roles for kind, roles in ROLES.items() if kind == shown.kind)
    templates.remember(
        templates.Template.model_validate(
            {
                "name": file.name,
                "shape": shape,
                "kind": shown.kind,
                "columns": {role: held.get(role, "") for role in roles},
                "dialect": wish.dialect,
                "signal": shown.signal.model_copy(update={"scale": None}) if wish.signal and shown.signal else None,
            }
        )
    )


def forget(shape: Shape) -> None:
    """Drop the template for files of a shape."""
    from xdrec_app.services import templates

    templates.forget(shape)


def _with_wishes(columns: Sequence[ColumnGuess], wishes: Mapping[Role, str]) -> tuple[ColumnGuess, ...]:
    """Return columns with the roles they were given: where some role is still missing, a preview only guesses."""
    given = {name: role for role, name in wishes.items() if name}
    roles = [given.get(column.name) or (None if column.role in wishes else column.role) for column in columns]
    return tuple(column.model_copy(update={"role": role}) for column, role in zip(columns, roles, strict=True))


def _template_of(file: Path) -> Template | None:
    from xdrec_app.services import templates

    shape = _shape_of(file)
    return templates.find(shape) if shape is not None else None


def _shape_of(file: Path) -> Shape | None:
    """Return the shape a file has when nothing is wished; None when it cannot be read then."""
    from xdrec_app.datasets.formats.base import TableFile
    from xdrec_app.services.preview import shape_of

    try:
        return shape_of(TableFile.open(file, thorough=False))
    except UserError:
        return None

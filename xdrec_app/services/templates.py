"""What was decided about a file, remembered for files of the same shape; a JSON file among the user's settings.

A damaged or foreign file counts as none: a template saves clicks, nothing depends on it.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from pydantic import Field, ValidationError

from xdrec_app.core.events import Value
from xdrec_app.core.paths import settings_dir
from xdrec_app.datasets.formats.dialect import Dialect, Kind, Role
from xdrec_app.datasets.signal_settings import SignalSettings

FILE_NAME = "import-templates.json"
MAX_TEMPLATES = 100


class Shape(Value):
    """What files have in common that one template fits: the names of their columns, and the key of their format."""

    columns: tuple[str, ...]
    format: str


class Template(Value):
    """How files of one shape are imported.

    Attributes
    ----------
    name
        For people: the file that it was made from.
    columns
        Role → name of its column; "" where no column has the role.
    dialect
        What somebody decided, not what was guessed: another file may have another encoding.
    """

    name: str
    shape: Shape
    kind: Kind
    columns: dict[Role, str] = Field(default_factory=dict)
    dialect: Dialect = Dialect()
    signal: SignalSettings | None = None
    domain: str = ""


class _Templates(Value):
    templates: tuple[Template, ...] = ()


def known_templates() -> tuple[Template, ...]:
    """Return all templates, the latest first."""
    try:
        return _Templates.model_validate_json(_file().read_bytes()).templates
    except (OSError, ValidationError):
        return ()


def find(shape: Shape) -> Template | None:
    """Return the template for files of a shape."""
    return next((template for template in known_templates() if template.shape == shape), None)


def remember(template: Template) -> None:
    """Keep a template in the place of an earlier one for the same shape; the oldest of too many goes.

    Raises
    ------
    OSError
        When the folder of settings cannot be written.
    """
    others = [known for known in known_templates() if known.shape != template.shape]
    _write((template, *others)[:MAX_TEMPLATES])


def forget(shape: Shape) -> None:
    """Drop the template for files of a shape, if there is one; raises as :func:`remember` does."""
    known = known_templates()
    rest = tuple(template for template in known if template.shape != shape)
    if rest != known:
        _write(rest)


def _file() -> Path:
    return settings_dir() / FILE_NAME


def _write(templates: tuple[Template, ...]) -> None:
    """Replace the file as a whole, so that a crash leaves the old one or the new one."""
    file = _file()
    body = _Templates(templates=templates).model_dump_json(indent=1).encode()
    descriptor, name = tempfile.mkstemp(prefix=FILE_NAME, dir=file.parent)
    part = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as new:
            new.write(body)
            new.flush()
            os.fsync(new.fileno())
        part.replace(file)
    except BaseException:
        part.unlink(missing_ok=True)
        raise

"""The command line: all commands, and what becomes of errors."""

from __future__ import annotations

import typer
from pydantic import ValidationError

from xdrec_app.cli import (
    audit,
    comparing,
    compression,
    export,
    formats,
    importing,
    people,
    report,
    studies,
    texts,
    training,
    updating,
    workspace,
)
from xdrec_app.cli.app import app
from xdrec_app.core.errors import UserError

TOPICS = (
    workspace,
    importing,
    training,
    updating,
    compression,
    comparing,
    studies,
    texts,
    people,
    audit,
    formats,
    export,
    report,
)
"""Files of commands; importing them enters the commands."""


def main() -> None:
    """Run the command line; the process ends here."""
    try:
        app()
    except ValidationError as error:  # a request that cannot be: say which part of it
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        typer.echo(f"{where}: {first['msg']}.", err=True)
        raise SystemExit(1) from None
    except UserError as error:
        typer.echo(str(error), err=True)
        raise SystemExit(1) from None

"""The command-line application, and the arguments and options that several commands share.

The commands stand in files by topic. Each builds a request, hands it to its use-case and prints the result; use-cases
are imported inside the commands, so that ``xdrec --help`` does not wait for torch.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, cast

import typer

from xdrec_app.datasets.formats.dialect import Dialect, Role

app = typer.Typer(
    name="xdrec",
    help="Cross-domain recommendation: import, train, compare, explain, export. Without a command: the window.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Workspace = Annotated[Path, typer.Argument(metavar="WORKSPACE", help="The workspace file (*.xdrec).")]
RunNumber = Annotated[int, typer.Argument(metavar="RUN", help="Number of a run; see: xdrec runs WORKSPACE")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout and nothing else there.")]
File = Annotated[
    Path, typer.Argument(metavar="FILE", help="The file: text, JSON lines, Parquet or a spreadsheet, packed or not.")
]
Delimiter = Annotated[str | None, typer.Option("--delimiter", help="Column separator; guessed if not given.")]
Encoding = Annotated[str | None, typer.Option("--encoding", help="Text encoding; guessed if not given.")]
Header = Annotated[bool | None, typer.Option("--header/--no-header", help="Whether line 1 names the columns.")]


def column(role: str) -> Any:
    """Return the option that names the column of a role."""
    return typer.Option(f"--{role}", metavar="COLUMN", help=f"Column of the {role}; guessed if not given.")


def columns(**roles: str | None) -> dict[Role, str]:
    """Return the columns that were named."""
    return {cast(Role, role): name for role, name in roles.items() if name is not None}


def dialect(delimiter: str | None, encoding: str | None, header: bool | None) -> Dialect:
    """Return what was said about the form of a file."""
    spelled = {"\\t": "\t", "tab": "\t"}.get(delimiter or "", delimiter)
    return Dialect(encoding=encoding, delimiter=spelled, has_header=header)

"""The command about file formats."""

from __future__ import annotations

from xdrec_app.cli.app import AsJson, app
from xdrec_app.cli.render import table
from xdrec_app.cli.shell import answer
from xdrec_app.services.formats import FileFormats, describe_formats


@app.command()
def formats(as_json: AsJson = False) -> None:
    """List the kinds of files that can be imported."""
    answer(describe_formats, as_json, format_list)


def format_list(found: FileFormats) -> str:
    """A line for each format, and for each reader that could not be loaded."""
    rows = [(row.key, row.title, " ".join(row.endings), row.summary) for row in found.formats]
    broken = [f"{name} could not be loaded: {reason}" for name, reason in found.broken.items()]
    return "\n".join([table(("key", "title", "usual endings", "what it is"), rows), *broken])

"""Commands that bring files into a workspace."""

from __future__ import annotations

from typing import Annotated

from xdrec_app.cli import render
from xdrec_app.cli.app import (
    AsJson,
    Delimiter,
    Domain,
    Encoding,
    File,
    Header,
    Workspace,
    app,
    column,
    columns,
    dialect,
)
from xdrec_app.cli.shell import perform
from xdrec_app.services.data_requests import ImportInteractions, ImportItems


@app.command("import")
def import_(
    workspace: Workspace,
    file: File,
    domain: Domain,
    user: Annotated[str | None, column("user")] = None,
    item: Annotated[str | None, column("item")] = None,
    value: Annotated[str | None, column("value")] = None,
    time: Annotated[str | None, column("time")] = None,
    delimiter: Delimiter = None,
    encoding: Encoding = None,
    header: Header = None,
    as_json: AsJson = False,
) -> None:
    """Import a file of ratings, clicks or purchases into a domain."""
    from xdrec_app.services.import_interactions import import_interactions

    request = ImportInteractions(
        workspace=workspace,
        file=file,
        domain=domain,
        columns=columns(user=user, item=item, value=value, time=time),
        dialect=dialect(delimiter, encoding, header),
    )
    perform(import_interactions(request), as_json, render.import_report)


@app.command("import-items")
def import_items_(
    workspace: Workspace,
    file: File,
    domain: Domain,
    item: Annotated[str | None, column("item")] = None,
    title: Annotated[str | None, column("title")] = None,
    tags: Annotated[str | None, column("tags")] = None,
    text: Annotated[str | None, column("text")] = None,
    delimiter: Delimiter = None,
    encoding: Encoding = None,
    header: Header = None,
    as_json: AsJson = False,
) -> None:
    """Import titles, tags and texts of a domain's items."""
    from xdrec_app.services.import_items import import_items

    request = ImportItems(
        workspace=workspace,
        file=file,
        domain=domain,
        columns=columns(item=item, title=title, tags=tags, text=text),
        dialect=dialect(delimiter, encoding, header),
    )
    perform(import_items(request), as_json, render.import_report)

"""Commands that bring files into a workspace, and take them back."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from xdrec_app.cli import render_import
from xdrec_app.cli.app import AsJson, Delimiter, Encoding, File, Header, Workspace, app, column, columns, dialect
from xdrec_app.cli.shell import answer, perform
from xdrec_app.datasets.signal_settings import SIGNAL_KEYS, SignalSettings
from xdrec_app.services.data_requests import (
    ChangeDomain,
    DeleteDomain,
    ImportFolder,
    ImportInteractions,
    ImportItems,
    ImportUsers,
    UndoImport,
)

Mode = Literal["append", "replace"]
SignalName = StrEnum("SignalName", [(key.upper(), key) for key in SIGNAL_KEYS])  # type: ignore[misc]


class RepeatsName(StrEnum):
    """Which of several lines about the same person and item counts."""

    LAST = "last"
    FIRST = "first"
    MEAN = "mean"
    MAXIMUM = "maximum"
    SUM = "sum"
    ALL = "all"


class DateOrder(StrEnum):
    """What comes first in dates like 03/04/2021."""

    DAY = "day"
    MONTH = "month"


class Decimal(StrEnum):
    """What stands before the decimals."""

    POINT = "."
    COMMA = ","


Domain = Annotated[
    str, typer.Option("--domain", help="Where it goes; made if it is new. Without it a column names the domains.")
]
DomainColumn = Annotated[
    str | None,
    typer.Option("--domain-column", metavar="COLUMN", help="Column that names the domain of each line."),
]
Quote = Annotated[str | None, typer.Option("--quote", help="What encloses fields; 'none' if nothing does.")]
DecimalSign = Annotated[Decimal | None, typer.Option("--decimal", help="What stands before the decimals.")]
Comment = Annotated[str | None, typer.Option("--comment", help="Lines that begin with it are passed over.")]
Dates = Annotated[DateOrder | None, typer.Option("--dates", help="What comes first in dates like 03/04/2021.")]
Sheet = Annotated[str | None, typer.Option("--sheet", help="Which sheet of a spreadsheet.")]
Replace = Annotated[bool, typer.Option("--replace", help="In the place of what the domain holds of this kind.")]
Again = Annotated[bool, typer.Option("--again", help="Also if the very same file was imported before.")]


def _form(
    delimiter: str | None,
    encoding: str | None,
    header: bool | None,
    quote: str | None,
    decimal: Decimal | None,
    comment: str | None,
    dates: DateOrder | None,
    sheet: str | None,
) -> Any:
    more = {
        "quote": "" if quote == "none" else quote,
        "decimal": decimal.value if decimal else None,
        "comment": comment,
        "date_order": dates.value if dates else None,
        "sheet": sheet,
    }
    return dialect(delimiter, encoding, header).model_copy(update=more)


def _mode(replace: bool) -> Mode:
    return "replace" if replace else "append"


@app.command("import")
def import_(
    workspace: Workspace,
    file: File,
    domain: Domain = "",
    user: Annotated[str | None, column("user")] = None,
    item: Annotated[str | None, column("item")] = None,
    value: Annotated[str | None, column("value")] = None,
    time: Annotated[str | None, column("time")] = None,
    domain_column: DomainColumn = None,
    action: Annotated[str | None, column("action")] = None,
    signal: Annotated[SignalName | None, typer.Option(help="What a line says; guessed if not given.")] = None,
    delimiter: Delimiter = None,
    encoding: Encoding = None,
    header: Header = None,
    quote: Quote = None,
    decimal: DecimalSign = None,
    comment: Comment = None,
    dates: Dates = None,
    sheet: Sheet = None,
    replace: Replace = False,
    again: Again = False,
    as_json: AsJson = False,
) -> None:
    """Import a file of ratings, clicks, views, purchases or impressions."""
    from xdrec_app.services.import_interactions import import_interactions

    request = ImportInteractions(
        workspace=workspace,
        file=file,
        domain=domain,
        columns=columns(user=user, item=item, value=value, time=time, domain=domain_column, action=action),
        dialect=_form(delimiter, encoding, header, quote, decimal, comment, dates, sheet),
        mode=_mode(replace),
        again=again,
        signal=signal.value if signal else None,
    )
    perform(import_interactions(request), as_json, render_import.report)


@app.command("import-items")
def import_items_(
    workspace: Workspace,
    file: File,
    domain: Domain = "",
    item: Annotated[str | None, column("item")] = None,
    title: Annotated[str | None, column("title")] = None,
    tags: Annotated[str | None, column("tags")] = None,
    text: Annotated[str | None, column("text")] = None,
    category: Annotated[str | None, column("category")] = None,
    price: Annotated[str | None, column("price")] = None,
    image: Annotated[str | None, column("image")] = None,
    domain_column: DomainColumn = None,
    delimiter: Delimiter = None,
    encoding: Encoding = None,
    header: Header = None,
    quote: Quote = None,
    decimal: DecimalSign = None,
    comment: Comment = None,
    sheet: Sheet = None,
    replace: Replace = False,
    again: Again = False,
    as_json: AsJson = False,
) -> None:
    """Import titles, tags, texts, categories and prices of items."""
    from xdrec_app.services.import_descriptions import import_items

    request = ImportItems(
        workspace=workspace,
        file=file,
        domain=domain,
        columns=columns(
            item=item,
            title=title,
            tags=tags,
            text=text,
            category=category,
            price=price,
            image=image,
            domain=domain_column,
        ),
        dialect=_form(delimiter, encoding, header, quote, decimal, comment, None, sheet),
        mode=_mode(replace),
        again=again,
    )
    perform(import_items(request), as_json, render_import.report)


@app.command("import-users")
def import_users_(
    workspace: Workspace,
    file: File,
    domain: Domain = "",
    user: Annotated[str | None, column("user")] = None,
    domain_column: DomainColumn = None,
    delimiter: Delimiter = None,
    encoding: Encoding = None,
    header: Header = None,
    quote: Quote = None,
    comment: Comment = None,
    sheet: Sheet = None,
    replace: Replace = False,
    again: Again = False,
    as_json: AsJson = False,
) -> None:
    """Import what is known about people: every column beside the id is an attribute."""
    from xdrec_app.services.import_descriptions import import_users

    request = ImportUsers(
        workspace=workspace,
        file=file,
        domain=domain,
        columns=columns(user=user, domain=domain_column),
        dialect=_form(delimiter, encoding, header, quote, None, comment, None, sheet),
        mode=_mode(replace),
        again=again,
    )
    perform(import_users(request), as_json, render_import.report)


@app.command("import-folder")
def import_folder_(
    workspace: Workspace,
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Files and folders.")],
    plan_only: Annotated[bool, typer.Option("--plan", help="Only say what would be done.")] = False,
    as_json: AsJson = False,
) -> None:
    """Import files and folders by one plan: what each file holds and where it goes is guessed."""
    from xdrec_app.services.import_folder import import_folder
    from xdrec_app.services.plan import plan_import
    from xdrec_app.services.views import ImportPlan

    plan = ImportPlan(files=plan_import(workspace, paths))
    if plan_only:
        answer(lambda: plan, as_json, render_import.plan)
        return
    files = tuple(one.request for one in plan.files if one.request is not None and not one.skip)
    report = perform(import_folder(ImportFolder(workspace=workspace, files=files)), as_json, render_import.folder)
    failed = [outcome.file.name for outcome in report.files if outcome.problem]
    if failed:
        typer.echo(f"{len(failed)} of {len(report.files)} files could not be imported: {', '.join(failed)}.", err=True)
        raise typer.Exit(1)


@app.command()
def undo(
    workspace: Workspace,
    batch: Annotated[int, typer.Argument(metavar="IMPORT", help="Number of the import.")],
    as_json: AsJson = False,
) -> None:
    """Take an import back, also an earlier one; the others stay as they are."""
    from xdrec_app.services.change_data import undo_import

    request = UndoImport(workspace=workspace, batch=batch)
    perform(undo_import(request), as_json, lambda _: f"Import {batch} is undone.")


@app.command("change-domain")
def change_domain_(
    workspace: Workspace,
    domain: Annotated[str, typer.Argument(metavar="DOMAIN", help="Name of the domain.")],
    name: Annotated[str | None, typer.Option(help="Its new name.")] = None,
    signal: Annotated[SignalName | None, typer.Option(help="What a line says.")] = None,
    repeats: Annotated[RepeatsName | None, typer.Option(help="Which of several lines about a pair counts.")] = None,
    scale: Annotated[tuple[float, float] | None, typer.Option(help="Lowest and highest rating.")] = None,
    full_view: Annotated[float | None, typer.Option(min=0.001, help="Seconds of a view that counts in full.")] = None,
    weight: Annotated[list[str] | None, typer.Option(metavar="ACTION=WEIGHT", help="Weight of an action.")] = None,
    as_json: AsJson = False,
) -> None:
    """Rename a domain, or change what its values mean to models; rows stay as they were imported."""
    from xdrec_app.services.change_data import change_domain, signal_of

    chosen: dict[str, Any] = {
        "kind": signal.value if signal else None,
        "repeats": repeats.value if repeats else None,
        "scale": scale,
        "full_view_s": full_view,
        "weights": _weights(weight) if weight else None,
    }
    changes = {key: value for key, value in chosen.items() if value is not None}
    settings = None
    if changes:
        settings = SignalSettings.model_validate(signal_of(workspace, domain).model_dump() | changes)
    request = ChangeDomain(workspace=workspace, domain=domain, name=name, signal=settings)
    perform(change_domain(request), as_json, lambda _: f"{name or domain} is changed.")


@app.command("delete-domain")
def delete_domain_(
    workspace: Workspace,
    domain: Annotated[str, typer.Argument(metavar="DOMAIN", help="Name of the domain.")],
    as_json: AsJson = False,
) -> None:
    """Delete a domain with all its imports."""
    from xdrec_app.services.change_data import delete_domain

    perform(delete_domain(DeleteDomain(workspace=workspace, domain=domain)), as_json, lambda _: f"{domain} is deleted.")


def _weights(words: list[str]) -> dict[str, float]:
    weights = {}
    for word in words:
        action, sign, weight = word.rpartition("=")
        try:
            weights[action] = float(json.loads(weight))
        except (ValueError, TypeError):
            sign = ""
        if not sign or not action:
            raise typer.BadParameter(f"'{word}' is not ACTION=WEIGHT", param_hint="--weight")
    return weights

"""Commands about who is one person across domains."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from xdrec_app.cli import render_people
from xdrec_app.cli.app import AsJson, Delimiter, Encoding, Header, Workspace, app, dialect
from xdrec_app.cli.shell import perform
from xdrec_app.core.errors import UserError
from xdrec_app.datasets.linking import RULES, Rule
from xdrec_app.services.data_requests import LinkPeople

Rules = Annotated[
    list[str] | None,
    typer.Option(
        "--rule",
        metavar="RULE",
        help="How ids are made alike before they are compared; may be repeated. trim: blanks and invisible characters "
        "do not count; case: capital, small and full-width letters are the same; email: addresses in their plainest "
        "form.",
    ),
]
Mapping = Annotated[
    Path | None,
    typer.Option("--mapping", metavar="FILE", help="A file that says who is who: a column of ids per domain."),
]
MappingColumns = Annotated[
    list[str] | None,
    typer.Option(
        "--column", metavar="DOMAIN=COLUMN", help="Column of a domain in the mapping file; guessed if not given."
    ),
]
UnlistedById = Annotated[
    bool,
    typer.Option("--unlisted-by-id", help="Ids that the mapping file does not name are linked where they are equal."),
]


@app.command()
def link(
    workspace: Workspace,
    rule: Rules = None,
    mapping: Mapping = None,
    column: MappingColumns = None,
    unlisted_by_id: UnlistedById = False,
    delimiter: Delimiter = None,
    encoding: Encoding = None,
    header: Header = None,
    as_json: AsJson = False,
) -> None:
    """Link people whose ids differ from domain to domain, by rules and by a mapping file; replaces earlier links."""
    from xdrec_app.services.link_people import link_people

    request = LinkPeople(
        workspace=workspace,
        rules=tuple(map(_rule, rule or ())),
        mapping=mapping,
        columns=dict(map(_column, column or ())),
        unlisted="by_id" if unlisted_by_id else "apart",
        dialect=dialect(delimiter, encoding, header),
    )
    perform(link_people(request), as_json, render_people.link_report)


@app.command()
def unlink(workspace: Workspace, as_json: AsJson = False) -> None:
    """Forget rules and mapping: equal ids are one person again."""
    from xdrec_app.services.link_people import link_people

    perform(link_people(LinkPeople(workspace=workspace)), as_json, render_people.link_report)


def _rule(word: str) -> Rule:
    found = next((rule for rule in RULES if rule == word), None)
    if found is None:
        raise UserError(f"There is no rule '{word}'.", f"Rules: {', '.join(RULES)}.")
    return found


def _column(words: str) -> tuple[str, str]:
    domain, equals, column = words.partition("=")
    if not equals:
        raise UserError(f"'{words}' does not say which column a domain has.", "Write it like this: books=book_user_id")
    return domain, column

"""The commands: each builds a request, hands it to its use-case and prints the result.

Use-cases are imported inside the commands, so that ``xdrec --help`` does not wait for torch.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, cast

import typer
from pydantic import ValidationError

from xdrec_app.cli import render
from xdrec_app.cli.shell import answer, perform
from xdrec_app.core.errors import UserError
from xdrec_app.core.params import read_settings
from xdrec_app.services.requests import CreateSample, DeleteRun, Evaluate, Profile, Recommend, RecommendAll, Train
from xdrec_app.services.data_requests import Dialect, ImportInteractions, ImportItems, Role

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
File = Annotated[Path, typer.Argument(metavar="FILE", help="A delimited text file.")]
Domain = Annotated[str, typer.Option("--domain", help="The domain the file belongs to; made if it is new.")]
Delimiter = Annotated[str | None, typer.Option("--delimiter", help="Column separator; guessed if not given.")]
Encoding = Annotated[str | None, typer.Option("--encoding", help="Text encoding; guessed if not given.")]
Header = Annotated[bool | None, typer.Option("--header/--no-header", help="Whether line 1 names the columns.")]


def _column(role: str) -> Any:
    return typer.Option(f"--{role}", metavar="COLUMN", help=f"Column of the {role}; guessed if not given.")


class TaskName(StrEnum):
    """What is evaluated."""

    RATING = "rating"
    RANKING = "ranking"


class CandidatesName(StrEnum):
    """What competes with the held-out items."""

    FULL = "full"
    SAMPLED = "sampled"


class DeviceName(StrEnum):
    """Where to train."""

    AUTO = "auto"
    CPU = "cpu"
    CUDA = "cuda"
    MPS = "mps"


Candidates = Annotated[CandidatesName, typer.Option(help="All items compete, or a sample of negatives.")]
Negatives = Annotated[int, typer.Option(min=1, help="Sampled negatives for each liked test item.")]


def _columns(**roles: str | None) -> dict[Role, str]:
    return {cast(Role, role): column for role, column in roles.items() if column is not None}


def _dialect(delimiter: str | None, encoding: str | None, header: bool | None) -> Dialect:
    spelled = {"\\t": "\t", "tab": "\t"}.get(delimiter or "", delimiter)
    return Dialect(encoding=encoding, delimiter=spelled, has_header=header)


@app.command()
def new(workspace: Workspace, as_json: AsJson = False) -> None:
    """Make an empty workspace."""
    from xdrec_app.services.workspace import new_workspace

    answer(lambda: new_workspace(workspace), as_json, render.workspace)


@app.command()
def copy(
    workspace: Workspace,
    destination: Annotated[Path, typer.Argument(metavar="FILE", help="Where the copy goes.")],
    as_json: AsJson = False,
) -> None:
    """Write a compact copy of a workspace, also while it is in use."""
    from xdrec_app.services.workspace import copy_workspace

    answer(lambda: copy_workspace(workspace, destination), as_json, render.workspace)


@app.command()
def check(workspace: Workspace, as_json: AsJson = False) -> None:
    """Look through a workspace file for damage."""
    from xdrec_app.services.workspace import check_workspace

    answer(lambda: check_workspace(workspace), as_json, render.check)


@app.command()
def upgrade(workspace: Workspace, as_json: AsJson = False) -> None:
    """Bring a workspace of an older version up to date; a copy of it as it was is kept beside it."""
    from xdrec_app.services.workspace import upgrade_workspace

    answer(lambda: upgrade_workspace(workspace), as_json, render.workspace)


@app.command()
def sample(workspace: Workspace, as_json: AsJson = False) -> None:
    """Make a workspace with the three-domain sample world."""
    from xdrec_app.services.sample import create_sample

    perform(create_sample(CreateSample(workspace=workspace)), as_json, render.workspace)


@app.command("import")
def import_(
    workspace: Workspace,
    file: File,
    domain: Domain,
    user: Annotated[str | None, _column("user")] = None,
    item: Annotated[str | None, _column("item")] = None,
    value: Annotated[str | None, _column("value")] = None,
    time: Annotated[str | None, _column("time")] = None,
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
        columns=_columns(user=user, item=item, value=value, time=time),
        dialect=_dialect(delimiter, encoding, header),
    )
    perform(import_interactions(request), as_json, render.import_report)


@app.command("import-items")
def import_items_(
    workspace: Workspace,
    file: File,
    domain: Domain,
    item: Annotated[str | None, _column("item")] = None,
    title: Annotated[str | None, _column("title")] = None,
    tags: Annotated[str | None, _column("tags")] = None,
    text: Annotated[str | None, _column("text")] = None,
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
        columns=_columns(item=item, title=title, tags=tags, text=text),
        dialect=_dialect(delimiter, encoding, header),
    )
    perform(import_items(request), as_json, render.import_report)


@app.command()
def domains(workspace: Workspace, as_json: AsJson = False) -> None:
    """Show the domains of a workspace and the people they share."""
    from xdrec_app.services.workspace import summary

    answer(lambda: summary(workspace), as_json, render.workspace)


@app.command()
def models(as_json: AsJson = False) -> None:
    """List the models and their parameters."""
    from xdrec_app.services.models import describe_models

    answer(describe_models, as_json, render.models)


@app.command()
def train(
    workspace: Workspace,
    model: Annotated[str, typer.Argument(metavar="MODEL", help="Key of a model; see: xdrec models")],
    target: Annotated[str, typer.Option(help="The domain to recommend in.")],
    source: Annotated[list[str] | None, typer.Option(help="A domain to learn from as well; may be repeated.")] = None,
    setting: Annotated[list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="A parameter.")] = None,
    split: Annotated[str, typer.Option(help="random, leave-last, cold-start or all.")] = "random",
    seed: Annotated[int, typer.Option(help="Decides every draw.")] = 0,
    device: Annotated[DeviceName, typer.Option(help="Where to train.")] = DeviceName.AUTO,
    candidates: Candidates = CandidatesName.FULL,
    negatives: Negatives = 100,
    baselines: Annotated[bool, typer.Option(help="Also compute popularity and the same model without sources.")] = True,
    as_json: AsJson = False,
) -> None:
    """Train a model, evaluate it and store the run."""
    try:
        settings = read_settings(setting or [])
    except UserError as error:
        raise typer.BadParameter(str(error), param_hint="--set") from None
    from xdrec_app.services.train import train as train_model

    request = Train(
        workspace=workspace,
        model=model,
        target=target,
        sources=tuple(source or ()),
        params=settings,
        split=split,
        seed=seed,
        device=device.value,
        candidates=candidates.value,
        negatives=negatives,
        baselines=baselines,
    )
    perform(train_model(request), as_json, render.train_report)


@app.command()
def evaluate(
    workspace: Workspace,
    run: RunNumber,
    test: Annotated[Path | None, typer.Option(help="A file of held-out interactions that was never imported.")] = None,
    task: Annotated[TaskName | None, typer.Option(help="Default: whatever the model can do.")] = None,
    candidates: Candidates = CandidatesName.FULL,
    negatives: Negatives = 100,
    k: Annotated[list[int] | None, typer.Option("--k", min=1, help="A cut-off; may be repeated.")] = None,
    seed: Annotated[int, typer.Option(help="Of the sampled negatives.")] = 0,
    user: Annotated[str | None, _column("user")] = None,
    item: Annotated[str | None, _column("item")] = None,
    value: Annotated[str | None, _column("value")] = None,
    as_json: AsJson = False,
) -> None:
    """Evaluate a stored run, on its own test part or on a file."""
    from xdrec_app.services.evaluate import evaluate_run

    request = Evaluate(
        workspace=workspace,
        run=run,
        test=test,
        columns=_columns(user=user, item=item, value=value),
        task=task.value if task is not None else None,
        candidates=candidates.value,
        negatives=negatives,
        cutoffs=tuple(sorted(set(k or ()))),
        seed=seed,
    )
    perform(evaluate_run(request), as_json, render.evaluation)


@app.command()
def recommend(
    workspace: Workspace,
    run: RunNumber,
    user: Annotated[str | None, typer.Option(help="The person to recommend to.")] = None,
    all_users: Annotated[bool, typer.Option("--all-users", help="Everybody; needs --out.")] = False,
    out: Annotated[Path | None, typer.Option(help="CSV file to write for all users.")] = None,
    k: Annotated[int, typer.Option("-k", "--k", min=1, help="Length of the list.")] = 10,
    explain: Annotated[bool, typer.Option("--explain", help="Say why.")] = False,
    exclude_seen: Annotated[bool, typer.Option(help="Leave out what the person already had.")] = True,
    as_json: AsJson = False,
) -> None:
    """Recommend items to one person, or to everybody into a file."""
    if all_users == (user is not None):
        raise typer.BadParameter("give either --user or --all-users", param_hint="--user")
    if all_users != (out is not None):
        raise typer.BadParameter("--all-users and --out go together", param_hint="--out")
    from xdrec_app.services import recommend as service

    if out is not None:
        everybody = RecommendAll(workspace=workspace, run=run, out=out, k=k, exclude_seen=exclude_seen)
        perform(service.recommend_all(everybody), as_json, render.export)
    else:
        person = Recommend(
            workspace=workspace, run=run, user=str(user), k=k, explain=explain, exclude_seen=exclude_seen
        )
        perform(service.recommend(person), as_json, render.recommendations)


@app.command()
def profile(
    workspace: Workspace,
    user: Annotated[str, typer.Option(help="The person.")],
    run: Annotated[int | None, typer.Option(help="A run, to say what the other domains add.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show a person across domains."""
    from xdrec_app.services.profile import profile as person_profile

    perform(person_profile(Profile(workspace=workspace, user=user, run=run)), as_json, render.profile)


@app.command()
def runs(workspace: Workspace, as_json: AsJson = False) -> None:
    """List the runs of a workspace, newest first."""
    from xdrec_app.services.workspace import list_runs

    answer(lambda: list_runs(workspace), as_json, render.runs)


@app.command("delete-run")
def delete_run_(workspace: Workspace, run: RunNumber, as_json: AsJson = False) -> None:
    """Delete a run with its curves, metrics and weights."""
    from xdrec_app.services.workspace import delete_run

    perform(delete_run(DeleteRun(workspace=workspace, run=run)), as_json, lambda _: f"Run {run} is deleted.")


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

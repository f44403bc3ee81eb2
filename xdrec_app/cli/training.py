"""Commands about models: train, evaluate, recommend, explain."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from xdrec_app.cli import render
from xdrec_app.cli.app import AsJson, RunNumber, Workspace, app, column, columns
from xdrec_app.cli.model_options import (
    Candidates,
    CandidatesName,
    DeviceName,
    Monitor,
    Negatives,
    SplitKey,
    SplitSettings,
    settings_of,
)
from xdrec_app.cli.models_page import models_page
from xdrec_app.cli.shell import answer, perform
from xdrec_app.services.experiment_requests import Train
from xdrec_app.services.requests import Evaluate, LikedItem, Profile, Recommend, RecommendAll


class TaskName(StrEnum):
    """What is evaluated."""

    RATING = "rating"
    RANKING = "ranking"


@app.command()
def models(
    markdown: Annotated[bool, typer.Option("--markdown", help="The page of the documentation about them.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the models, what they can do and their parameters."""
    from xdrec_app.services.models import describe_models

    answer(describe_models, as_json, models_page if markdown else render.models)


@app.command()
def train(
    workspace: Workspace,
    model: Annotated[str, typer.Argument(metavar="MODEL", help="Key of a model; see: xdrec models")],
    target: Annotated[str, typer.Option(help="The domain to recommend in.")],
    source: Annotated[list[str] | None, typer.Option(help="A domain to learn from as well; may be repeated.")] = None,
    setting: Annotated[list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="A parameter.")] = None,
    split: SplitKey = "random",
    split_set: SplitSettings = None,
    monitor: Monitor = "",
    seed: Annotated[int, typer.Option(help="Decides every draw.")] = 0,
    device: Annotated[DeviceName, typer.Option(help="Where to train.")] = DeviceName.AUTO,
    candidates: Candidates = CandidatesName.FULL,
    negatives: Negatives = 100,
    baselines: Annotated[bool, typer.Option(help="Also compute popularity and the same model without sources.")] = True,
    pretrained: Annotated[
        Path | None, typer.Option("--from", metavar="FILE", help="Go on from weights that xdrec pretrain wrote.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Train a model, evaluate it and store the run."""
    from xdrec_app.services.train import train as train_model

    request = Train(
        workspace=workspace,
        model=model,
        target=target,
        sources=tuple(source or ()),
        params=settings_of(setting),
        split=split,
        split_params=settings_of(split_set, "--split-set"),
        monitor=monitor,
        seed=seed,
        device=device.value,
        candidates=candidates.value,
        negatives=negatives,
        baselines=baselines,
        pretrained=pretrained,
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
    user: Annotated[str | None, column("user")] = None,
    item: Annotated[str | None, column("item")] = None,
    value: Annotated[str | None, column("value")] = None,
    as_json: AsJson = False,
) -> None:
    """Evaluate a stored run, on its own test part or on a file."""
    from xdrec_app.services.evaluate import evaluate_run

    request = Evaluate(
        workspace=workspace,
        run=run,
        test=test,
        columns=columns(user=user, item=item, value=value),
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
    liked: Annotated[
        list[str] | None,
        typer.Option(metavar="DOMAIN:ITEM", help="Instead of a person: an item they like, by id or title; repeatable."),
    ] = None,
    all_users: Annotated[bool, typer.Option("--all-users", help="Everybody; needs --out.")] = False,
    out: Annotated[Path | None, typer.Option(help="CSV file to write for all users.")] = None,
    k: Annotated[int, typer.Option("-k", "--k", min=1, help="Length of the list.")] = 10,
    explain: Annotated[bool, typer.Option("--explain", help="Say why.")] = False,
    exclude_seen: Annotated[bool, typer.Option(help="Leave out what the person already had.")] = True,
    as_json: AsJson = False,
) -> None:
    """Recommend items to one person, to whoever likes some items, or to everybody into a file."""
    if all_users + (user is not None) + bool(liked) != 1:
        raise typer.BadParameter("give one of --user, --liked and --all-users", param_hint="--user")
    if all_users != (out is not None):
        raise typer.BadParameter("--all-users and --out go together", param_hint="--out")
    from xdrec_app.services import recommend as service

    if out is not None:
        everybody = RecommendAll(workspace=workspace, run=run, out=out, k=k, exclude_seen=exclude_seen)
        perform(service.recommend_all(everybody), as_json, render.export)
    else:
        person = Recommend(
            workspace=workspace,
            run=run,
            user=user or "",
            liked=tuple(_liked(words) for words in liked or ()),
            k=k,
            explain=explain,
            exclude_seen=exclude_seen,
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


def _liked(words: str) -> LikedItem:
    domain, colon, item = words.partition(":")
    if not colon or not item:
        raise typer.BadParameter(f"'{words}' is not of the form DOMAIN:ITEM", param_hint="--liked")
    return LikedItem(domain=domain, item=item)

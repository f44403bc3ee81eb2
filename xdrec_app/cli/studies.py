"""Commands that fit many times: several seeds, a search for parameters, the matrix of transfer lifts."""

from __future__ import annotations

from typing import Annotated

import typer

from xdrec_app.cli import render_studies
from xdrec_app.cli.app import AsJson, Workspace, app
from xdrec_app.cli.model_options import (
    Candidates,
    CandidatesName,
    Device,
    DeviceName,
    ModelKey,
    Monitor,
    Negatives,
    Seed,
    Settings,
    Sources,
    SplitKey,
    SplitSettings,
    Target,
    settings_of,
)
from xdrec_app.cli.shell import perform
from xdrec_app.services.experiment_requests import Repeat, Transfer, Tune


@app.command()
def repeat(
    workspace: Workspace,
    model: ModelKey,
    target: Target,
    source: Sources = None,
    seeds: Annotated[int, typer.Option(min=2, help="How many seeds, counted up from --seed.")] = 5,
    setting: Settings = None,
    split: SplitKey = "random",
    split_set: SplitSettings = None,
    monitor: Monitor = "",
    seed: Seed = 0,
    device: Device = DeviceName.AUTO,
    candidates: Candidates = CandidatesName.FULL,
    negatives: Negatives = 100,
    as_json: AsJson = False,
) -> None:
    """Train the same with several seeds: mean ± standard deviation, and how stable the lists are."""
    from xdrec_app.services.repeat import repeat as repeat_training

    request = Repeat(
        workspace=workspace,
        model=model,
        target=target,
        sources=tuple(source or ()),
        n_seeds=seeds,
        params=settings_of(setting),
        split=split,
        split_params=settings_of(split_set, "--split-set"),
        monitor=monitor,
        seed=seed,
        device=device.value,
        candidates=candidates.value,
        negatives=negatives,
    )
    perform(repeat_training(request), as_json, render_studies.repeated)


@app.command()
def tune(
    workspace: Workspace,
    model: ModelKey,
    target: Target,
    source: Sources = None,
    trials: Annotated[int, typer.Option(min=1, help="How many more sets of parameters to try.")] = 20,
    train: Annotated[
        bool, typer.Option(help="Train the best ones at the end and evaluate them on the test part.")
    ] = True,
    setting: Settings = None,
    split: SplitKey = "random",
    split_set: SplitSettings = None,
    monitor: Monitor = "",
    seed: Seed = 0,
    device: Device = DeviceName.AUTO,
    as_json: AsJson = False,
) -> None:
    """Search for good parameters on the validation part; asked again, the search goes on. --set fixes a parameter."""
    from xdrec_app.services.tune import tune as search

    request = Tune(
        workspace=workspace,
        model=model,
        target=target,
        sources=tuple(source or ()),
        n_trials=trials,
        train=train,
        params=settings_of(setting),
        split=split,
        split_params=settings_of(split_set, "--split-set"),
        monitor=monitor,
        seed=seed,
        device=device.value,
    )
    perform(search(request), as_json, render_studies.tuned)


@app.command()
def transfer(
    workspace: Workspace,
    model: Annotated[str, typer.Option(help="Key of a model; see: xdrec models")] = "ease",
    target: Annotated[list[str] | None, typer.Option(help="Only this target; may be repeated. Default: all.")] = None,
    subsets: Annotated[bool, typer.Option("--subsets", help="Every set of sources, not only each by itself.")] = False,
    setting: Settings = None,
    split: Annotated[
        list[str] | None, typer.Option(help="A split; may be repeated. Default: random and cold-start.")
    ] = None,
    seed: Seed = 0,
    device: Device = DeviceName.AUTO,
    candidates: Candidates = CandidatesName.FULL,
    negatives: Negatives = 100,
    as_json: AsJson = False,
) -> None:
    """Say what each domain tells about each other one; stopped or asked again, it goes on with the missing cells."""
    from xdrec_app.services.transfer import transfer as matrix

    request = Transfer(
        workspace=workspace,
        model=model,
        targets=tuple(target or ()),
        subsets="all" if subsets else "pairs",
        splits=tuple(split or ("random", "cold-start")),
        params=settings_of(setting),
        seed=seed,
        device=device.value,
        candidates=candidates.value,
        negatives=negatives,
    )
    perform(matrix(request), as_json, render_studies.matrix)

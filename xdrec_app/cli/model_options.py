"""Arguments and options that all commands share which fit a model."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from xdrec_app.core.errors import UserError
from xdrec_app.core.params import read_settings


class CandidatesName(StrEnum):
    """What competes with the held-out items."""

    FULL = "full"
    SAMPLED = "sampled"
    POPULAR = "popular"


class DeviceName(StrEnum):
    """Where to train."""

    AUTO = "auto"
    CPU = "cpu"
    CUDA = "cuda"
    MPS = "mps"


ModelKey = Annotated[str, typer.Argument(metavar="MODEL", help="Key of a model; see: xdrec models")]
Target = Annotated[str, typer.Option(help="The domain to recommend in.")]
Sources = Annotated[list[str] | None, typer.Option(help="A domain to learn from as well; may be repeated.")]
Settings = Annotated[list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="A parameter.")]
SplitKey = Annotated[
    str,
    typer.Option(
        help="random, random-rows, leave-last, last-share, time-cut, cold-start, cold-items, files or all.",
    ),
]
SplitSettings = Annotated[
    list[str] | None,
    typer.Option("--split-set", metavar="NAME=VALUE", help="A parameter of the split, e.g. test_share=0.1."),
]
Monitor = Annotated[
    str, typer.Option(metavar="METRIC", help="Choose the epoch by this metric, e.g. recall@20; by default the task's.")
]
Seed = Annotated[int, typer.Option(help="Decides every draw.")]
Device = Annotated[DeviceName, typer.Option(help="Where to train.")]
Candidates = Annotated[
    CandidatesName, typer.Option(help="All items compete, or a sample: all alike, or by popularity.")
]
Negatives = Annotated[int, typer.Option(min=1, help="Sampled negatives for each liked test item.")]


def settings_of(words: list[str] | None, option: str = "--set") -> dict[str, str]:
    """Return name → value of the words of an option; a usage error when one is not of that form."""
    try:
        return read_settings(words or [])
    except UserError as error:
        raise typer.BadParameter(str(error), param_hint=option) from None

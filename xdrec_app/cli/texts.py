"""Commands about the texts of items and the language models that read them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from xdrec_app.cli.app import AsJson, Workspace, app
from xdrec_app.cli.model_options import Device, DeviceName, Seed, Settings, settings_of
from xdrec_app.cli.render import table
from xdrec_app.cli.shell import answer, perform
from xdrec_app.services.encoder_results import EncoderInfos
from xdrec_app.services.experiment_requests import Encode, Pretrain
from xdrec_app.services.study_results import EncodeReport, PretrainReport


@app.command()
def encoders(as_json: AsJson = False) -> None:
    """List the text encoders, and what is missing where one cannot be used."""
    from xdrec_app.services.encoders import describe_encoders

    answer(describe_encoders, as_json, known_encoders)


@app.command()
def encode(
    workspace: Workspace,
    encoder: Annotated[str, typer.Option(help="multilingual, minilm, folder:PATH or server:ADDRESS#MODEL.")] = (
        "multilingual"
    ),
    domain: Annotated[list[str] | None, typer.Option(help="Only this domain; may be repeated. Default: all.")] = None,
    device: Device = DeviceName.AUTO,
    as_json: AsJson = False,
) -> None:
    """Read the texts of items with a language model and keep the vectors; only what is not kept yet."""
    from xdrec_app.services.encode import encode as encode_texts

    request = Encode(workspace=workspace, encoder=encoder, domains=tuple(domain or ()), device=device.value)
    perform(encode_texts(request), as_json, encoded)


def known_encoders(infos: EncoderInfos) -> str:
    """A line for each encoder, then what could not be loaded."""
    rows = [
        (f"{info.key}:PLACE" if info.needs_place else info.key, info.title, info.lacks or "yes", info.reference)
        for info in infos.encoders
    ]
    broken = [f"Could not be loaded: {name}: {reason}" for name, reason in infos.broken.items()]
    return "\n".join([table(("name", "encoder", "usable", "from"), rows), *broken])


def encoded(report: EncodeReport) -> str:
    """A line for each domain."""
    rows = [(row.domain, row.items, row.with_text, row.encoded, f"{row.elapsed_s:.1f} s") for row in report.domains]
    header = ("domain", "items", "with text", "read now", "time")
    return f"{report.encoder}, vectors of {report.size} numbers\n{table(header, rows)}"


@app.command()
def pretrain(
    workspace: Workspace,
    out: Annotated[Path, typer.Option(help="The file to write, e.g. weights.safetensors.")],
    domain: Annotated[list[str] | None, typer.Option(help="Only this domain; may be repeated. Default: all.")] = None,
    more: Annotated[list[Path] | None, typer.Option("--with", help="Another workspace; may be repeated.")] = None,
    model: Annotated[str, typer.Option(help="A model that pre-trains.")] = "unisrec",
    setting: Settings = None,
    seed: Seed = 0,
    device: Device = DeviceName.AUTO,
    as_json: AsJson = False,
) -> None:
    """Learn how texts and their order are read from all domains; train goes on from it with --from."""
    from xdrec_app.services.pretrain import pretrain as pretrain_model

    request = Pretrain(
        workspace=workspace,
        model=model,
        domains=tuple(domain or ()),
        more=tuple(more or ()),
        out=out,
        params=settings_of(setting),
        seed=seed,
        device=device.value,
    )
    perform(pretrain_model(request), as_json, pretrained)


def pretrained(report: PretrainReport) -> str:
    """What was written and from what."""
    return (
        f"{report.file}: {report.model} on {report.interactions} interactions of {', '.join(report.domains)}, "
        f"{report.epochs} epochs in {report.elapsed_s:.1f} s, texts read by {report.encoder}"
    )

"""Commands about the texts of items and the language models that read them."""

from __future__ import annotations

from typing import Annotated

import typer

from xdrec_app.cli.app import AsJson, Workspace, app
from xdrec_app.cli.model_options import Device, DeviceName
from xdrec_app.cli.render import table
from xdrec_app.cli.shell import perform
from xdrec_app.services.experiment_requests import Encode
from xdrec_app.services.study_results import EncodeReport


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


def encoded(report: EncodeReport) -> str:
    """A line for each domain."""
    rows = [(row.domain, row.items, row.with_text, row.encoded, f"{row.elapsed_s:.1f} s") for row in report.domains]
    header = ("domain", "items", "with text", "read now", "time")
    return f"{report.encoder}, vectors of {report.size} numbers\n{table(header, rows)}"

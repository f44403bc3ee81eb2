"""Use-case: pre-train on the domains of one or several workspaces, and write the weights to a file."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from xdrec_app.core.errors import UserError
from xdrec_app.core.jobs import Job
from xdrec_app.datasets.cross_domain import CrossDomainData
from xdrec_app.datasets.domain_table import DomainTable
from xdrec_app.models.base import Carrying, FitOptions, recommenders
from xdrec_app.models.pretrained import Pretrained
from xdrec_app.models.text_encoder import TextEncoder, open_encoder
from xdrec_app.services.encode import encoded_table
from xdrec_app.services.experiment_requests import Pretrain
from xdrec_app.services.experiments import ENCODER
from xdrec_app.services.study_results import PretrainReport
from xdrec_app.storage.database import open_database
from xdrec_app.storage.snapshots import domain_names, load_table
from xdrec_app.training.device import choose_device, limit_threads


def pretrain(request: Pretrain) -> Job[PretrainReport]:
    """Pre-train as asked. Stop keeps the weights so far; cancel writes nothing.

    Raises
    ------
    UserError
        For an unknown domain, a model that carries no weights over, or no domain with times and texts.
    """
    if not request.out.parent.is_dir():
        raise UserError(f"There is no folder '{request.out.parent}' to write to.")
    limit_threads()
    started = time.monotonic()
    model_class = recommenders[request.model]
    params = model_class.Params.parse(request.params)
    model = model_class(params)
    if not isinstance(model, Carrying):
        raise UserError(f"The model '{request.model}' has no pre-trained weights.", "Choose unisrec.")
    device, _ = choose_device(request.device)
    encoder = open_encoder(getattr(params, ENCODER), device)
    tables = yield from _tables(request, encoder)
    if not tables:
        raise UserError("No domain has times and texts to pre-train on.", "Import a time column and titles or texts.")
    data = CrossDomainData.join(tables[0], tables[1:])
    options = FitOptions(seed=request.seed, device=device, only_pretrain=True)
    report = yield from model.fit(data, options)
    domains = tuple(table.name for table in tables)
    fingerprint = encoder.fingerprint
    Pretrained.of(model_class.key, params.model_dump(mode="json"), fingerprint, domains, model.carried()).save(
        request.out
    )
    return PretrainReport(
        file=str(request.out),
        model=model_class.key,
        encoder=getattr(params, ENCODER),
        domains=domains,
        interactions=len(data.interactions),
        epochs=sum(report.phase_epochs.values()),
        elapsed_s=time.monotonic() - started,
    )


def _tables(request: Pretrain, encoder: TextEncoder) -> Job[Sequence[DomainTable]]:
    """Return the domains that have times and texts, with vectors; people of two workspaces are not the same."""
    tables: list[DomainTable] = []
    for workspace in (request.workspace, *request.more):
        with open_database(workspace) as database:
            wanted = request.domains if workspace == request.workspace else ()
            for name in wanted or domain_names(database):
                table = load_table(database, name)
                if not (table.has_times and any(table.item_texts)):
                    continue
                encoded = yield from encoded_table(database, table, encoder)
                tables.append(
                    encoded.table if workspace == request.workspace else _set_apart(encoded.table, workspace.stem)
                )
    return tables


def _set_apart(table: DomainTable, workspace: str) -> DomainTable:
    """Return the table with names and people that are those of its workspace alone."""
    people = tuple(f"{workspace}/{id_}" for id_ in table.user_ids)
    return replace(table, name=f"{workspace}/{table.name}", user_ids=people)

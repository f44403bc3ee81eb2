"""What benchmarks of models on texts share: a domain with the vectors of its items' texts, by way of a workspace."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

from xdrec_app.core.jobs import run
from xdrec_app.datasets.domain_table import DomainTable
from xdrec_app.models.text_encoder import DEFAULT_ENCODER, open_encoder
from xdrec_app.services.data_requests import ImportInteractions, ImportItems
from xdrec_app.services.encode import encoded_table
from xdrec_app.services.import_descriptions import import_items
from xdrec_app.services.import_interactions import import_interactions
from xdrec_app.services.requests import CreateWorkspace
from xdrec_app.services.workspace import create_workspace
from xdrec_app.storage.database import open_database
from xdrec_app.storage.snapshots import load_table


def read_domain(folder: Path, name: str, interactions: Path, items: Path) -> tuple[DomainTable, str]:
    """Import a domain into a workspace in `folder`, encode its texts, and return it with a sentence on the pace."""
    workspace = folder / f"{name}.xdrec"
    if not workspace.exists():
        run(create_workspace(CreateWorkspace(workspace=workspace)))
        run(import_interactions(ImportInteractions(workspace=workspace, domain=name, file=interactions)))
        run(import_items(ImportItems(workspace=workspace, domain=name, file=items)))
    encoder = open_encoder(DEFAULT_ENCODER)
    with open_database(workspace) as database:
        table = load_table(database, name)
        started = time.perf_counter()
        encoded = run(encoded_table(database, table, encoder))
        elapsed_s = time.perf_counter() - started
    pace = f"{encoded.n_new} texts of {name} read in {elapsed_s:.1f} s ({encoded.n_new / elapsed_s:.0f} texts/s)"
    return replace(encoded.table, scale=(1.0, 5.0)), pace

"""Use-case: the texts of items as vectors, computed once and kept in the workspace; only what is new is computed."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from xdrec_app.core.errors import UserError
from xdrec_app.core.events import Progress
from xdrec_app.core.jobs import Job
from xdrec_app.datasets.domain_table import DomainTable
from xdrec_app.models.text_encoder import TextEncoder, open_encoder
from xdrec_app.services.experiment_requests import Encode
from xdrec_app.services.study_results import EncodedDomain, EncodeReport
from xdrec_app.storage.database import Database, open_database, patiently
from xdrec_app.storage.snapshots import domain_names, load_table
from xdrec_app.storage.text_vectors import StoredVectors, keep_vectors, load_vectors
from xdrec_app.training.device import choose_device, limit_threads

TEXTS_PER_STEP = 32
TEXTS_PER_COMMIT = 512
WRITE_WAIT_S = 0.05


def encode(request: Encode) -> Job[EncodeReport]:
    """Encode the items of some domains. Stop and cancel keep the vectors there are: each is whole.

    Raises
    ------
    UserError
        For an unknown domain or encoder.
    """
    limit_threads()
    yield Progress(done=0, message="Loading the text encoder")
    device, _ = choose_device(request.device)
    encoder = open_encoder(request.encoder, device)
    done = []
    with open_database(request.workspace) as database:
        for name in request.domains or domain_names(database):
            started = time.monotonic()
            table = load_table(database, name)
            encoded = yield from encoded_table(database, table, encoder)
            elapsed_s = time.monotonic() - started
            has_vector = ~np.isnan(encoded.table.vectors[:, 0])
            done.append(
                EncodedDomain(
                    domain=name,
                    items=table.n_items,
                    with_text=int(has_vector.sum()),
                    encoded=encoded.n_new,
                    elapsed_s=elapsed_s,
                )
            )
    return EncodeReport(
        encoder=request.encoder, fingerprint=encoder.fingerprint, size=encoder.size, domains=tuple(done)
    )


@dataclass(frozen=True, eq=False)
class Encoded:
    """A domain with the vectors of its items, and how many of them had to be computed."""

    table: DomainTable
    n_new: int


def encoded_table(database: Database, table: DomainTable, encoder: TextEncoder) -> Job[Encoded]:
    """Return a domain with the vectors of its items' texts; what is not kept yet is computed and kept. A job."""
    texts = table.item_texts
    kept = load_vectors(database, table.name, texts, encoder.fingerprint, encoder.size)
    missing = np.flatnonzero(~kept.is_current)
    # Texts of a length stand together: a batch is as slow as its longest text.
    missing = missing[np.argsort([len(texts[place]) for place in missing], kind="stable")]
    waiting: list[int] = []
    try:
        for start in range(0, len(missing), TEXTS_PER_STEP):
            step = missing[start : start + TEXTS_PER_STEP].tolist()
            kept.vectors[step] = encoder.encode([texts[place] for place in step])
            waiting += step
            yield Progress(
                done=start + len(step), total=len(missing), unit="texts", message=f"Reading the texts of {table.name}"
            )
            if len(waiting) >= TEXTS_PER_COMMIT:
                yield from patiently(partial(_keep, database, encoder, kept, texts, waiting))
                waiting = []
    except BaseException:
        with suppress(UserError):  # another process writes: these are read again some day
            _keep(database, encoder, kept, texts, waiting)
        raise
    if waiting:
        yield from patiently(partial(_keep, database, encoder, kept, texts, waiting))
    return Encoded(replace(table, vectors=kept.vectors), len(missing))


def _keep(
    database: Database, encoder: TextEncoder, kept: StoredVectors, texts: Sequence[str], places: Sequence[int]
) -> None:
    chosen = list(places)
    keep_vectors(
        database,
        encoder.fingerprint,
        kept.keys[chosen],
        [texts[place] for place in chosen],
        kept.vectors[chosen],
        wait_s=WRITE_WAIT_S,
    )

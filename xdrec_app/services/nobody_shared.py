"""Domains that share nobody, as a result: whoever links, imports or inspects tells it."""

from __future__ import annotations

from xdrec_app.services.data_results import NobodyShared
from xdrec_app.storage.database import Database
from xdrec_app.storage.strangers import diagnose


def nobody_shared(database: Database) -> tuple[NobodyShared, ...]:
    """Return every pair of domains without a common person, with ids of both and the likely cause."""
    with database.read() as connection:
        found = diagnose(connection)
    return tuple(
        NobodyShared(domains=pair.domains, samples=pair.samples, cause=pair.cause.sentence, rule=pair.cause.rule or "")
        for pair in found
    )

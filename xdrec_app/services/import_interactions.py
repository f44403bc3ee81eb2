"""Use-case: append a file of ratings, clicks, views, purchases or impressions to a domain of a workspace."""

from __future__ import annotations

from xdrec_app.core.events import Change
from xdrec_app.core.jobs import Job
from xdrec_app.datasets.formats.interaction_file import InteractionFile
from xdrec_app.services.data_requests import ImportInteractions
from xdrec_app.services.data_results import ImportReport
from xdrec_app.services.import_file import import_file, wished_columns
from xdrec_app.storage.bulk import Ingested
from xdrec_app.storage.database import Database
from xdrec_app.storage.ingest import ingest_interactions


def import_interactions(request: ImportInteractions) -> Job[ImportReport]:
    """Import a file; all of it or, when it fails or is cancelled, nothing.

    Raises
    ------
    UserError
        When the workspace or the file cannot be used, the file is known, or not one line of it can be imported.
    """

    def understand() -> InteractionFile:
        return InteractionFile.open(request.file, request.dialect, wished_columns(request))

    def ingest(database: Database, file: InteractionFile) -> Job[Ingested]:
        return ingest_interactions(
            database, request.domain, file, mode=request.mode, again=request.again, signal=request.signal
        )

    return (yield from import_file(request, understand, ingest, Change.INTERACTIONS))

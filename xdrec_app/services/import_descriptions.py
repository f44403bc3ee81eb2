"""Use-cases: add or update what is known about the items of a domain, or about its people, from a file."""

from __future__ import annotations

from xdrec_app.core.events import Change
from xdrec_app.core.jobs import Job
from xdrec_app.datasets.formats.item_file import ItemFile
from xdrec_app.datasets.formats.user_file import UserFile
from xdrec_app.services.data_requests import ImportItems, ImportUsers
from xdrec_app.services.data_results import ImportReport
from xdrec_app.services.import_file import import_file, wished_columns
from xdrec_app.storage.bulk import Ingested
from xdrec_app.storage.database import Database
from xdrec_app.storage.ingest_descriptions import ingest_items, ingest_users


def import_items(request: ImportItems) -> Job[ImportReport]:
    """Import a file of items; all of it or, when it fails or is cancelled, nothing.

    Raises
    ------
    UserError
        When the workspace or the file cannot be used, the file is known, or not one line of it can be imported.
    """

    def understand() -> ItemFile:
        return ItemFile.open(request.file, request.dialect, wished_columns(request))

    def ingest(database: Database, file: ItemFile) -> Job[Ingested]:
        return ingest_items(database, request.domain, file, mode=request.mode, again=request.again)

    return (yield from import_file(request, understand, ingest, Change.ITEMS))


def import_users(request: ImportUsers) -> Job[ImportReport]:
    """Import a file about people; all of it or, when it fails or is cancelled, nothing; raises as for items."""

    def understand() -> UserFile:
        return UserFile.open(request.file, request.dialect, wished_columns(request))

    def ingest(database: Database, file: UserFile) -> Job[Ingested]:
        return ingest_users(database, request.domain, file, mode=request.mode, again=request.again)

    return (yield from import_file(request, understand, ingest, Change.ITEMS))

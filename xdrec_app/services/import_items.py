"""Use-case: add or update the items of a domain from a file."""

from __future__ import annotations

from xdrec_app.core.events import Change
from xdrec_app.core.jobs import Job
from xdrec_app.datasets.formats.item_file import ItemFile
from xdrec_app.services.import_file import import_file
from xdrec_app.services.data_requests import ImportItems
from xdrec_app.services.data_results import ImportReport
from xdrec_app.storage.ingest_items import ingest_items


def import_items(request: ImportItems) -> Job[ImportReport]:
    """Import a file of items; all of it or, when it fails or is cancelled, nothing.

    Raises
    ------
    UserError
        When the workspace or the file cannot be used, or not one line of the file can.
    """

    def understand() -> ItemFile:
        return ItemFile.open(request.file, request.dialect, request.columns)

    return (yield from import_file(request, understand, ingest_items, Change.ITEMS))

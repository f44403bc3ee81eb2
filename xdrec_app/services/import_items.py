"""Use-case: add or update the items of a domain from a file."""

from __future__ import annotations

from contextlib import suppress

from xdrec_app.core.events import Change, Changed
from xdrec_app.core.jobs import Job
from xdrec_app.datasets.formats.item_file import ItemFile
from xdrec_app.services.import_interactions import STATISTICS_WAIT_S, report
from xdrec_app.services.requests import ImportItems
from xdrec_app.services.results import ImportReport
from xdrec_app.storage.database import open_database
from xdrec_app.storage.ingest_items import ingest_items
from xdrec_app.storage.sqlite import WorkspaceBusy
from xdrec_app.storage.statistics import refresh_statistics


def import_items(request: ImportItems) -> Job[ImportReport]:
    """Import a file of items; all of it or, when it fails or is cancelled, nothing.

    Raises
    ------
    UserError
        When the workspace or the file cannot be used, or not one line of the file can.
    """
    with open_database(request.workspace, busy_timeout_s=STATISTICS_WAIT_S) as database:
        file = ItemFile.open(request.file, request.dialect, request.columns)
        outcome = yield from ingest_items(database, request.domain, file)
        with suppress(WorkspaceBusy):  # then whoever writes now refreshes them
            refresh_statistics(database)
    yield Changed(changes=frozenset({Change.DOMAINS, Change.ITEMS}))
    return report(request, file.table, file.columns, outcome)

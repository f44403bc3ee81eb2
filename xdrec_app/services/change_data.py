"""Use-cases that change data without reading a file: undo an import, change or delete a domain."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from xdrec_app.core.errors import UserError
from xdrec_app.core.events import Change, Changed
from xdrec_app.core.jobs import Job
from xdrec_app.datasets.signal_settings import SignalSettings
from xdrec_app.services.data_requests import ChangeDomain, DeleteDomain, UndoImport
from xdrec_app.services.import_file import STATISTICS_WAIT_S
from xdrec_app.services.request import Done
from xdrec_app.storage import undo
from xdrec_app.storage.database import open_database
from xdrec_app.storage.domains import change_domain as change
from xdrec_app.storage.domains import chosen_signal
from xdrec_app.storage.statistics import refresh_statistics

ALL_DATA = frozenset({Change.DOMAINS, Change.INTERACTIONS, Change.ITEMS, Change.LINKS})


def signal_of(workspace: Path, domain: str) -> SignalSettings:
    """Return how the values of a domain are understood, as somebody chose; a UserError when there is no such domain."""
    with open_database(workspace, read_only=True) as database:
        return chosen_signal(database, domain)


def undo_import(request: UndoImport) -> Job[Done]:
    """Take an import back; a UserError when there is none of that number."""
    with open_database(request.workspace, busy_timeout_s=STATISTICS_WAIT_S) as database:
        yield from undo.undo_import(database, request.batch)
        with suppress(UserError):
            refresh_statistics(database)
    yield Changed(changes=ALL_DATA)
    return Done()


def delete_domain(request: DeleteDomain) -> Job[Done]:
    """Delete a domain with all its imports; a UserError when there is none of that name."""
    with open_database(request.workspace, busy_timeout_s=STATISTICS_WAIT_S) as database:
        yield from undo.delete_domain(database, request.domain)
        with suppress(UserError):
            refresh_statistics(database)
    yield Changed(changes=ALL_DATA)
    return Done()


def change_domain(request: ChangeDomain) -> Job[Done]:
    """Rename a domain or change what its values mean; a UserError when there is none or the name is taken."""
    with open_database(request.workspace, busy_timeout_s=STATISTICS_WAIT_S) as database:
        change(database, request.domain, request.name, request.signal)
        with suppress(UserError):
            refresh_statistics(database)
    yield Changed(changes=ALL_DATA)
    return Done()

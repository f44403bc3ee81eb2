"""Use-case: several files by one plan, one after another; a file that cannot be imported does not stop the others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from xdrec_app.core.errors import UserError
from xdrec_app.core.jobs import Job
from xdrec_app.services.data_requests import ImportFile, ImportFolder, ImportInteractions, ImportItems, ImportUsers
from xdrec_app.services.data_results import FileOutcome, FolderReport, ImportReport
from xdrec_app.services.import_descriptions import import_items, import_users
from xdrec_app.services.import_interactions import import_interactions
from xdrec_app.services.inspect_domains import refresh_reports
from xdrec_app.storage.database import open_database

USE_CASES: dict[type[ImportFile], Callable[[Any], Job[ImportReport]]] = {
    ImportInteractions: import_interactions,
    ImportItems: import_items,
    ImportUsers: import_users,
}


def import_folder(request: ImportFolder) -> Job[FolderReport]:
    """Import files; each all or nothing. A cancel keeps the files that are complete.

    At the end the domains are looked at closely, so that their reports are there when somebody asks.
    """
    outcomes = []
    for file in request.files:
        try:
            report = yield from USE_CASES[type(file)](file.model_copy(update={"workspace": request.workspace}))
            outcomes.append(FileOutcome(file=file.file, domain=report.domain, report=report))
        except UserError as error:
            outcomes.append(FileOutcome(file=file.file, domain=file.domain, problem=str(error)))
    with open_database(request.workspace) as database:
        yield from refresh_reports(database)
    reports = [outcome.report for outcome in outcomes if outcome.report is not None]
    return FolderReport(
        files=tuple(outcomes),
        lines=sum(report.lines for report in reports),
        imported=sum(report.imported for report in reports),
        merged=sum(report.merged for report in reports),
        rejected=sum(report.rejected for report in reports),
    )

"""What is known about the domains of the open workspace, and the jobs that find it out.

What is stored is shown at once; what is missing or older than the data is worked out by a job, once for each state of
the data. Must not know how anything is shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from xdrec_app.core.jobs import Failed, Outcome, Succeeded
from xdrec_app.services.data_requests import AuditLeakage, InspectDomains
from xdrec_app.services.data_results import AuditReport, DomainReports
from xdrec_app.services.finding_views import Inspection, StoredAudit
from xdrec_app.ui.job_runner import JobHandle
from xdrec_app.ui.page_context import PageContext

if TYPE_CHECKING:
    from xdrec_app.services.browse import Browser


def read_inspection(browser: Browser) -> Inspection:
    """Return what is stored from a close look at the domains."""
    return browser.inspection()


def read_audit(browser: Browser) -> StoredAudit:
    """Return what the leakage audit found."""
    return browser.audit()


class DataFindings(QObject):
    """Reports and audit of the open workspace.

    Signals
    -------
    changed
        The reports are others, or the job that makes them began or ended.
    audit_changed
        The same of the audit.
    """

    changed = Signal()
    audit_changed = Signal()

    def __init__(self, context: PageContext, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self.forget()

    @property
    def is_looking(self) -> bool:
        """Whether a job looks at the domains, or waits to."""
        return self._looking is not None

    @property
    def is_auditing(self) -> bool:
        """Whether a job looks for leaks, or waits to."""
        return self._auditing is not None

    def forget(self) -> None:
        """Know nothing: another workspace is open."""
        self.inspection: Inspection | None = None
        self.audit: StoredAudit | None = None
        self.failure: Failed | None = None
        self.audit_failure: Failed | None = None
        self._looking: JobHandle | None = None
        self._auditing: JobHandle | None = None
        self._looked_at = ""
        self._seen: DomainReports | None = None

    def read(self) -> None:
        """Read what is stored, and have made what is missing."""
        self._context.reader.ask("data.inspection", read_inspection, self._take)
        self._context.reader.ask("data.audit", read_audit, self._take_audit)

    @Slot()
    def look(self) -> None:
        """Look closely at the domains."""
        if self.inspection is None or self._looking is not None or self._context.state.path is None:
            return
        self._looked_at, self._seen, self.failure = self.inspection.state, None, None
        request = InspectDomains(workspace=self._context.state.path)
        title = self.tr("Looking closely at the data")
        self._looking = self._context.runner.submit(request, title, shows_failure=False)
        self._looking.ended.connect(self._looked)
        self.changed.emit()

    @Slot()
    def look_for_leaks(self) -> None:
        """Look for the same item in two domains."""
        if self._auditing is not None or self._context.state.path is None:
            return
        self.audit_failure = None
        request = AuditLeakage(workspace=self._context.state.path)
        title = self.tr("Looking for the same items in two domains")
        self._auditing = self._context.runner.submit(request, title, shows_failure=False)
        self._auditing.ended.connect(self._audited)
        self.audit_changed.emit()

    def _take(self, inspection: Inspection) -> None:
        is_seen = inspection.state == self._looked_at
        if not inspection.is_complete and is_seen and self._seen is not None:
            # The job could not store what it found: somebody else was writing, or nobody may.
            inspection = Inspection(reports=self._seen, state=inspection.state)
        self.inspection = inspection
        self.changed.emit()
        if not inspection.is_complete and not is_seen:
            self.look()

    def _take_audit(self, audit: StoredAudit) -> None:
        self.audit = audit
        self.audit_changed.emit()

    @Slot(object)
    def _looked(self, outcome: Outcome[DomainReports]) -> None:
        if self.sender() is not self._looking:  # of the workspace before
            return
        self._looking = None
        if isinstance(outcome, Succeeded):
            self._seen = outcome.result
        elif isinstance(outcome, Failed):
            self.failure = outcome
        self.changed.emit()
        self._context.reader.ask("data.inspection", read_inspection, self._take)

    @Slot(object)
    def _audited(self, outcome: Outcome[AuditReport]) -> None:
        if self.sender() is not self._auditing:
            return
        self._auditing = None
        if isinstance(outcome, Failed):
            self.audit_failure = outcome
        self.audit_changed.emit()
        self._context.reader.ask("data.audit", read_audit, self._take_audit)

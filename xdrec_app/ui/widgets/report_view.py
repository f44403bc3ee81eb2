"""The reports on the domains, one at a time; and what stands in their place while they are being made."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from xdrec_app.services.data_results import DomainReport
from xdrec_app.ui.data_findings import DataFindings
from xdrec_app.ui.theme import Space
from xdrec_app.ui.widgets.basic import EmptyState, button
from xdrec_app.ui.widgets.boxes import ChoiceBox
from xdrec_app.ui.widgets.busy_line import BusyLine
from xdrec_app.ui.widgets.job_error import JobError
from xdrec_app.ui.widgets.report_page import ReportPage
from xdrec_app.ui.widgets.segments import Segments

MANY_DOMAINS = 6
"""More than so many are chosen from a list."""


class DomainSwitch(QWidget):
    """A choice of one domain: buttons for a few, a list for many."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        self.segments = Segments(self.tr("Domain"))
        self.box = ChoiceBox()
        self.box.setAccessibleName(self.tr("Domain"))
        row.addWidget(self.segments)
        row.addWidget(self.box)
        row.addStretch()

    @property
    def chosen(self) -> str:
        """The chosen domain; empty without any."""
        return self.segments.chosen

    def set_domains(self, names: tuple[str, ...]) -> None:
        """Offer these domains; stay with the present one if it is among them."""
        self.segments.set_choices([(name, name) for name in names])
        self.box.clear()
        for name in names:
            self.box.addItem(name, name)
        self.box.choose(self.chosen)
        self.segments.setVisible(1 < len(names) <= MANY_DOMAINS)
        self.box.setVisible(len(names) > MANY_DOMAINS)

    def choose(self, name: str) -> None:
        """Show another one as chosen; says nothing."""
        self.segments.choose(name)
        self.box.choose(name)


class ReportView(QWidget):
    """The report on the domain that `switch`, which stands elsewhere, has chosen."""

    def __init__(self, findings: DataFindings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._findings = findings
        self.switch = DomainSwitch()
        self.switch.segments.changed.connect(self._show)
        self.switch.box.activated.connect(self._box_chosen)
        self.busy = BusyLine(self.tr("Looking closely at the data …"))
        self.error = JobError()
        self.error.hide()
        self.report = ReportPage()
        self.nothing = EmptyState(
            "search",
            self.tr("Nobody has looked at this domain yet"),
            self.tr(
                "How its values are distributed, when things happened, how long its tail is, and who has how much."
            ),
            (button(self.tr("Look closely"), findings.look, look="primary"),),
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.L)
        for widget in (self.busy, self.error, self.report, self.nothing):
            column.addWidget(widget)
        column.addStretch()
        findings.changed.connect(self._show)

    def set_domains(self, names: tuple[str, ...]) -> None:
        """Offer these domains."""
        self.switch.set_domains(names)
        self._show()

    def show_domain(self, name: str) -> None:
        """Show the report of a domain."""
        self.switch.choose(name)
        self._show()

    def report_of(self, name: str) -> DomainReport | None:
        """Return the report of a domain; None where it is not known."""
        inspection = self._findings.inspection
        reports = inspection.reports.reports if inspection is not None else ()
        return next((one for one in reports if one.domain == name), None)

    @Slot()
    def _box_chosen(self) -> None:
        self.show_domain(self.switch.box.key)

    @Slot()
    def _show(self) -> None:
        found, failure = self.report_of(self.switch.chosen), self._findings.failure
        is_waiting = found is None and (self._findings.is_looking or self._findings.inspection is None)
        if is_waiting:
            self.busy.start()
        else:
            self.busy.stop()
        self.error.setVisible(found is None and failure is not None)
        if failure is not None:
            self.error.show_failure(failure)
        if found is not None:
            self.report.show_report(found)
        self.report.setVisible(found is not None)
        self.nothing.setVisible(found is None and not is_waiting)

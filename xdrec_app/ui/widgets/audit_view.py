"""The leakage audit: a card for each pair of domains, and what stands in their place before anybody looked."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from xdrec_app.ui.data_findings import DataFindings
from xdrec_app.ui.theme import Space
from xdrec_app.ui.widgets.audit_card import AuditCard
from xdrec_app.ui.widgets.basic import EmptyState, button, label
from xdrec_app.ui.widgets.busy_line import BusyLine
from xdrec_app.ui.widgets.job_error import JobError


class AuditView(QWidget):
    """The findings.

    Signals
    -------
    decided
        Carries a pair of domains and keep, exclude or merge.
    """

    decided = Signal(object, str)

    def __init__(self, findings: DataFindings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._findings = findings
        self.cards: list[AuditCard] = []
        self._n_domains = 0
        self.busy = BusyLine(self.tr("Looking for the same items in two domains …"))
        self.error = JobError()
        self.error.hide()
        self._found, self._unknown, self._alone = self._make_found(), self._make_unknown(), self._make_alone()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.L)
        for widget in (self.busy, self.error, self._found, self._unknown, self._alone):
            column.addWidget(widget)
        column.addStretch()
        findings.audit_changed.connect(self._show)

    def set_domains(self, names: tuple[str, ...]) -> None:
        """Say which domains there are."""
        self._n_domains = len(names)
        self._show()

    def _make_found(self) -> QWidget:
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.L)
        head = QHBoxLayout()
        self._outdated = label("", "muted", wraps=True)
        head.addWidget(self._outdated, 1)
        self.again = button(self.tr("Look again"), self._findings.look_for_leaks)
        head.addWidget(self.again)
        column.addLayout(head)
        self._cards = QVBoxLayout()
        self._cards.setSpacing(Space.L)
        column.addLayout(self._cards)
        column.addStretch()
        return whole

    def _make_unknown(self) -> QWidget:
        self.look = button(self.tr("Look for leaks"), self._findings.look_for_leaks, look="primary", icon="search")
        return EmptyState(
            "search",
            self.tr("Does the same item stand in two domains?"),
            self.tr(
                "Then a model copies what people did with it instead of carrying anything over, and a transfer lift is "
                "an illusion. The audit compares ids, titles, and who has which items."
            ),
            (self.look,),
        )

    def _make_alone(self) -> QWidget:
        text = self.tr("The audit looks for items that stand in two of them. Import another domain first.")
        return EmptyState("data", self.tr("There is only one domain"), text)

    @Slot()
    def _show(self) -> None:
        findings = self._findings
        audit = findings.audit
        if findings.is_auditing:
            self.busy.start()
        else:
            self.busy.stop()
        self.error.setVisible(findings.audit_failure is not None and not findings.is_auditing)
        if findings.audit_failure is not None:
            self.error.show_failure(findings.audit_failure)
            self.error.setVisible(not findings.is_auditing)
        is_alone = self._n_domains < 2
        is_known = audit is not None and bool(audit.findings)
        if is_known:
            self._show_findings()
        self._alone.setVisible(is_alone)
        self._found.setVisible(is_known and not is_alone)
        self._unknown.setVisible(audit is not None and not (is_known or is_alone or findings.is_auditing))

    def _show_findings(self) -> None:
        audit = self._findings.audit
        assert audit is not None
        found = sorted(audit.findings, key=lambda one: (not one.is_leak, -one.pairs))
        if [card.domains for card in self.cards] == [one.domains for one in found]:
            for card, one in zip(self.cards, found, strict=True):
                card.set_finding(one)
        else:
            self._replace_cards([AuditCard(one) for one in found])
        pairs = ", ".join(" – ".join(pair) for pair in audit.outdated)
        words = self.tr("Not looked at since they changed: {}").format(pairs)
        self._outdated.setText(words if audit.outdated else "")
        self._outdated.setVisible(bool(audit.outdated))
        self.again.setVisible(bool(audit.outdated))
        self.again.setEnabled(not self._findings.is_auditing)

    def _replace_cards(self, cards: list[AuditCard]) -> None:
        for old in self.cards:
            self._cards.removeWidget(old)
            old.hide()
            old.deleteLater()
        self.cards = cards
        for card in cards:
            card.decided.connect(self.decided)
            self._cards.addWidget(card)

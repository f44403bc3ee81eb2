"""What became of one imported file: the sum of its lines, how it was read, and what was rejected."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from xdrec_app.services.data_results import ImportReport
from xdrec_app.ui import numbers
from xdrec_app.ui.page_context import PageContext
from xdrec_app.ui.theme import Space
from xdrec_app.ui.widgets.basic import Card, clear_layout, label
from xdrec_app.ui.widgets.import_equation import ImportEquation
from xdrec_app.ui.widgets.import_note import ImportNote
from xdrec_app.ui.widgets.import_rejected import RejectedLines
from xdrec_app.ui.widgets.import_words import form_words, role_name, signal_name, size


class ImportReportView(QWidget):
    """The report of one import."""

    def __init__(self, context: PageContext, workspace: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.M)
        self.note = ImportNote()
        column.addWidget(self.note)
        card = Card()
        card.body.setSpacing(Space.L)
        self.equation = ImportEquation()
        card.body.addWidget(self.equation)
        self._facts = QGridLayout()
        self._facts.setHorizontalSpacing(Space.L)
        self._facts.setVerticalSpacing(Space.XS)
        self._facts.setColumnStretch(1, 1)
        card.body.addLayout(self._facts)
        column.addWidget(card)
        self.rejected = RejectedLines(context, workspace)
        column.addWidget(self.rejected, 1)
        self._rest = QWidget()
        column.addWidget(self._rest, 1)

    def show_report(self, report: ImportReport, file: Path, n_bytes: int) -> None:
        """Show what became of a file."""
        self.equation.show_figures(report.lines, report.imported, report.merged, report.rejected)
        if report.rejected:
            self.note.say("warning", self.tr("Imported into {}; some lines could not be used.").format(report.domain))
        else:
            self.note.say("success", self.tr("Imported into {}; every line could be used.").format(report.domain))
        clear_layout(self._facts)
        for row, (name, fact) in enumerate(self.facts(report, n_bytes)):
            words = label(fact, wraps=True)
            self._facts.addWidget(label(name, "muted"), row, 0)
            self._facts.addWidget(words, row, 1)
        self.rejected.setVisible(report.rejected > 0)
        self._rest.setVisible(report.rejected == 0)
        if report.rejected:
            self.rejected.show_lines(report.batch, report.rejected, file.name)

    def facts(self, report: ImportReport, n_bytes: int) -> list[tuple[str, str]]:
        """Return what else is to be known: name and fact, those that apply."""
        columns = [f"{role_name(role)}: {column}" for role, column in report.columns.items()]
        seconds = max(report.elapsed_s, 0.001)
        time = self.tr("{time}  ·  {rate}/s  ·  {lines} lines/s").format(
            time=numbers.duration(report.elapsed_s),
            rate=size(int(n_bytes / seconds)),
            lines=numbers.short_count(report.lines / seconds),
        )
        trimmed = self.tr("{} ids stood between blanks, which were taken away").format(numbers.count(report.trimmed))
        facts = [
            (self.tr("Domain"), report.domain),
            (self.tr("Read as"), form_words(report.format, report.encoding, report.delimiter)),
            (self.tr("Columns"), "  ·  ".join(columns)),
            (self.tr("A line says"), signal_name(report.signal)),
            (self.tr("Ids"), trimmed if report.trimmed else ""),
            (self.tr("Took"), time),
        ]
        return [(name, fact) for name, fact in facts if fact]

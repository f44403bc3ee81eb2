"""The settings of a domain: its name, and what its values mean, with the consequences in words."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from xdrec_app.core.jobs import Failed, Outcome, Succeeded
from xdrec_app.datasets.signal_settings import SignalSettings
from xdrec_app.services.conversions import Conversion, explain
from xdrec_app.services.data_requests import ChangeDomain
from xdrec_app.services.finding_views import DomainMeaning
from xdrec_app.services.request import Done
from xdrec_app.ui.icons import IconLabel
from xdrec_app.ui.page_context import PageContext
from xdrec_app.ui.theme import Space
from xdrec_app.ui.widgets.basic import button, label
from xdrec_app.ui.widgets.domain_form import DomainForm
from xdrec_app.ui.widgets.job_error import JobError

if TYPE_CHECKING:
    from xdrec_app.services.browse import Browser

KEY = "domain."
Found = tuple[DomainMeaning, int | None]
"""What the values mean, and how many lines repeat a pair; None where nobody counted."""


def read_domain(name: str, browser: Browser) -> Found | None:
    """Return what the values of a domain mean; None when it is gone."""
    meaning = next((one for one in browser.meanings() if one.name == name), None)
    reports = browser.inspection().reports.reports
    repeated = next((report.repeated for report in reports if report.domain == name), None)
    return None if meaning is None else (meaning, repeated)


class DomainDialog(QDialog):
    """Changes one domain.

    Parameters
    ----------
    renames
        Whether it is the name that shall be changed first.
    """

    def __init__(
        self,
        context: PageContext,
        workspace: Path,
        domain: str,
        parent: QWidget | None = None,
        *,
        renames: bool = False,
    ) -> None:
        super().__init__(parent)
        self._context, self._workspace, self._domain = context, workspace, domain
        self._renames = renames
        self._meaning: DomainMeaning | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Settings of {}").format(domain))
        self.resize(600, 460)
        self._build()
        context.reader.ask(KEY + "read", partial(read_domain, domain), self._show)

    def done(self, result: int) -> None:
        """Close; answers still to come are dropped."""
        self._context.reader.forget(KEY)
        super().done(result)

    # ------------------------------------------------------------------ widgets

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.XL, Space.XL, Space.XL, Space.L)
        column.setSpacing(Space.L)
        column.addWidget(label(self._domain, "title"))
        self.form = DomainForm()
        self.form.name.setText(self._domain)
        self.form.changed.connect(self._changed)
        self.form.setEnabled(False)
        column.addWidget(self.form)
        column.addWidget(self._make_sentence())
        self.error = JobError()
        self.error.hide()
        column.addWidget(self.error)
        column.addStretch()
        column.addLayout(self._make_buttons())

    def _make_sentence(self) -> QFrame:
        self._note = QFrame()
        self._note.setProperty("level", "info")
        row = QHBoxLayout(self._note)
        row.setContentsMargins(Space.M, Space.M, Space.M, Space.M)
        row.setSpacing(Space.M)
        self.sentence = label("", wraps=True)
        row.addWidget(IconLabel("info", 20, "accent"), 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.sentence, 1)
        self._note.hide()
        return self._note

    def _make_buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(Space.S)
        row.addStretch()
        row.addWidget(button(self.tr("Cancel"), self.reject))
        self.save = button(self.tr("Save"), self._save, look="primary")
        self.save.setDefault(True)
        self.save.setEnabled(False)
        row.addWidget(self.save)
        return row

    # ------------------------------------------------------------------ content

    def _show(self, found: Found | None) -> None:
        if found is None:
            self.reject()
            return
        self._meaning, repeated = found
        self.form.set_meaning(self._meaning)
        self.form.set_repeated(repeated)
        self.form.setEnabled(True)
        if self._renames:
            self.form.name.setFocus()
            self.form.name.selectAll()
        self._explain()
        self._offer()

    def _explain(self) -> None:
        meaning = self._meaning
        if meaning is not None and meaning.has_interactions:
            work = partial(explain, self.form.settings(), meaning.found_scale, meaning.actions)
            self._context.reader.run(KEY + "explain", work, self._show_conversion)

    def _show_conversion(self, conversion: Conversion) -> None:
        self.form.set_conversion(conversion)
        hint = self.tr("Rows stay as they were imported; runs from now on follow the new meaning.")
        self.sentence.setText(f"{conversion.sentence} {hint}")
        self._note.show()
        self._grow()

    def _grow(self) -> None:
        layout = self.layout()
        if layout is not None:
            self.resize(self.width(), max(self.height(), layout.totalHeightForWidth(self.width())))

    @Slot()
    def _changed(self) -> None:
        self._explain()
        self._offer()

    @Slot()
    def _offer(self) -> None:
        name = self.form.name.text().strip()
        self.save.setEnabled(bool(name) and (name != self._domain or self._signal() is not None))

    def _signal(self) -> SignalSettings | None:
        """Return the settings where they were changed."""
        if self._meaning is None or not self._meaning.has_interactions:
            return None
        settings = self.form.settings()
        return None if settings == self._meaning.signal else settings

    # ------------------------------------------------------------------ saving

    def _save(self) -> None:
        name = self.form.name.text().strip()
        request = ChangeDomain(
            workspace=self._workspace,
            domain=self._domain,
            name=name if name != self._domain else None,
            signal=self._signal(),
        )
        self.save.setEnabled(False)
        self.error.hide()
        title = self.tr("Changing {}").format(self._domain)
        handle = self._context.runner.submit(request, title, shows_failure=False)
        handle.ended.connect(self._saved)

    @Slot(object)
    def _saved(self, outcome: Outcome[Done]) -> None:
        if isinstance(outcome, Succeeded):
            self.accept()
            return
        self._offer()
        if isinstance(outcome, Failed):
            self.error.show_failure(outcome)

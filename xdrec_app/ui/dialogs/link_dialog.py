"""Linking people: rules that make ids alike, a file that says who is who, and what it came to."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from xdrec_app.core.jobs import Failed, Outcome, Succeeded
from xdrec_app.datasets.linking import RULES, Rule
from xdrec_app.services.data_requests import LinkPeople
from xdrec_app.services.data_results import LinkReport
from xdrec_app.services.finding_views import MappingPreview, PresentLinks
from xdrec_app.ui import numbers
from xdrec_app.ui.icons import IconLabel
from xdrec_app.ui.page_context import PageContext
from xdrec_app.ui.theme import Space
from xdrec_app.ui.widgets.basic import Card, button, label, restyle
from xdrec_app.ui.widgets.job_error import JobError
from xdrec_app.ui.widgets.link_mapping import LinkMapping
from xdrec_app.ui.widgets.link_rules import LinkRules

if TYPE_CHECKING:
    from xdrec_app.services.browse import Browser

KEY = "links."


def read_effects(browser: Browser) -> dict[Rule, int] | None:
    """Return how many more people each rule alone would put into several domains; None where that takes too long."""
    found = browser.linkable([(), *((rule,) for rule in RULES)])
    return None if found is None else {rule: n - found[0] for rule, n in zip(RULES, found[1:], strict=True)}


def read_mapping(path: Path, columns: dict[str, str], rules: tuple[Rule, ...], browser: Browser) -> MappingPreview:
    """Return the first rows of a mapping file and which column is whose."""
    return browser.mapping_preview(path, columns, rules)


class LinkDialog(QDialog):
    """Links the people of the open workspace."""

    def __init__(self, context: PageContext, workspace: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context, self._workspace = context, workspace
        self.report: LinkReport | None = None
        self._is_busy = False
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Link people"))
        self.resize(820, 560)
        self._build()
        context.reader.ask(KEY + "present", lambda browser: browser.present_links(), self._show_present)
        context.reader.ask(KEY + "effects", read_effects, self._show_effects)

    def done(self, result: int) -> None:
        """Close; answers still to come are dropped, a job that runs goes on in the job bar."""
        self._context.reader.forget(KEY)
        super().done(result)

    # ------------------------------------------------------------------ widgets

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.XL, Space.XL, Space.XL, Space.L)
        column.setSpacing(Space.M)
        column.addWidget(label(self.tr("Link people"), "title"))
        words = self.tr(
            "Equal ids are one person in all domains. Where ids are written in different ways, or each domain has its "
            "own, say here who is who. No interaction is changed, and it can be taken back at any time."
        )
        column.addWidget(label(words, "muted", wraps=True))
        self.rules = LinkRules()
        self.rules.changed.connect(self._rules_changed)
        alike = Card(self.tr("When ids are compared"))
        alike.body.addWidget(self.rules)
        column.addWidget(alike)
        names = [domain.name for domain in self._context.state.domains]
        self.mapping = LinkMapping(self._context.settings, names)
        self.mapping.changed.connect(self._mapping_changed)
        listed = Card(
            self.tr("Who is who"), self.tr("A file in which each line is one person, with a column per domain")
        )
        listed.body.addWidget(self.mapping)
        column.addWidget(listed)
        self.error = JobError()
        self.error.hide()
        column.addWidget(self.error)
        column.addWidget(self._make_note())
        column.addStretch()
        column.addLayout(self._make_buttons())

    def _make_note(self) -> QFrame:
        self._note = QFrame()
        row = QHBoxLayout(self._note)
        row.setContentsMargins(Space.M, Space.M, Space.M, Space.M)
        row.setSpacing(Space.M)
        self._icon = IconLabel("info", 20, "accent")
        self.words = label("", wraps=True)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.words, 1)
        self._note.hide()
        return self._note

    def _make_buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(Space.S)
        self.unlink = button(self.tr("Unlink all"), self._unlink, look="danger")
        self.unlink.setToolTip(self.tr("Only equal ids are one person again"))
        self.unlink.hide()
        self.link = button(self.tr("Link people"), self._link, look="primary")
        self.link.setDefault(True)
        row.addWidget(self.unlink)
        row.addStretch()
        row.addWidget(button(self.tr("Close"), self.reject))
        row.addWidget(self.link)
        return row

    # ------------------------------------------------------------------ what is known

    def _show_present(self, present: PresentLinks) -> None:
        self.rules.choose(present.rules)
        self.mapping.unlisted.setChecked(present.unlisted == "by_id")
        self.unlink.setVisible(bool(present.rules or present.mapped))
        if present.mapped and self.report is None:
            words = self.tr("A file links {domains} now. Linking without a file takes that back.")
            self._say("info", words.format(domains=", ".join(present.mapped)))

    def _show_effects(self, effects: dict[Rule, int] | None) -> None:
        self.rules.set_effects(effects or {})

    @Slot()
    def _rules_changed(self) -> None:
        if self.mapping.path is not None:
            self._mapping_changed()

    @Slot()
    def _mapping_changed(self) -> None:
        path = self.mapping.path
        if path is None:
            self._context.reader.forget(KEY + "mapping")
        else:
            work = partial(read_mapping, path, dict(self.mapping.chosen), self.rules.chosen)
            self._context.reader.ask(KEY + "mapping", work, self._show_mapping, self._show_unreadable)
        self._offer()

    def _show_mapping(self, preview: MappingPreview) -> None:
        self.mapping.show_preview(preview)
        self._offer()

    def _show_unreadable(self, failure: Failed) -> None:
        self.mapping.show_failure(failure)
        self._offer()

    def _offer(self) -> None:
        self.link.setEnabled(self.mapping.is_usable and not self._is_busy)
        self.unlink.setEnabled(not self._is_busy)

    # ------------------------------------------------------------------ linking

    def _link(self) -> None:
        mapping = self.mapping
        columns = {}
        if mapping.preview is not None:
            columns = {domain: mapping.preview.guess.get(domain, "") for domain in mapping.columns} | mapping.chosen
        request = LinkPeople(
            workspace=self._workspace,
            rules=self.rules.chosen,
            mapping=mapping.path,
            columns=columns,
            unlisted="by_id" if mapping.path is not None and mapping.unlisted.isChecked() else "apart",
        )
        self._submit(request, self.tr("Linking people"))

    def _unlink(self) -> None:
        self.rules.choose(())
        self.mapping.drop_file()
        self._submit(LinkPeople(workspace=self._workspace), self.tr("Unlinking people"))

    def _submit(self, request: LinkPeople, title: str) -> None:
        self.error.hide()
        self._is_busy = True
        self._offer()
        self._say("info", f"{title} …")
        handle = self._context.runner.submit(request, title, shows_failure=False)
        handle.ended.connect(self._linked)

    @Slot(object)
    def _linked(self, outcome: Outcome[LinkReport]) -> None:
        self._is_busy = False
        self._offer()
        self._note.hide()
        if isinstance(outcome, Succeeded):
            self.report = outcome.result
            self._say("warning" if outcome.result.nobody else "success", self._report_words(outcome.result))
            self._context.reader.ask(KEY + "present", lambda browser: browser.present_links(), self._show_present)
        elif isinstance(outcome, Failed):
            self.error.show_failure(outcome)

    def _report_words(self, report: LinkReport) -> str:
        sentences = [
            self.tr("{linked} of {people} people are in more than one domain now.").format(
                linked=numbers.count(report.linked), people=numbers.count(report.people)
            )
        ]
        if report.lines:
            words = self.tr(
                "The file has {n} lines; {rejected} of them cannot be used, {unknown} ids are in no domain."
            )
            sentences.append(
                words.format(
                    n=numbers.count(report.lines),
                    rejected=numbers.count(report.rejected),
                    unknown=numbers.count(report.unknown),
                )
            )
        for pair in report.nobody:
            words = self.tr("{one} and {other} still share nobody.").format(one=pair.domains[0], other=pair.domains[1])
            sentences.append(f"{words} {pair.cause}".strip())
        return " ".join(sentences)

    def _say(self, level: str, words: str) -> None:
        tokens = {"info": "accent", "success": "success", "warning": "warning"}
        restyle(self._note, "level", level)
        self._icon.set_icon(level, tokens[level])
        self.words.setText(words)
        self._note.show()

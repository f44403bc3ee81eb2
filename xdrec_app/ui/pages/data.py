"""Data: the domains and the people they share, a close look at each, their rows, and items that stand in two."""

from __future__ import annotations

from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, ClassVar, cast

from PySide6.QtCore import QT_TRANSLATE_NOOP, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from xdrec_app.core.events import Change
from xdrec_app.datasets.linking import Rule
from xdrec_app.services.finding_views import DomainMeaning
from xdrec_app.services.views import BatchRow, Histogram, RejectedRow
from xdrec_app.ui import numbers
from xdrec_app.ui.data_deeds import DataDeeds, Decision, Table
from xdrec_app.ui.data_findings import DataFindings
from xdrec_app.ui.pages.base import Page, pages
from xdrec_app.ui.theme import Space
from xdrec_app.ui.widgets.audit_view import AuditView
from xdrec_app.ui.widgets.basic import EmptyState, button
from xdrec_app.ui.widgets.browse_tables import BrowseTables
from xdrec_app.ui.widgets.data_overview import DataOverview
from xdrec_app.ui.widgets.empty_states import nothing_imported
from xdrec_app.ui.widgets.imports_card import SHOWN_LINES
from xdrec_app.ui.widgets.lazy_stack import LazyStack
from xdrec_app.ui.widgets.report_view import ReportView
from xdrec_app.ui.widgets.scroll_area import SCROLL_BAR_WIDTH, ScrollArea
from xdrec_app.ui.widgets.segments import Segments

if TYPE_CHECKING:
    from xdrec_app.services.browse import Browser

OF_DATA = frozenset({Change.DOMAINS, Change.INTERACTIONS, Change.ITEMS, Change.LINKS})
VIEWS = ("overview", "report", "rows", "audit")

Details = tuple[dict[str, Histogram], tuple[DomainMeaning, ...]]


def read_details(names: tuple[str, ...], browser: Browser) -> Details:
    """Return how the values of each domain are distributed, and what they mean."""
    return {name: browser.histogram(name) for name in names}, browser.meanings()


def read_rejected(batch: int, browser: Browser) -> tuple[int, tuple[RejectedRow, ...]]:
    """Return the first rejected lines of an import, with its number."""
    return batch, browser.rejected(batch, 0, SHOWN_LINES)


@pages.register
class DataPage(Page):
    """The second page: four views under one switch."""

    key: ClassVar[str] = "data"
    title: ClassVar[str] = str(QT_TRANSLATE_NOOP("Page", "Data"))
    icon: ClassVar[str] = "data"
    order: ClassVar[int] = 1
    scrolls: ClassVar[bool] = False

    def build(self) -> None:
        """Make the views, empty."""
        commands = self.context.commands
        self.deeds = DataDeeds(self.context, self)
        self.findings = DataFindings(self.context, self)
        self._import = button(self.tr("Import …"), commands.choose_import, look="primary", icon="import")
        self.header_actions.addWidget(self._import)
        self._states = LazyStack()
        self._states.add("empty", self._make_empty)
        self._states.add("closed", self._make_closed)
        self._states.add("full", self._make_full)
        self._names: tuple[str, ...] = ()
        margins = self.content.contentsMargins()
        self.content.setContentsMargins(margins.left(), margins.top(), margins.right() - SCROLL_BAR_WIDTH, 0)
        self.content.addWidget(self._states, 1)

    def refresh(self, changes: frozenset[Change]) -> None:
        """Show what is in the workspace."""
        state = self.context.state
        self._import.setVisible(state.is_open)
        if changes >= frozenset(Change):
            self.findings.forget()
        if state.snapshot is None:
            self.subtitle.setText(self.tr("No workspace is open"))
            self._states.show_key("closed")
            return
        if not state.domains:
            self.subtitle.setText(self.tr("The workspace is empty"))
            self._states.show_key("empty")
            return
        self._states.show_key("full")
        if changes & OF_DATA:
            self._fill()

    def activate(self, payload: dict[str, Any]) -> None:
        """Show the view `view`, the report on `domain`, or the rejected lines of the import `batch`."""
        if "domain" in payload:
            self.report.show_domain(payload["domain"])
            self.show_view("report")
        if "batch" in payload:
            self.show_view("overview")
            self._ask_rejected(payload["batch"])
        if "view" in payload:
            self.show_view(payload["view"])

    def show_view(self, key: str) -> None:
        """Show one of the views."""
        self.views.choose(key)
        self._view_changed()

    # ------------------------------------------------------------------ widgets

    def _make_empty(self) -> QWidget:
        return nothing_imported(
            self.context.commands,
            "data",
            self.tr("Nothing imported yet"),
            self.tr(
                "Import a file of ratings, clicks or purchases for each domain. "
                "A column for the person and one for the item are enough."
            ),
        )

    def _make_closed(self) -> QWidget:
        commands = self.context.commands
        return EmptyState(
            "folder",
            self.tr("No workspace is open"),
            self.tr("Data, runs and models live in a workspace, which is one file."),
            (
                button(self.tr("Explore the sample"), commands.open_sample, look="primary", icon="sample"),
                button(self.tr("New …"), commands.choose_new),
                button(self.tr("Open …"), commands.choose_open),
            ),
        )

    def _make_full(self) -> QWidget:
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.L)
        self.views = Segments(self.tr("View"))
        names = (self.tr("Overview"), self.tr("Report"), self.tr("Rows"), self.tr("Leaks"))
        self.views.set_choices(tuple(zip(VIEWS, names, strict=True)))
        self.views.changed.connect(self._view_changed)
        self._row = QHBoxLayout()
        self._row.setSpacing(Space.L)
        self._row.addWidget(self.views)
        self._row.addStretch()
        column.addLayout(self._row)
        self._stack = LazyStack()
        self._stack.add("overview", lambda: _scrolling(self.overview))
        self._stack.add("report", lambda: _scrolling(self.report))
        self._stack.add("rows", lambda: _still(self.rows))
        self._stack.add("audit", lambda: _scrolling(self.audit))
        self._stack.show_key("overview")
        column.addWidget(self._stack, 1)
        return whole

    @cached_property
    def overview(self) -> DataOverview:
        """The first view."""
        made = DataOverview()
        made.asked.connect(self._do)
        made.rule_asked.connect(self._link_by)
        made.links_asked.connect(self.deeds.open_links)
        made.imports.rejected_asked.connect(self._ask_rejected)
        made.imports.undo_asked.connect(self._undo)
        made.imports.export_asked.connect(self._export_rejected)
        self.findings.changed.connect(self._show_inspection)
        return made

    @cached_property
    def report(self) -> ReportView:
        """The second view, made when it is first asked for, like those that follow."""
        made = ReportView(self.findings)
        made.switch.hide()
        self._row.insertWidget(1, made.switch, 1)
        made.set_domains(self._names)
        return made

    @cached_property
    def rows(self) -> BrowseTables:
        """The third view."""
        made = BrowseTables(self.context)
        made.set_domains(self._names)
        return made

    @cached_property
    def audit(self) -> AuditView:
        """The fourth view."""
        made = AuditView(self.findings)
        made.decided.connect(self._decide)
        made.set_domains(self._names)
        return made

    # ------------------------------------------------------------------ content

    def _fill(self) -> None:
        state = self.context.state
        assert state.snapshot is not None
        self._names = names = tuple(domain.name for domain in state.domains)
        words = self.tr("{n} interactions in {domains} domains") if len(names) > 1 else self.tr("{n} interactions")
        n_interactions = sum(domain.interactions for domain in state.domains)
        self.subtitle.setText(words.format(n=numbers.count(n_interactions), domains=len(names)))
        self.overview.set_snapshot(state.snapshot)
        for view in VIEWS[1:]:
            if view in self.__dict__:  # made already
                getattr(self, view).set_domains(names)
        self.context.reader.ask("data.details", partial(read_details, names), self._show_details)
        self.findings.read()

    @Slot()
    def _view_changed(self) -> None:
        self._stack.show_key(self.views.chosen)
        if "report" in self.__dict__:
            self.report.switch.setVisible(self.views.chosen == "report")

    def _show_details(self, details: Details) -> None:
        self.overview.set_details(*details)

    @Slot()
    def _show_inspection(self) -> None:
        self.overview.set_inspection(self.findings.inspection)

    @Slot(int)
    def _ask_rejected(self, batch: int) -> None:
        self.context.reader.ask("data.rejected", partial(read_rejected, batch), self._show_rejected)

    def _show_rejected(self, answer: tuple[int, tuple[RejectedRow, ...]]) -> None:
        self.overview.imports.show_rejected(*answer)

    # ------------------------------------------------------------------ deeds

    @Slot(str, str)
    def _do(self, deed: str, domain: str) -> None:
        if deed == "report":
            self.activate({"domain": domain})
        elif deed == "rows":
            self.rows.show_interactions(domain)
            self.show_view("rows")
        elif deed == "delete":
            self.deeds.ask_delete(domain)
        elif deed in {"settings", "rename"}:
            self.deeds.open_settings(domain, renames=deed == "rename")
        else:
            self.deeds.choose_export(cast(Table, deed), domain)

    @Slot(object)
    def _undo(self, batch: BatchRow) -> None:
        self.deeds.ask_undo(batch)

    @Slot(object)
    def _export_rejected(self, batch: BatchRow) -> None:
        self.deeds.choose_export("rejected", batch=batch)

    @Slot(str)
    def _link_by(self, rule: str) -> None:
        self.deeds.link_by((cast(Rule, rule),))

    @Slot(object, str)
    def _decide(self, domains: tuple[str, str], decision: str) -> None:
        self.deeds.decide(domains, cast(Decision, decision))


def _scrolling(view: QWidget) -> QWidget:
    """Let a view scroll as a whole, with room under its end."""
    layout = view.layout()
    assert layout is not None
    layout.setContentsMargins(0, 0, 0, Space.XL)
    return ScrollArea(view)


def _still(view: QWidget) -> QWidget:
    layout = view.layout()
    assert layout is not None
    layout.setContentsMargins(0, 0, SCROLL_BAR_WIDTH, Space.XL)
    return view

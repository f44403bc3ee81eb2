"""Runs: every run in a table, the curves of the ticked ones, everything about the current one."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from PySide6.QtCore import QT_TRANSLATE_NOOP, QModelIndex, Qt, QTimer, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLineEdit, QSplitter, QStackedWidget, QWidget

from xdrec_app.core.events import Change
from xdrec_app.services.requests import DeleteRun
from xdrec_app.services.views import RunRow
from xdrec_app.ui.known_models import known_models, model_title
from xdrec_app.ui.pages.base import Page, pages
from xdrec_app.ui.tables.run_table import RunTableModel
from xdrec_app.ui.tables.run_view import RunView
from xdrec_app.ui.theme import Space, theme
from xdrec_app.ui.training_curves import TrainingCurves
from xdrec_app.ui.widgets.basic import Card, button
from xdrec_app.ui.widgets.empty_states import no_workspace, nothing_trained
from xdrec_app.ui.widgets.learning_curves import load_plotting
from xdrec_app.ui.widgets.run_curves import RunCurves
from xdrec_app.ui.widgets.run_details import RunDetails

if TYPE_CHECKING:
    from xdrec_app.services.browse import Browser

LIVE_MS = 1500
FILTER_WIDTH = 240


def read_curves(runs: tuple[int, ...], browser: Browser) -> dict[int, TrainingCurves]:
    """Return the learning curves of some runs."""
    return {run: TrainingCurves.of_points(browser.curves(run)) for run in runs}


@pages.register
class RunsPage(Page):
    """The fourth page."""

    key: ClassVar[str] = "runs"
    title: ClassVar[str] = str(QT_TRANSLATE_NOOP("Page", "Runs"))
    icon: ClassVar[str] = "runs"
    order: ClassVar[int] = 3
    scrolls: ClassVar[bool] = False

    def build(self) -> None:
        """Make table, curves and details; the plot follows when its library is loaded."""
        self._shown_path: Path | None = None
        self.filter = QLineEdit()
        self.filter.setPlaceholderText(self.tr("Filter runs"))
        self.filter.setAccessibleName(self.tr("Filter runs"))
        self.filter.setClearButtonEnabled(True)
        self.filter.setFixedWidth(FILTER_WIDTH)
        self._copy = button(self.tr("Copy"), self.copy, icon="copy")
        self._copy.setToolTip(self.tr("Copy the table as tab-separated text"))
        self.header_actions.addWidget(self.filter)
        self.header_actions.addWidget(self._copy)
        self._states = QStackedWidget()
        for state in (self._make_closed(), self._make_empty(), self._make_full()):
            self._states.addWidget(state)
        self.content.addWidget(self._states, 1)
        self.filter.textChanged.connect(self._filter_changed)
        self._live = QTimer(self)
        self._live.setInterval(LIVE_MS)
        self._live.timeout.connect(self._read_live)
        self.context.reader.run("runs.plot", load_plotting, self.curves.make_plot)

    def refresh(self, changes: frozenset[Change]) -> None:
        """Show the runs there are now; choice, ticks, filter and order stay."""
        state = self.context.state
        for control in (self.filter, self._copy):
            control.setVisible(bool(state.runs))
        if not state.is_open:
            self._show_state(0, self.tr("No workspace is open"))
        elif not state.runs:
            self._show_state(1, self.tr("Nothing was trained yet"))
        elif Change.RUNS in changes:
            self._show_state(2, "")
            self._fill()

    def activate(self, payload: dict[str, Any]) -> None:
        """Choose the run ``run``."""
        run = payload.get("run")
        if isinstance(run, int):
            if self.model.row_of(run) < 0:
                self.filter.clear()
            self._choose(run)
            self.model.set_ticked([run])

    def copy(self) -> None:
        """Copy what the table shows, tab-separated."""
        QGuiApplication.clipboard().setText(self.model.as_text())
        self.context.messages.info(self.tr("The table was copied; paste it into a spreadsheet."))

    # ------------------------------------------------------------------ widgets

    def _make_closed(self) -> QWidget:
        return no_workspace(
            self.context.commands,
            self.tr("A workspace keeps every run with its curves, figures and weights."),
        )

    def _make_empty(self) -> QWidget:
        return nothing_trained(
            partial(self.context.navigate, "train"),
            "runs",
            self.tr("No run yet"),
            self.tr("Train a model; it will stand here with its figures beside popularity and without the sources."),
        )

    def _make_full(self) -> QWidget:
        self.model = RunTableModel(self)
        self.model.ticks_changed.connect(self._ticks_changed)
        self.table = RunView(self.model, self.tr("Runs"))
        self.table.selectionModel().currentRowChanged.connect(self._current_changed)
        theme().changed.connect(self.table.viewport().update)
        frame = Card()
        frame.body.setContentsMargins(1, Space.XS, 1, Space.XS)
        frame.body.addWidget(self.table)
        self.curves = RunCurves()
        self.details = RunDetails()
        self.details.recommend_asked.connect(self._recommend)
        self.details.train_asked.connect(self._train_again)
        self.details.delete_asked.connect(self._delete)
        lower = QSplitter(Qt.Orientation.Horizontal)
        lower.addWidget(self.curves)
        lower.addWidget(self.details)
        whole = QSplitter(Qt.Orientation.Vertical)
        whole.addWidget(frame)
        whole.addWidget(lower)
        for splitter, shares in ((lower, (40, 60)), (whole, (40, 60))):
            splitter.setHandleWidth(Space.L)
            splitter.setChildrenCollapsible(False)
            for number, share in enumerate(shares):
                splitter.setStretchFactor(number, share)
            splitter.setSizes([share * 10 for share in shares])
        return whole

    # ------------------------------------------------------------------ content

    def _show_state(self, number: int, subtitle: str) -> None:
        self._states.setCurrentIndex(number)
        self.subtitle.setText(subtitle)

    def _fill(self) -> None:
        runs = self.context.state.runs
        is_other = self.context.state.path != self._shown_path
        self._shown_path = self.context.state.path
        chosen = self.details.row.run if self.details.row is not None and not is_other else runs[0].run
        self.model.set_runs(runs)
        self._choose(chosen if self.model.row_of(chosen) >= 0 else runs[0].run)
        if is_other:
            self.model.set_ticked(self._newest_with_curves(runs))
        self._count()
        self._read_curves()

    def _newest_with_curves(self, runs: tuple[RunRow, ...]) -> list[int]:
        """Return the newest run whose model learns by epochs: the first tick, so that the plot is not empty."""
        models = known_models()
        epochs = [row.run for row in runs if row.model in models and models[row.model].capabilities.trains_by_epochs]
        return epochs[:1]

    def _count(self) -> None:
        shown, total = len(self.model.rows), len(self.context.state.runs)
        words = self.tr("{total} runs") if shown == total else self.tr("{shown} of {total} runs")
        self.subtitle.setText(words.format(shown=shown, total=total))

    def _choose(self, run: int) -> None:
        row = self.model.row_of(run)
        if row >= 0:
            self.table.selectRow(row)
            self.table.scrollTo(self.model.index(row, 0))
        self.details.set_run(self.model.run_at(row))

    @Slot(QModelIndex, QModelIndex)
    def _current_changed(self, current: QModelIndex, _former: QModelIndex) -> None:
        row = self.model.run_at(current.row())
        if row is not None:
            self.details.set_run(row)

    @Slot()
    def _filter_changed(self) -> None:
        chosen = self.details.row.run if self.details.row is not None else 0
        self.model.set_filter(self.filter.text())
        self._count()
        if self.model.row_of(chosen) >= 0:
            self._choose(chosen)
        elif self.model.rows:
            self._choose(self.model.rows[0].run)

    # ------------------------------------------------------------------ curves

    @Slot()
    def _ticks_changed(self) -> None:
        self._read_curves()

    def _read_curves(self) -> None:
        ticked = self.model.ticked
        running = {row.run for row in self.context.state.runs if row.status == "running"}
        if running.intersection(ticked):
            self._live.start()
        else:
            self._live.stop()
        if not ticked:
            self.context.reader.forget("runs.curves")
            self._show_curves({})
            return
        self.context.reader.ask("runs.curves", partial(read_curves, ticked), self._show_curves)

    @Slot()
    def _read_live(self) -> None:
        """Follow a run that is training, while somebody looks."""
        if self.isVisible():
            self._read_curves()

    def _show_curves(self, curves: dict[int, TrainingCurves]) -> None:
        titles = {row.run: f"{row.run} {model_title(row.model)}" for row in self.context.state.runs}
        self.curves.set_curves(curves, titles)

    # ------------------------------------------------------------------ what the user asks for

    @Slot(object)
    def _recommend(self, row: RunRow) -> None:
        self.context.navigate("recommendations", run=row.run)

    @Slot(object)
    def _train_again(self, row: RunRow) -> None:
        self.context.navigate(
            "train",
            target=row.target,
            sources=row.sources,
            model=row.model,
            params=row.params,
            split=row.split,
            seed=row.seed,
            candidates=row.candidates,
        )

    @Slot(object)
    def _delete(self, row: RunRow) -> None:
        path = self.context.state.path
        if path is not None:
            title = self.tr("Deleting run {}").format(row.run)
            self.context.runner.submit(DeleteRun(workspace=path, run=row.run), title)

"""Recommendations: the ranked list of one person with reasons, and the export for everybody."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from PySide6.QtCore import QT_TRANSLATE_NOOP, Slot
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from xdrec_app.core.errors import UserError
from xdrec_app.core.events import Change
from xdrec_app.core.jobs import Failed, Succeeded
from xdrec_app.services.requests import Recommend, RecommendAll
from xdrec_app.services.results import ExportReport, RecommendationList
from xdrec_app.ui import numbers
from xdrec_app.ui.known_models import model_title
from xdrec_app.ui.pages.base import Page, pages
from xdrec_app.ui.spreadsheet import write_csv
from xdrec_app.ui.tables.recommendation_model import EXPORT_HEADER, cells
from xdrec_app.ui.theme import Space
from xdrec_app.ui.widgets.basic import button
from xdrec_app.ui.widgets.busy_line import BusyLine
from xdrec_app.ui.widgets.empty_states import no_workspace, nothing_imported, nothing_trained
from xdrec_app.ui.widgets.job_error import JobError
from xdrec_app.ui.widgets.people_tiles import PeopleTiles
from xdrec_app.ui.widgets.recommendation_controls import RecommendationControls
from xdrec_app.ui.widgets.recommendation_details import RecommendationDetails
from xdrec_app.ui.widgets.recommendation_list import RecommendationCard

OF_PEOPLE = frozenset({Change.DOMAINS, Change.INTERACTIONS, Change.ITEMS, Change.LINKS})


@pages.register
class RecommendationsPage(Page):
    """The sixth page: controls, list, details."""

    key: ClassVar[str] = "recommendations"
    title: ClassVar[str] = str(QT_TRANSLATE_NOOP("Page", "Recommendations"))
    icon: ClassVar[str] = "recommendations"
    order: ClassVar[int] = 5
    scrolls: ClassVar[bool] = False

    def build(self) -> None:
        """Make controls and empty panes."""
        self._user = ""
        self._workspace: Path | None = None
        self._shown: RecommendationList | None = None
        self._profile = button(self.tr("See the profile"), self._open_profile)
        self._export_all = button(self.tr("Export for everybody …"), self.choose_file_for_everybody, icon="export")
        self.header_actions.addWidget(self._profile)
        self.header_actions.addWidget(self._export_all)
        self._states = QStackedWidget()
        for state in (self._make_closed(), self._make_empty(), self._make_no_run(), self._make_full()):
            self._states.addWidget(state)
        self.content.addWidget(self._states, 1)

    def refresh(self, changes: frozenset[Change]) -> None:
        """Offer the people and runs there are now; stay with the person that is shown."""
        state = self.context.state
        if state.path != self._workspace:
            self._workspace = state.path
            self._forget_person()
            self.controls.search.clear()
        former = self.controls.runs.run
        self.controls.runs.set_runs(state.runs)
        number, words = self._state()
        self._states.setCurrentIndex(number)
        self.subtitle.setText(words)
        self._export_all.setVisible(number == 3)
        self._profile.setVisible(number == 3 and bool(self._user))
        if number != 3:
            return
        if changes & OF_PEOPLE:
            self.controls.search.reload(is_open=True)
        if changes & OF_PEOPLE or self.controls.runs.run != former:
            self._ask()

    def activate(self, payload: dict[str, Any]) -> None:
        """Recommend to the person ``user``, by ``run`` if one is given."""
        is_other = payload.get("run") is not None and self.controls.runs.choose(payload["run"])
        if payload.get("user"):
            self.recommend_to(str(payload["user"]))
        elif is_other:
            self._ask()

    @Slot(str)
    def recommend_to(self, user: str) -> None:
        """Show a person's list."""
        if user != self._user:
            self._panes.hide()
        self._user = user
        self.controls.search.show_person(user)
        self._profile.setVisible(self._states.currentIndex() == 3)
        self._ask()

    # ------------------------------------------------------------------ widgets

    def _make_closed(self) -> QWidget:
        return no_workspace(
            self.context.commands,
            self.tr("A trained model of a workspace recommends to its people. The sample is ready to be trained on."),
        )

    def _make_empty(self) -> QWidget:
        return nothing_imported(
            self.context.commands,
            "recommendations",
            self.tr("Nobody to recommend to yet"),
            self.tr("Import a file of ratings, clicks or purchases first, then train a model on it."),
        )

    def _make_no_run(self) -> QWidget:
        return nothing_trained(
            partial(self.context.navigate, "train"),
            "train",
            self.tr("No model to recommend with yet"),
            self.tr("Train one: closed-form models such as EASE take seconds. Every finished run can recommend."),
        )

    def _make_full(self) -> QWidget:
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.L)
        self.controls = RecommendationControls(self.context.reader, self.key)
        self.controls.person_chosen.connect(self.recommend_to)
        self.controls.changed.connect(self._ask)
        column.addWidget(self.controls)
        self.busy = BusyLine(self.tr("Asking the model …"))
        column.addWidget(self.busy)
        self.error = JobError()
        self.error.hide()
        column.addWidget(self.error)
        self.tiles = PeopleTiles(
            self.tr("Recommend to whom?"),
            self.tr("Type the beginning of an id above, or begin with one of these active people."),
        )
        self.tiles.chosen.connect(self.recommend_to)
        self.controls.search.suggestions_changed.connect(self.tiles.set_people)
        column.addWidget(self.tiles)
        self._panes = self._make_panes()
        self._panes.hide()
        column.addWidget(self._panes, 1)
        column.addStretch()
        return whole

    def _make_panes(self) -> QWidget:
        panes = QWidget()
        row = QHBoxLayout(panes)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.L)
        self.list = RecommendationCard()
        self.list.export_asked.connect(self.choose_file_for_list)
        self.details = RecommendationDetails()
        self.list.chosen.connect(self.details.set_item)
        row.addWidget(self.list, 9)
        row.addWidget(self.details, 4)
        return panes

    # ------------------------------------------------------------------ content

    def _state(self) -> tuple[int, str]:
        state = self.context.state
        if not state.is_open:
            return 0, self.tr("No workspace is open")
        if not state.domains:
            return 1, self.tr("The workspace is empty")
        if not self.controls.runs.runs:
            return 2, self.tr("No model is trained yet")
        return 3, self.tr("What a model would offer one person, and why")

    @Slot()
    def _ask(self) -> None:
        run, path = self.controls.runs.run, self.context.state.path
        if not self._user or run is None or path is None:
            return
        self.tiles.hide()
        self.error.hide()
        self.busy.start()
        request = Recommend(
            workspace=path,
            run=run.run,
            user=self._user,
            k=self.controls.length.value(),
            explain=True,
            exclude_seen=self.controls.exclude_seen.isChecked(),
        )
        self.context.runner.query("recommendations.list", request, self._show, self._failed)

    def _show(self, recommended: RecommendationList) -> None:
        run = self.controls.runs.run
        if recommended.user != self._user or run is None or recommended.run != run.run:
            return
        self.busy.stop()
        self._shown = recommended
        heading = self.tr("{target} for {person}").format(target=recommended.target, person=recommended.user)
        hint = self.tr("{n} items by run {run} ({model})").format(
            n=numbers.count(len(recommended.items)), run=run.run, model=model_title(run.model)
        )
        self.list.set_list(recommended, heading, hint)
        self._panes.show()

    def _failed(self, failure: Failed) -> None:
        if not self._user:
            return
        self.busy.stop()
        self._panes.hide()
        self.error.show_failure(failure)
        self.tiles.show()

    def _forget_person(self) -> None:
        self._user = ""
        self._shown = None
        self.busy.stop()
        self.error.hide()
        self._panes.hide()
        self.tiles.show()

    def _open_profile(self) -> None:
        run = self.controls.runs.run
        chosen = {"run": run.run} if run is not None else {}
        self.context.navigate("profiles", user=self._user, **chosen)

    # ------------------------------------------------------------------ export

    @Slot()
    def choose_file_for_list(self) -> None:
        """Ask where to save the rows that are shown."""
        if self._shown is not None:
            name = self.tr("{target} for {person}").format(target=self._shown.target, person=self._shown.user)
            self._choose_file(self.tr("Save the list"), name, self.save_list)

    def choose_file_for_everybody(self) -> None:
        """Ask where to save everybody's list."""
        run = self.controls.runs.run
        if run is not None:
            name = self.tr("{target} for everybody").format(target=run.target)
            self._choose_file(self.tr("Export for everybody"), name, self.export_for_everybody)

    @Slot(str)
    def save_list(self, file: str) -> None:
        """Write the rows that are shown."""
        path, rows = Path(file), self.list.model.rows
        self.context.settings.set_folder(path.parent)
        try:
            write_csv(path, EXPORT_HEADER, (cells(item) for item in rows))
        except UserError as error:
            self.context.messages.error(error.sentence, error.hint)
            return
        words = self.tr("{n} recommendations were saved to {file}.")
        self.context.messages.success(words.format(n=numbers.count(len(rows)), file=path.name))

    @Slot(str)
    def export_for_everybody(self, file: str) -> None:
        """Queue the job that writes everybody's list."""
        run, path = self.controls.runs.run, self.context.state.path
        if run is None or path is None:
            return
        self.context.settings.set_folder(Path(file).parent)
        request = RecommendAll(
            workspace=path,
            run=run.run,
            out=Path(file),
            k=self.controls.length.value(),
            exclude_seen=self.controls.exclude_seen.isChecked(),
        )
        handle = self.context.runner.submit(request, self.tr("Recommending {} to everybody").format(run.target))
        handle.ended.connect(self._exported)

    @Slot(object)
    def _exported(self, outcome: object) -> None:
        if isinstance(outcome, Succeeded) and isinstance(outcome.result, ExportReport):
            report = outcome.result
            words = self.tr("{rows} recommendations for {people} people were saved to {file}.")
            self.context.messages.success(
                words.format(
                    rows=numbers.count(report.rows), people=numbers.count(report.people), file=report.file.name
                )
            )

    def _choose_file(self, title: str, name: str, on_chosen: Any) -> None:
        safe = "".join(letter if letter.isalnum() or letter in " -_." else "_" for letter in name)
        dialog = QFileDialog(self, title, str(self.context.settings.folder()))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("csv")
        dialog.setNameFilters([self.tr("Tables (*.csv)"), self.tr("All files (*)")])
        dialog.selectFile(f"{safe}.csv")
        dialog.fileSelected.connect(on_chosen)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

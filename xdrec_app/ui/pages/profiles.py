"""Profiles: one person across domains – taste, history, nearest people, and what the other domains add."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from PySide6.QtCore import QT_TRANSLATE_NOOP, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QGridLayout, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from xdrec_app.core.events import Change
from xdrec_app.core.jobs import Failed
from xdrec_app.services.requests import Profile
from xdrec_app.services.results import PersonProfile
from xdrec_app.ui.pages.base import Page, pages
from xdrec_app.ui.theme import Space
from xdrec_app.ui.widgets.basic import Card, button, label
from xdrec_app.ui.widgets.busy_line import BusyLine
from xdrec_app.ui.widgets.empty_states import no_workspace, nothing_imported
from xdrec_app.ui.widgets.history_card import HistoryCard
from xdrec_app.ui.widgets.job_error import JobError
from xdrec_app.ui.widgets.neighbour_list import NeighbourList
from xdrec_app.ui.widgets.people_tiles import PeopleTiles
from xdrec_app.ui.widgets.person_header import PersonHeader
from xdrec_app.ui.widgets.person_search import PersonSearch
from xdrec_app.ui.widgets.run_select import RunSelect
from xdrec_app.ui.widgets.taste_card import TasteCard
from xdrec_app.ui.widgets.transfer_card import TransferCard

CARD_WIDTH = 290
SIDE_BY_SIDE_FROM = 860
N_HISTORY = 500
OF_PEOPLE = frozenset({Change.DOMAINS, Change.INTERACTIONS, Change.ITEMS, Change.LINKS})


@pages.register
class ProfilesPage(Page):
    """The fifth page: search, and the person that was found."""

    key: ClassVar[str] = "profiles"
    title: ClassVar[str] = str(QT_TRANSLATE_NOOP("Page", "Profiles"))
    icon: ClassVar[str] = "profiles"
    order: ClassVar[int] = 4

    def build(self) -> None:
        """Make the search and empty cards."""
        self._user = ""
        self._workspace: Path | None = None
        self._request: Profile | None = None
        self._run_failure = ""
        self._recommend = button(self.tr("Recommend to this person"), self._ask_recommendations, look="primary")
        self.header_actions.addWidget(self._recommend)
        self._states = QStackedWidget()
        for state in (self._make_closed(), self._make_empty(), self._make_full()):
            self._states.addWidget(state)
        self.content.addWidget(self._states, 1)

    def refresh(self, changes: frozenset[Change]) -> None:
        """Offer the people and runs there are now; stay with the person that is shown."""
        state = self.context.state
        if state.path != self._workspace:
            self._workspace = state.path
            self._forget_person()
            self.search.clear()
        has_people = state.is_open and bool(state.domains)
        self._recommend.setVisible(has_people)
        self._recommend.setEnabled(bool(self._user))
        if not has_people:
            self._states.setCurrentIndex(1 if state.is_open else 0)
            self.subtitle.setText(self.tr("Nobody to show yet") if state.is_open else self.tr("No workspace is open"))
            return
        self._states.setCurrentIndex(2)
        self.subtitle.setText(self.tr("One person across all domains"))
        former = self.runs.run
        self.runs.set_runs(state.runs)
        if changes & OF_PEOPLE:
            self.search.reload(is_open=True)
        if self._user and (changes & OF_PEOPLE or self.runs.run != former):
            self._ask()

    def activate(self, payload: dict[str, Any]) -> None:
        """Show the person ``user``, judged by ``run`` if one is given."""
        if payload.get("run") is not None:
            self.runs.choose(payload["run"])
        if payload.get("user"):
            self.open_person(str(payload["user"]))

    @Slot(str)
    def open_person(self, user: str) -> None:
        """Show a person."""
        if user != self._user:
            self._parts.hide()
        self._user = user
        self.search.show_person(user)
        self._recommend.setEnabled(True)
        self._ask()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put as many parts in a row as fit."""
        super().resizeEvent(event)
        if self._is_built:
            self._place_parts()

    # ------------------------------------------------------------------ widgets

    def _make_closed(self) -> QWidget:
        return no_workspace(
            self.context.commands,
            self.tr("The people are in the domains of a workspace. The sample has two thousand of them."),
        )

    def _make_empty(self) -> QWidget:
        return nothing_imported(
            self.context.commands,
            "profiles",
            self.tr("Nobody to show yet"),
            self.tr("Import a file of ratings, clicks or purchases first: whoever is in it can be found here."),
        )

    def _make_full(self) -> QWidget:
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.L)
        column.addLayout(self._make_bar())
        self.busy = BusyLine(self.tr("Reading what is known about this person …"))
        column.addWidget(self.busy)
        self.error = JobError()
        self.error.hide()
        column.addWidget(self.error)
        self.tiles = PeopleTiles(
            self.tr("Whom would you like to see?"),
            self.tr("Type the beginning of an id above, or begin with one of these active people."),
        )
        self.tiles.chosen.connect(self.open_person)
        self.search.suggestions_changed.connect(self.tiles.set_people)
        column.addWidget(self.tiles)
        self._parts = self._make_parts()
        self._parts.hide()
        column.addWidget(self._parts)
        column.addStretch()
        return whole

    def _make_bar(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(Space.S)
        self.search = PersonSearch(self.context.reader, self.key)
        self.search.chosen.connect(self.open_person)
        self.runs = RunSelect(self.tr("Run that judges the transfer"), without=self.tr("no run"))
        self.runs.changed.connect(self._ask)
        row.addWidget(self.search, 4)
        row.addSpacing(Space.M)
        row.addWidget(label(self.tr("Judge transfer by"), "muted"))
        row.addWidget(self.runs, 5)
        return row

    def _make_parts(self) -> QWidget:
        parts = QWidget()
        column = QVBoxLayout(parts)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.L)
        self.person = PersonHeader()
        column.addWidget(self.person)
        self._grid = QGridLayout()
        self._grid.setSpacing(Space.L)
        self.cards: list[TasteCard] = []
        column.addLayout(self._grid)
        self._lower = lower = QHBoxLayout()
        lower.setSpacing(Space.L)
        self.history = HistoryCard()
        lower.addWidget(self.history, 5)
        side = QVBoxLayout()
        side.setSpacing(Space.L)
        self.transfer = TransferCard()
        self.transfer.train_asked.connect(partial(self.context.navigate, "train"))
        side.addWidget(self.transfer)
        nearest = Card(self.tr("Nearest people"), self.tr("By what they gave to the same items, in all domains"))
        self.neighbours = NeighbourList()
        self.neighbours.chosen.connect(self.open_person)
        nearest.body.addWidget(self.neighbours)
        nearest.body.addStretch()
        side.addWidget(nearest, 1)
        lower.addLayout(side, 3)
        column.addLayout(lower)
        return parts

    # ------------------------------------------------------------------ content

    @Slot()
    def _ask(self) -> None:
        run = self.runs.run
        self._run_failure = ""
        self._query(run.run if run is not None else None)

    def _query(self, run: int | None) -> None:
        path = self.context.state.path
        if not self._user or path is None:
            return
        self.tiles.hide()
        self.error.hide()
        self.busy.start()
        self._request = Profile(workspace=path, user=self._user, run=run, n_history=N_HISTORY)
        self.context.runner.query("profiles.person", self._request, self._show, self._failed)

    def _show(self, profile: PersonProfile) -> None:
        if profile.user != self._user:
            return
        self.busy.stop()
        self.person.set_profile(profile)
        for card in self.cards:
            self._grid.removeWidget(card)
            card.hide()
            card.deleteLater()
        self.cards = [TasteCard(taste) for taste in profile.domains]
        self._place_parts()
        scales = {domain.name: domain.scale for domain in self.context.state.domains}
        self.history.set_profile(profile, scales)
        self.neighbours.set_neighbours(profile.neighbours)
        self._show_transfer(profile)
        self._parts.show()

    def _show_transfer(self, profile: PersonProfile) -> None:
        run = self.runs.run
        if self._run_failure:
            self.transfer.set_problem(self._run_failure)
        elif run is not None:
            self.transfer.set_notes(profile.transfer, run)
        elif self.runs.runs:
            self.transfer.set_problem(self.tr("Choose a run above to see what the other domains add."))
        else:
            words = self.tr("Train a model on one domain with others as sources to see what they add for this person.")
            self.transfer.set_problem(words, offers_training=True)

    def _failed(self, failure: Failed) -> None:
        if not self._user:
            return
        if self._request is not None and self._request.run is not None:
            # The person may still be shown when only the run cannot judge them.
            self._run_failure = failure.sentence
            self._query(None)
            return
        self.busy.stop()
        self._parts.hide()
        self.error.show_failure(failure)
        self.tiles.show()

    def _forget_person(self) -> None:
        self._user = ""
        self.busy.stop()
        self.error.hide()
        self._parts.hide()
        self.tiles.show()

    def _place_parts(self) -> None:
        margins = self.content.contentsMargins()
        room = self.width() - margins.left() - margins.right()
        is_narrow = room < SIDE_BY_SIDE_FROM
        self._lower.setDirection(QBoxLayout.Direction.TopToBottom if is_narrow else QBoxLayout.Direction.LeftToRight)
        columns = max(1, min(len(self.cards), room // CARD_WIDTH))
        for number in range(self._grid.columnCount()):
            self._grid.setColumnStretch(number, 0)
        for number, card in enumerate(self.cards):
            self._grid.addWidget(card, number // columns, number % columns)
            self._grid.setColumnStretch(number % columns, 1)

    def _ask_recommendations(self) -> None:
        run = self.runs.run
        chosen = {"run": run.run} if run is not None else {}
        self.context.navigate("recommendations", user=self._user, **chosen)

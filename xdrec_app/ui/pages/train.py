"""Train: pick domains, a model and its parameters; watch the curves; read the report."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from PySide6.QtCore import QT_TRANSLATE_NOOP, Qt, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from xdrec_app.core.events import Change
from xdrec_app.services.experiment_requests import Train
from xdrec_app.ui.job_runner import JobHandle
from xdrec_app.ui.known_models import known_models, model_title
from xdrec_app.ui.pages.base import Page, pages
from xdrec_app.ui.theme import Space
from xdrec_app.ui.widgets.basic import Card, EmptyState, button
from xdrec_app.ui.widgets.empty_states import no_workspace, nothing_imported
from xdrec_app.ui.widgets.learning_curves import load_plotting
from xdrec_app.ui.widgets.scroll_area import SCROLL_BAR_WIDTH
from xdrec_app.ui.widgets.train_settings import TrainSettings
from xdrec_app.ui.widgets.training_view import TrainingView

SETTINGS_WIDTH = 400
OF_DOMAINS = frozenset({Change.DOMAINS, Change.INTERACTIONS, Change.LINKS})


@pages.register
class TrainPage(Page):
    """The third page: settings on the left, what happens on the right."""

    key: ClassVar[str] = "train"
    title: ClassVar[str] = str(QT_TRANSLATE_NOOP("Page", "Train"))
    icon: ClassVar[str] = "train"
    order: ClassVar[int] = 2
    scrolls: ClassVar[bool] = False

    def build(self) -> None:
        """Make settings and view; the plots follow when their library is loaded."""
        margins = self.content.contentsMargins()
        margins.setRight(margins.right() - SCROLL_BAR_WIDTH)
        self.content.setContentsMargins(margins)
        self._shown_path: Path | None = None
        self._train = button(self.tr("Train"), self.train, look="primary", icon="play")
        self.header_actions.addWidget(self._train)
        self._states = QStackedWidget()
        for state in (self._make_closed(), self._make_empty(), self._make_no_models(), self._make_full()):
            self._states.addWidget(state)
        self.content.addWidget(self._states, 1)
        runner = self.context.runner
        runner.started.connect(self._job_started)
        runner.queue_changed.connect(self._show_button)
        self.context.reader.run("train.plots", load_plotting, self.view.curves.make_plots)
        if runner.current is not None:
            self._job_started(runner.current)

    def refresh(self, changes: frozenset[Change]) -> None:
        """Offer the domains there are now."""
        state = self.context.state
        if state.snapshot is None:
            self._show_state(0, self.tr("No workspace is open"))
        elif not state.domains:
            self._show_state(1, self.tr("There is nothing to learn from yet"))
        elif not known_models():
            self._show_state(2, self.tr("No model was found"))
        else:
            if state.path != self._shown_path and not self.context.runner.is_busy:
                self._right.setCurrentIndex(0)  # the last report is about a run of another workspace
            self._shown_path = state.path
            if changes & OF_DOMAINS:
                self.settings.set_summary(state.snapshot.summary)
            self._show_state(3, "")
            self._describe()

    def activate(self, payload: dict[str, Any]) -> None:
        """Take settings, e.g. those of an earlier run."""
        self.settings.set_values(payload)
        self._describe()

    def train(self) -> None:
        """Start, or queue, what is set."""
        path = self.context.state.path
        request = self.settings.request(path) if path is not None else None
        if request is None:
            return
        title = self.tr("Training {model} on {target}").format(model=model_title(request.model), target=request.target)
        self.context.runner.submit(request, title, shows_failure=False)

    # ------------------------------------------------------------------ widgets

    def _make_closed(self) -> QWidget:
        return no_workspace(
            self.context.commands,
            self.tr("Models are trained on the domains of a workspace. The sample has three of them."),
        )

    def _make_empty(self) -> QWidget:
        return nothing_imported(
            self.context.commands,
            "data",
            self.tr("No domain to learn from"),
            self.tr("Import a file of ratings, clicks or purchases first; two domains show what one tells of another."),
        )

    def _make_no_models(self) -> QWidget:
        return EmptyState(
            "warning",
            self.tr("No model was found"),
            self.tr("The list of models is missing from this installation. Install the application again."),
        )

    def _make_full(self) -> QWidget:
        whole = QWidget()
        row = QHBoxLayout(whole)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.L)
        self.settings = TrainSettings(known_models())
        self.settings.changed.connect(self._describe)
        left = _scrolling(self.settings)
        left.setFixedWidth(SETTINGS_WIDTH + SCROLL_BAR_WIDTH)
        self.view = TrainingView()
        self.view.report.run_asked.connect(self._see_run)
        self.view.report.recommendations_asked.connect(self._recommend)
        self._right = QStackedWidget()
        self._right.addWidget(self._make_idle())
        self._right.addWidget(_scrolling(self.view))
        row.addWidget(left)
        row.addWidget(self._right, 1)
        return whole

    def _make_idle(self) -> QWidget:
        card = Card()
        card.body.addWidget(
            EmptyState(
                "train",
                self.tr("Ready to train"),
                self.tr(
                    "Choose on the left and press Train. The curves grow here while it learns; in the end it stands "
                    "beside popularity and beside itself without the sources."
                ),
            )
        )
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, SCROLL_BAR_WIDTH, 0)
        column.addWidget(card)
        return whole

    # ------------------------------------------------------------------ what happens

    def _show_state(self, number: int, subtitle: str) -> None:
        self._states.setCurrentIndex(number)
        self.subtitle.setText(subtitle)
        self._show_button()

    @Slot()
    def _describe(self) -> None:
        """Say in the header what the button would do."""
        request = self.settings.request(self.context.state.path) if self.context.state.path is not None else None
        if request is None or self._states.currentIndex() != 3:
            return
        words = self.tr("{model} on {target}")
        if request.sources:
            words = self.tr("{model} on {target}, learning from {sources} as well")
        self.subtitle.setText(
            words.format(model=model_title(request.model), target=request.target, sources=", ".join(request.sources))
        )

    @Slot()
    def _show_button(self) -> None:
        self._train.setVisible(self._states.currentIndex() == 3)
        self._train.setText(self.tr("Add to queue") if self.context.runner.is_busy else self.tr("Train"))

    @Slot(object)
    def _job_started(self, handle: JobHandle) -> None:
        if isinstance(handle.request, Train):
            self.view.follow(handle)
            self._right.setCurrentIndex(1)

    @Slot(object)
    def _see_run(self, run: int) -> None:
        self.context.navigate("runs", run=run)

    @Slot(object)
    def _recommend(self, run: int) -> None:
        self.context.navigate("recommendations", run=run)


def _scrolling(content: QWidget) -> QScrollArea:
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
    area.setWidget(content)
    return area

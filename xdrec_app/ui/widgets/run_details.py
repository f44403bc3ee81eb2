"""One run in full: what the sources did, metrics and how they were measured, parameters, device; and what next."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from xdrec_app.core.jobs import Failed
from xdrec_app.services.views import RunRow
from xdrec_app.ui import numbers
from xdrec_app.ui.known_models import known_models, model_title, param_title
from xdrec_app.ui.split_words import split_title
from xdrec_app.ui.theme import Space
from xdrec_app.ui.widgets.basic import Card, button, label
from xdrec_app.ui.widgets.caution import Caution
from xdrec_app.ui.widgets.job_error import JobError
from xdrec_app.ui.widgets.lift_lines import LiftLines
from xdrec_app.ui.widgets.metric_table import MetricTable, RunFigures


class RunDetails(Card):
    """Shows one run.

    Signals
    -------
    recommend_asked, train_asked, delete_asked
        Carry the run (:class:`RunRow`).
    """

    recommend_asked = Signal(object)
    train_asked = Signal(object)
    delete_asked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.row: RunRow | None = None
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(0)
        self.body.addLayout(self._make_head())
        self.body.addWidget(self._make_content(), 1)
        self.set_run(None)

    def set_run(self, row: RunRow | None) -> None:
        """Show a run; None when no run is chosen."""
        if row is None or self.row is None or row.run != self.row.run:
            self._confirm(False)
        self.row = row
        self._scroll.setVisible(row is not None)
        self._buttons.setVisible(row is not None)
        if row is None:
            self.title.setText(self.tr("No run is chosen"))
            self.about.setText("")
            return
        self.title.setText(self.tr("Run {run}: {title}").format(run=row.run, title=model_title(row.model)))
        self.about.setText(self._about_words(row))
        self.recommend.setEnabled(row.can_serve)
        self.delete.setEnabled(row.status != "running")
        self._fill(row)

    def params(self) -> dict[str, tuple[str, bool]]:
        """Return what is shown of the parameters: name → (text, whether it differs from the default)."""
        return self._param_texts(self.row) if self.row is not None else {}

    # ------------------------------------------------------------------ widgets

    def _make_head(self) -> QVBoxLayout:
        head = QVBoxLayout()
        head.setContentsMargins(Space.L + 2, Space.L, Space.L + 2, Space.S)
        head.setSpacing(2)
        self.title = label("", "heading")
        self.about = label("", "caption", wraps=True)
        head.addWidget(self.title)
        head.addWidget(self.about)
        head.addSpacing(Space.S)
        self._buttons = QWidget()
        row = QHBoxLayout(self._buttons)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.S)
        self.recommend = button(self.tr("Recommend with it"), self._ask_recommend, look="primary")
        self.again = button(self.tr("Train again …"), self._ask_train)
        self.again.setToolTip(self.tr("Opens Train with these settings"))
        self.delete = button(self.tr("Delete …"), lambda: self._confirm(True), look="link")
        for one in (self.recommend, self.again):
            row.addWidget(one)
        row.addStretch()
        row.addWidget(self.delete)
        head.addWidget(self._buttons)
        head.addWidget(self._make_question())
        return head

    def _make_question(self) -> QFrame:
        self.question = QFrame()
        self.question.setProperty("level", "error")
        row = QHBoxLayout(self.question)
        row.setContentsMargins(Space.M, Space.S, Space.M, Space.S)
        row.setSpacing(Space.S)
        row.addWidget(label(self.tr("Delete the run with its curves, figures and weights?"), wraps=True), 1)
        self.keep = button(self.tr("Keep"), lambda: self._confirm(False))
        self.really_delete = button(self.tr("Delete"), self._ask_delete, look="danger")
        row.addWidget(self.keep)
        row.addWidget(self.really_delete)
        return self.question

    def _make_content(self) -> QScrollArea:
        content = QWidget()
        self._column = QVBoxLayout(content)
        self._column.setContentsMargins(Space.L + 2, Space.XS, Space.S, Space.L)  # the scroll bar fills the rest
        self._column.setSpacing(Space.M)
        self.error = JobError()
        self.caution = Caution()
        self.lift = LiftLines()
        self.table = MetricTable()
        self.protocol = label("", "caption", wraps=True)
        self.note = label("", wraps=True)
        self._params = QWidget()
        for widget in (self.error, self.note, self.caution, self.lift, self.table, self.protocol, self._params):
            self._column.addWidget(widget)
        self._column.addStretch()
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self._scroll.setWidget(content)
        content.setAutoFillBackground(False)  # the card shows through
        self._scroll.viewport().setAutoFillBackground(False)
        return self._scroll

    # ------------------------------------------------------------------ content

    def _fill(self, row: RunRow) -> None:
        model = known_models().get(row.model)
        self.error.setVisible(bool(row.error))
        if row.error:
            self.error.show_failure(Failed(row.error))
        self.note.setText(row.note)
        self.note.setVisible(bool(row.note))
        self.caution.warn(row.warning)
        self.lift.set_lift(row.lift, model.capabilities.task if model is not None else None)
        self.table.set_figures(RunFigures.of_row(row))
        self.table.setVisible(bool(row.metrics))
        self.protocol.setText(self._protocol_words(row))
        self._fill_params(row)

    def _about_words(self, row: RunRow) -> str:
        domains = row.target
        if row.sources:
            domains = self.tr("{target} with {sources}").format(target=row.target, sources=", ".join(row.sources))
        parts = [domains, self.tr("split: {}").format(split_title(row.split)), self.tr("seed {}").format(row.seed)]
        if row.epochs:
            parts.append(self.tr("{n} epochs").format(n=row.epochs))
        if row.elapsed_s is not None:
            parts.append(numbers.duration(row.elapsed_s))
        return "  ·  ".join(parts)

    def _protocol_words(self, row: RunRow) -> str:
        words = []
        if row.metrics:
            words.append(self.tr("How it was measured: {}.").format(row.protocol_sentence))
        if row.unscored:
            share = numbers.percent(row.unscored)
            words.append(self.tr("{} of the people could not be scored and count as misses.").format(share))
        words.append(self.tr("Trained on {device}.").format(device=row.device) + f" {row.device_reason}")
        return " ".join(words).strip()

    def _param_texts(self, row: RunRow) -> dict[str, tuple[str, bool]]:
        model = known_models().get(row.model)
        defaults = {field.name: field.default for field in model.params} if model is not None else {}
        return {name: (_in_words(value), defaults.get(name, value) != value) for name, value in row.params.items()}

    def _fill_params(self, row: RunRow) -> None:
        fresh = QWidget()
        grid = QGridLayout(fresh)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(Space.XL)
        grid.setVerticalSpacing(Space.XS)
        texts = self._param_texts(row)
        if texts:
            grid.addWidget(label(self.tr("Parameters (bold: not the default)"), "caption"), 0, 0, 1, 4)
        for number, (name, (text, is_other)) in enumerate(texts.items()):
            line, side = 1 + number // 2, number % 2 * 2
            grid.addWidget(label(param_title(name), "" if is_other else "muted"), line, side)
            grid.addWidget(label(text, "strong" if is_other else "muted"), line, side + 1)
        grid.setColumnStretch(4, 1)
        self._column.replaceWidget(self._params, fresh)
        self._params.hide()
        self._params.deleteLater()
        self._params = fresh

    # ------------------------------------------------------------------ what the user asks for

    def _confirm(self, asks: bool) -> None:
        self.question.setVisible(asks)
        self.delete.setVisible(not asks)
        if asks:
            self.keep.setFocus()

    def _ask_recommend(self) -> None:
        self.recommend_asked.emit(self.row)

    def _ask_train(self) -> None:
        self.train_asked.emit(self.row)

    def _ask_delete(self) -> None:
        self._confirm(False)
        self.delete_asked.emit(self.row)


def _in_words(value: bool | int | float | str) -> str:
    if isinstance(value, bool):
        return "✓" if value else "✗"
    return f"{value:.10g}" if isinstance(value, float) else str(value)

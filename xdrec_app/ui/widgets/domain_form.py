"""A domain as a form: its name, what its values mean, and which of repeated lines counts."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFormLayout, QGridLayout, QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from xdrec_app.datasets.signal_settings import Repeats, SignalKey, SignalSettings
from xdrec_app.services.conversions import Conversion
from xdrec_app.services.finding_views import DomainMeaning
from xdrec_app.ui import numbers
from xdrec_app.ui.theme import Space
from xdrec_app.ui.widgets.basic import label
from xdrec_app.ui.widgets.boxes import ChoiceBox, FloatBox
from xdrec_app.ui.widgets.import_words import signal_choices
from xdrec_app.ui.widgets.report_words import policy_choices, policy_words, scale_words

MIN_VIEW_S = 0.001
NUMBER_WIDTH = 110
ACTIONS_IN_ROW = 2


class DomainForm(QWidget):
    """The form.

    Signals
    -------
    changed
        The settings are others.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.weights: dict[str, FloatBox] = {}
        self._chosen_weights: dict[str, float] = {}
        self._form = QFormLayout(self)
        self._form.setContentsMargins(0, 0, 0, 0)
        self._form.setHorizontalSpacing(Space.L)
        self._form.setVerticalSpacing(Space.M)
        self.name = QLineEdit()
        self.name.textChanged.connect(self.changed)
        self._add(self.tr("Name"), self.name)
        self.kind = ChoiceBox(tuple((key, text) for text, key in signal_choices()))
        self.repeats = ChoiceBox(policy_choices())
        self.repeated, self.usual = label("", "caption", wraps=True), label("", "caption", wraps=True)
        self.full_view = FloatBox(MIN_VIEW_S)
        self.full_view.setFixedWidth(NUMBER_WIDTH)
        self._add(self.tr("A line says"), self.kind)
        self._add(self.tr("Scale"), self._make_scale())
        self._add(self.tr("A full view, in seconds"), self.full_view)
        self._add(self.tr("Weights of actions"), self._make_weights())
        self._add(self.tr("Of repeated lines"), self._make_repeats())
        for box in (self.kind, self.repeats, self.scale):
            box.activated.connect(self._changed)
        for number in (self.full_view, self.low, self.high):
            number.valueChanged.connect(self._changed)

    def set_meaning(self, meaning: DomainMeaning) -> None:
        """Show what the values mean now; says nothing."""
        self.blockSignals(True)
        signal = meaning.signal
        self.kind.choose(signal.kind)
        self.repeats.choose(signal.repeats)
        self.full_view.setValue(signal.full_view_s)
        found = scale_words(meaning.found_scale) or f"{meaning.found_scale[0]:g}"
        self.scale.setItemText(0, self.tr("As found: {}").format(found))
        self.scale.choose("found" if signal.scale is None else "chosen")
        low, high = signal.scale or meaning.found_scale
        self.low.setValue(low)
        self.high.setValue(high)
        self._chosen_weights = dict(signal.weights)
        self._fill_weights(meaning.actions)
        for row in range(1, self._form.rowCount()):
            self._form.setRowVisible(row, meaning.has_interactions)
        if meaning.has_interactions:
            self._show_rows()
        self.blockSignals(False)

    def set_repeated(self, n_repeated: int | None) -> None:
        """Say how many lines repeat a pair; None where nobody counted."""
        words = self.tr("{n} lines say something again about a person and an item.")
        self.repeated.setText("" if n_repeated is None else words.format(n=numbers.count(n_repeated)))
        self.repeated.setVisible(n_repeated is not None)

    def set_conversion(self, conversion: Conversion) -> None:
        """Show the weights of actions that nobody chose, and what is usual where something else was chosen."""
        for action, box in self.weights.items():
            if action not in self._chosen_weights:
                box.blockSignals(True)
                box.setValue(conversion.weights.get(action, box.value()))
                box.blockSignals(False)
        words = policy_words(conversion.usual_repeats)
        self.usual.setText(self.tr("Usual for such lines: {}").format(words[:1].lower() + words[1:]))
        self.usual.setVisible(conversion.usual_repeats != self.repeats.key)

    def settings(self) -> SignalSettings:
        """Return what was chosen."""
        kind = cast(SignalKey, self.kind.key)
        has_scale = kind == "ratings" and self.scale.key == "chosen"
        return SignalSettings(
            kind=kind,
            repeats=cast(Repeats, self.repeats.key),
            scale=(self.low.value(), self.high.value()) if has_scale else None,
            full_view_s=self.full_view.value(),
            weights=dict(self._chosen_weights),
        )

    # ------------------------------------------------------------------ widgets

    def _add(self, name: str, field: QWidget) -> None:
        field.setAccessibleName(name)
        self._form.addRow(label(name, "muted"), field)

    def _make_scale(self) -> QWidget:
        self.scale = ChoiceBox((("found", self.tr("As found")), ("chosen", self.tr("From … to …"))))
        self.low, self.high = FloatBox(), FloatBox()
        self.low.setAccessibleName(self.tr("Lowest rating"))
        self.high.setAccessibleName(self.tr("Highest rating"))
        self._dash = QLabel("–")
        self.scale_row = QWidget()
        row = QHBoxLayout(self.scale_row)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.S)
        row.addWidget(self.scale, 1)
        for box in (self.low, self._dash, self.high):
            row.addWidget(box)
        for number in (self.low, self.high):
            number.setFixedWidth(NUMBER_WIDTH)
        return self.scale_row

    def _make_weights(self) -> QWidget:
        self.weights_row = QWidget()
        self._weights = QGridLayout(self.weights_row)
        self._weights.setContentsMargins(0, 0, 0, 0)
        self._weights.setHorizontalSpacing(Space.S)
        self._weights.setVerticalSpacing(Space.S)
        return self.weights_row

    def _make_repeats(self) -> QWidget:
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.XS)
        column.addWidget(self.repeats)
        column.addWidget(self.repeated)
        column.addWidget(self.usual)
        self.usual.hide()
        self.repeats.setAccessibleName(self.tr("Of repeated lines"))
        return whole

    def _fill_weights(self, actions: tuple[str, ...]) -> None:
        for number, action in enumerate(actions):
            box = FloatBox(0.0)
            box.setFixedWidth(NUMBER_WIDTH)
            box.setAccessibleName(self.tr("Weight of {}").format(action))
            box.setValue(self._chosen_weights.get(action, 1.0))
            box.valueChanged.connect(self._weight_chosen)
            box.setObjectName(action)
            row, column = number // ACTIONS_IN_ROW, 2 * (number % ACTIONS_IN_ROW)
            self._weights.addWidget(label(action), row, column)
            self._weights.addWidget(box, row, column + 1)
            self.weights[action] = box
        self._weights.setColumnStretch(2 * ACTIONS_IN_ROW, 1)

    # ------------------------------------------------------------------ choices

    @Slot(float)
    def _weight_chosen(self, weight: float) -> None:
        box = self.sender()
        if box is not None:
            self._chosen_weights[box.objectName()] = weight
        self._changed()

    @Slot()
    def _changed(self) -> None:
        self._show_rows()
        self.changed.emit()

    def _show_rows(self) -> None:
        kind = self.kind.key
        self._form.setRowVisible(self.scale_row, kind == "ratings")
        self._form.setRowVisible(self.full_view, kind == "views")
        self._form.setRowVisible(self.weights_row, kind == "events" and bool(self.weights))
        for widget in (self.low, self._dash, self.high):
            widget.setVisible(self.scale.key == "chosen")

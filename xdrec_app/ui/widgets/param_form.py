"""A form drawn from the declaration of a model's parameters: one editor per field, with its reason to be."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from xdrec_app.core.params import ParamField
from xdrec_app.ui.known_models import param_title
from xdrec_app.ui.theme import Space
from xdrec_app.ui.widgets.basic import button, label, restyle
from xdrec_app.ui.widgets.boxes import ChoiceBox, FloatBox, IntBox

Value = bool | int | float | str

EDITOR_WIDTH = 132


class ParamRow(QWidget):
    """Name, editor, description, and the way back to the default when the value is another one."""

    changed = Signal()

    def __init__(self, field: ParamField, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field = field
        self._name = label(param_title(field.name))
        self._name.setToolTip(field.name)
        self.editor = _make_editor(field)
        self.editor.setAccessibleName(param_title(field.name))
        self.editor.setAccessibleDescription(field.description)
        self.editor.setToolTip(self._tool_tip())
        self.reset = button(
            self.tr("Reset to {}").format(_in_words(field.default)), partial(self.set_value, field.default), look="link"
        )
        self.reset.setAccessibleName(self.tr("Reset {}").format(param_title(field.name)))
        self._arrange()
        self.set_value(field.default)
        self._listen()

    @property
    def value(self) -> Value:
        """What the editor holds."""
        editor = self.editor
        if isinstance(editor, QCheckBox):
            return editor.isChecked()
        if isinstance(editor, QLineEdit):
            return editor.text().strip()
        return editor.key if isinstance(editor, ChoiceBox) else editor.value()

    @property
    def is_changed(self) -> bool:
        """Whether the value differs from the default."""
        return self.value != self.field.default

    def set_value(self, value: Any) -> None:
        """Show a value of the field's kind."""
        editor = self.editor
        if isinstance(editor, QCheckBox):
            editor.setChecked(bool(value))
        elif isinstance(editor, QLineEdit):
            editor.setText(str(value))
        elif isinstance(editor, ChoiceBox):
            editor.choose(str(value))
        elif isinstance(editor, IntBox):
            editor.setValue(int(value))
        else:
            editor.setValue(float(value))
        self._mark()

    def _arrange(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(Space.M)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(0, 1)
        words = QHBoxLayout()
        words.setSpacing(Space.XS)
        words.addWidget(self._name)
        words.addWidget(self.reset)
        words.addStretch()
        grid.addLayout(words, 0, 0)
        grid.addWidget(self.editor, 0, 1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if not isinstance(self.editor, QCheckBox):
            self.editor.setFixedWidth(EDITOR_WIDTH)
        grid.addWidget(label(self.field.description, "caption", wraps=True), 1, 0, 1, 2)

    def _listen(self) -> None:
        editor = self.editor
        if isinstance(editor, QCheckBox):
            editor.toggled.connect(self._edited)
        elif isinstance(editor, QLineEdit):
            editor.textChanged.connect(self._edited)
        elif isinstance(editor, ChoiceBox):
            editor.currentIndexChanged.connect(self._edited)
        else:
            editor.valueChanged.connect(self._edited)

    def _edited(self) -> None:
        self._mark()
        self.changed.emit()

    def _mark(self) -> None:
        self.reset.setVisible(self.is_changed)
        restyle(self._name, "tone", "strong" if self.is_changed else "")

    def _tool_tip(self) -> str:
        field = self.field
        lines = [field.description, self.tr("Default: {}").format(_in_words(field.default))]
        if field.low is not None and field.high is not None:
            lines.append(self.tr("From {low} to {high}").format(low=f"{field.low:g}", high=f"{field.high:g}"))
        return "\n".join(lines)


class ParamForm(QWidget):
    """All parameters of one model; what was typed for another model is kept until the form comes back to it.

    Signals
    -------
    changed
        A value was edited.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(Space.M)
        self._model = ""
        self._typed: dict[str, dict[str, Value]] = {}
        self.rows: list[ParamRow] = []
        self._nothing = label(self.tr("This model has no parameters."), "muted")
        self._column.addWidget(self._nothing)

    @property
    def changes(self) -> dict[str, Value]:
        """Name → value of what differs from the default."""
        return {row.field.name: row.value for row in self.rows if row.is_changed}

    def show_model(self, model: str, fields: tuple[ParamField, ...]) -> None:
        """Show the parameters of a model."""
        if model == self._model:
            return
        if self._model:
            self._typed[self._model] = self.changes
        self._model = model
        for row in self.rows:
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        self.rows = [ParamRow(field) for field in fields]
        for row in self.rows:
            row.changed.connect(self.changed)
            self._column.addWidget(row)
        self._nothing.setVisible(not fields)
        self.set_values(self._typed.get(model, {}))

    def set_values(self, values: Mapping[str, Any]) -> None:
        """Show these values, and the default for every other field."""
        for row in self.rows:
            row.set_value(values.get(row.field.name, row.field.default))
        self.changed.emit()

    def reset(self) -> None:
        """Return to the defaults."""
        self.set_values({})


def make_reset_button(form: ParamForm, text: str) -> QPushButton:
    """Return the button that brings the defaults back; it can be used while something differs."""
    made = button(text, form.reset, look="link")

    def follow() -> None:
        made.setEnabled(bool(form.changes))

    form.changed.connect(follow)
    follow()
    return made


def _make_editor(field: ParamField) -> QCheckBox | QLineEdit | ChoiceBox | IntBox | FloatBox:
    if field.kind == "bool":
        return QCheckBox()
    if field.kind == "text":
        return QLineEdit()
    if field.kind == "choice":
        return ChoiceBox(tuple((choice, choice) for choice in field.choices))
    return IntBox(field.low, field.high) if field.kind == "int" else FloatBox(field.low, field.high)


def _in_words(value: Value) -> str:
    if isinstance(value, bool):
        return "✓" if value else "✗"
    return f"{value:.10g}" if isinstance(value, float) else str(value)

"""The rules by which ids are made alike, as ticks with what each would come to."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QWidget

from xdrec_app.datasets.linking import RULES, Rule
from xdrec_app.ui import numbers
from xdrec_app.ui.theme import Space
from xdrec_app.ui.widgets.basic import label
from xdrec_app.ui.widgets.link_words import rule_words


class LinkRules(QWidget):
    """A tick for each rule.

    Signals
    -------
    changed
        Other rules are chosen.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(Space.L)
        grid.setVerticalSpacing(Space.S)
        grid.setColumnStretch(1, 1)
        self.ticks: dict[Rule, QCheckBox] = {}
        self.effects = {rule: label("", "chip-accent") for rule in RULES}
        for row, (rule, name, example) in enumerate(rule_words()):
            tick = QCheckBox(name)
            tick.setToolTip(example)
            tick.toggled.connect(self.changed)
            self.ticks[rule] = tick
            grid.addWidget(tick, row, 0)
            grid.addWidget(label(example, "caption"), row, 1)
            grid.addWidget(self.effects[rule], row, 2)
            self.effects[rule].hide()

    @property
    def chosen(self) -> tuple[Rule, ...]:
        """The chosen rules."""
        return tuple(rule for rule in RULES if self.ticks[rule].isChecked())

    def choose(self, rules: Sequence[Rule]) -> None:
        """Choose some rules; says nothing."""
        for rule, tick in self.ticks.items():
            tick.blockSignals(True)
            tick.setChecked(rule in rules)
            tick.blockSignals(False)

    def set_effects(self, more: dict[Rule, int]) -> None:
        """Say how many more people each rule alone would put into several domains."""
        for rule, chip in self.effects.items():
            chip.setVisible(rule in more)
            words = self.tr("{n} more") if more.get(rule) else self.tr("nobody more")
            chip.setText(words.format(n=numbers.count(more.get(rule, 0))))

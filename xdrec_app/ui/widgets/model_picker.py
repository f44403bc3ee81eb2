"""Choosing a model: by family, with what it is, what it can do and where it comes from."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QVBoxLayout, QWidget

from xdrec_app.services.model_schema import ModelSchema
from xdrec_app.ui.known_models import by_family
from xdrec_app.ui.theme import Space
from xdrec_app.ui.widgets.basic import label
from xdrec_app.ui.widgets.boxes import ChoiceBox
from xdrec_app.ui.widgets.flow_layout import FlowLayout

FIRST_CHOICE = "ease"
"""Strong everywhere, needs seconds, and its recommendations explain themselves."""


class ModelPicker(QWidget):
    """A box with the models, and a description of the chosen one.

    Signals
    -------
    changed
        Another model is chosen.
    """

    changed = Signal()

    def __init__(self, models: Mapping[str, ModelSchema], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._models = models
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.S)
        self.box = ChoiceBox()
        self.box.setAccessibleName(self.tr("Model"))
        self.box.setModel(self._make_items())
        self.box.setMaxVisibleItems(24)
        self.box.setMinimumContentsLength(12)
        self.summary = label("", "muted", wraps=True)
        self._abilities = QWidget()
        self._flow = FlowLayout(self._abilities, Space.XS)
        self._reference = label("", "caption", wraps=True)
        for widget in (self.box, self.summary, self._abilities, self._reference):
            column.addWidget(widget)
        self.box.choose(FIRST_CHOICE if FIRST_CHOICE in models else next(iter(models), ""))
        self.box.currentIndexChanged.connect(self._chosen)
        self._describe()

    @property
    def model(self) -> ModelSchema | None:
        """The chosen model; None when there is none."""
        return self._models.get(self.box.key)

    def choose(self, key: str) -> None:
        """Choose a model."""
        self.box.choose(key)

    def _make_items(self) -> QStandardItemModel:
        items = QStandardItemModel(self)
        for family, models in by_family(self._models):
            heading = QStandardItem(family)
            heading.setFlags(Qt.ItemFlag.NoItemFlags)
            font = heading.font()
            font.setBold(True)
            heading.setFont(font)
            items.appendRow(heading)
            for model in models:
                item = QStandardItem(model.title)
                item.setData(model.key, Qt.ItemDataRole.UserRole)
                item.setToolTip(model.summary)
                items.appendRow(item)
        return items

    def _chosen(self) -> None:
        self._describe()
        self.changed.emit()

    def _describe(self) -> None:
        model = self.model
        self.summary.setText(model.summary if model is not None else "")
        self._reference.setText(model.reference if model is not None else "")
        self._reference.setVisible(bool(self._reference.text()))
        while (item := self._flow.takeAt(0)) is not None:
            chip = item.widget()
            if chip is not None:
                chip.hide()
                chip.deleteLater()
        for words, tone in self._ability_words(model) if model is not None else ():
            self._flow.addWidget(label(words, tone))

    def _ability_words(self, model: ModelSchema) -> list[tuple[str, str]]:
        can = model.capabilities
        found = [(self.tr("predicts ratings") if can.rating else self.tr("ranks items"), "chip-accent")]
        if not can.uses_sources:
            found.append((self.tr("target only"), "chip"))
        if can.fold_in:
            found.append((self.tr("serves new people"), "chip"))
        if can.new_items:
            found.append((self.tr("serves new items"), "chip"))
        needs = {
            "ratings": self.tr("needs ratings"),
            "target ratings": self.tr("needs ratings of the target"),
            "times": self.tr("needs times"),
            "tags": self.tr("needs tags"),
            "texts": self.tr("needs texts"),
            "vectors": self.tr("reads texts"),
            "shared people": self.tr("needs shared people"),
        }
        found += [(needs[need], "chip") for need in can.needs]
        found.append((self.tr("learns by epochs") if can.trains_by_epochs else self.tr("one step"), "chip"))
        return found

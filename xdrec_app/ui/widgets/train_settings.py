"""What to train: target and sources, model and parameters, split, device. Keeps what was typed whatever changes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QCheckBox, QFormLayout, QVBoxLayout, QWidget

from xdrec_app.services.experiment_requests import DeviceChoice, Train
from xdrec_app.services.model_schema import ModelSchema
from xdrec_app.services.results import WorkspaceSummary
from xdrec_app.ui import numbers
from xdrec_app.ui.split_words import DEFAULT_SPLIT, split_description, split_keys, split_title
from xdrec_app.ui.theme import Space
from xdrec_app.ui.widgets.basic import Card, label
from xdrec_app.ui.widgets.boxes import ChoiceBox, IntBox
from xdrec_app.ui.widgets.domain_chips import ChipText, DomainChips
from xdrec_app.ui.widgets.model_picker import ModelPicker
from xdrec_app.ui.widgets.param_form import ParamForm, make_reset_button

NEGATIVES = 100
MAX_NEGATIVES = 100_000


class TrainSettings(QWidget):
    """All settings of one training run.

    Signals
    -------
    changed
        Something was chosen or typed.
    """

    changed = Signal()

    def __init__(self, models: Mapping[str, ModelSchema], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._models = models
        self._summary = WorkspaceSummary(domains=(), shared_users=())
        self._sources: tuple[str, ...] | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.L)
        for card in (self._make_domains(), self._make_model(), self._make_params(), self._make_evaluation()):
            column.addWidget(card)
        column.addStretch()
        self._model_changed()

    # ------------------------------------------------------------------ what is set

    @property
    def target(self) -> str:
        """The chosen target domain; empty without domains."""
        return next(iter(self.targets.chosen), "")

    def request(self, workspace: Path) -> Train | None:
        """Return what is to be trained; None without a model or a target."""
        model = self.picker.model
        if model is None or not self.target:
            return None
        return Train(
            workspace=workspace,
            model=model.key,
            target=self.target,
            sources=self.sources.chosen,
            params=self.params.changes,
            split=self.split.key,
            seed=self.seed.value(),
            device=self._device_choice(),
            candidates="sampled" if self.candidates.key == "sampled" else "full",
            negatives=self.negatives.value(),
            baselines=self.baselines.isChecked(),
        )

    def set_summary(self, summary: WorkspaceSummary) -> None:
        """Offer the domains of a workspace; what was chosen stays chosen where it can.

        At first the domain with the fewest interactions is the target, and all others are sources.
        """
        self._summary = summary
        names = [domain.name for domain in summary.domains]
        smallest = min(summary.domains, key=lambda domain: domain.interactions, default=None)
        target = self.target if self.target in names else (smallest.name if smallest is not None else "")
        self.targets.set_domains([ChipText(name) for name in names], {target})
        self._show_sources()

    def set_values(self, values: Mapping[str, Any]) -> None:
        """Take settings from elsewhere: any of target, sources, model, params, split, seed, device, candidates."""
        names = [domain.name for domain in self._summary.domains]
        if values.get("target") in names:
            self.targets.set_domains([ChipText(name) for name in names], {values["target"]})
        if "sources" in values:
            self._sources = tuple(values["sources"])
        self._show_sources()
        if "model" in values:
            self.picker.choose(str(values["model"]))
        if "params" in values:
            self.params.set_values(values["params"])
        for key, box in (("split", self.split), ("device", self.device), ("candidates", self.candidates)):
            if key in values:
                box.choose(str(values[key]))
        if "seed" in values:
            self.seed.setValue(int(values["seed"]))

    # ------------------------------------------------------------------ widgets

    def _make_domains(self) -> Card:
        card = Card(self.tr("Domains"))
        card.body.addWidget(label(self.tr("Recommend items of"), "caption"))
        self.targets = DomainChips(self.tr("Target domain"), exclusive=True)
        self.targets.changed.connect(self._target_changed)
        card.body.addWidget(self.targets)
        card.body.addWidget(label(self.tr("Learn from these as well (people shared with the target)"), "caption"))
        self.sources = DomainChips(self.tr("Source domains"))
        self.sources.changed.connect(self._sources_changed)
        card.body.addWidget(self.sources)
        self._no_sources = label("", "muted", wraps=True)
        card.body.addWidget(self._no_sources)
        return card

    def _make_model(self) -> Card:
        card = Card(self.tr("Model"))
        self.picker = ModelPicker(self._models)
        self.picker.changed.connect(self._model_changed)
        card.body.addWidget(self.picker)
        return card

    def _make_params(self) -> Card:
        card = Card(self.tr("Parameters"))
        self.params = ParamForm()
        self.params.changed.connect(self.changed)
        card.header.addWidget(make_reset_button(self.params, self.tr("Reset all")))
        card.body.addWidget(self.params)
        return card

    def _make_evaluation(self) -> Card:
        card = Card(self.tr("Evaluation and device"))
        self._form = QFormLayout()
        self._form.setContentsMargins(0, 0, 0, 0)
        self._form.setHorizontalSpacing(Space.L)
        self._form.setVerticalSpacing(Space.S)
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self.split = ChoiceBox(tuple((key, split_title(key)) for key in split_keys()))
        self.split.choose(DEFAULT_SPLIT)
        self._split_words = label("", "caption", wraps=True)
        self.candidates = ChoiceBox((("full", self.tr("All items compete")), ("sampled", self.tr("A random sample"))))
        self.negatives = IntBox(1, MAX_NEGATIVES)
        self.negatives.setValue(NEGATIVES)
        self.seed = IntBox(0)
        self.seed.setToolTip(self.tr("Decides every random draw: the same seed gives the same split and the same run"))
        self.device = ChoiceBox(tuple((key, self._device_title(key)) for key in get_args(DeviceChoice)))
        self.baselines = QCheckBox(self.tr("Compare with popularity and without sources"))
        self.baselines.setChecked(True)
        self._add_row(self.tr("Split"), self.split)
        self._form.addRow(self._split_words)
        self._add_row(self.tr("Ranking"), self.candidates)
        self._add_row(self.tr("Sample size"), self.negatives)
        self._add_row(self.tr("Seed"), self.seed)
        self._add_row(self.tr("Device"), self.device)
        self._form.addRow(self.baselines)
        card.body.addLayout(self._form)
        for box in (self.split, self.candidates):
            box.currentIndexChanged.connect(self._evaluation_changed)
        self._evaluation_changed()
        return card

    def _add_row(self, name: str, editor: QWidget) -> None:
        editor.setAccessibleName(name)
        words = label(name)
        words.setMinimumHeight(editor.sizeHint().height())
        words.setBuddy(editor)
        self._form.addRow(words, editor)

    def _device_title(self, key: str) -> str:
        titles = {
            "auto": self.tr("Automatic"),
            "cpu": self.tr("CPU"),
            "cuda": self.tr("NVIDIA GPU (CUDA)"),
            "mps": self.tr("Apple GPU (MPS)"),
        }
        return titles.get(key, key)

    def _device_choice(self) -> DeviceChoice:
        return next((choice for choice in get_args(DeviceChoice) if choice == self.device.key), "auto")

    # ------------------------------------------------------------------ what follows from a choice

    @Slot()
    def _target_changed(self) -> None:
        self._show_sources()
        self.changed.emit()

    @Slot()
    def _sources_changed(self) -> None:
        self._sources = self.sources.chosen
        self._show_notes()
        self.changed.emit()

    @Slot()
    def _model_changed(self) -> None:
        model = self.picker.model
        if model is not None:
            self.params.show_model(model.key, model.params)
        self._show_notes()
        self.changed.emit()

    @Slot()
    def _evaluation_changed(self) -> None:
        self._split_words.setText(split_description(self.split.key))
        self._form.setRowVisible(self.negatives, self.candidates.key == "sampled")
        self.changed.emit()

    def _show_sources(self) -> None:
        others = [domain.name for domain in self._summary.domains if domain.name != self.target]
        chosen = others if self._sources is None else [name for name in others if name in self._sources]
        shared = {
            name: pair.users
            for pair in self._summary.shared_users
            if self.target in pair.domains
            for name in pair.domains
        }
        texts = [ChipText(name, self.tr("{} shared").format(numbers.count(shared.get(name, 0)))) for name in others]
        self.sources.set_domains(texts, chosen)
        self._show_notes()

    def _show_notes(self) -> None:
        model = self.picker.model if hasattr(self, "picker") else None
        words = ""
        if len(self._summary.domains) == 1:
            words = self.tr("There is only one domain: import a second one to learn from it.")
        elif model is not None and not model.capabilities.uses_sources and self.sources.chosen:
            words = self.tr("{} looks at the target alone; sources change nothing.").format(model.title)
        self._no_sources.setText(words)
        self._no_sources.setVisible(bool(words))

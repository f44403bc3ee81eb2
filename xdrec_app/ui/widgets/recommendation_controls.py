"""What a list of recommendations depends on: the person, the run, its length, and whether known items are left out."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QWidget

from xdrec_app.ui.reader import Reader
from xdrec_app.ui.theme import Space
from xdrec_app.ui.widgets.basic import label
from xdrec_app.ui.widgets.boxes import IntBox
from xdrec_app.ui.widgets.person_search import PersonSearch
from xdrec_app.ui.widgets.run_select import RunSelect

DEFAULT_K = 10
MAX_K = 200
PAUSE_MS = 250


class RecommendationControls(QWidget):
    """The row of controls.

    Parameters
    ----------
    key
        Prefix of the questions it asks the reader.

    Signals
    -------
    person_chosen
        Carries an id.
    changed
        Anything else was set differently.
    """

    person_chosen = Signal(str)
    changed = Signal()

    def __init__(self, reader: Reader, key: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.S)
        self.search = PersonSearch(reader, key)
        self.search.chosen.connect(self.person_chosen)
        self.runs = RunSelect(self.tr("Run that recommends; it decides the target domain"))
        self.runs.changed.connect(self.changed)
        self.length = IntBox(1, MAX_K)
        self.length.setValue(DEFAULT_K)
        self.length.setAccessibleName(self.tr("Length of the list"))
        self.length.setFixedWidth(72)
        self.exclude_seen = QCheckBox(self.tr("only new items"))
        self.exclude_seen.setChecked(True)
        self.exclude_seen.setToolTip(self.tr("Leave out what the person already had"))
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self.changed)
        self.length.valueChanged.connect(self._wait)
        self.exclude_seen.toggled.connect(self.changed)
        row.addWidget(self.search, 3)
        row.addWidget(label(self.tr("by"), "muted"))
        row.addWidget(self.runs, 5)
        row.addWidget(label(self.tr("top"), "muted"))
        row.addWidget(self.length)
        row.addSpacing(Space.XS)
        row.addWidget(self.exclude_seen)

    @Slot()
    def _wait(self) -> None:
        self._pause.start()

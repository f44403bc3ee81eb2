"""The items of one domain in a table that can be searched."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Slot
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QLineEdit, QPushButton, QWidget

from xdrec_app.ui.reader import Reader
from xdrec_app.ui.tables.items_model import ItemsModel
from xdrec_app.ui.tables.table_view import TableView
from xdrec_app.ui.theme import Space
from xdrec_app.ui.widgets.basic import Card, clear_layout, label

TYPING_PAUSE_MS = 200


class ItemsCard(Card):
    """Domain switch, search box, table."""

    def __init__(self, reader: Reader, parent: QWidget | None = None) -> None:
        super().__init__("", "", parent)
        self._domain = ""
        self.body.addLayout(self._head())
        self.model = ItemsModel(reader, self)
        self.table = TableView(self.model, self.tr("Items"), widths=(110, 0, 300, 110), stretch=1)
        self.table.setMinimumHeight(380)
        self.body.addWidget(self.table, 1)
        self._nothing = label(self.tr("No item matches."), "muted")
        self._nothing.hide()
        self.body.addWidget(self._nothing)
        self.model.loaded.connect(self._loaded)

    def set_domains(self, names: tuple[str, ...]) -> None:
        """Offer these domains; stay with the present one if it is among them."""
        clear_layout(self._segments)
        for old in self._group.buttons():
            self._group.removeButton(old)
        chosen = self._domain if self._domain in names else (names[0] if names else "")
        for name in names:
            segment = QPushButton(name)
            segment.setProperty("look", "segment")
            segment.setCheckable(True)
            segment.setChecked(name == chosen)
            self._group.addButton(segment)
            self._segments.addWidget(segment)
        self._domain = chosen
        self._show()

    def _head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(Space.L)
        row.addWidget(label(self.tr("Items"), "heading"))
        self._group = QButtonGroup(self)
        self._group.buttonClicked.connect(self._domain_chosen)
        well = QFrame()
        well.setProperty("look", "well")
        self._segments = QHBoxLayout(well)
        self._segments.setContentsMargins(2, 2, 2, 2)
        self._segments.setSpacing(2)
        row.addWidget(well)
        row.addStretch()
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("Search title or id"))
        self.search.setAccessibleName(self.tr("Search items by title or id"))
        self.search.setClearButtonEnabled(True)
        self.search.setFixedWidth(260)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(TYPING_PAUSE_MS)
        self._pause.timeout.connect(self._show)
        self.search.textChanged.connect(self._pause.start)
        row.addWidget(self.search)
        return row

    @Slot(object)
    def _domain_chosen(self, chosen: QPushButton) -> None:
        self._domain = chosen.text()
        self._show()

    @Slot()
    def _show(self) -> None:
        if self._domain:
            self.model.show(self._domain, self.search.text())
        else:
            self.model.clear()

    @Slot()
    def _loaded(self) -> None:
        self._nothing.setVisible(self.model.rowCount() == 0)

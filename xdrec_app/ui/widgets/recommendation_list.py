"""The ranked list: heading, filter, rows; copying and saving start here."""

from __future__ import annotations

from PySide6.QtCore import QItemSelectionModel, Signal, Slot
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHBoxLayout, QLineEdit, QListView, QVBoxLayout, QWidget

from xdrec_app.services.results import RecommendationList, RecommendedItem
from xdrec_app.ui.icons import IconLabel
from xdrec_app.ui.spreadsheet import tab_separated
from xdrec_app.ui.tables.recommendation_model import ITEM_ROLE, RecommendationModel, cells
from xdrec_app.ui.theme import Space
from xdrec_app.ui.widgets.basic import Card, icon_button, label
from xdrec_app.ui.widgets.recommendation_delegate import RecommendationDelegate


class RecommendationView(QListView):
    """The rows; copies the selected ones as tab-separated text.

    Signals
    -------
    current_changed
        Another row is current.
    """

    current_changed = Signal()

    def __init__(self, model: RecommendationModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setModel(model)
        self.setItemDelegate(RecommendationDelegate(self))
        self.setAccessibleName(self.tr("Recommendations"))
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setMouseTracking(True)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.selectionModel().currentChanged.connect(self._current_changed)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy the selected rows."""
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
            return
        super().keyPressEvent(event)

    def copy(self) -> None:
        """Copy the selected rows."""
        rows = sorted(index.row() for index in self.selectionModel().selectedRows())
        model = self.model()
        found = [model.index(row, 0).data(ITEM_ROLE) for row in rows]
        QGuiApplication.clipboard().setText(tab_separated(cells(item) for item in found))

    @Slot()
    def _current_changed(self) -> None:
        self.current_changed.emit()


class RecommendationCard(Card):
    """The list with its head.

    Signals
    -------
    chosen
        Carries the current :class:`~xdrec_app.services.requests.RecommendedItem`, or None.
    export_asked
        The user wants to save the rows that are shown.
    """

    chosen = Signal(object)
    export_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.model = RecommendationModel(self)
        self.body.setContentsMargins(Space.M, Space.L, Space.M, Space.M)
        self.body.addLayout(self._make_head())
        self.note = self._make_note()
        self.body.addWidget(self.note)
        self.view = RecommendationView(self.model)
        self.view.current_changed.connect(self._tell)
        self.body.addWidget(self.view, 1)
        self.nothing = label("", "muted", wraps=True)
        self.nothing.setContentsMargins(Space.S, Space.S, Space.S, Space.S)
        self.nothing.hide()
        self.body.addWidget(self.nothing)

    @property
    def current(self) -> RecommendedItem | None:
        """The current recommendation."""
        index = self.view.currentIndex()
        return index.data(ITEM_ROLE) if index.isValid() else None

    def set_list(self, recommended: RecommendationList, heading: str, hint: str) -> None:
        """Show a list; what is typed in the filter stays, and so does the current item if it is there again."""
        former = self.current
        self.heading.setText(heading)
        self.about.setText(hint)
        self.note.setVisible(recommended.is_new_person)
        self.model.set_items(recommended.items)
        self._restore(former)

    def _make_head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(Space.XS)
        row.setContentsMargins(Space.S, 0, Space.S, 0)
        words = QVBoxLayout()
        words.setSpacing(2)
        self.heading = label("", "heading")
        self.about = label("", "caption", wraps=True)
        self.about.setToolTip(self.tr("Scores compare within one list only."))
        words.addWidget(self.heading)
        words.addWidget(self.about)
        row.addLayout(words, 1)
        self.filter = QLineEdit()
        self.filter.setPlaceholderText(self.tr("Filter by title or tag"))
        self.filter.setAccessibleName(self.tr("Filter the recommendations by title or tag"))
        self.filter.setClearButtonEnabled(True)
        self.filter.setFixedWidth(180)
        self.filter.textChanged.connect(self._filter)
        row.addWidget(self.filter)
        row.addSpacing(Space.XS)
        row.addWidget(icon_button("copy", self.tr("Copy the list for a spreadsheet"), self._copy_all))
        row.addWidget(icon_button("export", self.tr("Save the list as CSV …"), self.export_asked.emit))
        return row

    def _make_note(self) -> QFrame:
        note = QFrame()
        note.setProperty("level", "info")
        row = QHBoxLayout(note)
        row.setContentsMargins(Space.M, Space.S, Space.M, Space.S)
        row.addWidget(IconLabel("info", 18, "accent"))
        words = self.tr("New person: the model never saw them; served from the history alone.")
        row.addWidget(label(words, wraps=True), 1)
        note.hide()
        return note

    @Slot(str)
    def _filter(self, text: str) -> None:
        former = self.current
        self.model.set_filter(text)
        self._restore(former)

    def _restore(self, former: RecommendedItem | None) -> None:
        row = self.model.row_of(former.id) if former is not None else -1
        has_rows = self.model.rowCount() > 0
        self.view.setVisible(has_rows)
        self.nothing.setVisible(not has_rows)
        if has_rows:
            index = self.model.index(max(0, row), 0)
            select = QItemSelectionModel.SelectionFlag.ClearAndSelect
            self.view.selectionModel().setCurrentIndex(index, select)
            self.view.scrollTo(index)
        elif self.model.total:
            self.nothing.setText(self.tr("No recommendation matches the filter."))
        else:
            self.nothing.setText(self.tr("The model has no item left to recommend to this person."))
        self._tell()

    @Slot()
    def _tell(self) -> None:
        self.chosen.emit(self.current)

    def _copy_all(self) -> None:
        QGuiApplication.clipboard().setText(tab_separated(cells(item) for item in self.model.rows))

"""A table header in which every column says what it is used for, as a choice."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPainter, QResizeEvent
from PySide6.QtWidgets import QComboBox, QHeaderView, QTableView

from xdrec_app.ui.theme import Type, theme

LEFT = 11
HEIGHT = 74
COMBO_HEIGHT = 30


class RoleHeader(QHeaderView):
    """The names of the columns, and under each a combo box with its role.

    `role_chosen` carries the column's number and the role ("" = not used).
    """

    role_chosen = Signal(int, str)

    def __init__(self, table: QTableView) -> None:
        super().__init__(Qt.Orientation.Horizontal, table)
        self.setMinimumSectionSize(130)
        self._combos: list[QComboBox] = []
        self.sectionResized.connect(self._place)
        table.horizontalScrollBar().valueChanged.connect(self._place)

    def set_roles(self, names: Sequence[str], roles: Sequence[str], choices: Sequence[tuple[str, str]]) -> None:
        """Show the roles of the columns.

        Parameters
        ----------
        names
            Of the columns.
        roles
            One key per column, "" = not used.
        choices
            (key, text) of every role there is.
        """
        while len(self._combos) < len(names):
            self._combos.append(self._make_combo(len(self._combos)))
        for number, combo in enumerate(self._combos):
            combo.setVisible(number < len(names))
            if number < len(names):
                combo.setAccessibleName(self.tr("Use of the column {}").format(names[number]))
                combo.blockSignals(True)
                combo.clear()
                for key, text in choices:
                    combo.addItem(text, key)
                combo.setCurrentIndex(max(0, combo.findData(roles[number])))
                combo.blockSignals(False)
        self._place()

    def sizeHint(self) -> QSize:
        """Leave room for the combo boxes."""
        return QSize(super().sizeHint().width(), HEIGHT)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the combo boxes in place."""
        super().resizeEvent(event)
        self._place()

    def paintSection(self, painter: QPainter, place: QRect, number: int) -> None:
        """Paint the name of a column above its combo box, and the line below both."""
        colours = theme().colours
        name = str(self.model().headerData(number, Qt.Orientation.Horizontal) or "")
        font = self.font()
        font.setPixelSize(Type.CAPTION)
        font.setWeight(QFont.Weight.DemiBold)
        painter.save()
        painter.fillRect(place, QColor(colours.surface))
        painter.setFont(font)
        painter.setPen(QColor(colours.muted))
        text = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, place.width() - 2 * LEFT)
        painter.drawText(place.adjusted(LEFT, 10, 0, 0), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, text)
        painter.setPen(QColor(colours.border))
        painter.drawLine(place.bottomLeft(), place.bottomRight())
        painter.restore()

    def _make_combo(self, number: int) -> QComboBox:
        combo = QComboBox(self)
        combo.activated.connect(lambda _index: self.role_chosen.emit(number, str(combo.currentData())))
        return combo

    def _place(self) -> None:
        for number, combo in enumerate(self._combos[: self.count()]):
            left = self.sectionViewportPosition(number)
            combo.setGeometry(left + 6, HEIGHT - COMBO_HEIGHT - 9, self.sectionSize(number) - 12, COMBO_HEIGHT)

"""A table header in which every column says what it is used for, as a choice, and how its cells are understood."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPainter, QResizeEvent
from PySide6.QtWidgets import QHeaderView, QTableView

from xdrec_app.ui.theme import Type, theme
from xdrec_app.ui.widgets.boxes import ChoiceBox

LEFT = 11
TOP = 10
NAME_HEIGHT = 25
COMBO_HEIGHT = 30
NOTE_HEIGHT = 22
BOTTOM = 9


class RoleHeader(QHeaderView):
    """The names of the columns, under each a combo box with its role, and under that a note.

    `role_chosen` carries the column's number and the role ("" = not used).
    """

    role_chosen = Signal(int, str)

    def __init__(self, table: QTableView) -> None:
        super().__init__(Qt.Orientation.Horizontal, table)
        self.setMinimumSectionSize(130)
        self._combos: dict[int, ChoiceBox] = {}
        self._names: tuple[str, ...] = ()
        self._roles: tuple[str, ...] = ()
        self._notes: tuple[tuple[str, str], ...] = ()
        self._choices: tuple[tuple[str, str], ...] = ()
        self.sectionResized.connect(self._place)
        table.horizontalScrollBar().valueChanged.connect(self._place)

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles that are shown, one per column."""
        return self._roles

    def set_roles(
        self,
        names: Sequence[str],
        roles: Sequence[str],
        choices: Sequence[tuple[str, str]],
        notes: Sequence[tuple[str, str]] = (),
    ) -> None:
        """Show the roles of the columns.

        Parameters
        ----------
        names
            Of the columns.
        roles
            One key per column, "" = not used.
        choices
            (key, text) of every role there is.
        notes
            For each column what is said under its role, and what a tool tip adds; no room is taken when there is
            nothing to say.
        """
        if (tuple(names), tuple(choices)) != (self._names, self._choices):
            self._drop_combos()
        self._names, self._roles, self._choices = tuple(names), tuple(roles), tuple(choices)
        self._notes = tuple(notes) if any(note for note, _ in notes) else ()
        for number, combo in self._combos.items():
            combo.choose(self._roles[number])
            combo.setToolTip(self._tip(number))
        self.geometriesChanged.emit()
        self._place()
        self.viewport().update()

    def combo(self, number: int) -> ChoiceBox:
        """Return the combo box of a column, made when it is first needed: files may have hundreds of columns."""
        if number not in self._combos:
            made = ChoiceBox(self._choices, self.viewport())
            made.setAccessibleName(self.tr("Use of the column {}").format(self._names[number]))
            made.choose(self._roles[number])
            made.setToolTip(self._tip(number))
            made.activated.connect(lambda _place: self.role_chosen.emit(number, made.key))
            self._combos[number] = made
        return self._combos[number]

    def sizeHint(self) -> QSize:
        """Leave room for the combo boxes and the notes."""
        height = TOP + NAME_HEIGHT + COMBO_HEIGHT + (NOTE_HEIGHT if self._notes else 0) + BOTTOM
        return QSize(super().sizeHint().width(), height)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the combo boxes in place."""
        super().resizeEvent(event)
        self._place()

    def paintSection(self, painter: QPainter, place: QRect, number: int) -> None:
        """Paint the name of a column above its combo box, the note below, and the line below all."""
        colours = theme().colours
        painter.save()
        painter.fillRect(place, QColor(colours.surface))
        name = str(self.model().headerData(number, Qt.Orientation.Horizontal) or "")
        self._write(painter, place, TOP, name, colours.muted, QFont.Weight.DemiBold)
        if number < len(self._notes):
            top = TOP + NAME_HEIGHT + COMBO_HEIGHT + 5
            self._write(painter, place, top, self._notes[number][0], colours.faint, QFont.Weight.Normal)
        painter.setPen(QColor(colours.border))
        painter.drawLine(place.bottomLeft(), place.bottomRight())
        painter.restore()

    def _write(self, painter: QPainter, place: QRect, top: int, words: str, colour: str, weight: QFont.Weight) -> None:
        font = self.font()
        font.setPixelSize(Type.CAPTION)
        font.setWeight(weight)
        painter.setFont(font)
        painter.setPen(QColor(colour))
        text = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, place.width() - 2 * LEFT)
        where = place.adjusted(LEFT, top, 0, 0)
        painter.drawText(where, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, text)

    def _tip(self, number: int) -> str:
        return self._notes[number][1] if number < len(self._notes) else ""

    def _drop_combos(self) -> None:
        for combo in self._combos.values():
            combo.hide()
            combo.deleteLater()
        self._combos = {}

    def _place(self) -> None:
        for number in range(min(self.count(), len(self._names))):
            left, width = self.sectionViewportPosition(number), self.sectionSize(number)
            if left + width >= 0 and left <= self.viewport().width():
                combo = self.combo(number)
                combo.setGeometry(left + 6, TOP + NAME_HEIGHT, width - 12, COMBO_HEIGHT)
                combo.show()
            elif number in self._combos:
                self._combos[number].hide()

"""Domains as chips that can be chosen: one as the target, any number as sources."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from xdrec_app.ui.theme import Space, theme
from xdrec_app.ui.widgets.flow_layout import FlowLayout

CHIP_HEIGHT = 32
DOT = 10


@dataclass(frozen=True)
class ChipText:
    """A domain and the note behind its name, e.g. how many people it shares."""

    domain: str
    note: str = ""


class DomainChip(QAbstractButton):
    """A checkable chip: the domain's dot, its name, a note."""

    def __init__(self, text: ChipText, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.domain = text.domain
        self._note = text.note
        self.setText(text.domain)
        self.setCheckable(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setAccessibleName(f"{text.domain} {text.note}".strip())
        theme().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """Return the room for dot, name and note."""
        width = Space.M + DOT + Space.S + self.fontMetrics().horizontalAdvance(self.text()) + Space.M
        if self._note:
            width += Space.S + self.fontMetrics().horizontalAdvance(self._note)
        return QSize(width, CHIP_HEIGHT)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the chip: filled when chosen, only outlined otherwise."""
        colours = theme().colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = self.rect().toRectF().adjusted(0.75, 0.75, -0.75, -0.75)
        chosen = self.isChecked()
        edge = QColor(colours.accent if chosen or self.hasFocus() else colours.border_strong)
        fill = colours.accent_soft if chosen else colours.hover if self.underMouse() else colours.surface
        pen = painter.pen()
        pen.setColor(edge)
        pen.setWidthF(1.5 if chosen else 1.0)
        painter.setPen(pen)
        painter.setBrush(QColor(fill))
        painter.drawRoundedRect(rect, CHIP_HEIGHT / 2, CHIP_HEIGHT / 2)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().domain_colour(self.domain))
        painter.drawEllipse(Space.M, (self.height() - DOT) // 2, DOT, DOT)
        x = Space.M + DOT + Space.S
        painter.setPen(QColor(colours.text))
        painter.drawText(self.rect().adjusted(x, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, self.text())
        if self._note:
            x += self.fontMetrics().horizontalAdvance(self.text()) + Space.S
            painter.setPen(QColor(colours.muted))
            painter.drawText(self.rect().adjusted(x, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, self._note)


class DomainChips(QWidget):
    """A group of chips.

    Parameters
    ----------
    exclusive
        Whether exactly one is chosen.

    Signals
    -------
    changed
        The user chose differently.
    """

    changed = Signal()

    def __init__(self, name: str, *, exclusive: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self._exclusive = exclusive
        self._flow = FlowLayout(self)
        self.chips: list[DomainChip] = []
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    @property
    def chosen(self) -> tuple[str, ...]:
        """The chosen domains, in the order of the chips."""
        return tuple(chip.domain for chip in self.chips if chip.isChecked())

    def set_domains(self, texts: Sequence[ChipText], chosen: Collection[str]) -> None:
        """Replace the chips; says nothing."""
        for chip in self.chips:
            self._flow.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        self.chips = [DomainChip(text) for text in texts]
        for chip in self.chips:
            chip.setAutoExclusive(self._exclusive)
            chip.setChecked(chip.domain in chosen)
            chip.clicked.connect(self._clicked)
            self._flow.addWidget(chip)
        self.updateGeometry()

    @Slot()
    def _clicked(self) -> None:
        self.changed.emit()

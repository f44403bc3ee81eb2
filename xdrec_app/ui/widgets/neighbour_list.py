"""The people nearest to a person: how similar, how much they share; a click opens one."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QVBoxLayout, QWidget

from xdrec_app.services.results import Neighbour
from xdrec_app.ui import numbers
from xdrec_app.ui.theme import Space, Type, theme
from xdrec_app.ui.widgets.basic import clear_layout, label
from xdrec_app.ui.widgets.painting import draw_bar, draw_text, font_of, text_width

ROW = 38
BAR = 8
FIGURE = 40
MIN_BAR = 60
MAX_BAR = 130


class NeighbourRow(QAbstractButton):
    """One person.

    Parameters
    ----------
    nearest
        Similarity of the nearest person: the bar is in proportion to it.
    """

    def __init__(self, neighbour: Neighbour, nearest: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.neighbour, self._nearest = neighbour, nearest
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        words = self.tr("{person}: similarity {similarity}, {n} shared items").format(
            person=neighbour.user,
            similarity=numbers.figure(neighbour.similarity, 2),
            n=numbers.count(neighbour.shared_items),
        )
        self.setAccessibleName(words)
        self.setToolTip(words)
        theme().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """Return the height of a row."""
        return QSize(240, ROW)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint id, bar, similarity and shared items."""
        colours, font, small = theme().colours, font_of(Type.BODY, QFont.Weight.DemiBold), font_of(Type.CAPTION)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        if self.underMouse() or self.hasFocus():
            painter.setBrush(QColor(colours.hover if self.underMouse() else colours.surface))
            painter.setPen(QPen(QColor(colours.accent)) if self.hasFocus() else Qt.PenStyle.NoPen)
            painter.drawRoundedRect(rect, 8, 8)
        inner = rect.adjusted(Space.S, 0, -Space.S, 0)
        shared = self.tr("{} shared").format(numbers.count(self.neighbour.shared_items))
        right = inner.right() - max(76.0, text_width(shared, small))
        draw_text(
            painter, QRectF(right, 0, inner.right() - right, ROW), shared, colours.muted, small,
            Qt.AlignmentFlag.AlignRight,
        )  # fmt: skip
        bar_width = min(MAX_BAR, max(MIN_BAR, inner.width() * 0.3))
        figure = QRectF(right - FIGURE, 0, FIGURE, ROW)
        bar = QRectF(figure.x() - bar_width - Space.XS, (ROW - BAR) / 2, bar_width, BAR)
        share = self.neighbour.similarity / self._nearest if self._nearest > 0 else 0.0
        draw_bar(painter, bar, share, colours.accent)
        draw_text(
            painter, figure.adjusted(Space.XS, 0, 0, 0), numbers.figure(self.neighbour.similarity, 2), colours.text,
            small,
        )  # fmt: skip
        name = QRectF(inner.x(), 0, bar.x() - inner.x() - Space.S, ROW)
        draw_text(painter, name, self.neighbour.user, colours.text, font)


class NeighbourList(QWidget):
    """The rows.

    Signals
    -------
    chosen
        Carries the id of the person that was clicked.
    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(2)
        self.rows: list[NeighbourRow] = []

    def set_neighbours(self, neighbours: Sequence[Neighbour]) -> None:
        """Show other people, nearest first."""
        clear_layout(self._column)
        nearest = max((neighbour.similarity for neighbour in neighbours), default=0.0)
        self.rows = [NeighbourRow(neighbour, nearest) for neighbour in neighbours]
        for row in self.rows:
            row.clicked.connect(partial(self._clicked, row.neighbour.user))
            self._column.addWidget(row)
        if not neighbours:
            self._column.addWidget(label(self.tr("Nobody shares an item with this person."), "muted", wraps=True))

    def _clicked(self, user: str, _checked: bool = False) -> None:
        self.chosen.emit(user)

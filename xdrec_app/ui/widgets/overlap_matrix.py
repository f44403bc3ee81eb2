"""How many people each pair of domains shares: a matrix of coloured cells, for all people or for the active ones."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from xdrec_app.services.data_results import Overlap
from xdrec_app.services.results import WorkspaceSummary
from xdrec_app.ui import numbers
from xdrec_app.ui.theme import Type, theme

NAME_WIDTH = 96
HEAD_HEIGHT = 26
MIN_CELL, MAX_CELL = 44, 76
GAP = 4


class OverlapMatrix(QWidget):
    """Cells are the darker the larger the share is; the diagonal counts all people of a domain.

    The share is of the smaller domain's people; of active people, of those who are in both.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names: list[str] = []
        self._people: dict[str, int] = {}
        self._shared: dict[frozenset[str], int] = {}
        self._active: dict[frozenset[str], int] = {}
        self.counts_active = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("People shared by two domains"))
        self.setMouseTracking(True)

    def set_summary(self, summary: WorkspaceSummary) -> None:
        """Show other domains."""
        self._names = [domain.name for domain in summary.domains]
        self._people = {domain.name: domain.users for domain in summary.domains}
        self._shared = {frozenset(pair.domains): pair.users for pair in summary.shared_users}
        pairs = [f"{' and '.join(pair.domains)}: {numbers.count(pair.users)}" for pair in summary.shared_users]
        self.setAccessibleDescription("; ".join(pairs))
        self.setFixedHeight(HEAD_HEIGHT + len(self._names) * (self._cell_height() + GAP))
        self.update()

    def set_overlaps(self, overlaps: Sequence[Overlap]) -> None:
        """Say how many of the people who are in two domains are active in both."""
        self._active = {frozenset(pair.domains): pair.active for pair in overlaps}
        self.update()

    def count_active(self, counts_active: bool) -> None:
        """Count only people with enough interactions in both domains, or everybody."""
        self.counts_active = counts_active
        self.update()

    def shared(self, one: str, other: str) -> int:
        """Return how many people two domains share; all of a domain for itself."""
        return self._people[one] if one == other else self._shared.get(frozenset((one, other)), 0)

    def share(self, one: str, other: str) -> float:
        """Return the shared people as a share of the smaller domain, 0 … 1."""
        return self.shared(one, other) / max(1, min(self._people[one], self._people[other]))

    def active(self, one: str, other: str) -> int:
        """Return how many people are active in both of two domains."""
        return self._active.get(frozenset((one, other)), 0)

    def shown(self, one: str, other: str) -> tuple[int, float]:
        """Return count and share that the cell of two domains shows."""
        if self.counts_active:
            active = self.active(one, other)
            return active, active / max(1, self.shared(one, other))
        return self.shared(one, other), self.share(one, other)

    def sizeHint(self) -> QSize:
        """Leave room for readable cells."""
        return QSize(NAME_WIDTH + len(self._names) * 84, self.height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint names and cells."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = self.font()
        font.setPixelSize(Type.CAPTION)
        painter.setFont(font)
        for row, name in enumerate(self._names):
            self._paint_names(painter, row, name)
            for column in range(len(self._names)):
                self._paint_cell(painter, row, column)

    def event(self, event: QEvent) -> bool:
        """Say in words what a cell shows."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            found = self._cell_at(event)
            QToolTip.showText(event.globalPos(), self._sentence(*found) if found else "", self)
            return True
        return super().event(event)

    def _cell_height(self) -> int:
        return max(MIN_CELL, min(MAX_CELL, 240 // max(1, len(self._names))))

    def _cell(self, row: int, column: int) -> QRectF:
        width = max(40.0, (self.width() - NAME_WIDTH) / max(1, len(self._names)) - GAP)
        height = self._cell_height()
        return QRectF(NAME_WIDTH + column * (width + GAP), HEAD_HEIGHT + row * (height + GAP), width, height)

    def _cell_at(self, event: QHelpEvent | QMouseEvent) -> tuple[str, str] | None:
        for row, one in enumerate(self._names):
            for column, other in enumerate(self._names):
                if self._cell(row, column).contains(event.pos().toPointF()):
                    return one, other
        return None

    def _sentence(self, one: str, other: str) -> str:
        if one == other:
            return self.tr("{n} people in {domain}").format(n=numbers.count(self._people[one]), domain=one)
        words = self.tr("{n} people in both {one} and {other}: {share} of the smaller domain").format(
            n=numbers.count(self.shared(one, other)),
            one=one,
            other=other,
            share=numbers.percent(self.share(one, other), 0),
        )
        if frozenset((one, other)) in self._active:
            active = self.tr("{n} of them with at least 5 interactions in each")
            words += "\n" + active.format(n=numbers.count(self.active(one, other)))
        return words

    def _paint_names(self, painter: QPainter, number: int, name: str) -> None:
        metrics = painter.fontMetrics()
        painter.setPen(QColor(theme().colours.muted))
        column, row = self._cell(0, number), self._cell(number, 0)
        head = QRectF(column.left(), 0, column.width(), HEAD_HEIGHT)
        text = metrics.elidedText(name, Qt.TextElideMode.ElideRight, int(column.width()))
        painter.drawText(head, Qt.AlignmentFlag.AlignCenter, text)
        side = QRectF(16, row.top(), NAME_WIDTH - 24, row.height())
        text = metrics.elidedText(name, Qt.TextElideMode.ElideRight, int(side.width()))
        painter.drawText(side, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().domain_colour(name))
        painter.drawEllipse(QRectF(0, row.center().y() - 4, 8, 8))

    def _paint_cell(self, painter: QPainter, row: int, column: int) -> None:
        colours = theme().colours
        one, other = self._names[row], self._names[column]
        place = self._cell(row, column)
        if one == other:
            fill, ink = QColor(colours.hover), QColor(colours.muted)
            text = numbers.count(self._people[one])
        else:
            people, share = self.shown(one, other)
            fill = QColor(colours.accent)
            fill.setAlphaF(0.10 + 0.80 * share)
            ink = QColor(colours.on_accent if share > 0.55 else colours.text)
            text = f"{numbers.count(people)}\n{numbers.percent(share, 0)}"
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(fill)
        painter.drawRoundedRect(place, 6, 6)
        painter.setPen(ink)
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)

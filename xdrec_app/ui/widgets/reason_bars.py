"""The history items behind a recommendation: one bar each, in the colour of its domain."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from xdrec_app.services.results import Reason
from xdrec_app.ui import numbers
from xdrec_app.ui.theme import Space, Type, theme
from xdrec_app.ui.widgets.painting import draw_bar, draw_dot, draw_text, font_of

ROW = 62
BAR = 8
DOT_ROOM = 16
FIGURE = 54


class ReasonBars(QWidget):
    """Shows reasons, strongest first; the bars are in proportion to the strongest."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.reasons: tuple[Reason, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme().changed.connect(self.update)

    def set_reasons(self, reasons: Sequence[Reason]) -> None:
        """Show other reasons."""
        self.reasons = tuple(reasons)
        self.setAccessibleName("; ".join(self.sentence(reason) for reason in reasons))
        self.updateGeometry()
        self.update()

    def sentence(self, reason: Reason) -> str:
        """Say what one bar shows."""
        return self.tr("“{title}” from {domain}, rated {value}: {weight} of the reasons").format(
            title=reason.title,
            domain=reason.domain,
            value=f"{reason.value:g}",
            weight=numbers.percent(reason.weight),
        )

    def sizeHint(self) -> QSize:
        """Return the height of all rows."""
        return QSize(220, ROW * len(self.reasons))

    def event(self, event: QEvent) -> bool:
        """Give the whole title of the reason under the pointer."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            row = event.pos().y() // ROW
            if 0 <= row < len(self.reasons):
                QToolTip.showText(event.globalPos(), self.sentence(self.reasons[row]), self)
            return True
        return super().event(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint titles, shares and bars."""
        colours, font, small = theme().colours, font_of(Type.BODY), font_of(Type.CAPTION)
        painter = QPainter(self)
        strongest = max((reason.weight for reason in self.reasons), default=1.0)
        for number, reason in enumerate(self.reasons):
            top, colour = number * ROW, theme().domain_colour(reason.domain)
            draw_dot(painter, QPointF(4, top + 13), colour)
            title = QRectF(DOT_ROOM, top + 3, self.width() - DOT_ROOM - FIGURE - Space.S, 20)
            draw_text(painter, title, reason.title, colours.text, font)
            figure = QRectF(self.width() - FIGURE, title.y(), FIGURE, 20)
            share = numbers.percent(reason.weight)
            draw_text(painter, figure, share, colours.muted, small, Qt.AlignmentFlag.AlignRight)
            about = QRectF(DOT_ROOM, top + 22, self.width() - DOT_ROOM, 18)
            gave = self.tr("{domain} · gave {value}").format(domain=reason.domain, value=f"{reason.value:g}")
            draw_text(painter, about, gave, colours.muted, small)
            bar = QRectF(DOT_ROOM, top + 44, self.width() - DOT_ROOM, BAR)
            draw_bar(painter, bar, reason.weight / strongest if strongest > 0 else 0.0, colour)

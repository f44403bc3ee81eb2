"""A person's taste by tag: one bar per tag, and a tick where everybody stands."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from xdrec_app.services.results import TasteTag
from xdrec_app.ui import numbers
from xdrec_app.ui.theme import Space, Type, theme
from xdrec_app.ui.widgets.painting import draw_bar, draw_text, font_of, text_width

ROW = 28
BAR = 10
MAX_NAME = 130
FIGURE = 44
TICK = 4
LEAST_SPAN = 0.1


def everybodys_share(tag: TasteTag) -> float:
    """Return the share of everybody's liked items that carry a tag."""
    return tag.share / tag.lift if tag.lift > 0 else 0.0


class TagBars(QWidget):
    """Shows tags, the one that stands out most first."""

    def __init__(self, domain: str, tags: Sequence[TasteTag], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.domain, self.tags = domain, tuple(tags)
        self._span = max([LEAST_SPAN, *(max(tag.share, everybodys_share(tag)) for tag in tags)])
        self._font = font_of(Type.BODY)
        self._name_width = min(MAX_NAME, max((text_width(tag.tag, self._font) for tag in tags), default=0)) + Space.M
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Taste in {}").format(domain))
        self.setAccessibleDescription("; ".join(self.sentence(tag) for tag in tags))
        theme().changed.connect(self.update)

    def sentence(self, tag: TasteTag) -> str:
        """Say what one bar shows."""
        return self.tr("{tag}: {share} of the liked items, {lift} times everybody's {everybody}").format(
            tag=tag.tag,
            share=numbers.percent(tag.share, 0),
            lift=numbers.figure(tag.lift, 1),
            everybody=numbers.percent(everybodys_share(tag), 0),
        )

    def sizeHint(self) -> QSize:
        """Return the height of all rows."""
        return QSize(240, ROW * len(self.tags))

    def event(self, event: QEvent) -> bool:
        """Explain the bar under the pointer."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            row = event.pos().y() // ROW
            if 0 <= row < len(self.tags):
                QToolTip.showText(event.globalPos(), self.sentence(self.tags[row]), self)
            return True
        return super().event(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint names, bars, ticks and shares."""
        colours, colour = theme().colours, theme().domain_colour(self.domain)
        painter = QPainter(self)
        room = self.width() - self._name_width - FIGURE
        for number, tag in enumerate(self.tags):
            top = number * ROW
            name = QRectF(0, top, self._name_width - Space.S, ROW)
            draw_text(painter, name, tag.tag, colours.text, self._font)
            bar = QRectF(self._name_width, top + (ROW - BAR) / 2, room, BAR)
            draw_bar(painter, bar, tag.share / self._span, colour)
            x = bar.x() + room * min(1.0, everybodys_share(tag) / self._span)
            painter.setPen(QPen(QColor(colours.text), 2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawLine(QPointF(x, bar.top() - TICK), QPointF(x, bar.bottom() + TICK))
            figure = QRectF(bar.right(), top, FIGURE, ROW)
            share = numbers.percent(tag.share, 0)
            draw_text(painter, figure, share, colours.muted, self._font, Qt.AlignmentFlag.AlignRight)

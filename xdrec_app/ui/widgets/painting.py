"""What bars and rows are painted with: one line of text, a bar, a row of chips, stars.

Each function paints into a rectangle and leaves the painter as it found it. Nothing here knows what is shown.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QGuiApplication, QPainter, QPolygonF

from xdrec_app.ui.theme import Space, Type, theme

CHIP_HEIGHT = 20
CHIP_PADDING = 8
N_STARS = 5
GOLD = 6
"""The curve colour of the theme that is golden."""


def font_of(size: int, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """Return the application's font in one of the sizes of :class:`~xdrec_app.ui.theme.Type`."""
    font = QFont(QGuiApplication.font())
    font.setPixelSize(size)
    font.setWeight(weight)
    return font


def text_width(text: str, font: QFont) -> float:
    """Return the room that a line of text takes."""
    return QFontMetricsF(font).horizontalAdvance(text)


def draw_text(
    painter: QPainter,
    rect: QRectF,
    text: str,
    colour: str | QColor,
    font: QFont,
    align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
    n_lines: int = 1,
) -> None:
    """Paint a text of at most `n_lines` lines; what does not fit ends in an ellipsis."""
    painter.save()
    painter.setFont(font)
    painter.setPen(QColor(colour))
    if n_lines == 1:
        shown = QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
        painter.drawText(rect, align | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, shown)
    else:
        height = QFontMetricsF(font).lineSpacing()
        for number, line in enumerate(broken_lines(text, font, rect.width(), n_lines)):
            place = QRectF(rect.x(), rect.y() + number * height, rect.width(), height)
            painter.drawText(place, align | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, line)
    painter.restore()


def broken_lines(text: str, font: QFont, width: float, n_lines: int) -> list[str]:
    """Break a text into lines that fit; the last one ends in an ellipsis when there is more."""
    metrics = QFontMetricsF(font)
    lines: list[str] = []
    rest = text
    while rest and len(lines) < n_lines - 1 and metrics.horizontalAdvance(rest) > width:
        end = _break_at(rest, metrics, width)
        lines.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
    if rest:
        lines.append(metrics.elidedText(rest, Qt.TextElideMode.ElideRight, width))
    return lines


def draw_bar(painter: QPainter, rect: QRectF, share: float, colour: QColor | str, track: str = "") -> None:
    """Paint a bar that fills `share` of a rounded track; NaN fills nothing."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    radius = rect.height() / 2
    painter.setBrush(QColor(track or theme().colours.sunken))
    painter.drawRoundedRect(rect, radius, radius)
    filled = rect.width() * min(1.0, share) if share > 0 else 0.0
    if filled > 0:
        painter.setBrush(QColor(colour))
        painter.drawRoundedRect(QRectF(rect.x(), rect.y(), max(rect.height(), filled), rect.height()), radius, radius)
    painter.restore()


def draw_dot(painter: QPainter, centre: QPointF, colour: QColor, radius: float = 4) -> None:
    """Paint the dot that stands for a domain."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawEllipse(centre, radius, radius)
    painter.restore()


def draw_chips(painter: QPainter, rect: QRectF, texts: Sequence[str], *, is_selected: bool = False) -> None:
    """Paint tags in one row, as many as fit; "+2" stands for those that do not.

    On the ground of a selection they are lighter, so that they stand out there too.
    """
    colours, font = theme().colours, font_of(Type.CAPTION)
    x = rect.x()
    for number, text in enumerate(texts):
        left = len(texts) - number
        width = text_width(text, font) + 2 * CHIP_PADDING
        more = text_width(f"+{left - 1}", font) + Space.S if left > 1 else 0.0
        if x + width + more > rect.right():
            draw_text(painter, QRectF(x, rect.y(), rect.right() - x, rect.height()), f"+{left}", colours.muted, font)
            return
        place = QRectF(x, rect.y() + (rect.height() - CHIP_HEIGHT) / 2, width, CHIP_HEIGHT)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.surface if is_selected else colours.hover))
        painter.drawRoundedRect(place, CHIP_HEIGHT / 2, CHIP_HEIGHT / 2)
        painter.restore()
        draw_text(painter, place, text, colours.muted, font, Qt.AlignmentFlag.AlignHCenter)
        x += width + Space.XS


def draw_stars(painter: QPainter, rect: QRectF, value: float, size: float = 13) -> None:
    """Paint `value` of five stars, parts of a star included."""
    colours = theme().colours
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    top = rect.y() + (rect.height() - size) / 2
    for token, share in ((colours.border_strong, 1.0), (theme().series_colour(GOLD), value / N_STARS)):
        painter.setClipRect(QRectF(rect.x(), rect.y(), (N_STARS * (size + 2)) * share, rect.height()))
        painter.setBrush(QColor(token))
        for number in range(N_STARS):
            painter.drawPolygon(_star(rect.x() + number * (size + 2), top, size))
    painter.restore()


def _star(x: float, y: float, size: float) -> QPolygonF:
    middle = QPointF(x + size / 2, y + size / 2 + size * 0.03)
    points = []
    for corner in range(10):
        radius = size * (0.53 if corner % 2 == 0 else 0.24)
        angle = math.pi * (corner / 5 - 0.5)
        points.append(middle + QPointF(radius * math.cos(angle), radius * math.sin(angle)))
    return QPolygonF(points)


def _break_at(text: str, metrics: QFontMetricsF, width: float) -> int:
    """Return where the first line of a text ends: behind its last space that fits, or anywhere in text without."""
    low, high = 1, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if metrics.horizontalAdvance(text[:middle]) <= width else (low, middle - 1)
    space = text.rfind(" ", 0, low + 1)
    return space + 1 if space > low / 2 else low

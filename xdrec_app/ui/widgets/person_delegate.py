"""How a person looks in a list: id, the domains as dots, the number of interactions."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from xdrec_app.services.views import PersonHit
from xdrec_app.ui import numbers
from xdrec_app.ui.tables.people_model import HIT_ROLE
from xdrec_app.ui.tables.text_model import Index
from xdrec_app.ui.theme import Space, Type, theme
from xdrec_app.ui.widgets.painting import draw_dot, draw_text, font_of, text_width

ROW = 44


class PersonDelegate(QStyledItemDelegate):
    """Paints a :class:`~xdrec_app.services.views.PersonHit`."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return a row with room for two lines, as wide as the list."""
        return QSize(1, ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one person."""
        person = index.data(HIT_ROLE)
        assert isinstance(person, PersonHit)
        colours = theme().colours
        rect = QRectF(option.rect)
        state = option.state
        if state & (QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver):
            painter.fillRect(rect, QColor(colours.accent_soft))
        inner = rect.adjusted(Space.M, 3, -Space.M, -3)
        half = inner.height() / 2
        bold, small = font_of(Type.BODY, QFont.Weight.DemiBold), font_of(Type.CAPTION)
        count = numbers.count(person.interactions)
        figure = text_width(count, small)
        upper = QRectF(inner.x(), inner.y(), inner.width() - figure - Space.S, half)
        draw_text(painter, upper, person.user, colours.text, bold)
        place = QRectF(inner.x(), inner.y(), inner.width(), half)
        draw_text(painter, place, count, colours.muted, small, Qt.AlignmentFlag.AlignRight)
        x, y = inner.x(), inner.y() + half
        for domain in person.domains:
            width = text_width(domain, small)
            if x + Space.M + width > inner.right():
                break
            draw_dot(painter, QPointF(x + 4, y + half / 2), theme().domain_colour(domain))
            draw_text(painter, QRectF(x + Space.M + 1, y, width + 1, half), domain, colours.muted, small)
            x += Space.M + width + Space.M

"""How an interaction looks in a table: the domain's dot, tags as chips, the value as stars where it is one to five."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from xdrec_app.services.results import HistoryItem
from xdrec_app.ui.tables.history_model import ITEM_ROLE, SCALE_ROLE, TAGS, TITLE, VALUE, Scale
from xdrec_app.ui.tables.text_model import Index
from xdrec_app.ui.theme import Space, Type, theme
from xdrec_app.ui.widgets.painting import N_STARS, draw_chips, draw_dot, draw_stars, draw_text, font_of

LEFT = 11
STARS_WIDTH = 78


def is_in_stars(scale: Scale | None) -> bool:
    """Tell whether values of a scale are what people call stars: up to five, from zero, a half or one."""
    return scale is not None and scale[1] == N_STARS and 0 <= scale[0] <= 1


class HistoryDelegate(QStyledItemDelegate):
    """Paints the cells of a :class:`~xdrec_app.ui.tables.history_model.HistoryModel`."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one cell."""
        colours, rect = theme().colours, QRectF(option.rect)
        is_selected = bool(option.state & QStyle.StateFlag.State_Selected)
        if is_selected:
            painter.fillRect(rect, QColor(colours.accent_soft))
        item = index.data(ITEM_ROLE)
        assert isinstance(item, HistoryItem)
        inner = rect.adjusted(LEFT, 0, -Space.XS, 0)
        text = str(index.data() or "")
        if index.column() == TITLE:
            draw_dot(painter, QPointF(inner.x() + 4, inner.center().y()), theme().domain_colour(item.domain))
            draw_text(painter, inner.adjusted(Space.L, 0, 0, 0), text, colours.text, font_of(Type.BODY))
        elif index.column() == TAGS:
            draw_chips(painter, inner, item.tags, is_selected=is_selected)
        elif index.column() == VALUE:
            self._paint_value(painter, inner, item.value, index.data(SCALE_ROLE))
        else:
            draw_text(painter, inner, text, colours.muted, font_of(Type.BODY))

    def _paint_value(self, painter: QPainter, rect: QRectF, value: float, scale: Scale | None) -> None:
        colours, text = theme().colours, f"{value:g}"
        if is_in_stars(scale):
            draw_stars(painter, rect, value)
            text = text if value % 1 else ""
            rect = rect.adjusted(STARS_WIDTH, 0, 0, 0)
        elif scale is not None and scale[0] < scale[1]:
            text = f"{text} / {scale[1]:g}"
        draw_text(painter, rect, text, colours.muted, font_of(Type.BODY))

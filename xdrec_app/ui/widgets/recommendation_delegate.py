"""How a recommendation looks in the list: rank, title, score, tags, the sentence, and the reasons as bars."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from xdrec_app.services.results import RecommendedItem
from xdrec_app.ui import numbers
from xdrec_app.ui.tables.recommendation_model import ITEM_ROLE, SCORE_ROLE, STRONGEST_ROLE
from xdrec_app.ui.tables.text_model import Index
from xdrec_app.ui.theme import Space, Type, theme
from xdrec_app.ui.widgets.painting import draw_bar, draw_chips, draw_dot, draw_text, font_of, text_width

ROW = 126
RANK = 40
SCORE_BAR = 90
SCORE_FIGURE = 56
BAR = 6
REASON_ROW = 32
REASON_BAR = 4
N_REASONS = 3
REASONS_FROM = 560
"""Narrower rows have no room for bars beside the text; the details have them all the same."""


class RecommendationDelegate(QStyledItemDelegate):
    """Paints a :class:`~xdrec_app.services.requests.RecommendedItem`."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return a roomy row."""
        return QSize(320, ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one recommendation."""
        item = index.data(ITEM_ROLE)
        assert isinstance(item, RecommendedItem)
        colours, rect = theme().colours, QRectF(option.rect)
        self._paint_ground(painter, rect, option.state)
        inner = rect.adjusted(Space.M, Space.M, -Space.L, -Space.M)
        rank = QRectF(inner.x(), inner.y(), RANK - Space.M, 24)
        bold = font_of(Type.HEADING, QFont.Weight.DemiBold)
        draw_text(painter, rank, str(item.rank), colours.faint, bold, Qt.AlignmentFlag.AlignRight)
        words = inner.adjusted(RANK, 0, 0, 0)
        if item.reasons and rect.width() >= REASONS_FROM:
            width = round(words.width() * 0.4)
            reasons = QRectF(words.right() - width, words.y(), width, words.height())
            self._paint_reasons(painter, reasons, item, float(index.data(STRONGEST_ROLE)))
            words.setRight(reasons.x() - Space.XL)
        share, is_selected = float(index.data(SCORE_ROLE)), bool(option.state & QStyle.StateFlag.State_Selected)
        self._paint_words(painter, words, item, share, is_selected=is_selected)

    def _paint_ground(self, painter: QPainter, rect: QRectF, state: QStyle.StateFlag) -> None:
        colours = theme().colours
        painter.fillRect(QRectF(rect.x() + Space.M, rect.bottom() - 1, rect.width() - 2 * Space.M, 1), colours.border)
        ground = None
        if state & QStyle.StateFlag.State_Selected:
            ground = colours.accent_soft
        elif state & QStyle.StateFlag.State_MouseOver:
            ground = colours.hover
        if ground is not None:
            painter.save()
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(ground))
            painter.drawRoundedRect(rect.adjusted(0, 2, 0, -2), 8, 8)
            painter.restore()

    def _paint_words(
        self, painter: QPainter, rect: QRectF, item: RecommendedItem, share: float, *, is_selected: bool
    ) -> None:
        colours, small = theme().colours, font_of(Type.CAPTION)
        bold = font_of(Type.LEAD, QFont.Weight.DemiBold)
        title = item.title or item.id
        id_width = text_width(item.id, small) + Space.S if item.title else 0.0
        title_width = min(text_width(title, bold) + 1, max(60.0, rect.width() - id_width))
        draw_text(painter, QRectF(rect.x(), rect.y(), title_width, 24), title, colours.text, bold)
        if item.title:
            place = QRectF(rect.x() + title_width + Space.S, rect.y() + 1, id_width, 24)
            draw_text(painter, place, item.id, colours.faint, small)
        top = rect.y() + 28
        draw_bar(painter, QRectF(rect.x(), top + 7, SCORE_BAR, BAR), share, colours.accent)
        place = QRectF(rect.x() + SCORE_BAR + Space.S, top, SCORE_FIGURE, 20)
        draw_text(painter, place, numbers.figure(item.score), colours.muted, small)
        draw_chips(
            painter, QRectF(place.right(), top, rect.right() - place.right(), 20), item.tags, is_selected=is_selected
        )
        if item.why:
            sentence = QRectF(rect.x(), rect.y() + 56, rect.width(), 46)
            draw_text(painter, sentence, item.why, colours.muted, small, n_lines=3)

    def _paint_reasons(self, painter: QPainter, rect: QRectF, item: RecommendedItem, strongest: float) -> None:
        colours, small = theme().colours, font_of(Type.CAPTION)
        figure = 46.0
        shown = item.reasons[:N_REASONS]
        top = rect.center().y() - REASON_ROW * len(shown) / 2
        for number, reason in enumerate(shown):
            y, colour = top + number * REASON_ROW, theme().domain_colour(reason.domain)
            draw_dot(painter, QPointF(rect.x() + 4, y + 10), colour)
            title = QRectF(rect.x() + Space.L, y, rect.width() - Space.L - figure, 20)
            draw_text(painter, title, reason.title, colours.text, small)
            place = QRectF(rect.right() - figure, y, figure, 20)
            share = numbers.percent(reason.weight)
            draw_text(painter, place, share, colours.muted, small, Qt.AlignmentFlag.AlignRight)
            bar = QRectF(title.x(), y + 22, rect.right() - title.x(), REASON_BAR)
            draw_bar(painter, bar, reason.weight / strongest if strongest > 0 else 0.0, colour)

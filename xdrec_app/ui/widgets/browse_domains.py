"""The domains of a person in a table: dots, names, numbers of interactions."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from xdrec_app.services.views import PersonHit
from xdrec_app.ui import numbers
from xdrec_app.ui.tables.text_model import Index
from xdrec_app.ui.tables.window_model import ROW_ROLE
from xdrec_app.ui.theme import Space, Type, theme
from xdrec_app.ui.widgets.painting import draw_dot, draw_text, font_of, text_width

DOT_ROOM = 14


class DomainsDelegate(QStyledItemDelegate):
    """Paints the cell of a :class:`~xdrec_app.services.views.PersonHit`."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        """Leave the text to :meth:`paint`."""
        super().initStyleOption(option, index)
        option.text = ""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint as many domains as there is room for."""
        super().paint(painter, option, index)
        person = index.data(ROW_ROLE)
        assert isinstance(person, PersonHit)
        colours, font = theme().colours, font_of(Type.BODY)
        rect = QRectF(option.rect).adjusted(Space.M - 1, 0, -Space.S, 0)
        x = rect.x()
        for domain, figure in zip(person.domains, self._figures(person), strict=True):
            name, number = text_width(domain, font), text_width(figure, font)
            if x > rect.x() and x + DOT_ROOM + name + Space.S + number > rect.right():
                draw_text(painter, QRectF(x, rect.y(), rect.right() - x, rect.height()), "…", colours.muted, font)
                return
            draw_dot(painter, QPointF(x + 4, rect.center().y() + 1), theme().domain_colour(domain))
            x += DOT_ROOM
            draw_text(painter, QRectF(x, rect.y(), name + 1, rect.height()), domain, colours.text, font)
            x += name + Space.XS + 2
            draw_text(painter, QRectF(x, rect.y(), number + 1, rect.height()), figure, colours.muted, font)
            x += number + Space.L

    @staticmethod
    def _figures(person: PersonHit) -> list[str]:
        return [numbers.count(n) for n in person.counts] or [""] * len(person.domains)

"""Small bricks with the margins of the theme: labels, buttons, cards, tiles, empty states."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from xdrec_app.ui.icons import IconLabel, set_icon
from xdrec_app.ui.theme import Space


def label(text: str, tone: str = "", *, wraps: bool = False) -> QLabel:
    """Return a label in one of the tones of the style sheet (muted, caption, heading, title, figure, chip …)."""
    made = QLabel(text)
    made.setProperty("tone", tone)
    made.setWordWrap(wraps)
    made.setTextFormat(Qt.TextFormat.PlainText)
    return made


def restyle(widget: QWidget, name: str, value: object) -> None:
    """Set a dynamic property that the style sheet looks at, and apply it now."""
    widget.setProperty(name, value)
    widget.style().unpolish(widget)
    widget.style().polish(widget)


def button(text: str, on_click: Callable[[], object], *, look: str = "", icon: str = "") -> QPushButton:
    """Return a push button; `look` is one of the style sheet's (primary, danger, link, …)."""
    made = QPushButton(text)
    made.setProperty("look", look)
    made.setAccessibleName(text)
    made.setCursor(Qt.CursorShape.PointingHandCursor)
    if icon:
        made.setIconSize(QSize(18, 18))
        tokens = {"primary": "on_accent", "danger": "danger", "link": "accent"}
        set_icon(made, icon, tokens.get(look, "muted"))
    made.clicked.connect(lambda _checked=False: on_click())
    return made


def icon_button(icon: str, name: str, on_click: Callable[[], object]) -> QToolButton:
    """Return a button that is only an icon; `name` is its tool tip and what a screen reader says."""
    made = QToolButton()
    made.setProperty("look", "icon")
    made.setToolTip(name)
    made.setAccessibleName(name)
    made.setCursor(Qt.CursorShape.PointingHandCursor)
    set_icon(made, icon)
    made.clicked.connect(lambda _checked=False: on_click())
    return made


class Card(QFrame):
    """A surface with a border and, if wanted, a heading; fill ``self.body``.

    Attributes
    ----------
    header
        The row of the heading, for a control at its right end.
    """

    def __init__(self, heading: str = "", hint: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("look", "card")
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(Space.L + 2, Space.L, Space.L + 2, Space.L)
        self.body.setSpacing(Space.M)
        self.header = QHBoxLayout()
        self.header.setSpacing(Space.S)
        if heading:
            words = QVBoxLayout()
            words.setSpacing(2)
            words.addWidget(label(heading, "heading"))
            self.hint = label(hint, "caption", wraps=True)
            self.hint.setVisible(bool(hint))
            words.addWidget(self.hint)
            self.header.addLayout(words, 1)
            self.body.addLayout(self.header)


class Dot(QWidget):
    """The coloured dot that stands for a domain or a curve."""

    def __init__(self, colour: QColor, size: int = 10, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colour = colour
        self.setFixedSize(size, size)

    def set_colour(self, colour: QColor) -> None:
        """Change the colour."""
        self._colour = colour
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the dot."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._colour)
        painter.drawEllipse(self.rect())


class StatTile(QWidget):
    """A figure over its caption."""

    def __init__(self, caption: str, figure: str = "–", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._figure = label(figure, "figure")
        column.addWidget(self._figure)
        column.addWidget(label(caption, "caption"))
        self.setAccessibleName(f"{caption}: {figure}")
        self._caption = caption

    def set_figure(self, figure: str) -> None:
        """Show another figure."""
        self._figure.setText(figure)
        self.setAccessibleName(f"{self._caption}: {figure}")


class EmptyState(QWidget):
    """What a page or a card shows when there is nothing yet: why, and the next step."""

    def __init__(
        self,
        icon: str,
        heading: str,
        text: str,
        actions: tuple[QPushButton, ...] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.XL, Space.XXL, Space.XL, Space.XXL)
        column.setSpacing(Space.S)
        column.addStretch()
        column.addWidget(IconLabel(icon, 40, "faint"), 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(Space.XS)
        self.heading = _centred(label(heading, "heading"))
        self.text = _centred(label(text, "muted", wraps=True))
        self.text.setFixedWidth(440)
        column.addWidget(self.heading, 0, Qt.AlignmentFlag.AlignHCenter)
        lines = QHBoxLayout()  # an alignment instead would cut the text: it ignores that wrapped words grow in height
        lines.addStretch()
        lines.addWidget(self.text)
        lines.addStretch()
        column.addLayout(lines)
        row = QHBoxLayout()
        row.setSpacing(Space.S)
        row.addStretch()
        for action in actions:
            row.addWidget(action)
        row.addStretch()
        column.addSpacing(Space.S)
        column.addLayout(row)
        column.addStretch()


def _centred(words: QLabel) -> QLabel:
    words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
    return words


def clear_layout(layout: QLayout) -> None:
    """Take every widget out of a layout and delete it."""
    while (item := layout.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            widget.hide()
            widget.deleteLater()

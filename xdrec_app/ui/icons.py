"""Icons: own SVG files of resources/icons, drawn in a colour of the theme."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget

from xdrec_app.core.paths import resources_dir
from xdrec_app.ui.theme import theme

_SCALE = 3  # drawn larger than shown, so that it stays sharp on dense screens


@lru_cache(maxsize=256)
def pixmap(name: str, colour: str, size: int = 20) -> QPixmap:
    """Draw the icon `name` in a colour (``#rrggbb``) at `size` device-independent pixels."""
    source = (resources_dir() / "icons" / f"{name}.svg").read_text(encoding="utf-8")
    renderer = QSvgRenderer(QByteArray(source.replace("currentColor", colour).encode()))
    picture = QPixmap(QSize(size * _SCALE, size * _SCALE))
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    renderer.render(painter, QRectF(0, 0, size * _SCALE, size * _SCALE))
    painter.end()
    picture.setDevicePixelRatio(_SCALE)
    return picture


def icon(name: str, token: str = "muted", checked_token: str | None = None) -> QIcon:
    """Return the icon in the colour that `token` names in the theme; another one for the checked state."""
    colours = theme().colours
    made = QIcon(pixmap(name, getattr(colours, token)))
    made.addPixmap(pixmap(name, colours.faint), QIcon.Mode.Disabled)
    if checked_token is not None:
        made.addPixmap(pixmap(name, getattr(colours, checked_token)), QIcon.Mode.Normal, QIcon.State.On)
    return made


class IconLabel(QLabel):
    """An icon that follows the theme."""

    def __init__(self, name: str, size: int = 20, token: str = "muted", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name, self._size, self._token = name, size, token
        self.setFixedSize(size, size)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        theme().changed.connect(self._draw)
        self._draw()

    def set_icon(self, name: str, token: str) -> None:
        """Show another icon."""
        self._name, self._token = name, token
        self._draw()

    @Slot()
    def _draw(self) -> None:
        self.setPixmap(pixmap(self._name, getattr(theme().colours, self._token), self._size))


class _IconKeeper(QWidget):
    """Invisible child of a button that redraws its icon when the theme changes."""

    def __init__(self, button: QAbstractButton, name: str, token: str, checked_token: str | None) -> None:
        super().__init__(button)
        self._button, self._name, self._token, self._checked_token = button, name, token, checked_token
        self.hide()
        theme().changed.connect(self.draw)
        self.draw()

    @Slot()
    def draw(self) -> None:
        self._button.setIcon(icon(self._name, self._token, self._checked_token))


def set_icon(button: QAbstractButton, name: str, token: str = "muted", checked_token: str | None = None) -> None:
    """Give a button an icon that follows the theme."""
    for keeper in button.findChildren(_IconKeeper):
        keeper.setParent(None)
        keeper.deleteLater()
    _IconKeeper(button, name, token, checked_token)

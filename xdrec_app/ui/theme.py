"""The look of the window: every colour, size and font stands here and nowhere else.

`Theme` holds the tokens of the current scheme and tells widgets when they change. It must not know any page.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from xdrec_app.core.paths import resources_dir
from xdrec_app.ui.style_sheet import style_sheet


class Scheme(StrEnum):
    """What the user may choose; `SYSTEM` follows the desktop live."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class Space:
    """Distances in device-independent pixels."""

    XS, S, M, L, XL, XXL = 4, 8, 12, 16, 24, 32


class Type:
    """Font sizes in device-independent pixels."""

    CAPTION, BODY, LEAD, HEADING, TITLE, DISPLAY = 12, 13, 15, 16, 24, 30


@dataclass(frozen=True)
class Colours:
    """The colours of one scheme, by what they are for.

    Attributes
    ----------
    window, surface, sunken
        The window, cards on it, and wells in it.
    *_soft
        A quiet background for a message or a selection of that colour.
    domains
        One colour per domain, told apart by the colour-blind too (after Paul Tol's "vibrant" scheme).
    """

    window: str
    surface: str
    sunken: str
    hover: str
    border: str
    border_strong: str
    text: str
    muted: str
    faint: str
    accent: str
    accent_hover: str
    accent_soft: str
    on_accent: str
    success: str
    success_soft: str
    warning: str
    warning_soft: str
    danger: str
    danger_soft: str
    domains: tuple[str, ...]


LIGHT = Colours(
    window="#F5F6F9",
    surface="#FFFFFF",
    sunken="#EDEFF4",
    hover="#E9ECF2",
    border="#E1E5EC",
    border_strong="#C6CDD9",
    text="#18202E",
    muted="#586376",
    faint="#8490A3",
    accent="#3A56D4",
    accent_hover="#2C45B5",
    accent_soft="#E5EAFC",
    on_accent="#FFFFFF",
    success="#14794A",
    success_soft="#E0F3E9",
    warning="#8F5600",
    warning_soft="#FBEFD9",
    danger="#B3261E",
    danger_soft="#FCE8E6",
    domains=("#0077BB", "#EE7733", "#009988", "#D6337C", "#7A5CC7", "#33A9D6", "#B8860B", "#CC3311"),
)

DARK = Colours(
    window="#12151B",
    surface="#1A1E26",
    sunken="#0E1116",
    hover="#232934",
    border="#2A303B",
    border_strong="#404957",
    text="#E7EAF0",
    muted="#A0AABA",
    faint="#6F7A8C",
    accent="#8AA2FF",
    accent_hover="#A3B6FF",
    accent_soft="#232D4B",
    on_accent="#0F1630",
    success="#5FCB94",
    success_soft="#15301F",
    warning="#F0B453",
    warning_soft="#33270F",
    danger="#FF8B80",
    danger_soft="#3A1B19",
    domains=("#4FA8E8", "#FF9A5C", "#35C4B0", "#FF6FA8", "#B195F5", "#72D0F2", "#E3B341", "#F47B63"),
)

_PLAIN_FAMILIES = ("DejaVu Sans", "Sans Serif", "Sans", "")
_BETTER_FAMILIES = ("Inter", "Noto Sans", "Roboto", "Cantarell", "Ubuntu", "Liberation Sans")


class Theme(QObject):
    """The current scheme; one per application, see :func:`theme`.

    `changed` is emitted after palette and style sheet are in place: repaint icons and plots then.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.scheme = Scheme.SYSTEM
        self.colours = LIGHT
        self._domains: list[str] = []
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._system_changed)

    @property
    def is_dark(self) -> bool:
        """Whether the dark colours are in use."""
        return self.colours is DARK

    def apply(self, scheme: Scheme) -> None:
        """Use a scheme from now on."""
        self.scheme = scheme
        system_dark = QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
        dark = scheme is Scheme.DARK or (scheme is Scheme.SYSTEM and system_dark)
        self.colours = DARK if dark else LIGHT
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.setPalette(_palette(self.colours))
            icons = resources_dir() / "icons"
            down, up = (icons / f"chevron-{way}.svg" for way in ("down", "up"))
            check = icons / f"checked-{'dark' if dark else 'light'}.svg"
            app.setStyleSheet(style_sheet(self.colours, down.as_posix(), up.as_posix(), check.as_posix()))
        self.changed.emit()

    def set_domains(self, names: tuple[str, ...]) -> None:
        """Give the domains of a workspace their colours, in their order."""
        self._domains = list(names)

    def domain_colour(self, name: str) -> QColor:
        """Return the colour of a domain: the same on every page."""
        if name not in self._domains:
            self._domains.append(name)
        return self.series_colour(self._domains.index(name))

    def series_colour(self, number: int) -> QColor:
        """Return the colour of the n-th curve of a plot."""
        return QColor(self.colours.domains[number % len(self.colours.domains)])

    @Slot()
    def _system_changed(self) -> None:
        if self.scheme is Scheme.SYSTEM:
            self.apply(Scheme.SYSTEM)


def theme() -> Theme:
    """Return the theme of the running application, made at the first call."""
    return _only_theme()


@cache
def _only_theme() -> Theme:
    if QGuiApplication.instance() is None:
        raise RuntimeError("the theme needs a QApplication")
    return Theme()


def application_font() -> QFont:
    """Return the desktop's own font; a better one when the desktop only has a stopgap."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
    if font.family() in _PLAIN_FAMILIES:
        known = set(QFontDatabase.families())
        better = [name for name in _BETTER_FAMILIES if name in known]
        font.setFamilies([*better, font.family(), "Noto Sans CJK SC"])
    font.setPixelSize(Type.BODY)
    return font


def _palette(c: Colours) -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    colours = {
        role.Window: c.window,
        role.WindowText: c.text,
        role.Base: c.surface,
        role.AlternateBase: c.window,
        role.Text: c.text,
        role.PlaceholderText: c.faint,
        role.Button: c.surface,
        role.ButtonText: c.text,
        role.BrightText: c.danger,
        role.ToolTipBase: c.surface,
        role.ToolTipText: c.text,
        role.Highlight: c.accent,
        role.HighlightedText: c.on_accent,
        role.Link: c.accent,
        role.LinkVisited: c.accent,
        role.Light: c.surface,
        role.Midlight: c.hover,
        role.Mid: c.border,
        role.Dark: c.border_strong,
        role.Shadow: c.sunken,
        role.Accent: c.accent,
    }
    for name, colour in colours.items():
        palette.setColor(name, QColor(colour))
    for name in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, name, QColor(c.faint))
    return palette

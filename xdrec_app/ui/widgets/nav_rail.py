"""The rail at the left: the name of the application, the pages, the open workspace."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from xdrec_app.core.paths import APPLICATION
from xdrec_app.ui.icons import IconLabel, set_icon
from xdrec_app.ui.pages.base import Page
from xdrec_app.ui.theme import Space
from xdrec_app.ui.widgets.basic import icon_button, label

WIDTH = 216


class NavRail(QFrame):
    """One checkable button per page; `chosen` carries the page's number."""

    chosen = Signal(int)
    theme_asked = Signal()

    def __init__(self, pages: list[Page], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("look", "rail")
        self.setFixedWidth(WIDTH)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.M, Space.L, Space.M, Space.M)
        column.setSpacing(Space.XS)
        column.addLayout(self._brand())
        column.addSpacing(Space.L)
        self._group = QButtonGroup(self)
        for number, page in enumerate(pages):
            column.addWidget(self._nav_button(number, page))
        column.addStretch()
        column.addLayout(self._foot())
        self._group.idClicked.connect(self.chosen)

    def select(self, number: int) -> None:
        """Show which page is on screen."""
        chosen = self._group.button(number)
        if chosen is not None:
            chosen.setChecked(True)

    def set_workspace(self, name: str, path: str) -> None:
        """Show which workspace is open."""
        self._workspace.setText(self._workspace.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, 140))
        self._workspace.setToolTip(path)

    def _brand(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(Space.S, 0, 0, 0)
        row.setSpacing(Space.S)
        row.addWidget(IconLabel("logo", 26, "accent"))
        row.addWidget(label(APPLICATION, "heading"), 1)
        return row

    def _nav_button(self, number: int, page: Page) -> QToolButton:
        made = QToolButton()
        made.setText("  " + page.tr_title())
        made.setAccessibleName(page.tr_title())
        made.setToolTip(f"Ctrl+{number + 1}")
        made.setProperty("look", "nav")
        made.setCheckable(True)
        made.setIconSize(QSize(20, 20))
        made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        made.setCursor(Qt.CursorShape.PointingHandCursor)
        set_icon(made, page.icon, "muted", "accent")
        self._group.addButton(made, number)
        return made

    def _foot(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(Space.S, 0, 0, 0)
        row.setSpacing(Space.XS)
        self._workspace = label("", "caption")
        row.addWidget(self._workspace, 1)
        row.addWidget(icon_button("theme", self.tr("Change between light and dark"), self.theme_asked.emit))
        return row

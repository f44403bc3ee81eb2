"""What a page is: one file of this package with one registered class.

A page knows its context and nothing else of the window; it never imports another page. The window makes it at start
(which must be cheap) and calls :meth:`Page.build` when it is first shown.
"""

from __future__ import annotations

from typing import Any, ClassVar

from PySide6.QtCore import QCoreApplication, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from xdrec_app.core.events import Change
from xdrec_app.core.registry import Registry
from xdrec_app.ui.page_context import PageContext
from xdrec_app.ui.theme import Space
from xdrec_app.ui.widgets.basic import label
from xdrec_app.ui.widgets.scroll_area import SCROLL_BAR_WIDTH, ScrollArea
from xdrec_app.ui.workspace_state import EVERYTHING


class Page(QWidget):
    """Base of all pages.

    Class attributes
    ----------------
    key, order
        Its name in :data:`pages` and its place in the rail.
    title, icon
        Text of the rail and the header (marked with ``QT_TRANSLATE_NOOP("Page", …)``), file in resources/icons.
    scrolls
        Whether the content scrolls as a whole; False for a page that is one big table.
    has_header
        Whether title, subtitle and actions stand above the content.

    A page fills ``self.content`` (a QVBoxLayout) in :meth:`build`; ``self.subtitle`` and ``self.header_actions`` (a
    QHBoxLayout) belong to its header.
    """

    key: ClassVar[str]
    title: ClassVar[str]
    icon: ClassVar[str]
    order: ClassVar[int]
    scrolls: ClassVar[bool] = True
    has_header: ClassVar[bool] = True

    def __init__(self, context: PageContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.context = context
        self.setAccessibleName(self.tr_title())
        self._is_built = False
        self._pending: frozenset[Change] = EVERYTHING
        context.state.opened.connect(self._workspace_opened)
        context.state.changed.connect(self._workspace_changed)

    @classmethod
    def tr_title(cls) -> str:
        """Return the title in the user's language."""
        return QCoreApplication.translate("Page", cls.title)

    def build(self) -> None:
        """Make the widgets; called once, before the page is first shown."""
        raise NotImplementedError

    def refresh(self, changes: frozenset[Change]) -> None:
        """Show what is in the workspace now.

        Called when the page is shown or visible and something changed since the last time; `changes` is everything at
        the first call and after another workspace was opened. There may be no workspace (``context.state.is_open``).
        """

    def activate(self, payload: dict[str, Any]) -> None:
        """Take what another page handed over with ``navigate``; the page is built and fresh then."""

    def ensure_built(self) -> None:
        """Build the page if it never was, and bring it up to date."""
        if not self._is_built:
            self._is_built = True
            self._make_frame()
            self.build()
        if self._pending:
            changes, self._pending = self._pending, frozenset()
            self.refresh(changes)

    def showEvent(self, event: QShowEvent) -> None:
        """Build before the first paint."""
        self.ensure_built()
        super().showEvent(event)

    @Slot(object)
    def _workspace_opened(self, _path: object) -> None:
        self._note(EVERYTHING)

    @Slot(object)
    def _workspace_changed(self, changes: frozenset[Change]) -> None:
        self._note(changes)

    def _note(self, changes: frozenset[Change]) -> None:
        self._pending |= changes
        if self._is_built and self.isVisible():
            self.ensure_built()

    def _make_frame(self) -> None:
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        header = self._make_header()
        header.setVisible(self.has_header)
        outer.addWidget(header)
        body = QWidget()
        self.content = QVBoxLayout(body)
        right = Space.XXL - SCROLL_BAR_WIDTH if self.scrolls else Space.XXL
        self.content.setContentsMargins(Space.XXL, Space.S, right, Space.XL)
        self.content.setSpacing(Space.L)
        if self.scrolls:
            area = ScrollArea(body)
            outer.addWidget(area, 1)
        else:
            outer.addWidget(body, 1)

    def _make_header(self) -> QWidget:
        header = QWidget()
        row = QHBoxLayout(header)
        row.setContentsMargins(Space.XXL, Space.XL, Space.XXL, Space.M)
        row.setSpacing(Space.S)
        words = QVBoxLayout()
        words.setSpacing(Space.XS)
        words.addWidget(label(self.tr_title(), "title"))
        self.subtitle: QLabel = label("", "muted")
        words.addWidget(self.subtitle)
        row.addLayout(words, 1)
        self.header_actions = QHBoxLayout()
        self.header_actions.setSpacing(Space.S)
        row.addLayout(self.header_actions)
        return header


pages: Registry[Page] = Registry("page", "xdrec_app.ui.pages")

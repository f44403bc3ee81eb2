"""Shares of domains as one bar in their colours, with a legend under it."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from xdrec_app.ui import numbers
from xdrec_app.ui.theme import Space, theme
from xdrec_app.ui.widgets.basic import clear_layout
from xdrec_app.ui.widgets.domain_tag import DomainTag
from xdrec_app.ui.widgets.flow_layout import FlowLayout

HEIGHT = 14
GAP = 2


class _Bar(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.shares: dict[str, float] = {}
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(200, HEIGHT)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        outline = QPainterPath()
        outline.addRoundedRect(QRectF(self.rect()), HEIGHT / 2, HEIGHT / 2)
        painter.setClipPath(outline)
        total = sum(self.shares.values())
        x = 0.0
        for domain, share in self.shares.items():
            width = self.width() * share / total if total > 0 else 0.0
            painter.fillRect(QRectF(x, 0, max(0.0, width - GAP), HEIGHT), theme().domain_colour(domain))
            x += width


class ShareBar(QWidget):
    """Shows each domain's share, 0 … 1."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.S)
        self._bar = _Bar()
        column.addWidget(self._bar)
        self._legend = QVBoxLayout()
        column.addLayout(self._legend)
        self.shares: dict[str, float] = {}

    def set_shares(self, shares: Mapping[str, float]) -> None:
        """Show other shares; domains without any are left out of the bar but not of the legend."""
        self.shares = dict(shares)
        self._bar.shares = {domain: share for domain, share in shares.items() if share > 0}
        self._bar.update()
        clear_layout(self._legend)
        legend = QWidget()
        flow = FlowLayout(legend)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        legend.setSizePolicy(policy)
        for domain, share in shares.items():
            flow.addWidget(DomainTag(domain, numbers.percent(share, 0)))
        self._legend.addWidget(legend)
        self.setAccessibleName(", ".join(f"{domain} {numbers.percent(share, 0)}" for domain, share in shares.items()))

"""Two domains that share nobody: ids of both side by side, the likely cause, and what to do about it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from xdrec_app.services.data_results import NobodyShared
from xdrec_app.ui.icons import IconLabel
from xdrec_app.ui.theme import Space
from xdrec_app.ui.widgets.basic import button, label
from xdrec_app.ui.widgets.link_words import rule_name

N_SHOWN = 3


class NobodyNotice(QFrame):
    """The notice about one pair of domains.

    Signals
    -------
    rule_asked
        People shall be linked by this rule.
    links_asked
        How people are linked shall be shown.
    """

    rule_asked = Signal(str)
    links_asked = Signal()

    def __init__(self, pair: NobodyShared, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.pair = pair
        self.setProperty("level", "warning")
        one, other = pair.domains
        self.heading = self.tr("{one} and {other} share nobody").format(one=one, other=other)
        self.setAccessibleName(self.heading)
        row = QHBoxLayout(self)
        row.setContentsMargins(Space.L, Space.M, Space.L, Space.M)
        row.setSpacing(Space.L)
        row.addWidget(IconLabel("warning", 20, "warning"), 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(Space.XS)
        words.addWidget(label(self.heading, "strong"))
        plain = self.tr("No person has interactions in both, so one tells nothing about the other.")
        words.addWidget(label(pair.cause or plain, "muted", wraps=True))
        words.addLayout(self._make_buttons())
        words.addStretch()
        row.addLayout(words, 1)
        row.addLayout(self._make_samples())

    def _make_buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(Space.S)
        row.setContentsMargins(0, Space.XS, 0, 0)
        if self.pair.rule:
            words = self.tr("Link by this rule: {}").format(rule_name(self.pair.rule))
            row.addWidget(button(words, lambda: self.rule_asked.emit(self.pair.rule), look="primary", icon="link"))
        row.addWidget(button(self.tr("Link people …"), self.links_asked.emit))
        row.addStretch()
        return row

    def _make_samples(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(Space.XL)
        grid.setVerticalSpacing(2)
        font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        for column, (domain, ids) in enumerate(zip(self.pair.domains, self.pair.samples, strict=True)):
            grid.addWidget(label(self.tr("ids of {}").format(domain), "caption"), 0, column)
            for place, id_ in enumerate(ids[:N_SHOWN], start=1):
                sample = label(_visible(id_))
                sample.setFont(font)
                grid.addWidget(sample, place, column)
        grid.setRowStretch(N_SHOWN + 1, 1)
        return grid


def _visible(id_: str) -> str:
    """Show blanks at the ends, and cut what is too long to compare."""
    shown = id_.replace(" ", "␣") if id_ != id_.strip() else id_
    return shown if len(shown) <= 28 else f"{shown[:27]}…"

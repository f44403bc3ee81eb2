"""The Qt binding must not lose references: one version does, and the process dies after some hundred updates."""

import sys

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

CALLS = 1000
SLACK = 100


class _Sender(QObject):
    sent = Signal(object)


def test_calls_into_qt_keep_the_references_to_none(qtbot: QtBot) -> None:
    label = QLabel()
    qtbot.addWidget(label)
    before = sys.getrefcount(None)
    for number in range(CALLS):
        label.setText(str(number))
    assert sys.getrefcount(None) > before - SLACK


def test_signals_keep_the_references_to_true(qtbot: QtBot) -> None:
    sender = _Sender()
    sender.sent.connect(lambda _value: None)
    before = sys.getrefcount(True)
    for _ in range(CALLS):
        sender.sent.emit(True)
    assert sys.getrefcount(True) > before - SLACK

"""The style sheet: what the palette cannot say, written once with the theme's colours filled in.

Widgets choose a look by the dynamic properties `look` (buttons, frames) and `tone` (labels); see :func:`style_sheet`.
"""

from __future__ import annotations

from dataclasses import asdict
from string import Template
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xdrec_app.ui.theme import Colours

_SHEET = Template("""
QToolTip { background: $surface; color: $text; border: 1px solid $border_strong; padding: 4px 8px; }
QMainWindow, QDialog { background: $window; }

QLabel { background: transparent; }
QLabel[tone="muted"] { color: $muted; }
QLabel[tone="faint"] { color: $faint; }
QLabel[tone="caption"] { color: $muted; font-size: 12px; }
QLabel[tone="lead"] { color: $muted; font-size: 15px; }
QLabel[tone="heading"] { font-size: 16px; font-weight: 600; }
QLabel[tone="title"] { font-size: 24px; font-weight: 650; }
QLabel[tone="display"] { font-size: 30px; font-weight: 700; }
QLabel[tone="figure"] { font-size: 22px; font-weight: 600; }
QLabel[tone="strong"] { font-weight: 600; }
QLabel[tone="danger"] { color: $danger; }
QLabel[tone="success"] { color: $success; }
QLabel[tone="warning"] { color: $warning; }
QLabel[tone="chip"] { background: $hover; color: $muted; border-radius: 9px; padding: 2px 9px; font-size: 12px; }
QLabel[tone="chip-accent"] { background: $accent_soft; color: $accent; border-radius: 9px; padding: 2px 9px;
    font-size: 12px; }

QFrame[look="card"] { background: $surface; border: 1px solid $border; border-radius: 12px; }
QFrame[look="well"] { background: $hover; border: none; border-radius: 8px; }
QFrame[look="rail"] { background: $surface; border: none; border-right: 1px solid $border; }
QFrame[look="job-bar"] { background: $surface; border: none; border-top: 1px solid $border; }
QFrame[look="drop-zone"] { background: transparent; border: 2px dashed $border_strong; border-radius: 12px; }
QFrame[look="drop-zone"][active="true"] { background: $accent_soft; border-color: $accent; }
QFrame[look="line"] { background: $border; border: none; max-height: 1px; min-height: 1px; }
QFrame[level="info"] { background: $accent_soft; border: none; border-radius: 8px; }
QFrame[level="success"] { background: $success_soft; border: none; border-radius: 8px; }
QFrame[level="warning"] { background: $warning_soft; border: none; border-radius: 8px; }
QFrame[level="error"] { background: $danger_soft; border: none; border-radius: 8px; }

QPushButton, QToolButton { border: 1px solid $border_strong; border-radius: 7px; padding: 6px 14px;
    background: $surface; color: $text; min-height: 18px; }
QPushButton:hover, QToolButton:hover { background: $hover; }
QPushButton:pressed, QToolButton:pressed { background: $sunken; }
QPushButton:focus, QToolButton:focus { border: 1px solid $accent; }
QPushButton:disabled, QToolButton:disabled { color: $faint; border-color: $border; }
QPushButton[look="primary"] { background: $accent; color: $on_accent; border: 1px solid $accent; font-weight: 600; }
QPushButton[look="primary"]:hover { background: $accent_hover; border-color: $accent_hover; }
QPushButton[look="primary"]:focus { border: 1px solid $text; }
QPushButton[look="primary"]:disabled { background: $sunken; color: $faint; border-color: $border; }
QPushButton[look="danger"] { color: $danger; border-color: $danger; }
QPushButton[look="danger"]:hover { background: $danger_soft; }
QPushButton[look="link"], QToolButton[look="link"] { border: 1px solid transparent; background: transparent;
    color: $accent; padding: 3px 6px; }
QPushButton[look="link"]:hover, QToolButton[look="link"]:hover { background: $accent_soft; }
QPushButton[look="link"]:focus, QToolButton[look="link"]:focus { border: 1px solid $accent; }
QToolButton[look="chip"] { border: 1px solid transparent; background: $accent_soft; color: $accent;
    border-radius: 7px; padding: 5px 9px; min-height: 20px; max-height: 20px; }
QToolButton[look="chip"]:hover, QToolButton[look="chip"]:focus { border: 1px solid $accent; }
QToolButton[look="icon"] { border: 1px solid transparent; background: transparent; padding: 4px; }
QToolButton[look="icon"]:hover { background: $hover; }
QToolButton[look="icon"]:focus { border: 1px solid $accent; }
QPushButton[look="tile"] { background: $surface; border: 1px solid $border; border-radius: 12px; padding: 0;
    text-align: left; }
QPushButton[look="tile"]:hover { border-color: $accent; background: $surface; }
QPushButton[look="tile"]:focus { border: 2px solid $accent; }
QPushButton[look="tile-primary"] { background: $accent; border: 1px solid $accent; border-radius: 12px; padding: 0; }
QPushButton[look="tile-primary"]:hover { background: $accent_hover; border-color: $accent_hover; }
QPushButton[look="tile-primary"]:focus { border: 2px solid $text; }
QPushButton[look="tile-primary"] QLabel { color: $on_accent; }
QPushButton[look="row"] { border: 1px solid transparent; background: transparent; text-align: left; padding: 8px;
    border-radius: 8px; }
QPushButton[look="row"]:hover { background: $hover; }
QPushButton[look="row"]:focus { border: 1px solid $accent; }
QPushButton[look="segment"] { border-radius: 7px; padding: 4px 12px; border: 1px solid transparent;
    background: transparent; color: $muted; }
QPushButton[look="segment"]:hover { color: $text; }
QPushButton[look="segment"]:checked { background: $surface; color: $text; border-color: $border_strong;
    font-weight: 600; }
QPushButton[look="segment"]:focus { border: 1px solid $accent; }
QToolButton[look="nav"] { border: 1px solid transparent; border-radius: 8px; padding: 8px 12px; background: transparent;
    color: $muted; text-align: left; font-size: 14px; }
QToolButton[look="nav"]:hover { background: $hover; color: $text; }
QToolButton[look="nav"]:checked { background: $accent_soft; color: $accent; font-weight: 600; }
QToolButton[look="nav"]:focus { border: 1px solid $accent; }

QLineEdit, QComboBox, QSpinBox, QDoubleSpinBox, QPlainTextEdit, QTextEdit { background: $surface; color: $text;
    border: 1px solid $border_strong; border-radius: 7px; padding: 5px 9px; min-height: 20px;
    selection-background-color: $accent; selection-color: $on_accent; }
QLineEdit:focus, QComboBox:focus, QSpinBox:focus, QDoubleSpinBox:focus, QPlainTextEdit:focus, QTextEdit:focus {
    border: 1px solid $accent; }
QLineEdit:disabled, QComboBox:disabled, QSpinBox:disabled, QDoubleSpinBox:disabled { color: $faint;
    background: $window; border-color: $border; }
QLineEdit[state="invalid"], QLineEdit[state="invalid"]:focus { border: 1px solid $danger; }
QLineEdit > QToolButton { border: none; background: transparent; padding: 0; min-height: 0; }
QComboBox::drop-down { border: none; width: 24px; }
QComboBox::down-arrow { image: url("$arrow_down"); width: 14px; height: 14px; }
QSpinBox::up-button, QDoubleSpinBox::up-button, QSpinBox::down-button, QDoubleSpinBox::down-button { border: none;
    background: transparent; width: 18px; }
QSpinBox::up-arrow, QDoubleSpinBox::up-arrow { image: url("$arrow_up"); width: 11px; height: 11px; }
QSpinBox::down-arrow, QDoubleSpinBox::down-arrow { image: url("$arrow_down"); width: 11px; height: 11px; }
QComboBox QAbstractItemView { background: $surface; border: 1px solid $border_strong; padding: 4px; outline: none;
    selection-background-color: $accent_soft; selection-color: $text; }
QCheckBox, QRadioButton { spacing: 8px; }
QCheckBox::indicator, QAbstractItemView::indicator { width: 14px; height: 14px; border: 1px solid $border_strong;
    border-radius: 4px; background: $surface; }
QCheckBox::indicator:hover, QCheckBox::indicator:focus { border-color: $accent; }
QCheckBox::indicator:checked, QAbstractItemView::indicator:checked { background: $accent; border-color: $accent;
    image: url("$check"); }
QCheckBox::indicator:disabled { background: $window; border-color: $border; }
QSlider { min-height: 20px; }
QSlider::groove:horizontal { height: 4px; border-radius: 2px; background: $border_strong; }
QSlider::sub-page:horizontal { height: 4px; border-radius: 2px; background: $accent; }
QSlider::handle:horizontal { width: 14px; height: 14px; margin: -5px 0; border-radius: 7px; background: $accent; }
QSlider::handle:horizontal:hover, QSlider::handle:horizontal:focus { background: $accent_hover; }

QAbstractItemView { background: $surface; alternate-background-color: $window; border: none; outline: none;
    gridline-color: $border; selection-background-color: $accent_soft; selection-color: $text; }
QListView[look="popup"] { border: 1px solid $border_strong; }
QTableView::item, QTreeView::item, QListView::item { padding: 4px 8px; border: none; }
QTableView::item:selected, QListView::item:selected, QTreeView::item:selected {
    background: $accent_soft; color: $text; }
QListView::item:hover, QTreeView::item:hover { background: $hover; }
QHeaderView { background: $surface; border: none; }
QHeaderView::section { background: $surface; color: $muted; border: none; border-bottom: 1px solid $border;
    padding: 7px 11px; font-size: 12px; font-weight: 600; }
QTableCornerButton::section { background: $surface; border: none; border-bottom: 1px solid $border; }

QProgressBar { background: $sunken; border: none; border-radius: 3px; max-height: 6px; min-height: 6px; }
QProgressBar::chunk { background: $accent; border-radius: 3px; }

QScrollArea { background: transparent; border: none; }
QScrollBar:vertical { background: transparent; width: 12px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 12px; margin: 0; }
QScrollBar::handle { background: $border_strong; border-radius: 4px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 32px; }
QScrollBar::handle:horizontal { min-width: 32px; }
QScrollBar::handle:hover { background: $faint; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QMenuBar { background: $surface; border-bottom: 1px solid $border; padding: 2px 6px; }
QMenuBar::item { padding: 4px 10px; border-radius: 6px; background: transparent; }
QMenuBar::item:selected { background: $hover; }
QMenu { background: $surface; border: 1px solid $border_strong; padding: 5px; }
QMenu::item { padding: 6px 28px 6px 14px; border-radius: 6px; }
QMenu::item:selected { background: $accent_soft; color: $text; }
QMenu::item:disabled { color: $faint; }
QMenu::separator { height: 1px; background: $border; margin: 5px 8px; }
QSplitter::handle { background: transparent; }
QTabWidget::pane { border: none; }
QTabBar::tab { background: transparent; color: $muted; padding: 7px 14px; border: none;
    border-bottom: 2px solid transparent; }
QTabBar::tab:hover { color: $text; }
QTabBar::tab:selected { color: $text; border-bottom: 2px solid $accent; font-weight: 600; }
""")


def style_sheet(colours: Colours, arrow_down: str, arrow_up: str, check: str) -> str:
    """Return the application's style sheet for one set of colours and the files of two arrows and a tick.

    Looks: QPushButton ``primary danger link tile tile-primary row segment``; QToolButton ``link chip icon nav``;
    QFrame ``card well line drop-zone``. Tones: QLabel ``muted faint caption lead heading title display figure strong
    danger success warning chip chip-accent``.
    """
    names = {key: value for key, value in asdict(colours).items() if isinstance(value, str)}
    return _SHEET.substitute(names, arrow_down=arrow_down, arrow_up=arrow_up, check=check)

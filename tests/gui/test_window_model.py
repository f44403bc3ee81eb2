"""The window of rows that moves along a table of any length, and the view on it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QObject, Qt, Signal
from pytestqt.qtbot import QtBot

from xdrec_app.ui.tables.window_model import MAX_ROWS, PAGE, Column, WindowModel
from xdrec_app.ui.tables.window_view import WindowView

N_NUMBERS = 20_000


@dataclass
class NumberPage:
    rows: tuple[int, ...]
    last: tuple[int, ...]
    is_over: bool


class Numbers:
    """The numbers below :data:`N_NUMBERS`; a page has at most `size` of them, as one that took too long."""

    def __init__(self, size: int = PAGE) -> None:
        self.size = size

    def page(self, _browser: object, *, after: tuple[int, ...], before: tuple[int, ...] | None) -> NumberPage:
        if before is None:
            start = after[0] + 1 if after else 0
            rows = tuple(range(start, min(N_NUMBERS, start + self.size)))
            return NumberPage(rows, rows[-1:] or after, start + self.size >= N_NUMBERS)
        stop = before[0] if before else N_NUMBERS
        rows = tuple(range(max(0, stop - self.size), stop))
        return NumberPage(rows, rows[:1] or before, stop <= self.size)

    def place(self, row: int) -> tuple[int]:
        return (row,)


class HandReader(QObject):
    """Answers the latest question when it is told to."""

    failed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.question: tuple[Callable[[Any], Any], Callable[[Any], None]] | None = None

    def ask(self, _key: str, question: Any, on_answer: Any, _on_failed: Any = None) -> None:
        self.question = (question, on_answer)

    def forget(self, _prefix: str) -> None:
        self.question = None

    def answer(self) -> bool:
        if self.question is None:
            return False
        (question, on_answer), self.question = self.question, None
        on_answer(question(None))
        return True

    def answer_all(self) -> None:
        while self.answer():
            pass


def number_window() -> tuple[HandReader, WindowModel]:
    reader = HandReader()
    return reader, WindowModel(reader, "numbers", (Column("number", 100, str),))  # type: ignore[arg-type]


def number_view(qtbot: QtBot) -> tuple[HandReader, WindowModel, WindowView]:
    reader, model = number_window()
    view = WindowView(model)
    qtbot.addWidget(view)
    view.resize(300, 700)
    view.show()
    model.show(Numbers())  # type: ignore[arg-type]
    reader.answer_all()
    return reader, model, view


# ---------------------------------------------------------------------- the window of rows


@settings(deadline=None, max_examples=40)
@given(
    size=st.integers(7, PAGE),
    moves=st.lists(st.tuples(st.sampled_from(("look", "look", "look", "bottom", "top")), st.floats(0, 1)), max_size=60),
)
def test_the_window_is_one_stretch_of_the_table_wherever_one_looks(
    qapp: object, size: int, moves: list[tuple[str, float]]
) -> None:
    reader, model = number_window()
    source = Numbers(size)
    model.show(source)  # type: ignore[arg-type]
    for move, share in moves:
        if move == "bottom":
            model.show_bottom()
        elif move == "top":
            model.show(source)  # type: ignore[arg-type]
        else:
            first = int(share * len(model.rows))
            model.look_at(first, min(first + 20, len(model.rows) - 1))
        reader.answer()
        if model.rows:
            assert model.rows == list(range(model.rows[0], model.rows[-1] + 1))
        assert model.is_at_top == (not model.rows or model.rows[0] == 0)
        assert model.is_at_bottom == (model.rows[-1:] == [N_NUMBERS - 1])


def test_rows_that_are_shown_stay_in_place_while_others_come_and_go_above(qtbot: QtBot, qapp: Any) -> None:
    reader, model, view = number_view(qtbot)
    view.selectRow(0)
    bar = view.verticalScrollBar()
    seen = []
    for step in [1280] * 90 + [-900] * 60:
        bar.setValue(bar.value() + step)
        seen.append(model.rows[view.rowAt(0)])
        while reader.question is not None:
            at = view.rowAt(0)
            before = (model.rows[at], view.rowViewportPosition(at))
            reader.answer()
            at = view.rowAt(0)
            assert (model.rows[at], view.rowViewportPosition(at)) == before
        qapp.processEvents()
    assert max(seen) == 90 * 1280 // 32
    assert seen[-1] == (90 * 1280 - 60 * 900) // 32
    assert len(model.rows) <= MAX_ROWS


def test_home_and_end_go_to_the_ends_of_the_table(qtbot: QtBot) -> None:
    reader, model, view = number_view(qtbot)
    qtbot.keyClick(view, Qt.Key.Key_End)
    reader.answer_all()
    assert model.rows[view.rowAt(view.viewport().height() - 1)] == N_NUMBERS - 1
    assert model.rows[0] > 0
    qtbot.keyClick(view, Qt.Key.Key_Home)
    reader.answer_all()
    assert model.rows[view.rowAt(0)] == 0


def test_rows_of_a_table_that_is_no_longer_wanted_are_dropped(qapp: object) -> None:
    reader, model = number_window()
    model.show(Numbers())  # type: ignore[arg-type]
    overtaken = Numbers(10)
    model.show(overtaken)  # type: ignore[arg-type]
    reader.answer()
    assert model.source is overtaken
    assert len(model.rows) == 10


def test_a_hidden_table_asks_nothing_until_it_is_shown_again(qapp: object) -> None:
    reader, model = number_window()
    model.show(Numbers())  # type: ignore[arg-type]
    model.stop()
    assert not reader.answer()
    model.go_on()
    reader.answer_all()
    assert len(model.rows) > PAGE

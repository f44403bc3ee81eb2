from pathlib import Path

import pytest
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from xdrec_app.core.events import Event, Progress
from xdrec_app.datasets.formats.columns import ROLES
from xdrec_app.datasets.signals import SIGNALS
from xdrec_app.services.request import Request
from xdrec_app.ui.job_runner import JobHandle, JobRunner
from xdrec_app.ui.tables.table_view import TableView
from xdrec_app.ui.tables.text_model import TextModel
from xdrec_app.ui.widgets import import_progress, import_words
from xdrec_app.ui.widgets.import_choice import AutoChoice
from xdrec_app.ui.widgets.import_progress import ImportProgress
from xdrec_app.ui.widgets.role_header import RoleHeader


@pytest.fixture
def delimiter(qtbot: QtBot) -> AutoChoice:
    made = AutoChoice("Delimiter", import_words.delimiter_choices(), takes_text=True)
    qtbot.addWidget(made)
    return made


def test_the_words_know_every_role_and_every_signal() -> None:
    assert import_words.ROLES == ROLES
    assert [key for _, key in import_words.signal_choices()] == list(SIGNALS)
    assert [name for name, _ in import_words.signal_choices()] == [signal.title for signal in SIGNALS.values()]


@pytest.mark.parametrize(
    ("suggestion", "offered"),
    [
        ("books", "Books"),
        ("MOVIES", "Movies"),
        ("comics", "Comics"),
        ("ml-100k", "ml-100k"),
        ("图书", "图书"),
        ("", ""),
    ],
)
def test_a_suggested_domain_is_one_that_is_there_or_a_word_with_a_capital(suggestion: str, offered: str) -> None:
    assert import_words.domain_to_offer(suggestion, ("Books", "Movies")) == offered


def test_nothing_is_decided_until_somebody_does(delimiter: AutoChoice) -> None:
    delimiter.show_guess("Comma ,")
    assert delimiter.answer is None
    assert delimiter.currentText() == "Auto: Comma ,"


def test_any_delimiter_can_be_typed_and_a_tab_as_it_is_written(delimiter: AutoChoice, qtbot: QtBot) -> None:
    edit = delimiter.lineEdit()
    for typed, answer in (("^", "^"), (r"\t", "\t"), ("Semicolon ;", ";")):
        edit.selectAll()
        with qtbot.waitSignal(delimiter.decided):
            QTest.keyClicks(edit, typed)
            edit.editingFinished.emit()
        assert delimiter.answer == answer


def test_a_guess_that_arrives_late_leaves_what_is_being_typed(delimiter: AutoChoice) -> None:
    edit = delimiter.lineEdit()
    edit.selectAll()
    QTest.keyClicks(edit, "^^")
    delimiter.show_guess("Tab")
    assert edit.text() == "^^"


def test_leaving_a_choice_as_it_is_tells_nobody(delimiter: AutoChoice, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(delimiter.decided):
        delimiter.lineEdit().editingFinished.emit()
        delimiter.set_answer(";")
        delimiter.activated.emit(2)


def test_a_table_of_many_columns_makes_boxes_only_for_those_in_sight(qtbot: QtBot) -> None:
    names = [f"column {number}" for number in range(300)]
    model = TextModel(names)
    table = TableView(model, "rows")
    qtbot.addWidget(table)
    header = RoleHeader(table)
    table.setHorizontalHeader(header)
    table.resize(800, 300)
    table.show()
    model.set_rows([["x"] * 300], names)
    header.set_roles(names, [""] * 299 + ["item"], [("", "Not used"), ("item", "Item")])
    assert 0 < len(header._combos) < 20
    table.horizontalScrollBar().setValue(table.horizontalScrollBar().maximum())
    assert header._combos[299].key == "item"
    assert len(header._combos) < 40


class Clock:
    """Stands in for the module `time`."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(import_progress, "time", made)
    return made


@pytest.fixture
def progress(window, qtbot: QtBot, tmp_path: Path) -> ImportProgress:
    runner: JobRunner = window.runner
    made = ImportProgress(runner)
    qtbot.addWidget(made)
    return made


def files_of(folder: Path, *sizes: int) -> list[Path]:
    made = []
    for number, size in enumerate(sizes):
        path = folder / str(number) / "ratings.csv"
        path.parent.mkdir()
        path.write_bytes(b"x" * size)
        made.append(path)
    return made


def reading(done: int, total: int) -> Event:
    return Progress(done=done, total=total, unit="bytes", message="Reading ratings.csv")


def test_progress_tells_bytes_rate_and_the_time_that_is_left(
    progress: ImportProgress, clock: Clock, tmp_path: Path
) -> None:
    handle = JobHandle(Request(workspace=Path("w")), "Importing", shows_failure=False)
    progress.follow(handle, files_of(tmp_path, 4000))
    handle.news.emit(reading(0, 4000))
    clock.now = 2.0
    handle.news.emit(reading(1000, 4000))
    assert progress.figures.text() == "1.0 kB of 4.0 kB  ·  500 bytes/s  ·  6.0 s left"
    assert progress.bar.value() == progress.bar.maximum() // 4


def test_progress_of_several_files_goes_on_from_one_to_the_next(
    progress: ImportProgress, clock: Clock, tmp_path: Path
) -> None:
    handle = JobHandle(Request(workspace=Path("w")), "Importing", shows_failure=False)
    progress.follow(handle, files_of(tmp_path, 1000, 3000))
    for event in (reading(500, 1000), reading(1000, 1000), reading(0, 3000)):
        handle.news.emit(event)
    assert progress.bar.value() == progress.bar.maximum() // 4
    handle.news.emit(reading(1000, 3000))
    assert progress.bar.value() == progress.bar.maximum() // 2
    assert progress.message.text().startswith("File 2 of 2")

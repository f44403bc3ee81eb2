import threading
from pathlib import Path

from pytestqt.qtbot import QtBot

from xdrec_app.core.errors import UserError
from xdrec_app.core.jobs import Failed
from xdrec_app.ui.reader import Reader


def opened(qtbot: QtBot, reader: Reader) -> None:
    ready: list[bool] = []
    reader.open(Path("w.xdrec"), lambda _nothing: ready.append(True))
    qtbot.waitUntil(lambda: bool(ready))


def test_an_overtaken_answer_is_dropped(qtbot: QtBot, reader: Reader) -> None:
    opened(qtbot, reader)
    let_go = threading.Event()
    answers: list[str] = []

    def slow(_browser: object) -> str:
        let_go.wait(5)
        return "old"

    reader.ask("items", slow, answers.append)
    reader.ask("items", lambda _browser: "new", answers.append)
    reader.ask("other", lambda _browser: "other", answers.append)
    let_go.set()
    qtbot.waitUntil(lambda: "other" in answers)
    assert answers == ["new", "other"]


def test_an_overtaken_question_is_not_even_asked(qtbot: QtBot, reader: Reader) -> None:
    opened(qtbot, reader)
    let_go = threading.Event()
    asked: list[int] = []
    answers: list[int] = []

    def question(number: int) -> int:
        asked.append(number)
        return number

    reader.ask("wait", lambda _browser: let_go.wait(5), lambda _answer: None)
    for number in range(10):
        reader.ask("items", lambda _browser, n=number: question(n), answers.append)
    let_go.set()
    qtbot.waitUntil(lambda: answers == [9])
    assert asked == [9]


def test_questions_run_on_another_thread_and_answers_on_this_one(qtbot: QtBot, reader: Reader) -> None:
    threads: list[int] = []
    reader.run(
        "where",
        lambda: threads.append(threading.get_ident()),
        lambda _answer: threads.append(threading.get_ident()),
    )
    qtbot.waitUntil(lambda: len(threads) == 2)
    assert threads[0] != threading.get_ident()
    assert threads[1] == threading.get_ident()


def test_a_failure_goes_to_its_own_place_or_to_all(qtbot: QtBot, reader: Reader) -> None:
    def fail() -> None:
        raise UserError("No.", "Try again.")

    own: list[Failed] = []
    reader.run("mine", fail, lambda _answer: None, own.append)
    qtbot.waitUntil(lambda: own == [Failed("No.", "Try again.")])
    with qtbot.waitSignal(reader.failed) as told:
        reader.run("anyone", fail, lambda _answer: None)
    assert told.args == [Failed("No.", "Try again.")]


def test_a_forgotten_question_gets_no_answer(qtbot: QtBot, reader: Reader) -> None:
    answers: list[str] = []
    reader.run("dialog.preview", lambda: "late", answers.append)
    reader.forget("dialog.")
    reader.run("last", lambda: "last", answers.append)
    qtbot.waitUntil(lambda: "last" in answers)
    assert answers == ["last"]


def test_closing_closes_the_browser(qtbot: QtBot, fake_browser) -> None:
    reader = Reader(lambda _path: fake_browser)
    opened(qtbot, reader)
    reader.close()
    assert fake_browser.is_closed

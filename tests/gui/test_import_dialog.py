from pathlib import Path

import pytest
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from xdrec_app.core.errors import UserError
from xdrec_app.core.events import Progress, Value
from xdrec_app.core.jobs import Job
from xdrec_app.services.data_requests import Dialect, ImportInteractions, ImportItems
from xdrec_app.services.request import Request
from xdrec_app.services.data_results import ImportReport
from xdrec_app.services.views import ColumnGuess, FilePreview
from xdrec_app.ui.dialogs.import_dialog import ImportDialog
from xdrec_app.ui.main_window import MainWindow

RECORDED = FilePreview(
    file_name="books.csv",
    kind="interactions",
    encoding="utf-8",
    delimiter=";",
    has_header=True,
    columns=(
        ColumnGuess(name="reader", role="user"),
        ColumnGuess(name="book", role="item"),
        ColumnGuess(name="stars", role="value"),
        ColumnGuess(name="shop", role=None),
    ),
    rows=(("007", "b1", "5", "web"), ("u2", "b2", "4", "web")),
    problem="",
    suggested_domain="books",
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "books.csv"
    made.write_text("reader;book;stars;shop\n007;b1;5;web\nu2;b2;4;web\n", encoding="utf-8")
    return made


@pytest.fixture
def dialog(opened: MainWindow, qtbot: QtBot, file: Path) -> ImportDialog:
    made = ImportDialog(opened.context, Path("w.xdrec"), [file], opened)
    made.open()
    qtbot.waitUntil(lambda: made.preview is not None)
    made.show_preview(RECORDED)
    return made


def report(request: Request, rejected: int = 0) -> ImportReport:
    assert isinstance(request, ImportInteractions | ImportItems)
    return ImportReport(
        batch=1,
        domain=request.domain,
        lines=2 + rejected,
        imported=2,
        merged=0,
        rejected=rejected,
        encoding="utf-8",
        delimiter=";",
        columns={},
        elapsed_s=0.1,
    )


def test_a_recorded_preview_fills_roles_and_domain(dialog: ImportDialog) -> None:
    shown = [combo.currentData() for combo in dialog.header._combos]
    assert shown == ["user", "item", "value", ""]
    assert dialog.options.domain.currentText() == "Books"
    assert dialog.import_button.isEnabled()


def test_a_problem_is_said_inline_and_holds_the_import_back(dialog: ImportDialog) -> None:
    dialog.show_preview(RECORDED.model_copy(update={"problem": "books.csv has no column that looks like the item."}))
    assert not dialog.import_button.isEnabled()
    assert "looks like the item" in dialog.note_text.text()


def test_the_import_asks_for_exactly_what_was_previewed(
    dialog: ImportDialog, fake_pool, qtbot: QtBot, file: Path
) -> None:
    def imports(request: Request) -> Job[Value]:
        yield Progress(done=1, total=2, message="Reading")
        return report(request)

    fake_pool.make_job = imports
    dialog.import_button.click()
    qtbot.waitUntil(lambda: dialog.report is not None)
    assert fake_pool.requests == [
        ImportInteractions(
            workspace=Path("w.xdrec"),
            file=file,
            domain="Books",
            columns={"user": "reader", "item": "book", "value": "stars"},
            dialect=Dialect(encoding="utf-8", delimiter=";", has_header=True),
        )
    ]
    assert "2 imported" in dialog.note_text.text()
    assert not dialog.rejected_button.isVisible()


def test_rejected_lines_can_be_looked_at(dialog: ImportDialog, opened: MainWindow, fake_pool, qtbot: QtBot) -> None:
    def imports(request: Request) -> Job[Value]:
        yield from ()
        return report(request, rejected=3)

    fake_pool.make_job = imports
    dialog.import_button.click()
    qtbot.waitUntil(dialog.rejected_button.isVisible)
    dialog.rejected_button.click()
    assert opened.stack.currentWidget() is opened.page("data")


def test_a_failed_import_is_told_in_the_dialog_only(
    dialog: ImportDialog, opened: MainWindow, fake_pool, qtbot: QtBot
) -> None:
    def fails(_request: Request) -> Job[Value]:
        yield from ()
        raise UserError("The disk is full.", "Make room.")

    fake_pool.make_job = fails
    dialog.import_button.click()
    qtbot.waitUntil(lambda: dialog.note_text.text() == "The disk is full. Make room.")
    assert opened.message_bar.shown == ()
    assert dialog.import_button.isEnabled()


def test_a_role_given_to_another_column_leaves_the_first(dialog: ImportDialog, qtbot: QtBot) -> None:
    dialog.header.role_chosen.emit(3, "item")
    assert dialog._columns == {"user": "reader", "item": "shop", "value": "stars", "time": ""}


def test_a_real_file_is_previewed_again_with_the_chosen_columns(dialog: ImportDialog, qtbot: QtBot) -> None:
    dialog.header.role_chosen.emit(0, "")
    qtbot.waitUntil(lambda: dialog.preview is not None and bool(dialog.preview.problem))
    assert not dialog.import_button.isEnabled()


def test_an_empty_domain_is_asked_for(dialog: ImportDialog, fake_pool) -> None:
    dialog.options.domain.setCurrentText("  ")
    dialog.import_button.click()
    assert fake_pool.requests == []
    assert "domain" in dialog.note_text.text()


def test_the_domain_can_be_typed(dialog: ImportDialog) -> None:
    edit = dialog.options.domain.lineEdit()
    edit.selectAll()
    QTest.keyClicks(edit, "Comics")
    assert dialog.options.domain.currentText() == "Comics"

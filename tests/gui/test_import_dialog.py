from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from xdrec_app.core.errors import UserError
from xdrec_app.core.events import Progress, Value
from xdrec_app.core.jobs import Job
from xdrec_app.datasets.signal_settings import SignalSettings
from xdrec_app.services.data_requests import Dialect, ExportRows, ImportInteractions, ImportItems, UndoImport
from xdrec_app.services.data_results import ImportReport, RowsExport
from xdrec_app.services.request import Done, Request
from xdrec_app.services.views import ColumnGuess, DateReading, FilePreview, RejectedRow, UnderstoodCell
from xdrec_app.ui.dialogs.import_dialog import ImportDialog
from xdrec_app.ui.dialogs.import_look import Look
from xdrec_app.ui.main_window import MainWindow

WORKSPACE = Path("w.xdrec")
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
    format="Delimited text (CSV)",
    quote='"',
    signal=SignalSettings(kind="ratings"),
    conversion="A rating counts as it is.",
    n_previewed=2,
)
KNOWN_FILE = "books.csv is in Books already: import 1 of 2024-05-01 read the very same bytes."


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "books.csv"
    made.write_text("reader;book;stars;shop\n007;b1;5;web\nu2;b2;4;web\n", encoding="utf-8")
    return made


@pytest.fixture
def show(opened: MainWindow, qtbot: QtBot, file: Path) -> Callable[[FilePreview], ImportDialog]:
    """Opens the dialog, waits until it has read the file, and shows it a recorded preview instead."""

    def shown(preview: FilePreview) -> ImportDialog:
        dialog = ImportDialog(opened.context, WORKSPACE, file, opened)
        dialog.open()
        qtbot.waitUntil(lambda: dialog.preview is not None)
        dialog.setup.show_look(Look(preview))
        return dialog

    return shown


@pytest.fixture
def dialog(show: Callable[[FilePreview], ImportDialog]) -> ImportDialog:
    return show(RECORDED)


def report(request: Request, rejected: int = 0) -> ImportReport:
    assert isinstance(request, ImportInteractions | ImportItems)
    return ImportReport(
        batch=1,
        domain=request.domain,
        lines=5000 + rejected,
        imported=4990,
        merged=10,
        rejected=rejected,
        encoding="utf-8",
        delimiter=";",
        columns={"user": "reader", "item": "book"},
        elapsed_s=0.1,
        format="Delimited text (CSV)",
        signal="ratings",
        trimmed=3,
    )


def imports(rejected: int = 0) -> Callable[[Request], Job[Value]]:
    def job(request: Request) -> Job[Value]:
        yield Progress(done=1, total=2, unit="bytes", message="Reading books.csv")
        if isinstance(request, UndoImport):
            return Done()
        if isinstance(request, ExportRows):
            return RowsExport(file=request.out, rows=rejected, elapsed_s=0.1)
        return report(request, rejected)

    return job


def refuses(sentence: str, hint: str = "") -> Callable[[Request], Job[Value]]:
    def job(_request: Request) -> Job[Value]:
        yield from ()
        raise UserError(sentence, hint)

    return job


# ---------------------------------------------------------------------- setting up


def test_a_preview_fills_roles_domain_signal_and_what_was_found(dialog: ImportDialog) -> None:
    assert dialog.setup.header.roles == ("user", "item", "value", "")
    assert dialog.setup.form.domain_name == "Books"
    assert dialog.setup.form.signal.key == "ratings"
    assert dialog.setup.form.conversion.text() == "A rating counts as it is."
    assert "Delimited text (CSV)" in dialog.facts.text()
    assert dialog.import_button.isEnabled()


def test_a_problem_is_said_inline_and_holds_the_import_back(show) -> None:
    dialog = show(RECORDED.model_copy(update={"problem": "books.csv has no column that looks like the item."}))
    assert not dialog.import_button.isEnabled()
    assert "looks like the item" in dialog.setup.note.words.text()


def test_lines_that_would_be_rejected_are_counted_before_the_import(show) -> None:
    bad = RejectedRow(line=5, text="007;;5;web", reason="no item id")
    dialog = show(RECORDED.model_copy(update={"n_previewed": 100, "n_rejected": 3, "rejected": (bad,)}))
    words = dialog.setup.note.words.text()
    assert words == "Of the first 100 lines 3 would be rejected: line 5: no item id."
    assert dialog.import_button.isEnabled()


def test_the_import_asks_for_exactly_what_was_previewed(dialog: ImportDialog, fake_pool, qtbot: QtBot, file) -> None:
    fake_pool.make_job = imports()
    dialog.import_button.click()
    qtbot.waitUntil(lambda: dialog.report is not None)
    assert fake_pool.requests == [
        ImportInteractions(
            workspace=WORKSPACE,
            file=file,
            domain="Books",
            columns={"user": "reader", "item": "book", "value": "stars"},
            dialect=Dialect(encoding="utf-8", delimiter=";", has_header=True, quote='"'),
        )
    ]


def test_that_nothing_encloses_fields_is_not_guessed_away(dialog: ImportDialog) -> None:
    dialog.setup.form.details.quote.set_answer("")
    dialog.setup.form.details.changed.emit()
    dialog.setup.show_look(Look(RECORDED.model_copy(update={"quote": ""})))
    request = dialog.setup.request(WORKSPACE)
    assert request is not None
    assert request.dialect.quote == ""


def test_an_empty_domain_is_asked_for(dialog: ImportDialog, fake_pool) -> None:
    dialog.setup.form.domain.setCurrentText("  ")
    dialog.import_button.click()
    assert fake_pool.requests == []
    assert "domain" in dialog.setup.note.words.text()


def test_a_domain_that_was_typed_outlives_other_previews(dialog: ImportDialog) -> None:
    edit = dialog.setup.form.domain.lineEdit()
    edit.selectAll()
    QTest.keyClicks(edit, "Comics")
    dialog.setup.show_look(Look(RECORDED))
    assert dialog.setup.form.domain_name == "Comics"


def test_a_column_that_names_domains_takes_the_place_of_the_domain(show) -> None:
    columns = (*RECORDED.columns[:3], ColumnGuess(name="shop", role="domain"))
    dialog = show(RECORDED.model_copy(update={"columns": columns, "domains": ("Web", "Paper")}))
    request = dialog.setup.request(WORKSPACE)
    assert request is not None
    assert request.domain == ""
    assert request.columns["domain"] == "shop"
    assert not dialog.setup.form.domain.isVisible()


def test_a_known_domain_is_added_to_unless_it_is_to_be_replaced(dialog: ImportDialog) -> None:
    added = dialog.setup.request(WORKSPACE)
    dialog.setup.form._mode.buttons[1].click()
    replaced = dialog.setup.request(WORKSPACE)
    dialog.setup.form.domain.setCurrentText("New ones")
    new = dialog.setup.request(WORKSPACE)
    assert [one.mode for one in (added, replaced, new) if one] == ["append", "replace", "append"]


def test_dates_that_can_be_read_in_two_ways_are_a_question(show, fake_pool, qtbot: QtBot) -> None:
    reading = DateReading(text="05/06/2021", day_first="2021-06-05 00:00", month_first="2021-05-06 00:00")
    dialog = show(RECORDED.model_copy(update={"dates": (reading,)}))
    dialog.import_button.click()
    assert fake_pool.requests == []
    assert "dates" in dialog.setup.note.words.text()
    dialog.setup.dates.buttons[1].click()
    assert dialog.setup.wish.dialect.date_order == "month"
    dialog.setup.show_look(Look(RECORDED.model_copy(update={"date_order": "month"})))
    request = dialog.setup.request(WORKSPACE)
    assert request is not None
    assert request.dialect.date_order == "month"


def test_a_role_given_to_another_column_leaves_the_first(dialog: ImportDialog) -> None:
    dialog.setup.header.role_chosen.emit(3, "item")
    assert {role: name for role, name in dialog.setup.wish.columns.items() if name} == {
        "user": "reader",
        "item": "shop",
        "value": "stars",
    }


def test_a_role_stays_where_it_was_given_while_others_are_missing(
    opened: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    path = tmp_path / "kunden.csv"
    path.write_text("Kunde;Artikel\nk1;a1\nk2;a2\n", encoding="utf-8")
    dialog = ImportDialog(opened.context, WORKSPACE, path, opened)
    dialog.open()
    qtbot.waitUntil(lambda: dialog.preview is not None)
    dialog.setup.header.role_chosen.emit(0, "user")
    qtbot.waitUntil(lambda: dialog.setup.header.roles == ("user", ""))
    dialog.setup.header.role_chosen.emit(1, "item")
    qtbot.waitUntil(lambda: dialog.setup.is_ready)
    assert dialog.setup.header.roles == ("user", "item")


def test_another_delimiter_shows_other_columns_at_once(dialog: ImportDialog, qtbot: QtBot) -> None:
    edit = dialog.setup.form.details.delimiter.lineEdit()
    edit.setText("b")
    edit.editingFinished.emit()
    qtbot.waitUntil(lambda: dialog.preview is not None and dialog.preview.delimiter == "b")
    assert dialog.setup.form.details.delimiter.answer == "b"


def test_a_signal_that_was_chosen_is_asked_for(opened: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text("user,item,rating\nu1,i1,3\nu2,i1,1\n", encoding="utf-8")
    dialog = ImportDialog(opened.context, WORKSPACE, path, opened)
    qtbot.waitUntil(lambda: dialog.setup.is_ready)
    dialog.setup.form.signal_chosen.emit("purchases")
    qtbot.waitUntil(lambda: dialog.setup.is_ready)
    request = dialog.setup.request(WORKSPACE)
    assert isinstance(request, ImportInteractions)
    assert request.signal == "purchases"
    assert dialog.setup.form.signal.key == "purchases"


def test_cells_say_how_they_are_understood(show) -> None:
    time = ColumnGuess(name="shop", role="time", cells=(UnderstoodCell(text="881250949", meaning="1997-12-04 15:55"),))
    dialog = show(RECORDED.model_copy(update={"columns": (*RECORDED.columns[:3], time)}))
    assert dialog.setup.header._notes[3][0] == "→ 1997-12-04 15:55"
    assert dialog.setup.header.combo(3).toolTip() == "881250949  →  1997-12-04 15:55"


def test_what_is_plain_to_see_is_not_explained(show) -> None:
    cells = (UnderstoodCell(text="4.0", meaning="4"), UnderstoodCell(text="3", meaning="3"))
    stars = ColumnGuess(name="stars", role="value", cells=cells)
    dialog = show(RECORDED.model_copy(update={"columns": (*RECORDED.columns[:2], stars, RECORDED.columns[3])}))
    assert dialog.setup.header._notes == ()


def test_the_sheet_of_a_spreadsheet_can_be_chosen(show) -> None:
    sheets = {"sheets": ("Books", "Films"), "sheet": "Books", "encoding": "", "delimiter": ""}
    dialog = show(RECORDED.model_copy(update=sheets))
    form = dialog.setup.form
    assert [form.sheet.itemText(place) for place in range(form.sheet.count())] == ["Books", "Films"]
    assert form.details._fields[form.details.delimiter].isHidden()
    form.sheet.choose("Films")
    form.sheet.activated.emit(1)
    assert dialog.setup.wish.dialect.sheet == "Films"


def test_a_file_that_cannot_be_read_says_why_and_offers_all_options(
    opened: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    path = tmp_path / "empty.csv"
    path.touch()
    dialog = ImportDialog(opened.context, WORKSPACE, path, opened)
    dialog.open()
    qtbot.waitUntil(lambda: dialog.setup.note.level == "error")
    assert "is empty" in dialog.setup.note.words.text()
    assert dialog.setup.form.details.encoding.isVisible()
    assert not dialog.import_button.isEnabled()


# ---------------------------------------------------------------------- templates


# ---------------------------------------------------------------------- import and report


def test_the_report_shows_the_sum_of_all_lines_and_how_the_file_was_read(
    dialog: ImportDialog, fake_pool, qtbot: QtBot
) -> None:
    fake_pool.make_job = imports(rejected=2)
    dialog.import_button.click()
    qtbot.waitUntil(lambda: dialog.report is not None)
    equation = dialog.report_view.equation
    tiles = (equation.lines, equation.imported, equation.merged, equation.rejected)
    assert [tile._figure.text() for tile in tiles] == ["5,002", "4,990", "10", "2"]
    facts = dict(dialog.report_view.facts(dialog.report, 1000))
    assert facts["Read as"] == "Delimited text (CSV)  ·  utf-8  ·  Semicolon ;"
    assert facts["Columns"] == "Person: reader  ·  Item: book"
    assert facts["A line says"] == "Ratings"
    assert facts["Ids"].startswith("3 ids")


def test_rejected_lines_stand_in_the_report_and_go_to_a_file(
    dialog: ImportDialog, fake_pool, qtbot: QtBot, tmp_path: Path
) -> None:
    fake_pool.make_job = imports(rejected=2)
    dialog.import_button.click()
    rejected = dialog.report_view.rejected
    qtbot.waitUntil(lambda: rejected.model.rowCount() == 2)
    assert rejected.model.index(0, 1).data() == "the value 'x' is not a number"
    out = tmp_path / "rejected.csv"
    rejected.write(str(out))
    qtbot.waitUntil(rejected.note.isVisible)
    assert fake_pool.requests[-1] == ExportRows(workspace=WORKSPACE, table="rejected", batch=1, out=out)
    assert "2 lines" in rejected.note.text()


def test_an_import_can_be_taken_back_from_its_report(dialog: ImportDialog, fake_pool, qtbot: QtBot) -> None:
    fake_pool.make_job = imports()
    dialog.import_button.click()
    qtbot.waitUntil(lambda: dialog.report is not None)
    dialog.undo_button.click()
    qtbot.waitUntil(lambda: dialog.report is None)
    assert fake_pool.requests[-1] == UndoImport(workspace=WORKSPACE, batch=1)
    assert dialog.import_button.isVisible()


def test_a_failed_import_is_told_in_the_dialog_only_and_nothing_typed_is_lost(
    dialog: ImportDialog, opened: MainWindow, fake_pool, qtbot: QtBot
) -> None:
    dialog.setup.form.domain.setCurrentText("Comics")
    fake_pool.make_job = refuses("The disk is full.", "Make room.")
    dialog.import_button.click()
    qtbot.waitUntil(lambda: dialog.setup.note.words.text() == "The disk is full. Make room.")
    assert opened.message_bar.shown == ()
    assert dialog.import_button.isEnabled()
    assert dialog.setup.form.domain_name == "Comics"


def test_a_file_that_is_known_can_be_imported_again(dialog: ImportDialog, fake_pool, qtbot: QtBot) -> None:
    fake_pool.make_job = refuses(KNOWN_FILE, "Import it again on purpose.")
    dialog.import_button.click()
    qtbot.waitUntil(lambda: len(dialog.setup.note.buttons) == 1)
    fake_pool.make_job = imports()
    dialog.setup.note.buttons[0].click()
    qtbot.waitUntil(lambda: dialog.report is not None)
    assert [request.again for request in fake_pool.requests] == [False, True]


def test_a_cancelled_import_says_that_nothing_was_kept(dialog: ImportDialog, fake_pool, qtbot: QtBot) -> None:
    def forever(_request: Request) -> Job[Value]:
        while True:
            yield Progress(done=1, total=2, unit="bytes", message="Reading books.csv")

    fake_pool.make_job = forever
    dialog.import_button.click()
    qtbot.waitUntil(lambda: dialog.progress.bar.value() > 0)
    dialog.progress.cancel.click()
    qtbot.waitUntil(dialog.import_button.isVisible)
    assert "nothing of it was kept" in dialog.setup.note.words.text()

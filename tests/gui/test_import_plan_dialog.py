from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from xdrec_app.core.errors import UserError
from xdrec_app.core.events import Progress, Value
from xdrec_app.core.jobs import Job
from xdrec_app.services.data_requests import ImportFolder, ImportInteractions, ImportItems, UndoImport
from xdrec_app.services.data_results import FileOutcome, FolderReport, ImportReport
from xdrec_app.services.request import Done, Request
from xdrec_app.services.views import PlannedFile
from xdrec_app.ui.dialogs.import_dialog import ImportDialog
from xdrec_app.ui.dialogs.import_plan_dialog import ImportPlanDialog
from xdrec_app.ui.main_window import MainWindow
from xdrec_app.ui.tables.import_plan_model import PlanColumn

WORKSPACE = Path("w.xdrec")
SAME = "books.csv is in Books already: import 1 of 2024-05-01 read the very same bytes."


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "data"
    made.mkdir()
    (made / "books.csv").write_text("user,item,rating\nu1,b1,5\nu2,b1,4\n", encoding="utf-8")
    (made / "books.items.csv").write_text("item,title\nb1,A book\n", encoding="utf-8")
    (made / "kunden.csv").write_text("Kunde;Artikel\nk1;a1\nk2;a1\n", encoding="utf-8")
    (made / "u1.test.csv").write_text("user,item,rating\nu1,b1,5\nu2,b1,4\n", encoding="utf-8")
    return made


@pytest.fixture
def dialog(opened: MainWindow, qtbot: QtBot, folder: Path) -> ImportPlanDialog:
    made = ImportPlanDialog(opened.context, WORKSPACE, [folder], opened)
    made.open()
    qtbot.waitUntil(lambda: len(made.model.rows) == 4)
    return made


def row_of(dialog: ImportPlanDialog, name: str) -> int:
    return next(number for number in range(len(dialog.model.rows)) if dialog.model.name_of(number) == name)


def text(dialog: ImportPlanDialog, name: str, column: PlanColumn) -> str:
    return str(dialog.model.index(row_of(dialog, name), column).data())


def _report(batch: int, domain: str, rejected: int = 0) -> ImportReport:
    return ImportReport(
        batch=batch,
        domain=domain,
        lines=12,
        imported=11 - rejected,
        merged=1,
        rejected=rejected,
        encoding="utf-8",
        delimiter=",",
        columns={},
        elapsed_s=0.1,
    )


def _folder_report(*outcomes: FileOutcome) -> FolderReport:
    reports = [outcome.report for outcome in outcomes if outcome.report]
    return FolderReport(
        files=outcomes,
        lines=sum(one.lines for one in reports),
        imported=sum(one.imported for one in reports),
        merged=sum(one.merged for one in reports),
        rejected=sum(one.rejected for one in reports),
    )


def imports(request: Request) -> Job[Value]:
    """The second file has rejected lines."""
    yield Progress(done=1, total=2, unit="bytes", message="Reading books.csv")
    if not isinstance(request, ImportFolder):
        return Done()
    return _folder_report(
        *(
            FileOutcome(file=one.file, domain=one.domain, report=_report(number + 1, one.domain, rejected=2 * number))
            for number, one in enumerate(request.files)
        )
    )


# ---------------------------------------------------------------------- plan


def test_a_folder_becomes_a_plan_that_says_what_each_file_is(dialog: ImportPlanDialog) -> None:
    assert text(dialog, "books.csv", PlanColumn.KIND) == "Interactions"
    assert text(dialog, "books.csv", PlanColumn.SIGNAL) == "Ratings"
    assert text(dialog, "books.items.csv", PlanColumn.KIND) == "Items"
    assert "no column that looks like" in text(dialog, "kunden.csv", PlanColumn.NOTE)
    assert dialog.import_button.text() == "Import 2 files"


def test_a_domain_that_is_there_is_taken_whatever_its_case(dialog: ImportPlanDialog) -> None:
    assert text(dialog, "books.csv", PlanColumn.DOMAIN) == "Books"


def test_a_part_for_an_experiment_is_left_out_until_it_is_ticked(dialog: ImportPlanDialog) -> None:
    number = row_of(dialog, "u1.test.csv")
    assert not dialog.model.rows[number].is_wanted
    dialog.model.setData(dialog.model.index(number, 0), Qt.CheckState.Checked, Qt.ItemDataRole.CheckStateRole)
    assert dialog.import_button.text() == "Import 3 files"


def test_a_file_with_a_problem_cannot_be_ticked(dialog: ImportPlanDialog) -> None:
    index = dialog.model.index(row_of(dialog, "kunden.csv"), PlanColumn.FILE)
    assert not index.flags() & Qt.ItemFlag.ItemIsUserCheckable


def test_the_domain_is_written_in_place(dialog: ImportPlanDialog, fake_pool, qtbot: QtBot, folder: Path) -> None:
    fake_pool.make_job = imports
    index = dialog.model.index(row_of(dialog, "books.csv"), PlanColumn.DOMAIN)
    dialog.model.setData(index, " Novels ")
    dialog.import_button.click()
    qtbot.waitUntil(lambda: bool(dialog.report_view.outcomes))
    (request,) = fake_pool.requests
    assert [(type(one), one.file.name, one.domain) for one in request.files] == [
        (ImportInteractions, "books.csv", "Novels"),
        (ImportItems, "books.items.csv", "Books"),
    ]


def test_a_file_without_a_domain_holds_the_import_back(dialog: ImportPlanDialog, fake_pool) -> None:
    dialog.model.setData(dialog.model.index(0, PlanColumn.DOMAIN), "")
    dialog.import_button.click()
    assert fake_pool.requests == []
    assert "domain" in dialog.note.words.text()


def test_domains_that_a_column_names_are_not_written(dialog: ImportPlanDialog) -> None:
    planned = dialog.model.rows[0].planned
    dialog.model.set_files([planned.model_copy(update={"domain": "", "domains": ("Web", "Paper")})], Path())
    index = dialog.model.index(0, PlanColumn.DOMAIN)
    assert index.data() == "by a column: Web, Paper"
    assert not index.flags() & Qt.ItemFlag.ItemIsEditable


def test_adjusting_a_file_mends_it_and_returns_it_to_the_plan(dialog: ImportPlanDialog, qtbot: QtBot) -> None:
    number = row_of(dialog, "kunden.csv")
    dialog.adjust(number)
    one = dialog.findChild(ImportDialog)
    assert one is not None
    qtbot.waitUntil(lambda: one.preview is not None)
    for column, role in ((0, "user"), (1, "item")):
        one.setup.header.role_chosen.emit(column, role)
        qtbot.waitUntil(lambda column=column, role=role: one.setup.header.roles[column] == role)
    qtbot.waitUntil(one.import_button.isEnabled)
    one.setup.form.domain.setCurrentText("Shop")
    one.import_button.click()
    row = dialog.model.rows[number]
    assert row.is_wanted
    assert row.domain == "Shop"
    assert row.request is not None
    assert row.request.columns == {"user": "Kunde", "item": "Artikel"}
    assert text(dialog, "kunden.csv", PlanColumn.NOTE) == ""
    assert text(dialog, "kunden.csv", PlanColumn.SIGNAL) == "Clicks"
    assert dialog.import_button.text() == "Import 3 files"


def test_the_note_of_the_chosen_file_is_said_in_full(dialog: ImportPlanDialog) -> None:
    dialog.table.selectRow(row_of(dialog, "kunden.csv"))
    assert dialog.note.words.text() == dialog.model.rows[row_of(dialog, "kunden.csv")].planned.problem


# ---------------------------------------------------------------------- report


@pytest.fixture
def reported(dialog: ImportPlanDialog, fake_pool, qtbot: QtBot) -> ImportPlanDialog:
    fake_pool.make_job = imports
    dialog.import_button.click()
    qtbot.waitUntil(lambda: bool(dialog.report_view.outcomes))
    return dialog


def sums(dialog: ImportPlanDialog) -> list[str]:
    equation = dialog.report_view.equation
    tiles = (equation.lines, equation.imported, equation.merged, equation.rejected)
    return [tile._figure.text() for tile in tiles]


def test_the_report_adds_the_files_up_and_shows_the_first_rejected_lines(reported: ImportPlanDialog, qtbot) -> None:
    assert sums(reported) == ["24", "20", "2", "2"]
    qtbot.waitUntil(lambda: reported.report_view.rejected.model.rowCount() == 2)
    assert "books.items.csv" in reported.report_view.rejected.heading.text()


def test_one_file_can_be_taken_back_and_the_others_stay(reported: ImportPlanDialog, fake_pool, qtbot: QtBot) -> None:
    reported.report_view.undo(0)
    qtbot.waitUntil(lambda: sums(reported) == ["12", "9", "1", "2"])
    assert fake_pool.requests[-1] == UndoImport(workspace=WORKSPACE, batch=1)
    assert reported.report_view._texts(0)[6] == "Taken back"
    reported.report_view.undo(0)
    assert len([one for one in fake_pool.requests if isinstance(one, UndoImport)]) == 1


def test_files_that_are_known_can_be_imported_again(dialog: ImportPlanDialog, fake_pool, qtbot: QtBot) -> None:
    def knows_books(request: Request) -> Job[Value]:
        yield from ()
        assert isinstance(request, ImportFolder)
        first, second = request.files
        return _folder_report(
            FileOutcome(file=first.file, domain=first.domain, problem=SAME),
            FileOutcome(file=second.file, domain=second.domain, report=_report(2, second.domain)),
        )

    fake_pool.make_job = knows_books
    dialog.import_button.click()
    qtbot.waitUntil(lambda: len(dialog.report_view.note.buttons) == 1)
    fake_pool.make_job = imports
    dialog.report_view.note.buttons[0].click()
    qtbot.waitUntil(lambda: sums(dialog) == ["24", "22", "2", "0"])
    again = fake_pool.requests[-1]
    assert [(one.file.name, one.again) for one in again.files] == [("books.csv", True)]


def test_a_failed_job_is_said_in_the_plan(dialog: ImportPlanDialog, fake_pool, qtbot: QtBot) -> None:
    def fails(_request: Request) -> Job[Value]:
        yield from ()
        raise UserError("The workspace is read-only.")

    fake_pool.make_job = fails
    dialog.import_button.click()
    qtbot.waitUntil(lambda: dialog.note.words.text() == "The workspace is read-only.")
    assert dialog.import_button.isVisible()


def test_an_empty_folder_says_so(opened: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    made = ImportPlanDialog(opened.context, WORKSPACE, [tmp_path / "empty"], opened)
    made.open()
    qtbot.waitUntil(lambda: made.note.words.text() == "There is no file in here.")
    assert not made.import_button.isEnabled()


def test_a_plan_names_files_by_their_folders_where_they_differ(dialog: ImportPlanDialog) -> None:
    files = [PlannedFile(file=Path(f"/d/{name}"), kind="", domain="", problem="x") for name in ("a/r.csv", "b/r.csv")]
    dialog.show_plan(tuple(files))
    assert [dialog.model.name_of(number) for number in (0, 1)] == ["a/r.csv", "b/r.csv"]

"""The import of interactions from request to report, also on the files beside the project."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from xdrec_app.core.errors import UserError
from xdrec_app.core.events import Change, Changed
from xdrec_app.core.jobs import Failed, Succeeded, drive, run
from xdrec_app.services.data_requests import Dialect, ImportInteractions
from xdrec_app.services.data_results import ImportReport
from xdrec_app.services.import_interactions import import_interactions
from xdrec_app.services.workspace import summary
from xdrec_app.storage.workspace_file import create_workspace_file

DATA = Path(__file__).parents[3] / "shared" / "data"


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    path = tmp_path / "w.xdrec"
    create_workspace_file(path).close()
    return path


def put(workspace: Path, file: Path, domain: str = "Books", **fields: object) -> ImportReport:
    return run(import_interactions(ImportInteractions(workspace=workspace, file=file, domain=domain, **fields)))


def test_the_report_says_what_was_read_and_how(workspace, tmp_path):
    path = tmp_path / "r.csv"
    path.write_bytes("用户;商品;评分\n张三;红楼梦;4,5\n李四;x;\n".encode("gb18030"))
    report = put(workspace, path)
    assert (report.batch, report.domain, report.lines, report.imported, report.rejected) == (1, "Books", 2, 1, 1)
    assert (report.encoding, report.delimiter) == ("gb18030", ";")
    assert report.columns == {"user": "用户", "item": "商品", "value": "评分"}
    assert report.elapsed_s > 0


def test_the_change_is_told_after_the_commit_with_statistics_counted(workspace, tmp_path):
    path = tmp_path / "r.csv"
    path.write_text("user,item\na,b\n")
    seen = []

    def look(event: object) -> None:
        if isinstance(event, Changed):
            seen.append((event.changes, summary(workspace).domains[0].interactions))

    outcome = drive(import_interactions(ImportInteractions(workspace=workspace, file=path, domain="Books")), look)
    assert isinstance(outcome, Succeeded)
    assert seen == [(frozenset({Change.DOMAINS, Change.INTERACTIONS}), 1)]


def test_choices_of_the_user_are_obeyed(workspace, tmp_path):
    path = tmp_path / "r.csv"
    path.write_text("5,u1,i1\n4,u2,i2\n")
    dialect = Dialect(has_header=False)
    report = put(workspace, path, columns={"user": "2", "item": "3", "value": "1"}, dialect=dialect)
    assert report.columns == {"user": "column 2", "item": "column 3", "value": "column 1"}
    assert report.imported == 2


def test_a_missing_workspace_and_a_missing_file_are_sentences(workspace, tmp_path):
    with pytest.raises(UserError, match="There is no workspace"):
        put(tmp_path / "none.xdrec", tmp_path / "r.csv")
    outcome = drive(
        import_interactions(ImportInteractions(workspace=workspace, file=tmp_path / "none.csv", domain="Books")),
        lambda _event: None,
    )
    assert isinstance(outcome, Failed)
    assert not outcome.is_bug
    assert "none.csv" in outcome.sentence


def test_imports_at_the_same_time_wait_for_each_other(workspace, tmp_path):
    path = tmp_path / "r.csv"
    path.write_text("user,item\n" + "".join(f"u{number},i{number % 50}\n" for number in range(30_000)))
    reports: list[ImportReport] = []
    threads = [threading.Thread(target=lambda: reports.append(put(workspace, path, again=True))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(report.batch for report in reports) == [1, 2, 3]
    assert sorted(report.imported for report in reports) == [0, 0, 30_000]
    assert all(report.lines == report.imported + report.merged + report.rejected for report in reports)
    assert summary(workspace).domains[0].interactions == 30_000


@pytest.mark.parametrize(
    ("file", "imported", "columns"),
    [
        ("ml-100k/u1.base.csv", 80_000, {"user", "item", "value", "time"}),
        ("ml-100k/ratings.csv", 100_000, {"user", "item", "value", "time"}),
        ("amazon-books-movies/books.csv", 27_992, {"user", "item", "value"}),
        ("amazon-books-movies/movies.csv", 58_284, {"user", "item", "value"}),
        ("amazon-cloth-sport/cloth.train.csv", 187_880, {"user", "item", "value"}),
        ("ciao/category10.csv", 30_170, {"user", "item", "value", "time"}),
    ],
)
def test_real_files_are_imported_without_any_option(workspace, file, imported, columns):
    path = DATA / file
    if not path.exists():
        pytest.skip(f"{file} is not beside the project")
    report = put(workspace, path)
    assert (report.lines, report.imported, report.rejected) == (imported, imported, 0)
    assert set(report.columns) == columns

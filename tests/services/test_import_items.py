"""The import of items from request to report."""

from __future__ import annotations

from pathlib import Path

import pytest

from xdrec_app.core.events import Change, Changed
from xdrec_app.core.jobs import run
from xdrec_app.services.data_requests import ImportItems
from xdrec_app.services.data_results import ImportReport
from xdrec_app.services.import_descriptions import import_items
from xdrec_app.services.workspace import summary
from xdrec_app.storage.database import open_database
from xdrec_app.storage.snapshots import load_table
from xdrec_app.storage.workspace_file import create_workspace_file

DATA = Path(__file__).parents[3] / "shared" / "data"


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    path = tmp_path / "w.xdrec"
    create_workspace_file(path).close()
    return path


def put(workspace: Path, file: Path) -> ImportReport:
    return run(import_items(ImportItems(workspace=workspace, file=file, domain="Books")))


def test_items_may_come_before_any_interaction(workspace, tmp_path):
    path = tmp_path / "items.csv"
    path.write_text("item_id,title,genres\n007,Bond,a|b\n,x,\n")
    job = import_items(ImportItems(workspace=workspace, file=path, domain="Books"))
    events = list(job)
    assert [event.changes for event in events if isinstance(event, Changed)] == [
        frozenset({Change.DOMAINS, Change.ITEMS})
    ]
    assert summary(workspace).domains[0].items == 1


def test_the_report_says_which_columns_were_read(workspace, tmp_path):
    path = tmp_path / "items.csv"
    path.write_text("id;name;标签\n1;a;x,y\n1;b;\n")
    report = put(workspace, path)
    assert report.columns == {"item": "id", "title": "name", "tags": "标签"}
    assert (report.lines, report.imported, report.merged, report.rejected) == (2, 1, 1, 0)


@pytest.mark.parametrize(
    ("file", "lines", "titled", "tagged"),
    [("ml-100k/items.csv", 1682, 1682, 1682), ("amazon-books-movies/books.items.csv", 660, 275, 232)],
)
def test_real_files_are_imported_without_any_option(workspace, file, lines, titled, tagged):
    path = DATA / file
    if not path.exists():
        pytest.skip(f"{file} is not beside the project")
    report = put(workspace, path)
    assert (report.lines, report.imported, report.rejected) == (lines, lines, 0)
    with open_database(workspace) as database:
        table = load_table(database, "Books")
    assert (sum(map(bool, table.titles)), sum(map(bool, table.tags))) == (titled, tagged)

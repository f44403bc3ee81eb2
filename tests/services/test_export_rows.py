"""Exported tables: complete, harmless in a spreadsheet, and either whole or not there at all."""

from __future__ import annotations

import csv
import errno
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from python_calamine import CalamineWorkbook

from xdrec_app.core.errors import UserError
from xdrec_app.core.events import Event, Tick
from xdrec_app.core.jobs import Cancelled, Command, Failed, drive, run
from xdrec_app.services import table_file, whole_file
from xdrec_app.services.data_requests import ExportRows, ImportInteractions, ImportItems, ImportUsers
from xdrec_app.services.data_results import RowsExport
from xdrec_app.services.export_rows import export_rows
from xdrec_app.services.import_descriptions import import_items, import_users
from xdrec_app.services.import_interactions import import_interactions
from xdrec_app.services.writers.base import OutColumn, moment, writer_for, writers
from xdrec_app.services.writers.excel import ExcelWriter
from xdrec_app.storage.workspace_file import create_workspace_file

RATINGS = """user,item,rating,time
007,b1,4.3,1000000000
-ana,b1,5,
007,b2,3,1000000100
007,b1,2,1000000200
bo,b3,not a number,13
=cmd|' /C calc'!A0,b3,bad,14
"""
ITEMS = """item,title,category,price,tags
b1,=1+1,Books > Novels,12.5,quiet|novel
b2,雪国,,,
b9,@never bought,,,
"""
USERS = """user,age,city
007,33,+Paris
-ana,,李
"""


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("export")
    path = folder / "w.xdrec"
    create_workspace_file(path).close()
    for name, content in (("ratings", RATINGS), ("items", ITEMS), ("users", USERS)):
        (folder / f"{name}.csv").write_text(content, encoding="utf-8")
    ratings = ImportInteractions(workspace=path, file=folder / "ratings.csv", domain="Books")
    run(import_interactions(ratings))
    run(import_items(ImportItems(workspace=path, file=folder / "items.csv", domain="Books")))
    run(import_users(ImportUsers(workspace=path, file=folder / "users.csv", domain="Books")))
    more = folder / "more.csv"
    more.write_text("user,item,rating\n007,m1,3\n")
    run(import_interactions(ImportInteractions(workspace=path, file=more, domain="Movies")))
    return path


@pytest.fixture
def export(workspace: Path, tmp_path: Path) -> Callable[..., tuple[RowsExport, list[dict[str, Any]]]]:
    def to(table: str, ending: str, **more: Any) -> tuple[RowsExport, list[dict[str, Any]]]:
        out = tmp_path / f"out{ending}"
        report = run(export_rows(ExportRows(workspace=workspace, table=table, out=out, **more)))
        return report, READ[ending](out)

    return to


def read_csv(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def read_xlsx(path: Path) -> list[dict[str, Any]]:
    header, *rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    return [dict(zip(header, row, strict=True)) for row in rows]


def read_parquet(path: Path) -> list[dict[str, Any]]:
    return list(pq.read_table(path).to_pylist())


READ: dict[str, Callable[[Path], list[dict[str, Any]]]] = {
    ".csv": read_csv,
    ".xlsx": read_xlsx,
    ".parquet": read_parquet,
}


# ------------------------------------------------------------------ what is in it


def test_every_imported_line_is_exported_with_where_it_comes_from(export):
    report, rows = export("interactions", ".parquet", domain="Books")
    assert report.rows == len(rows) == 4
    at = datetime.fromtimestamp(1_000_000_000, UTC)
    first = {
        "user_id": "007", "person": "007", "item_id": "b1", "title": "=1+1", "value": 4.3, "time": at, "action": None,
        "file": "ratings.csv", "line": 2,
    }  # fmt: skip
    assert {row["line"]: row for row in rows}[2] == first
    assert {row["line"]: row for row in rows}[3]["time"] is None


def test_a_csv_file_is_read_by_excel_and_runs_no_formula(export, tmp_path: Path):
    _, rows = export("interactions", ".csv", domain="Books")
    assert (tmp_path / "out.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    ana = next(row for row in rows if row["line"] == "3")
    assert (ana["user_id"], ana["title"], ana["value"], ana["time"]) == ("'-ana", "'=1+1", "5", "")
    assert {row["time"] for row in rows if row["line"] == "2"} == {"2001-09-09 01:46:40"}


def test_a_workbook_holds_texts_numbers_and_times_as_such(export):
    _, rows = export("interactions", ".xlsx", domain="Books")
    ana, first = (next(row for row in rows if row["line"] == line) for line in (3, 2))
    assert (ana["user_id"], ana["title"], ana["value"], ana["time"]) == ("'-ana", "'=1+1", 5.0, "")
    assert (first["user_id"], first["value"], first["time"]) == ("007", 4.3, datetime(2001, 9, 9, 1, 46, 40))


def test_items_are_exported_with_tags_price_and_people_cold_ones_too(export):
    report, rows = export("items", ".parquet", domain="Books")
    found = {row["item_id"]: row for row in rows}
    assert report.rows == len(found) == 3
    b1 = found["b1"]
    assert (b1["category"], b1["tags"], b1["price"], b1["interactions"]) == (
        "Books > Novels",
        "quiet|novel",
        12.5,
        2,
    )
    assert (found["b9"]["interactions"], found["b2"]["tags"], found["b2"]["price"]) == (0, None, None)


def test_people_of_a_domain_have_their_attributes_and_people_of_all_their_domains(export):
    _, rows = export("people", ".csv", domain="Books")
    assert rows == [
        {"user_id": "'-ana", "person": "'-ana", "interactions": "1", "age": "", "city": "李"},
        {"user_id": "007", "person": "007", "interactions": "2", "age": "33", "city": "'+Paris"},
    ]
    _, rows = export("people", ".parquet")
    assert rows == [{"person": "-ana", "Books": 1, "Movies": 0}, {"person": "007", "Books": 2, "Movies": 1}]


@pytest.mark.parametrize("ending", list(READ))
def test_rejected_lines_are_exported_with_file_line_reason_and_text(export, ending: str):
    report, rows = export("rejected", ending, batch=1)
    assert report.rows == len(rows) == 2
    assert [(row["file"], int(row["line"])) for row in rows] == [("ratings.csv", 6), ("ratings.csv", 7)]
    assert all(row["reason"] for row in rows)
    assert rows[0]["text"] == "bo,b3,not a number,13"
    assert rows[1]["text"].startswith("=cmd" if ending == ".parquet" else "'=cmd")


# ------------------------------------------------------------------ what cannot be


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"domain": "Games"}, "There is no domain 'Games'"),
        ({"domain": ""}, "Whose interactions"),
        ({"table": "rejected"}, "Rejected lines belong to an import"),
        ({"table": "rejected", "batch": 99}, "There is no import 99"),
        ({"out": Path("rows.doc")}, r"rows.doc does not say in which format.*\.csv, \.parquet, \.xlsx"),
        ({"out": Path("rows")}, "does not say in which format"),
    ],
)
def test_what_is_wrong_with_a_wish_is_a_sentence(
    workspace: Path, tmp_path: Path, changes: dict[str, Any], sentence: str
):
    values = {"workspace": workspace, "table": "interactions", "domain": "Books", "out": tmp_path / "o.csv"}
    with pytest.raises(UserError, match=sentence):
        run(export_rows(ExportRows(**(values | changes))))
    assert list(tmp_path.iterdir()) == []


def test_a_workbook_with_too_many_rows_is_refused_before_it_is_begun(
    workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(ExcelWriter, "max_rows", 3)
    request = ExportRows(workspace=workspace, table="interactions", domain="Books", out=tmp_path / "o.xlsx")
    with pytest.raises(UserError, match=r"4 rows are too many for an Excel workbook.*CSV or PARQUET"):
        run(export_rows(request))
    assert list(tmp_path.iterdir()) == []


def test_a_folder_a_missing_folder_and_a_forbidden_one_are_sentences(workspace: Path, tmp_path: Path):
    def wish(out: Path) -> ExportRows:
        return ExportRows(workspace=workspace, table="interactions", domain="Books", out=out)

    folder = tmp_path / "folder.csv"
    folder.mkdir()
    with pytest.raises(UserError, match="is a folder"):
        run(export_rows(wish(folder)))
    with pytest.raises(UserError, match="there is no folder"):
        run(export_rows(wish(tmp_path / "no" / "o.csv")))
    with pytest.raises(UserError, match="there is no folder"):
        run(export_rows(wish(folder / "a.csv" / "o.csv")))
    assert list(tmp_path.rglob("*")) == [folder]


@pytest.mark.skipif(os.name != "posix", reason="permissions of folders")
def test_a_folder_where_nothing_may_be_written_is_a_sentence(
    workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def refuse(**_: object) -> str:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(whole_file.tempfile, "mkdtemp", refuse)
    with pytest.raises(UserError, match="you may not write there"):
        run(export_rows(ExportRows(workspace=workspace, table="people", out=tmp_path / "o.csv")))


class FullDisk:
    """A file on a disk that has room for a few bytes."""

    def __init__(self, file: Any) -> None:
        self._file = file
        self._room = 40

    def write(self, data: bytes) -> int:
        self._room -= len(data)
        if self._room < 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        return int(self._file.write(data))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


@pytest.mark.parametrize("ending", list(READ))
def test_a_full_disk_is_a_sentence_and_leaves_the_old_file(
    workspace: Path, tmp_path: Path, ending: str, monkeypatch: pytest.MonkeyPatch
):
    out = tmp_path / f"o{ending}"
    out.write_text("as it was")
    made = whole_file.OutFile
    monkeypatch.setattr(whole_file, "OutFile", lambda file, folder: made(FullDisk(file), folder))
    with pytest.raises(UserError, match="The disk is full"):
        run(export_rows(ExportRows(workspace=workspace, table="people", out=out)))
    assert out.read_text() == "as it was"
    assert list(tmp_path.iterdir()) == [out]


class CancelAt:
    """Cancels after some events."""

    def __init__(self, n_events: int) -> None:
        self._left = n_events

    def poll(self) -> Command:
        self._left -= 1
        return Command.CANCEL if self._left <= 0 else Command.GO_ON


@pytest.mark.parametrize("ending", list(READ))
@pytest.mark.parametrize("n_events", [1, 2])
def test_a_cancelled_export_leaves_nothing_behind(workspace: Path, tmp_path: Path, ending: str, n_events: int):
    out = tmp_path / f"o{ending}"
    job = export_rows(ExportRows(workspace=workspace, table="people", out=out))
    assert isinstance(drive(job, lambda event: None, CancelAt(n_events)), Cancelled)
    assert list(tmp_path.iterdir()) == []


def test_a_cancel_while_a_workbook_is_put_together_ends_it(
    workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    events: list[Event] = []
    is_ended: list[str] = []

    def slow(self: ExcelWriter) -> None:
        try:
            while True:
                self.file.write(b"more")
        except OSError as error:
            is_ended.append(str(error))
            raise

    monkeypatch.setattr(ExcelWriter, "finish", slow)
    monkeypatch.setattr(table_file, "TICK_S", 0.01)

    class AtFirstTick:
        def poll(self) -> Command:
            return Command.CANCEL if isinstance(events[-1], Tick) else Command.GO_ON

    job = export_rows(ExportRows(workspace=workspace, table="people", out=tmp_path / "o.xlsx"))
    assert isinstance(drive(job, events.append, AtFirstTick()), Cancelled)
    assert len(is_ended) == 1
    assert list(tmp_path.iterdir()) == []


def test_an_error_while_rows_are_read_leaves_nothing_behind(
    workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def break_down(self: ExcelWriter, rows: object) -> None:
        raise RuntimeError("no such luck")

    monkeypatch.setattr(ExcelWriter, "write", break_down)
    job = export_rows(ExportRows(workspace=workspace, table="people", out=tmp_path / "o.xlsx"))
    assert isinstance(drive(job, lambda event: None), Failed)
    assert list(tmp_path.iterdir()) == []


# ------------------------------------------------------------------ every format


@pytest.mark.parametrize("ending", list(READ))
def test_what_no_cell_was_made_for_is_written_all_the_same(tmp_path: Path, ending: str):
    columns = [OutColumn("text"), OutColumn("n", "number"), OutColumn("i", "integer"), OutColumn("at", "time")]
    rows = [
        ('a,"b"\nc\x01', float("nan"), 2**60, 0),
        ("https://example.org", float("inf"), -1, -(10**9)),
        ("12", None, None, 2**40),
        ("", 1e-300, 0, -(10**10)),
    ]
    path = tmp_path / f"o{ending}"
    with whole_file.whole_file(path) as file:
        writer = writer_for(path)(file, columns)
        writer.write(rows)
        writer.finish()
    shown = ["text", "i"]  # a year beyond 9999 is a timestamp, but none of Python
    found = pq.read_table(path, columns=shown).to_pylist() if ending == ".parquet" else READ[ending](path)
    assert [str(row["text"] or "") for row in found][1:] == ["https://example.org", "12", ""]
    assert [int(row["i"]) if row["i"] not in ("", None) else None for row in found] == [2**60, -1, None, 0]


def test_every_format_has_an_ending_of_its_own():
    endings = [writer.ending for writer in writers]
    assert sorted(endings) == sorted(set(endings)) == [".csv", ".parquet", ".xlsx"]
    assert writer_for(Path("Rows.CSV")).ending == ".csv"


def test_times_beyond_the_calendar_are_no_moments():
    assert moment(0) == datetime(1970, 1, 1)
    assert moment(2**62) is None
    assert moment(-(2**62)) is None

"""What the window reads: exact figures, pages that neither repeat nor skip, and nothing heavy imported."""

from __future__ import annotations

import math
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import event

from xdrec_app.core.errors import UserError
from xdrec_app.core.events import EpochEnd
from xdrec_app.core.jobs import run
from xdrec_app.evaluation.protocol import Protocol
from xdrec_app.services.browse import Browser
from xdrec_app.services.data_requests import ImportInteractions, ImportItems, ImportUsers
from xdrec_app.services.import_descriptions import import_items, import_users
from xdrec_app.services.import_interactions import import_interactions
from xdrec_app.storage.artifacts import WEIGHTS
from xdrec_app.storage.database import open_database
from xdrec_app.storage.run_records import Comparison, NewRun, RunResult
from xdrec_app.storage.runs import EpochRecorder, add_comparisons, create_run, finish_run
from xdrec_app.storage.snapshots import load_table
from xdrec_app.storage.statistics import refresh_statistics
from xdrec_app.storage.workspace_file import create_workspace_file

BOOKS = """user,item,rating,time
007,b1,5,10
007,b2,3,11
ana,b1,4,12
007,b1,2,20
ana,b3,not a number,13
,b1,3,14
bo,b4,4,15
"""
MOVIES = """user,item,rating,time
007,m1,1,1
bo,m2,4,2
cy,m1,4,3
"""
SONGS = """user,item,rating,time
dee,s1,3,1
"""
BOOK_ITEMS = """item,title,tags
b1,Snow Country,quiet|novel
b2,"Dune, part one",space
b9,100% Wolf_like,
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    path = tmp_path / "w.xdrec"
    create_workspace_file(path).close()
    for domain, content in (("Books", BOOKS), ("Movies", MOVIES), ("Songs", SONGS)):
        file = tmp_path / f"{domain.lower()}.csv"
        file.write_text(content)
        run(import_interactions(ImportInteractions(workspace=path, file=file, domain=domain)))
    file = tmp_path / "book items.csv"
    file.write_text(BOOK_ITEMS)
    run(import_items(ImportItems(workspace=path, file=file, domain="Books")))
    return path


@pytest.fixture
def browser(workspace: Path) -> Iterator[Browser]:
    with Browser.open(workspace) as opened:
        yield opened


def forget_statistics(workspace: Path) -> None:
    with open_database(workspace) as database, database.write() as connection:
        connection.exec_driver_sql("DELETE FROM statistic")


# ------------------------------------------------------------------ what the window's process loads


def test_reading_for_the_window_imports_nothing_heavy():
    code = "import sys, xdrec_app.services.browse; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    heavy = {"torch", "pandas", "scipy", "numpy", "safetensors", "alembic", "pyarrow", "PySide6"}
    assert heavy & set(loaded) == set()
    assert "pydantic" in loaded


# ------------------------------------------------------------------ figures


@pytest.mark.parametrize("is_stored", [True, False])
def test_the_summary_counts_people_items_and_distinct_pairs(browser: Browser, workspace: Path, is_stored: bool):
    if not is_stored:
        forget_statistics(workspace)
    found = {one.name: (one.users, one.items, one.interactions) for one in browser.summary().domains}
    assert found == {"Books": (3, 4, 4), "Movies": (3, 2, 3), "Songs": (1, 1, 1)}
    assert {one.name: one.scale for one in browser.summary().domains}["Books"] == (1.0, 5.0)


def test_every_pair_of_domains_is_counted_once_by_person(browser: Browser):
    shared = [(pair.domains, pair.users) for pair in browser.summary().shared_users]
    assert shared == [(("Books", "Movies"), 2), (("Books", "Songs"), 0), (("Movies", "Songs"), 0)]


def test_linking_two_ids_makes_one_person_that_domains_share(browser: Browser, workspace: Path):
    with open_database(workspace) as database, database.write() as connection:
        connection.exec_driver_sql(
            "UPDATE account SET person_id = (SELECT id FROM person WHERE name = 'ana') WHERE user_id = 'dee'"
        )
        connection.exec_driver_sql("UPDATE domain SET revision = revision + 1")
    shared = {pair.domains: pair.users for pair in browser.summary().shared_users}
    assert shared[("Books", "Songs")] == 1


def test_an_account_without_interactions_is_nobody(browser: Browser, workspace: Path, tmp_path: Path):
    file = tmp_path / "users.csv"
    file.write_text("user,age\nzed,40\nana,20\n")
    run(import_users(ImportUsers(workspace=workspace, file=file, domain="Books")))
    assert {one.name: one.users for one in browser.summary().domains} == {"Books": 3, "Movies": 3, "Songs": 1}
    assert browser.people_count() == 5
    assert [hit.user for hit in browser.find_people()] == ["007", "ana", "bo", "cy", "dee"]


@pytest.mark.parametrize("is_stored", [True, False])
def test_of_a_repeated_pair_only_the_last_value_is_in_the_histogram(browser: Browser, workspace: Path, is_stored: bool):
    if not is_stored:
        forget_statistics(workspace)
    histogram = browser.histogram("Books")
    assert dict(zip(histogram.values, histogram.counts, strict=True)) == {2.0: 1, 3.0: 1, 4.0: 2}
    with open_database(workspace) as database:
        assert sorted(load_table(database, "Books").values) == [2.0, 3.0, 4.0, 4.0]


def test_stored_figures_are_believed_until_the_domain_changes(browser: Browser, workspace: Path):
    def users() -> int:
        return browser.summary().domains[0].users

    with open_database(workspace) as database:
        with database.write() as connection:
            connection.exec_driver_sql("UPDATE statistic SET body = json_set(body, '$.users', 99)")
        assert users() == 99
        with database.write() as connection:
            connection.exec_driver_sql("UPDATE domain SET revision = revision + 1")
        assert users() == 3
        refresh_statistics(database)
    assert users() == 3


def test_an_unknown_domain_is_a_sentence(browser: Browser):
    for ask in (browser.histogram, browser.items):
        with pytest.raises(UserError, match="There is no domain 'Games'"):
            ask("Games")


# ------------------------------------------------------------------ pages


def test_pages_of_items_neither_repeat_nor_skip(browser: Browser):
    pages, after = [], None
    while page := browser.items("Books", after, limit=2):
        pages.append([item.id for item in page])
        after = page[-1].key
    assert [len(page) for page in pages] == [2, 2]
    assert sorted(id for page in pages for id in page) == ["b1", "b2", "b4", "b9"]


def test_an_item_has_its_title_tags_and_number_of_people(browser: Browser):
    items = {item.id: item for item in browser.items("Books")}
    assert (items["b1"].title, items["b1"].tags, items["b1"].interactions) == ("Snow Country", ("quiet", "novel"), 2)
    assert (items["b4"].title, items["b4"].tags, items["b4"].interactions) == ("", (), 1)
    assert items["b9"].interactions == 0


@pytest.mark.parametrize(
    ("search", "ids"),
    [("snow", ["b1"]), ("DUNE, part", ["b2"]), (" b4 ", ["b4"]), ("%", ["b9"]), ("f_l", ["b9"]), ("zzz", [])],
)
def test_items_are_searched_by_part_of_title_or_id_literally(browser: Browser, search: str, ids: list[str]):
    assert [item.id for item in browser.items("Books", search=search)] == ids


def test_imports_are_listed_newest_first_and_add_up(browser: Browser):
    batches = browser.batches()
    assert [(batch.domain, batch.kind, batch.file_name) for batch in batches] == [
        ("Books", "items", "book items.csv"),
        ("Songs", "interactions", "songs.csv"),
        ("Movies", "interactions", "movies.csv"),
        ("Books", "interactions", "books.csv"),
    ]
    assert all(batch.lines == batch.imported + batch.merged + batch.rejected for batch in batches)
    assert (batches[-1].imported, batches[-1].merged, batches[-1].rejected) == (4, 1, 2)


def test_rejected_lines_are_paged_with_number_text_and_reason(browser: Browser):
    batch = browser.batches()[-1].batch
    first, second = browser.rejected(batch)
    assert browser.rejected(batch, limit=1) == (first,)
    assert browser.rejected(batch, after_line=first.line) == (second,)
    assert browser.rejected(batch, after_line=second.line) == ()
    assert (first.line, first.text) == (6, "ana,b3,not a number,13")
    assert first.reason
    assert second.line == 7


def test_people_are_found_by_the_beginning_of_their_id(browser: Browser):
    assert [hit.user for hit in browser.find_people("0")] == ["007"]
    assert [hit.user for hit in browser.find_people("nobody")] == []
    (hit,) = browser.find_people("007")
    assert (hit.domains, hit.interactions) == (("Books", "Movies"), 3)
    assert browser.people_count() == 5


def test_pages_of_people_neither_repeat_nor_skip(browser: Browser):
    users, after = [], None
    while page := browser.find_people(limit=2, after=after):
        users += [hit.user for hit in page]
        after = page[-1].user
    assert users == ["007", "ana", "bo", "cy", "dee"]


def test_no_page_walks_over_a_whole_table_and_none_uses_an_offset(browser: Browser):
    statements: list[tuple[str, object]] = []
    engine = browser._database._engine
    event.listen(
        engine, "before_cursor_execute", lambda _c, _k, statement, values, *_: statements.append((statement, values))
    )
    browser.items("Books", 1, 10)
    browser.rejected(1, 3, 10)
    browser.find_people("a", 10, after="aa")
    browser.batches()
    browser.curves(1)
    queries = [(statement, values) for statement, values in statements if "SELECT" in statement]
    assert len(queries) >= 6
    assert not any("OFFSET" in statement for statement, _ in queries)
    with browser._database.read() as connection:
        for statement, values in queries:
            plan = [row.detail for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]
            scans = {found.group(1) for line in plan if (found := re.match(r"SCAN (\w+)", line))}
            # Imports are few and listed whole, newest first.
            assert scans <= {"batch"}, (statement, plan)


# ------------------------------------------------------------------ runs


@pytest.fixture
def protocol() -> Protocol:
    return Protocol(split="random", split_words="20 % at random", seed=0, target="Books", scored="all", relevant_from=4)


def stored_run(workspace: Path, protocol: Protocol) -> int:
    with open_database(workspace) as database:
        new = NewRun(
            role="main",
            model="biased_mf",
            target="Books",
            sources=("Movies",),
            params={"dropout": 0.1, "epochs": 3},
            split="random",
            seed=5,
            protocol_digest=protocol.digest,
            protocol=protocol.model_dump_json(),
            data_digest="d",
            device="cpu",
            device_reason="no GPU was found",
        )
        number = create_run(database, new)
        values = {"learning_rate": 0.1, "interactions_per_s": 1.0}
        recorder = EpochRecorder(database, number)
        recorder.record(EpochEnd(phase="fit", epoch=1, train_loss=math.nan, elapsed_s=0.5, **values))
        recorder.record(
            EpochEnd(phase="fit", epoch=2, train_loss=0.5, elapsed_s=1.0, validation={"rmse": 1.1}, **values)
        )
        metrics = {"rmse": 0.9, "auc": math.nan}
        finish_run(database, number, RunResult("finished", 2.0, 2, 0.0, metrics, artifacts={WEIGHTS: b"w"}))
        rows = [
            Comparison("popularity", "rmse", None, 0.9, 1.0, -0.1),
            Comparison("lift", "rmse", number, 0.9, 0.95, -0.05, -0.1, 0.0),
            Comparison("margin", "rmse", number, 0.9, 0.92, -0.02),
        ]
        add_comparisons(database, number, rows)
    return number


def test_a_run_is_shown_with_its_figures_and_its_protocol_in_words(
    browser: Browser, workspace: Path, protocol: Protocol
):
    number = stored_run(workspace, protocol)
    (row,) = browser.runs()
    assert (row.run, row.model, row.target, row.sources, row.status) == (
        number,
        "biased_mf",
        "Books",
        ("Movies",),
        "finished",
    )
    assert row.params == {"dropout": 0.1, "epochs": 3}
    assert row.metrics["rmse"] == 0.9
    assert math.isnan(row.metrics["auc"])
    assert row.popularity["rmse"].without == 1.0
    assert (row.lift["rmse"].with_, row.lift["rmse"].low, row.lift["rmse"].high) == (0.9, -0.1, 0.0)
    assert row.margin["rmse"].relative == -0.02
    assert row.protocol_sentence == protocol.sentence
    assert row.can_serve


def test_curves_come_in_the_order_of_time(browser: Browser, workspace: Path, protocol: Protocol):
    points = browser.curves(stored_run(workspace, protocol))
    assert [(point.epoch, point.series) for point in points] == [(1, "train_loss"), (2, "rmse"), (2, "train_loss")]
    assert math.isnan(points[0].value)
    assert points[2].value == 0.5
    assert browser.curves(99) == ()


# ------------------------------------------------------------------ living beside writers


def test_a_browser_sees_what_others_commit_and_notices_it(browser: Browser, workspace: Path, protocol: Protocol):
    version = browser.data_version()
    assert browser.runs() == ()
    assert browser.data_version() == version
    stored_run(workspace, protocol)
    assert browser.data_version() != version
    assert len(browser.runs()) == 1


def test_a_browser_reads_while_an_import_is_in_the_middle(browser: Browser, workspace: Path):
    with open_database(workspace) as importer, importer.write() as connection:
        connection.exec_driver_sql("DELETE FROM interaction")
        forgotten = browser.find_people("007")
    assert forgotten[0].interactions == 3


def test_an_empty_workspace_has_empty_pages(tmp_path: Path):
    path = tmp_path / "empty.xdrec"
    create_workspace_file(path).close()
    with Browser.open(path) as browser:
        assert browser.summary().domains == browser.summary().shared_users == ()
        assert browser.batches() == browser.runs() == browser.find_people() == ()
        assert browser.people_count() == 0


def test_actions_are_shown_in_every_order(tmp_path: Path):
    path = tmp_path / "w.xdrec"
    create_workspace_file(path).close()
    file = tmp_path / "log.csv"
    file.write_text("user,item,action,time\n" + "ana,b1,view,1\nana,b1,cart,2\nbo,b2,view,3\nbo,b2,buy,4\n" * 5)
    run(import_interactions(ImportInteractions(workspace=path, file=file, domain="Shop")))
    with Browser.open(path) as browser:
        by_file = browser.interactions("Shop", "file").rows
        assert [row.action for row in by_file[:4]] == ["view", "cart", "view", "buy"]
        by_person = browser.interactions("Shop", "person").rows
        assert {(row.line, row.action) for row in by_person} == {(row.line, row.action) for row in by_file}

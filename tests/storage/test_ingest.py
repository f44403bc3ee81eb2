"""Imports: every line is accounted for, nothing is lost, nothing is half done."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from xdrec_app.core.errors import UserError
from xdrec_app.core.events import LogLine, Progress
from xdrec_app.core.jobs import run
from xdrec_app.datasets.formats.dialect import Dialect
from xdrec_app.datasets.formats.interaction_file import InteractionFile
from xdrec_app.datasets.formats.item_file import ItemFile
from xdrec_app.storage import bulk, row_writing
from xdrec_app.storage.bulk import Ingested
from xdrec_app.storage.database import Database
from xdrec_app.storage.ingest import ingest_interactions
from xdrec_app.storage.ingest_descriptions import ingest_items
from xdrec_app.storage.segments import read_segments
from xdrec_app.storage.workspace_file import create_workspace_file


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with create_workspace_file(tmp_path / "w.xdrec") as opened:
        yield opened


@pytest.fixture
def write(tmp_path: Path):
    def write_file(content: str, name: str = "r.csv") -> Path:
        path = tmp_path / name
        path.write_text(content, encoding="utf-8", newline="")
        return path

    return write_file


def interactions(database: Database, path: Path, domain: str = "Books", **wishes) -> Ingested:
    return run(ingest_interactions(database, domain, InteractionFile.open(path, Dialect(), {}), **wishes))


def items(database: Database, path: Path, domain: str = "Books", **wishes) -> Ingested:
    return run(ingest_items(database, domain, ItemFile.open(path, Dialect(), {}), **wishes))


def rows(database: Database, query: str) -> list[tuple]:
    with database.read() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


ROWS = """
    SELECT batch_id, line, user_id, item.item_id, value, time FROM interaction
    JOIN account ON account.id = account_id JOIN item ON item.id = interaction.item_id ORDER BY batch_id, line
"""


def counts(outcome: Ingested) -> tuple[int, int, int, int]:
    return outcome.lines, outcome.imported, outcome.merged, outcome.rejected


def test_every_line_becomes_a_raw_row_or_a_rejected_line(database, write):
    path = write("user,item,rating,time\nu1,007,5,100\nu2,7,3,\nu1,007,4,50\n,x,1,1\nu3\n\nu3,a,bad,1\n")
    outcome = interactions(database, path)
    assert counts(outcome) == (6, 2, 1, 3)
    assert rows(database, ROWS) == [
        (1, 2, "u1", "007", 5.0, 100),
        (1, 3, "u2", "7", 3.0, None),
        (1, 4, "u1", "007", 4.0, 50),
    ]
    assert rows(database, "SELECT line, text, reason FROM rejected_line ORDER BY line") == [
        (5, ",x,1,1", "no user id"),
        (6, "u3", "1 fields instead of 4"),
        (8, "u3,a,bad,1", "the value 'bad' is not a number"),
    ]
    [(kind, name, size, columns)] = rows(database, "SELECT kind, file_name, file_size, columns FROM batch")
    assert (kind, name, size) == ("interactions", "r.csv", path.stat().st_size)
    assert columns == '{"user": "user", "item": "item", "value": "rating", "time": "time"}'


def test_the_digest_of_the_file_is_kept(database, write):
    import hashlib

    path = write("user,item\na,b\n")
    interactions(database, path)
    assert rows(database, "SELECT sha256 FROM batch") == [(hashlib.sha256(path.read_bytes()).hexdigest(),)]


def test_ids_stay_text_whatever_they_look_like(database, write):
    ids = ["007", "7", "NA", "9" * 40, "红楼梦"]
    interactions(database, write("user,item\n" + "".join(f"{id_},{id_}\n" for id_ in ids)))
    assert [row[2:4] for row in rows(database, ROWS)] == [(id_, id_) for id_ in ids]


def test_a_second_import_of_the_same_file_is_refused_and_on_purpose_merges_every_line(database, write):
    path = write("user,item\n" + "".join(f"u{number % 7},i{number}\n" for number in range(50)))
    assert counts(interactions(database, path)) == (50, 50, 0, 0)
    with pytest.raises(UserError, match=r"r\.csv is in Books already: import 1 of .* the very same bytes"):
        interactions(database, path)
    assert counts(interactions(database, path, again=True)) == (50, 0, 50, 0)
    assert rows(database, "SELECT count(*) FROM interaction") == [(100,)]
    assert rows(database, "SELECT count(*) FROM item") == [(50,)]


def test_the_same_pair_in_another_domain_is_no_repetition(database, write):
    path = write("user,item\nu,i\n")
    interactions(database, path, "Books")
    assert counts(interactions(database, path, "Movies")) == (1, 1, 0, 0)


def test_the_same_id_in_two_domains_is_one_person_with_two_accounts(database, write):
    interactions(database, write("user,item\nann,b1\nbob,b2\n"), "Books")
    interactions(database, write("user,item\nann,m1\ncat,m2\n"), "Movies")
    assert rows(database, "SELECT name FROM person ORDER BY name") == [("ann",), ("bob",), ("cat",)]
    assert rows(database, "SELECT count(*), count(DISTINCT person_id) FROM account") == [(4, 3)]


def test_the_scale_spans_all_imports_of_the_domain(database, write):
    interactions(database, write("user,item,rating\na,b,3\na,c,4\n"))
    assert rows(database, "SELECT scale_low, scale_high, revision FROM domain") == [(1.0, 5.0, 1)]
    interactions(database, write("user,item,rating\na,d,9\n"))
    assert rows(database, "SELECT scale_low, scale_high, revision FROM domain") == [(1.0, 10.0, 2)]


def test_items_alone_do_not_decide_the_scale(database, write):
    items(database, write("item,title\nb,x\n"))
    interactions(database, write("user,item,rating\na,b,3\na,c,4\n"))
    assert rows(database, "SELECT scale_low, scale_high FROM domain") == [(1.0, 5.0)]


def test_a_segment_holds_the_rows_of_its_batch_in_file_order(database, write, monkeypatch):
    from xdrec_app.storage import segments

    monkeypatch.setattr(segments, "CHUNK_BYTES", 16)
    interactions(database, write("user,item,rating,time\n" + "".join(f"u{9 - n},i{n},{n},{n}\n" for n in range(10))))
    interactions(database, write("user,item,rating\nu1,i1,7\n"))
    with database.read() as connection:
        found = read_segments(connection, 1)
    assert found.value.tolist() == [*range(10), 7]
    assert found.line.tolist() == [*range(2, 12), 2]
    assert found.time[:10].tolist() == [*range(10)]
    keys = dict(rows(database, "SELECT id, user_id FROM account"))
    assert [keys[key] for key in found.account.tolist()] == [*(f"u{9 - n}" for n in range(10)), "u1"]


@pytest.mark.parametrize("rebuild_from", [0, 10**9])
def test_indexes_and_foreign_keys_are_whole_after_an_import(database, write, monkeypatch, rebuild_from):
    monkeypatch.setattr(row_writing, "REBUILD_INDEXES_FROM", rebuild_from)
    before = rows(database, "SELECT name, sql FROM sqlite_schema WHERE type = 'index' ORDER BY name")
    for domain in ("Books", "Movies"):
        interactions(database, write("user,item\n" + "".join(f"u{n % 13},i{n}\n" for n in range(100))), domain)
    assert rows(database, "SELECT name, sql FROM sqlite_schema WHERE type = 'index' ORDER BY name") == before
    assert rows(database, "PRAGMA foreign_key_check") == []
    assert rows(database, "PRAGMA integrity_check") == [("ok",)]
    assert rows(database, "PRAGMA foreign_keys") == [(1,)]


def test_long_rejected_lines_are_cut(database, write):
    interactions(database, write("user,item\na,b\n" + "x" * 5000 + "\n"))
    assert rows(database, "SELECT length(text) FROM rejected_line") == [(1000,)]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("user_id,item_id,rating\n", r"r\.csv holds a header and no rows"),
        ("user_id,item_id,rating\na,b,c\n,x,1\n", r"None of the 2 lines of r\.csv .* line 2: the value 'c'"),
    ],
)
def test_a_file_of_which_nothing_can_be_imported_leaves_no_trace(database, write, content, sentence):
    with pytest.raises(UserError, match=sentence):
        interactions(database, write(content))
    for table in ("domain", "batch", "account", "person", "item", "interaction", "rejected_line", "segment"):
        assert rows(database, f"SELECT count(*) FROM {table}") == [(0,)], table


@pytest.mark.parametrize("name", ["", "   "])
def test_a_domain_needs_a_name(database, write, name):
    with pytest.raises(UserError, match="No domain is named"):
        interactions(database, write("user,item\na,b\n"), name)


@pytest.mark.parametrize("n_events", [1, 2, 3, 5])
def test_a_cancel_at_any_moment_leaves_no_trace(database, write, n_events):
    path = write("user,item\n" + "".join(f"u{n % 999},i{n % 777}\n" for n in range(60_000)))
    job = ingest_interactions(database, "Books", InteractionFile.open(path, Dialect(), {}))
    for _ in range(n_events):
        next(job)
    job.close()
    for table in ("domain", "batch", "account", "person", "item", "interaction", "segment"):
        assert rows(database, f"SELECT count(*) FROM {table}") == [(0,)], table
    assert counts(interactions(database, path))[0] == 60_000


def test_progress_goes_up_to_the_size_of_the_file(database, write, monkeypatch):
    monkeypatch.setattr(bulk, "EVENTS_PER_S", 1e9)
    path = write("user,item\n" + "".join(f"u{n % 999},i{n % 777}\n" for n in range(120_000)))
    events = list(ingest_interactions(database, "Books", InteractionFile.open(path, Dialect(), {})))
    done = [event.done for event in events if isinstance(event, Progress)]
    assert done == sorted(done)
    assert len(done) > 5
    assert done[-1] == path.stat().st_size


def test_progress_is_not_told_more_often_than_a_window_can_show(database, write):
    path = write("user,item\n" + "".join(f"u{n % 999},i{n % 777}\n" for n in range(120_000)))
    outcome = []

    def job():
        outcome.append((yield from ingest_interactions(database, "Books", InteractionFile.open(path, Dialect(), {}))))

    n_progress = sum(isinstance(event, Progress) for event in job())
    assert n_progress <= outcome[0].elapsed_s * bulk.EVENTS_PER_S + 1


def test_an_import_waits_for_another_writer_and_says_so(database, write):
    path = write("user,item\na,b\n")
    other = hold_the_lock(database)
    job = ingest_interactions(database, "Books", InteractionFile.open(path, Dialect(), {}))
    _, line, *waiting = (next(job) for _ in range(5))
    assert isinstance(line, LogLine) and "waiting until it has finished" in line.message
    assert all(isinstance(event, Progress) and "Waiting" in event.message for event in waiting)
    other.__exit__(None, None, None)
    assert counts(run(job)) == (1, 1, 0, 0)


def hold_the_lock(database: Database):
    """Hold the write lock through the same SQLite library."""
    writing = database.write()
    writing.__enter__()
    return writing


def test_an_import_that_waits_can_be_cancelled(database, write):
    other = hold_the_lock(database)
    job = ingest_interactions(database, "Books", InteractionFile.open(write("user,item\na,b\n"), Dialect(), {}))
    next(job)
    job.close()
    other.__exit__(None, None, None)
    assert rows(database, "SELECT count(*) FROM domain") == [(0,)]


IDS = st.sampled_from(["", " ", "a", "b", "c", "007", "7", "汉"])
LINES = st.lists(st.tuples(IDS, IDS, st.sampled_from(["1", "2.5", "x", ""])), max_size=25)


@settings(max_examples=30, deadline=None)
@given(first=LINES, second=LINES)
def test_lines_are_imported_merged_or_rejected_and_nothing_else(tmp_path_factory, first, second):
    folder = tmp_path_factory.mktemp("lines")
    seen: set[tuple[str, str]] = set()
    with create_workspace_file(folder / "w.xdrec") as database:
        for lines in (first, second):
            path = folder / "r.csv"
            path.write_text("user,item,rating\n" + "".join(",".join(line) + "\n" for line in lines), encoding="utf-8")
            good = [(u.strip(), i.strip()) for u, i, v in lines if u.strip() and i.strip() and v in ("1", "2.5")]
            if not good:
                with pytest.raises(UserError):
                    interactions(database, path)
                continue
            n_new = len(set(good) - seen)
            seen |= set(good)
            assert counts(interactions(database, path, again=True)) == (
                len(lines),
                n_new,
                len(good) - n_new,
                len(lines) - len(good),
            )


def test_items_get_titles_texts_and_tags(database, write):
    interactions(database, write("user,item\nu,1\n"))
    outcome = items(database, write('item,title,genres,description\n1,Toy Story,a|b|a,"A toy, a story"\n2,Heat,,\n'))
    assert counts(outcome) == (2, 2, 0, 0)
    assert rows(database, "SELECT item_id, title, text FROM item ORDER BY item_id") == [
        ("1", "Toy Story", "A toy, a story"),
        ("2", "Heat", ""),
    ]
    assert rows(database, "SELECT item_id, position, tag FROM item_tag ORDER BY position") == [(1, 0, "a"), (1, 1, "b")]
    assert rows(database, "SELECT revision FROM domain") == [(2,)]


def test_a_later_line_of_an_item_wins_and_an_empty_cell_leaves_what_is_known(database, write):
    items(database, write("item,title,tags,text\n1,Old,a|b,about\n2,Two,x|y,\n"))
    outcome = items(database, write("item,title,tags,text\n1,New,c|d,\n1,,,\n2,,,more\n3,Three,,\n,x,,\n"))
    assert counts(outcome) == (5, 1, 3, 1)
    assert rows(database, "SELECT item_id, title, text FROM item ORDER BY item_id") == [
        ("1", "New", "about"),
        ("2", "Two", "more"),
        ("3", "Three", ""),
    ]
    tags = "SELECT item.item_id, tag FROM item_tag JOIN item ON item.id = item_tag.item_id ORDER BY 1, position"
    assert rows(database, tags) == [("1", "c"), ("1", "d"), ("2", "x"), ("2", "y")]


def test_items_of_one_domain_leave_those_of_another_alone(database, write):
    items(database, write("item,title,tags\n1,Book,a|b\n"), "Books")
    items(database, write("item,title,tags\n1,Film,c|d\n"), "Movies")
    assert rows(database, "SELECT title FROM item ORDER BY id") == [("Book",), ("Film",)]
    assert rows(database, "SELECT count(*) FROM item_tag") == [(4,)]


def test_an_import_of_items_can_be_cancelled_without_a_trace(database, write):
    job = ingest_items(database, "Books", ItemFile.open(write("item,title\n1,a\n"), Dialect(), {}))
    next(job)
    job.close()
    assert rows(database, "SELECT (SELECT count(*) FROM item), (SELECT count(*) FROM domain)") == [(0, 0)]

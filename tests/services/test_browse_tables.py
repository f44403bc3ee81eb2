"""Tables page by page: every row once and in order, both ways, under any filter, however short of time a page is."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from xdrec_app.core.errors import UserError
from xdrec_app.core.jobs import run
from xdrec_app.services import browse_tables
from xdrec_app.services.browse import Browser
from xdrec_app.services.change_data import undo_import
from xdrec_app.services.data_requests import ImportInteractions, ImportItems, UndoImport
from xdrec_app.services.import_descriptions import import_items
from xdrec_app.services.import_interactions import import_interactions
from xdrec_app.services.table_views import InteractionFilter, ItemFilter, Place, RowCount
from xdrec_app.storage import browse_interactions, browse_rows_by_file, browse_walk
from xdrec_app.storage.database import open_database
from xdrec_app.storage.item_counts import refresh_counts
from xdrec_app.storage.workspace_file import create_workspace_file

N_LINES = 240
TITLES = {"b1": "Snow Country", "b2": "snow leopard", "b10": "Dune", "b00": "Zen"}


class Line(NamedTuple):
    user: str
    item: str
    value: float
    time: int | None
    file: str
    line: int


def made_lines(file: str, seed: int) -> list[Line]:
    """Few people and items with ids that sort unlike numbers, so that many pairs repeat; every tenth has no time."""
    choose = random.Random(seed)
    users = ["007", "7", "ana", "Ana", "bo", "zoë", "李"]
    items = ["b1", "b2", "b10", "b3", "B1", "ß"]
    return [
        Line(
            user=choose.choice(users),
            item=choose.choice(items),
            value=choose.choice([0.5, 1.0, 3.3, 4.3, 5.0]),
            time=None if number % 10 == 0 else choose.randrange(1_000_000_000, 1_000_000_040),
            file=file,
            line=number + 2,
        )
        for number in range(N_LINES // 2)
    ]


LINES = made_lines("first.csv", 1) + made_lines("second.csv", 2)


def write(path: Path, lines: list[Line]) -> Path:
    rows = [f"{line.user},{line.item},{line.value},{'' if line.time is None else line.time}\n" for line in lines]
    path.write_text("user,item,rating,time\n" + "".join(rows), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tables")
    path = folder / "w.xdrec"
    create_workspace_file(path).close()
    other = write(folder / "other.csv", [Line("ana", "b1", 2.0, 5, "other.csv", 2), Line("cy", "b2", 2.0, 5, "", 3)])
    run(import_interactions(ImportInteractions(workspace=path, file=other, domain="Other")))
    for name in ("first.csv", "second.csv"):
        file = write(folder / name, [line for line in LINES if line.file == name])
        run(import_interactions(ImportInteractions(workspace=path, file=file, domain="Books")))
    items = folder / "items.csv"
    items.write_text("item,title,tags\n" + "".join(f"{id_},{title},\n" for id_, title in TITLES.items()))
    run(import_items(ImportItems(workspace=path, file=items, domain="Books")))
    return path


@pytest.fixture
def browser(made: Path) -> Iterator[Browser]:
    with Browser.open(made) as opened:
        yield opened


Ask = Callable[..., Any]


def all_pages(ask: Ask, *, back: bool = False, limit: int = 7) -> list[Any]:
    """Return the rows of all pages, in the order of the table."""
    pages: list[list[Any]] = []
    place: Place = ()
    while True:
        page = ask(limit=limit, **{"before" if back else "after": place})
        assert len(page.rows) <= limit
        pages.append(list(page.rows))
        if page.is_over:
            return [row for part in (pages[::-1] if back else pages) for row in part]
        assert page.last != place
        place = page.last


def lines_of(rows: list[Any]) -> list[tuple[str, int]]:
    return [(row.file_name, row.line) for row in rows]


def sorted_as(order: str, lines: list[Line]) -> list[str]:
    return sorted({"person": line.user, "item": line.item, "file": line.file}[order] for line in lines)


FILTERS: list[tuple[InteractionFilter, Callable[[Line], bool]]] = [
    (InteractionFilter(), lambda line: True),
    (InteractionFilter(person="ana"), lambda line: line.user == "ana"),
    (InteractionFilter(person="nobody"), lambda line: False),
    (InteractionFilter(person_prefix="7"), lambda line: line.user == "7"),
    (InteractionFilter(person_prefix="zo"), lambda line: line.user == "zoë"),
    (InteractionFilter(item="b1"), lambda line: line.item == "b1"),
    (InteractionFilter(item_search="SNOW"), lambda line: line.item in ("b1", "b2")),
    (InteractionFilter(item_search="b1"), lambda line: line.item.lower() in ("b1", "b10")),
    (InteractionFilter(value_from=4.3), lambda line: line.value >= 4.3),
    (InteractionFilter(value_to=4.3), lambda line: line.value <= 4.3),
    (InteractionFilter(value_from=1e300), lambda line: False),
    (InteractionFilter(time_to=1_000_000_010), lambda line: line.time is not None and line.time <= 1_000_000_010),
    (InteractionFilter(time_from=1_000_000_010), lambda line: line.time is not None and line.time >= 1_000_000_010),
    (InteractionFilter(batch=3), lambda line: line.file == "second.csv"),
    (
        InteractionFilter(person="bo", item="b2", value_to=3.3),
        lambda line: (line.user, line.item) == ("bo", "b2") and line.value <= 3.3,
    ),
    (
        InteractionFilter(person_prefix="a", item_search="dune", batch=2),
        lambda line: line.user == "ana" and line.item == "b10" and line.file == "first.csv",
    ),
]
NAMES = [", ".join(filters.model_dump(exclude_defaults=True)) or "all" for filters, _ in FILTERS]


@pytest.fixture(params=["as it is", "no time at all", "nothing kept in memory"])
def patience(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """How long a page may take, and whether few rows are kept: what is found must not depend on it."""
    if request.param != "as it is":
        monkeypatch.setattr(browse_tables, "BOX_S", -1.0)
        monkeypatch.setattr(browse_walk, "ROWS_AT_ONCE", 3)
        monkeypatch.setattr(browse_rows_by_file, "FIRST_STRETCH", 5)
    if request.param == "nothing kept in memory":
        monkeypatch.setattr(browse_interactions, "MAX_KEPT", 0)


# ------------------------------------------------------------------ interactions


@pytest.mark.usefixtures("patience")
@pytest.mark.parametrize("order", ["person", "item", "file"])
@pytest.mark.parametrize(("filters", "fits"), FILTERS, ids=NAMES)
def test_every_row_that_passes_stands_once_in_its_place_forwards_and_backwards(
    browser: Browser, order: str, filters: InteractionFilter, fits: Callable[[Line], bool]
):
    expected = [line for line in LINES if fits(line)]

    def ask(**window: Any) -> Any:
        return browser.interactions("Books", order, filters, **window)

    rows = all_pages(ask)
    assert sorted(lines_of(rows)) == sorted((line.file, line.line) for line in expected)
    assert [row.place for row in rows] == sorted(row.place for row in rows)
    leading = {"person": "user", "item": "item", "file": "file_name"}[order]
    assert [getattr(row, leading) for row in rows] == sorted_as(order, expected)
    assert all_pages(ask, back=True) == rows
    count = browser.count_interactions("Books", filters)
    while not count.is_final:
        count = browser.count_interactions("Books", filters)
    assert count.rows == len(expected)
    assert all_pages(ask, limit=50) == rows


@pytest.mark.parametrize("order", ["person", "item", "file"])
def test_the_opposite_order_is_the_same_table_upside_down(browser: Browser, order: str):
    def ask(**window: Any) -> Any:
        return browser.interactions("Books", order, descending=True, **window)

    upright = all_pages(lambda **window: browser.interactions("Books", order, **window))
    assert all_pages(ask) == all_pages(ask, back=True) == upright[::-1]


def test_a_row_says_what_the_file_said(browser: Browser):
    rows = {(row.file_name, row.line): row for row in all_pages(lambda **w: browser.interactions("Books", "file", **w))}
    by_person = all_pages(lambda **w: browser.interactions("Books", "person", **w))
    for line in LINES:
        row = rows[line.file, line.line]
        found = (row.user, row.person, row.item, row.title, row.value, row.time, row.action)
        title = TITLES.get(line.item, "")
        assert found == (line.user, line.user, line.item, title, line.value, line.time, "")
    same = {(row.file_name, row.line): row.model_copy(update={"place": ()}) for row in by_person}
    assert same == {key: row.model_copy(update={"place": ()}) for key, row in rows.items()}


def test_file_order_is_the_order_of_the_imports_and_their_lines(browser: Browser):
    rows = all_pages(lambda **window: browser.interactions("Books", "file", **window))
    assert lines_of(rows) == [(line.file, line.line) for line in LINES]


def test_a_page_can_be_asked_for_before_and_after_any_row(browser: Browser):
    rows = all_pages(lambda **window: browser.interactions("Books", "item", **window))
    middle = rows[100].place
    assert browser.interactions("Books", "item", after=middle, limit=3).rows == tuple(rows[101:104])
    assert browser.interactions("Books", "item", before=middle, limit=3).rows == tuple(rows[97:100])


def test_places_survive_json(browser: Browser):
    page = browser.interactions("Books", "person", limit=5)
    again = type(page).model_validate_json(page.model_dump_json())
    assert again == page
    assert browser.interactions("Books", "person", after=again.last).rows[0].place > page.last


def test_the_total_counts_every_imported_line_of_the_domain(browser: Browser):
    assert browser.interaction_total("Books") == N_LINES
    assert browser.interaction_total("Other") == 2


def test_a_linked_person_is_found_by_name_and_shown_beside_the_id(made: Path, tmp_path: Path):
    path = tmp_path / "linked.xdrec"
    path.write_bytes(made.read_bytes())
    with open_database(path) as database, database.write() as connection:
        connection.exec_driver_sql(
            "UPDATE account SET person_id = (SELECT id FROM person WHERE name = 'ana') WHERE user_id = 'bo'"
        )
    with Browser.open(path) as browser:
        filters = InteractionFilter(person="ana")
        rows = all_pages(lambda **window: browser.interactions("Books", "person", filters, **window))
        assert {row.user for row in rows} == {"ana", "bo"}
        assert {row.person for row in rows} == {"ana"}
        assert len(rows) == sum(line.user in ("ana", "bo") for line in LINES)


def test_what_is_remembered_of_a_filter_is_forgotten_when_the_data_change(made: Path, tmp_path: Path):
    path = tmp_path / "changing.xdrec"
    path.write_bytes(made.read_bytes())
    filters = InteractionFilter(value_from=4.3)
    with Browser.open(path) as browser:
        before = browser.count_interactions("Books", filters)
        assert before.is_final
        first_of_file = browser.interactions("Books", "file", filters, limit=1).rows[0]
        assert first_of_file.file_name == "first.csv"
        run(undo_import(UndoImport(workspace=path, batch=2)))
        after = browser.count_interactions("Books", filters)
        assert 0 < after.rows < before.rows
        for order in ("person", "item", "file"):
            rows = all_pages(lambda order=order, **window: browser.interactions("Books", order, filters, **window))
            assert {row.file_name for row in rows} == {"second.csv"}
            assert len(rows) == after.rows


def test_an_unknown_domain_is_a_sentence(browser: Browser):
    for ask in (browser.interactions, browser.count_interactions, browser.interaction_total, browser.item_page):
        with pytest.raises(UserError, match="There is no domain 'Games'"):
            ask("Games")


# ------------------------------------------------------------------ items


ITEMS = ["B1", "b00", "b1", "b10", "b2", "b3", "ß"]


def counted(made: Path, tmp_path: Path) -> Path:
    """Return a copy of the workspace whose items were counted."""
    path = tmp_path / "counted.xdrec"
    path.write_bytes(made.read_bytes())
    with open_database(path) as database, database.write() as connection:
        rows = connection.exec_driver_sql(
            "SELECT i.item_id, count(DISTINCT account_id) FROM interaction i JOIN item ON item.id = i.item_id"
            " JOIN domain ON domain.id = domain_id WHERE name = 'Books' GROUP BY i.item_id"
        ).all()
        (key,) = connection.exec_driver_sql("SELECT id FROM domain WHERE name = 'Books'").one()
        refresh_counts(connection, key, [row[0] for row in rows], [row[1] for row in rows])
    return path


@pytest.mark.usefixtures("patience")
@pytest.mark.parametrize("order", ["import", "id", "title", "interactions"])
@pytest.mark.parametrize(
    ("filters", "ids"),
    [
        (ItemFilter(), ITEMS),
        (ItemFilter(prefix="b1"), ["b1", "b10"]),
        (ItemFilter(search="SNOW"), ["b1", "b2"]),
        (ItemFilter(search="b1"), ["B1", "b1", "b10"]),
        (ItemFilter(cold=True), ["b00"]),
        (ItemFilter(search="%"), []),
        (ItemFilter(prefix="b", search="snow"), ["b1", "b2"]),
    ],
)
def test_every_item_that_passes_stands_once_in_its_place(
    made: Path, tmp_path: Path, order: str, filters: ItemFilter, ids: list[str]
):
    with Browser.open(counted(made, tmp_path)) as browser:

        def ask(**window: Any) -> Any:
            return browser.item_page("Books", order, filters, **window)

        rows = all_pages(ask, limit=2)
        assert sorted(row.id for row in rows) == ids
        assert all_pages(ask, back=True, limit=2) == rows
        assert all_pages(lambda **window: ask(descending=True, **window), limit=2) == rows[::-1]
        keys = {
            "import": [row.key for row in rows],
            "id": [row.id for row in rows],
            "title": [row.title.lower() for row in rows],
            "interactions": [-row.interactions for row in rows],
        }[order]
        assert keys == sorted(keys)
        count = RowCount(rows=0, is_final=False)
        while not count.is_final:
            count = browser.count_items("Books", filters, count)
        assert count.rows == len(ids)


def test_an_item_has_the_number_of_its_people_counted_or_not(made: Path, browser: Browser, tmp_path: Path):
    expected = {id_: len({line.user for line in LINES if line.item == id_}) for id_ in ITEMS}
    assert {row.id: row.interactions for row in browser.item_page("Books").rows} == expected
    with Browser.open(counted(made, tmp_path)) as other:
        assert {row.id: row.interactions for row in other.item_page("Books").rows} == expected


def test_counts_of_older_data_are_not_shown(made: Path, tmp_path: Path):
    path = counted(made, tmp_path)
    with open_database(path) as database, database.write() as connection:
        for table in ("interaction", "item_row"):
            connection.exec_driver_sql(
                f"DELETE FROM {table} WHERE account_id IN (SELECT id FROM account WHERE user_id = 'bo')"
            )
        connection.exec_driver_sql("UPDATE domain SET revision = revision + 1")
    with Browser.open(path) as browser:
        rows = browser.item_page("Books", "id").rows
        assert {row.id: row.interactions for row in rows} == {
            id_: len({line.user for line in LINES if line.item == id_ and line.user != "bo"}) for id_ in ITEMS
        }


# ------------------------------------------------------------------ people


@pytest.mark.usefixtures("patience")
@pytest.mark.parametrize(
    ("prefix", "domain", "users"),
    [
        ("", "", ["007", "7", "Ana", "ana", "bo", "cy", "zoë", "李"]),
        ("", "Other", ["ana", "cy"]),
        ("an", "", ["ana"]),
        ("c", "Books", []),
    ],
)
def test_people_are_paged_by_id_prefix_and_domain(browser: Browser, prefix: str, domain: str, users: list[str]):
    def ask(**window: Any) -> Any:
        return browser.people_page(prefix, domain, **window)

    rows = all_pages(ask, limit=2)
    assert [row.user for row in rows] == users
    assert all_pages(ask, back=True, limit=2) == rows
    count = RowCount(rows=0, is_final=False)
    while not count.is_final:
        count = browser.count_people(prefix, domain, count)
    assert count.rows == len(users)


def test_a_person_has_the_number_of_items_in_each_domain(browser: Browser):
    (ana,) = browser.people_page("ana").rows
    in_books = len({line.item for line in LINES if line.user == "ana"})
    assert (ana.domains, ana.counts, ana.interactions) == (("Other", "Books"), (1, in_books), in_books + 1)


def test_pages_walk_along_indexes_and_never_sort_or_skip(made: Path, tmp_path: Path):
    statements: list[str] = []
    with Browser.open(counted(made, tmp_path)) as browser:
        with browser._database.read() as connection:
            raw = connection.connection.driver_connection
        raw.set_trace_callback(statements.append)
        places: dict[str, Place] = {"person": ("ana", 1, 2, 5), "item": ("b1", 1, 2, 5), "file": (2, 5)}
        for order, place in places.items():
            browser.interactions("Books", order, after=place)
            browser.interactions("Books", order, InteractionFilter(value_from=2), before=place)
        for order, place in {"import": (1,), "id": ("b1",), "title": ("Dune", 1), "interactions": (3, 1)}.items():
            browser.item_page("Books", order, after=place)
            browser.item_page("Books", order, before=place)
        browser.people_page("a", after=("aa",))
        raw.set_trace_callback(None)
        queries = [statement for statement in statements if "SELECT" in statement]
        assert len(queries) > 30
        for query in queries:
            assert "OFFSET" not in query
            plan = [row[3] for row in raw.execute(f"EXPLAIN QUERY PLAN {query}")]
            scans = {found.group(1) for line in plan if (found := re.match(r"SCAN (\w+)", line))}
            assert scans <= {"json_each", "CONSTANT", "batch"}, (query, plan)
            if " ORDER BY " in query and "FROM batch" not in query:
                assert not any("TEMP B-TREE FOR ORDER" in line for line in plan), (query, plan)

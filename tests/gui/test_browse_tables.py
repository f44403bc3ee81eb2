"""The tables of the Data page: filters, counts, copies, export."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QDateTime, QPoint, Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from xdrec_app.core.jobs import run
from xdrec_app.services.data_requests import ExportRows, ImportInteractions, ImportItems
from xdrec_app.services.data_results import RowsExport
from xdrec_app.services.import_descriptions import import_items
from xdrec_app.services.import_interactions import import_interactions
from xdrec_app.services.workspace import new_workspace
from xdrec_app.ui.main_window import MainWindow
from xdrec_app.ui.widgets.browse_boxes import moments_of
from xdrec_app.ui.widgets.browse_tables import BrowseTables

PEOPLE, ITEMS = 60, 40


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2013", "2013-01-01T00:00:00", "2013-12-31T23:59:59"),
        ("2012-2", "2012-02-01T00:00:00", "2012-02-29T23:59:59"),
        ("2013-12-31", "2013-12-31T00:00:00", "2013-12-31T23:59:59"),
        ("2013-11-08 22:17", "2013-11-08T22:17:00", "2013-11-08T22:17:59"),
    ],
)
def test_a_moment_may_be_a_year_a_month_a_day_or_a_minute(text: str, first: str, last: str) -> None:
    expected = [QDateTime.fromString(one, Qt.DateFormat.ISODate).toSecsSinceEpoch() for one in (first, last)]
    assert list(moments_of(text)) == expected


@pytest.mark.parametrize("text", ["13", "2013-13", "2013-02-30", "2013-01-01 25:00", "yesterday", "0000"])
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        moments_of(text)


# ---------------------------------------------------------------------- on a workspace


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Books: every person has every item but the last ten; Movies: a few rows."""
    folder = tmp_path_factory.mktemp("browse")
    path = folder / "w.xdrec"
    new_workspace(path)
    books = folder / "books.csv"
    lines = [
        f"u{person:03d},b{item:02d},{1 + (person + item) % 5},{1_600_000_000 + 86_400 * person + item}"
        for item in range(ITEMS - 10)
        for person in range(PEOPLE)
    ]
    books.write_text("\n".join(["user,item,rating,timestamp", *lines]) + "\n")
    items = folder / "items.csv"
    named = [f"b{item:02d},{'=Cold' if item >= ITEMS - 10 else 'Warm'} book {item},noir|old" for item in range(ITEMS)]
    items.write_text("\n".join(["item,title,tags", *named]) + "\n")
    movies = folder / "movies.csv"
    movies.write_text("user,item,rating\nu001,m1,5\nw1,m1,4\n")
    for file, domain in ((books, "Books"), (movies, "Movies")):
        run(import_interactions(ImportInteractions(workspace=path, file=file, domain=domain)))
    run(import_items(ImportItems(workspace=path, file=items, domain="Books")))
    return path


@pytest.fixture
def main_window(qtbot: QtBot, fake_pool: Any, settings: Any, workspace: Path) -> Iterator[MainWindow]:
    window = MainWindow(fake_pool, settings)
    with qtbot.waitSignal(window.state.opened):
        window.open_workspace(workspace)
    yield window
    window.close()
    window.deleteLater()


@pytest.fixture
def tables(qtbot: QtBot, main_window: MainWindow) -> BrowseTables:
    made = BrowseTables(main_window.context)
    qtbot.addWidget(made)
    made.resize(1200, 700)
    made.show()
    made.set_domains(tuple(domain.name for domain in main_window.state.domains))
    wait_for_rows(qtbot, made, "1,800 rows")
    return made


def wait_for_rows(qtbot: QtBot, tables: BrowseTables, words: str) -> None:
    panel = tables.panels[tables.shown]
    qtbot.waitUntil(
        lambda: (
            panel.count_label.text() == words and panel.source() == panel.model.source and not panel.model.is_searching
        )
    )


def column(tables: BrowseTables, number: int, n_rows: int = 3) -> list[str]:
    model = tables.panels[tables.shown].model
    return [model.index(row, number).data() for row in range(min(n_rows, len(model.rows)))]


def test_interactions_come_by_person_item_or_file_and_turn_round(tables: BrowseTables, qtbot: QtBot) -> None:
    panel = tables.interactions
    assert column(tables, 0) == ["u000", "u000", "u000"]
    assert column(tables, 1) == ["b00", "b01", "b02"]
    panel.view.horizontalHeader().sectionClicked.emit(1)
    wait_for_rows(qtbot, tables, "1,800 rows")
    assert column(tables, 1) == ["b00", "b00", "b00"]
    assert panel.orders.key == "item"
    panel.orders.choose("file")
    panel.orders.activated.emit(2)
    wait_for_rows(qtbot, tables, "1,800 rows")
    assert column(tables, 7) == ["2", "3", "4"]
    panel.view.horizontalHeader().sectionClicked.emit(6)
    wait_for_rows(qtbot, tables, "1,800 rows")
    assert column(tables, 7) == ["1,801", "1,800", "1,799"]
    assert panel.view.horizontalHeader().sortIndicatorOrder() == Qt.SortOrder.DescendingOrder


def test_filters_are_counted_and_cleared(tables: BrowseTables, qtbot: QtBot) -> None:
    filters = tables.interactions.filters
    filters.value_from.setText("5")
    filters.item.typed.setText("warm BOOK 1")
    wait_for_rows(qtbot, tables, "132 of 1,800 rows")
    filters.time_to.setText("2020-09-13")
    wait_for_rows(qtbot, tables, "2 of 1,800 rows")
    filters.time_to.setText("soon")
    wait_for_rows(qtbot, tables, "132 of 1,800 rows")
    assert filters.time_to.property("state") == "invalid"
    assert "2013-11-08" in filters.time_to.toolTip()
    tables.interactions._clear_filters()
    wait_for_rows(qtbot, tables, "1,800 rows")
    assert filters.is_empty


def test_a_filter_that_nothing_passes_offers_to_clear_it(tables: BrowseTables, qtbot: QtBot) -> None:
    tables.interactions.filters.person.typed.setText("nobody")
    wait_for_rows(qtbot, tables, "0 of 1,800 rows")
    assert tables.interactions.nothing.isVisible()
    tables.interactions._clear_filters()
    wait_for_rows(qtbot, tables, "1,800 rows")
    assert not tables.interactions.nothing.isVisible()


def test_a_row_leads_to_the_rows_of_its_item_and_person(tables: BrowseTables, qtbot: QtBot) -> None:
    panel = tables.interactions
    menu = panel.make_menu(panel.model.rows[1])
    of_person, with_item = menu.actions()[1:3]
    with_item.trigger()
    wait_for_rows(qtbot, tables, "60 of 1,800 rows")
    assert panel.filters.item.chip.text() == "Warm book 1"
    of_person.trigger()
    wait_for_rows(qtbot, tables, "30 of 1,800 rows")
    assert set(column(tables, 0, 30)) == {"u000"}
    panel.filters.person.chip.click()
    wait_for_rows(qtbot, tables, "1,800 rows")


def test_a_double_click_or_return_on_a_person_shows_the_profile(tables: BrowseTables, qtbot: QtBot) -> None:
    asked: list[Any] = []
    tables._context = type("Context", (), {"navigate": lambda key, **payload: asked.append((key, payload))})  # type: ignore[assignment]
    tables.show_table("people")
    wait_for_rows(qtbot, tables, "61 rows")
    view = tables.people.view
    place = view.visualRect(tables.people.model.index(1, 0)).center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert asked == [("profiles", {"user": "u001"})]
    qtbot.keyClick(view, Qt.Key.Key_Down)
    qtbot.keyClick(view, Qt.Key.Key_Return)
    assert asked[1:] == [("profiles", {"user": "u002"})]


def test_people_of_one_domain_or_of_all(tables: BrowseTables, qtbot: QtBot) -> None:
    tables.show_table("people")
    wait_for_rows(qtbot, tables, "61 rows")
    assert column(tables, 1)[:2] == ["Books 30", "Books 30, Movies 1"]
    tables.domain.choose("Movies")
    tables.domain.activated.emit(2)
    wait_for_rows(qtbot, tables, "2 rows")
    tables.people.filters.prefix.setText("w")
    wait_for_rows(qtbot, tables, "1 row")
    assert column(tables, 0) == ["w1"]
    tables.show_table("interactions")
    assert tables.domain.key == "Books"


def test_cold_items(tables: BrowseTables, qtbot: QtBot) -> None:
    tables.show_table("items")
    wait_for_rows(qtbot, tables, "40 rows")
    tables.items.filters.cold.click()
    wait_for_rows(qtbot, tables, "10 rows")
    assert column(tables, 0) == ["b30", "b31", "b32"]
    assert tables.items.view.isColumnHidden(4)  # no item has a price


def test_selected_rows_are_copied_for_a_spreadsheet(tables: BrowseTables, qtbot: QtBot) -> None:
    tables.show_table("items")
    wait_for_rows(qtbot, tables, "40 rows")
    view = tables.items.view
    view.setCurrentIndex(tables.items.model.index(29, 0))
    qtbot.keyClick(view, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClick(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    lines = QGuiApplication.clipboard().text().splitlines()
    assert lines == ["b29\tWarm book 29\tnoir, old\t60", "b30\t'=Cold book 30\tnoir, old\t0"]
    view.copy(has_header=True)
    assert QGuiApplication.clipboard().text().splitlines()[0] == "Item\tTitle\tTags\tInteractions"


def test_export_asks_for_a_name_and_says_what_it_wrote(
    tables: BrowseTables, qtbot: QtBot, main_window: MainWindow, fake_pool: Any, tmp_path: Path
) -> None:
    def job(request: ExportRows) -> Any:
        yield from ()
        return RowsExport(file=request.out, rows=1800, elapsed_s=0.1)

    fake_pool.make_job = job
    dialog = tables.export.choose_file("parquet")
    assert dialog.isVisible()
    assert Path(dialog.selectedFiles()[0]).name == "Books interactions.parquet"
    posted: list[Any] = []
    main_window.context.messages.posted.connect(posted.append)
    dialog.fileSelected.emit(str(tmp_path / "out.parquet"))
    dialog.close()
    qtbot.waitUntil(lambda: bool(posted))
    (request,) = fake_pool.requests
    assert (request.table, request.domain, request.out) == ("interactions", "Books", tmp_path / "out.parquet")
    assert posted[0].text == "1,800 rows were written to out.parquet."


def test_new_data_are_shown_where_one_was(tables: BrowseTables, qtbot: QtBot) -> None:
    panel = tables.interactions
    panel.view.verticalScrollBar().setValue(300 * 32)
    seen = panel.model.rows[panel.view.rowAt(0)]
    with qtbot.waitSignal(panel.model.replaced):
        tables.set_domains(("Books", "Movies"))
    assert panel.model.rows[panel.view.rowAt(0)] == seen
    qtbot.waitUntil(lambda: panel.model.is_at_top)
    assert panel.model.rows[panel.view.indexAt(QPoint(5, 5)).row()] == seen


def test_without_domains_there_is_nothing_to_show_or_export(tables: BrowseTables) -> None:
    tables.set_domains(())
    assert not tables.interactions.model.rows
    assert not tables.export.isEnabled()

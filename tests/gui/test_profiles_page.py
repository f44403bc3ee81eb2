"""The Profiles page on recorded people, runs and profiles."""

import threading
from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from xdrec_app.core.errors import UserError
from xdrec_app.core.events import Change, Tick, Value
from xdrec_app.core.jobs import Job
from xdrec_app.services.request import Request
from xdrec_app.services.requests import Profile
from xdrec_app.services.results import DomainTaste, HistoryItem, Neighbour, PersonProfile, TasteTag, TransferNote
from xdrec_app.ui.main_window import MainWindow
from xdrec_app.ui.pages.profiles import ProfilesPage
from xdrec_app.ui.pages.recommendations import RecommendationsPage


def profile_of(user: str, run: int | None) -> PersonProfile:
    notes = (TransferNote(domain="Books", share=0.7), TransferNote(domain="Movies", share=0.3))
    return PersonProfile(
        user=user,
        domains=(
            DomainTaste(
                domain="Books", interactions=2, mean_value=4.5, tags=(TasteTag(tag="noir", share=0.4, lift=2.0),)
            ),
            DomainTaste(domain="Movies", interactions=1, mean_value=3.0, tags=()),
        ),
        history=(
            HistoryItem(domain="Movies", item="m1", title="红楼梦", tags=("drama",), value=3.0, time=1_700_000_000),
            HistoryItem(domain="Books", item="b1", title="The Long Way", tags=(), value=5.0, time=None),
            HistoryItem(domain="Books", item="b2", title="", tags=("noir",), value=4.0, time=1_600_000_000),
        ),
        history_total=3,
        neighbours=(Neighbour(user="u21", similarity=0.4, shared_items=3),),
        transfer=notes if run is not None else (),
    )


def answer(request: Request) -> Job[Value]:
    assert isinstance(request, Profile)
    yield Tick()
    if request.user == "nobody":
        raise UserError("There is nobody with the id 'nobody'.")
    if request.run == 1:
        raise UserError("Run 1 cannot judge this person.")
    return profile_of(request.user, request.run)


@pytest.fixture
def page(served: MainWindow, fake_pool: Any, qtbot: QtBot) -> ProfilesPage:
    fake_pool.make_query = answer
    served.navigate("profiles")
    found = served.page("profiles")
    assert isinstance(found, ProfilesPage)
    qtbot.waitUntil(lambda: len(found.tiles.tiles) == 4)
    return found


def is_shown(page: ProfilesPage, user: str) -> bool:
    return page.person.isVisible() and page.person.name.text() == user


def test_people_active_in_many_domains_are_offered_first(page: ProfilesPage) -> None:
    assert [tile.person.user for tile in page.tiles.tiles] == ["u21", "u2", "u1", "v1"]


def test_enter_picks_the_first_person_whose_id_begins_so(page: ProfilesPage, qtbot: QtBot) -> None:
    qtbot.keyClicks(page.search, "v")
    qtbot.keyClick(page.search, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: is_shown(page, "v1"))
    assert page.search.text() == "v1"


def test_an_id_typed_in_full_wins_over_one_that_only_begins_so(page: ProfilesPage, qtbot: QtBot) -> None:
    qtbot.keyClicks(page.search, "u2")
    qtbot.waitUntil(lambda: [one.user for one in page.search.people.people] == ["u2", "u21"])
    qtbot.keyClick(page.search, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: is_shown(page, "u2"))


def test_a_profile_fills_every_part(page: ProfilesPage, qtbot: QtBot) -> None:
    page.tiles.tiles[0].click()
    qtbot.waitUntil(lambda: is_shown(page, "u21"))
    assert not page.tiles.isVisible()
    assert [tag.domain for tag in page.person.tags] == ["Books", "Movies"]
    assert [card.taste.domain for card in page.cards] == ["Books", "Movies"]
    assert page.history.model.rowCount() == 3
    assert [page.history.model.index(2, column).data() for column in range(4)] == ["b2", "noir", "4", "13 Sep 2020"]
    assert [row.neighbour.user for row in page.neighbours.rows] == ["u21"]
    assert page.transfer.bar.shares == {"Books": 0.7, "Movies": 0.3}
    assert page.transfer.sentence.text().startswith("30 % of what speaks for the recommendations in Books")


def test_the_newest_run_with_sources_judges_unless_another_is_chosen(
    page: ProfilesPage, fake_pool: Any, qtbot: QtBot
) -> None:
    page.open_person("u2")
    qtbot.waitUntil(lambda: is_shown(page, "u2"))
    assert [page.runs.itemData(row) for row in range(page.runs.count())] == [None, 4, 3, 1]
    assert fake_pool.requests[-1].run == 3
    page.runs.setCurrentIndex(0)
    page.runs.activated.emit(0)
    qtbot.waitUntil(lambda: fake_pool.requests[-1].run is None)
    qtbot.waitUntil(lambda: "Choose a run" in page.transfer.sentence.text())


def test_a_run_that_cannot_judge_leaves_the_rest_of_the_profile(page: ProfilesPage, qtbot: QtBot) -> None:
    page.activate({"user": "u2", "run": 1})
    qtbot.waitUntil(lambda: is_shown(page, "u2"))
    assert page.transfer.sentence.text() == "Run 1 cannot judge this person."
    assert not page.error.isVisible()


def test_an_unknown_person_is_told_where_one_looks(page: ProfilesPage, qtbot: QtBot) -> None:
    qtbot.keyClicks(page.search, "nobody")
    qtbot.keyClick(page.search, Qt.Key.Key_Return)
    qtbot.waitUntil(page.error.isVisible)
    assert page.error.sentence.text() == "There is nobody with the id 'nobody'."
    assert page.search.text() == "nobody"
    assert not page.person.isVisible()


def test_an_answer_about_a_former_person_is_dropped(page: ProfilesPage, fake_pool: Any, qtbot: QtBot) -> None:
    has_started = threading.Event()

    def slow_about_u1(request: Request) -> Job[Value]:
        assert isinstance(request, Profile)
        while request.user == "u1":
            has_started.set()
            yield Tick()
        return profile_of(request.user, request.run)

    fake_pool.make_query = slow_about_u1
    page.open_person("u1")
    qtbot.waitUntil(has_started.is_set)
    qtbot.waitUntil(page.busy.isVisible)
    page.open_person("u2")
    qtbot.waitUntil(lambda: is_shown(page, "u2"))
    page._show(profile_of("u1", None))
    assert is_shown(page, "u2")
    assert not page.busy.isVisible()


def test_what_was_typed_stays_when_the_data_change(page: ProfilesPage, fake_pool: Any, qtbot: QtBot) -> None:
    page.open_person("u2")
    qtbot.waitUntil(lambda: is_shown(page, "u2"))
    page.search.setText("u2 and mo")
    n_asked = len(fake_pool.requests)
    page.refresh(frozenset({Change.INTERACTIONS}))
    qtbot.waitUntil(lambda: len(fake_pool.requests) > n_asked)
    assert page.search.text() == "u2 and mo"
    assert fake_pool.requests[-1].user == "u2"


def test_a_new_run_alone_does_not_ask_again(page: ProfilesPage, fake_pool: Any, qtbot: QtBot) -> None:
    page.open_person("u2")
    qtbot.waitUntil(lambda: is_shown(page, "u2"))
    n_asked = len(fake_pool.requests)
    page.refresh(frozenset({Change.RUNS}))
    qtbot.wait(50)
    assert len(fake_pool.requests) == n_asked


def test_a_nearest_person_opens_on_a_click(page: ProfilesPage, qtbot: QtBot) -> None:
    page.open_person("u2")
    qtbot.waitUntil(lambda: bool(page.neighbours.rows))
    page.neighbours.rows[0].click()
    qtbot.waitUntil(lambda: is_shown(page, "u21"))
    assert page.search.text() == "u21"


def test_a_domain_of_the_history_can_be_looked_at_alone(page: ProfilesPage, qtbot: QtBot) -> None:
    page.open_person("u2")
    qtbot.waitUntil(lambda: page.history.model.rowCount() == 3)
    books = next(one for one in page.history.domains.buttons if one.text() == "Books")
    books.click()
    assert [row.item for row in page.history.model.rows] == ["b1", "b2"]


def test_the_person_and_the_run_go_along_to_recommendations(
    page: ProfilesPage, served: MainWindow, qtbot: QtBot
) -> None:
    page.activate({"user": "u2", "run": 4})
    qtbot.waitUntil(lambda: is_shown(page, "u2"))
    page._recommend.click()
    other = served.stack.currentWidget()
    assert isinstance(other, RecommendationsPage)
    assert other.controls.search.text() == "u2"
    assert other.controls.runs.run is not None
    assert other.controls.runs.run.run == 4

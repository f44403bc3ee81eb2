"""The small parts of Profiles and Recommendations: what they say and how they keep a choice."""

import pytest
from pytestqt.qtbot import QtBot

from xdrec_app.services.results import HistoryItem, Neighbour, RecommendedItem, TasteTag, TransferNote
from xdrec_app.services.views import RunRow
from xdrec_app.ui.tables.history_model import HistoryModel, date_text
from xdrec_app.ui.tables.recommendation_model import SCORE_ROLE, RecommendationModel
from xdrec_app.ui.widgets.history_delegate import is_in_stars
from xdrec_app.ui.widgets.neighbour_list import NeighbourList
from xdrec_app.ui.widgets.run_select import RunSelect
from xdrec_app.ui.widgets.segments import Segments
from xdrec_app.ui.widgets.tag_bars import TagBars, everybodys_share
from xdrec_app.ui.widgets.transfer_card import TransferCard

Runs = tuple[RunRow, ...]


def test_everybodys_share_follows_from_share_and_lift() -> None:
    assert everybodys_share(TasteTag(tag="noir", share=0.4, lift=2.0)) == pytest.approx(0.2)
    assert everybodys_share(TasteTag(tag="noir", share=0.4, lift=0.0)) == 0.0


def test_bars_say_what_they_show_to_those_who_do_not_see_them(qtbot: QtBot) -> None:
    bars = TagBars("Books", [TasteTag(tag="noir", share=0.4, lift=2.0)])
    qtbot.addWidget(bars)
    assert bars.accessibleName() == "Taste in Books"
    assert bars.accessibleDescription() == "noir: 40 % of the liked items, 2.0 times everybody's 20 %"


@pytest.mark.parametrize(
    ("scale", "in_stars"),
    [((1.0, 5.0), True), ((0.5, 5.0), True), ((1.0, 10.0), False), ((1.0, 1.0), False), (None, False)],
)
def test_only_values_up_to_five_are_stars(scale: tuple[float, float] | None, in_stars: bool) -> None:
    assert is_in_stars(scale) is in_stars


def test_dates_do_not_depend_on_the_time_zone() -> None:
    assert date_text(0) == "1 Jan 1970"
    assert date_text(86_399) == "1 Jan 1970"
    assert date_text(None) == "–"


def test_a_history_shows_ids_where_titles_are_missing() -> None:
    model = HistoryModel()
    model.set_history([HistoryItem(domain="Books", item="b1", title="", tags=(), value=0.5, time=None)], {})
    assert [model.index(0, column).data() for column in range(4)] == ["b1", "", "0.5", "–"]


def test_a_run_stays_chosen_when_others_come(qtbot: QtBot, serving_runs: Runs) -> None:
    select = RunSelect("Run")
    qtbot.addWidget(select)
    select.set_runs(serving_runs[2:])
    assert select.run is not None
    select.choose(1)
    select.set_runs(serving_runs)
    assert select.run.run == 1


def test_a_run_that_is_gone_gives_way_to_the_newest_with_sources(qtbot: QtBot, serving_runs: Runs) -> None:
    select = RunSelect("Run")
    qtbot.addWidget(select)
    select.set_runs(serving_runs)
    select.choose(1)
    select.set_runs(serving_runs[:3])
    assert select.run is not None
    assert select.run.run == 3
    select.set_runs(())
    assert select.run is None
    assert not select.isEnabled()


def test_the_wish_for_no_run_outlives_new_runs_but_their_absence_is_no_wish(qtbot: QtBot, serving_runs: Runs) -> None:
    select = RunSelect("Run", without="no run")
    qtbot.addWidget(select)
    select.set_runs(())
    select.set_runs(serving_runs[2:])
    assert select.run is not None
    select.setCurrentIndex(0)
    select.activated.emit(0)
    select.set_runs(serving_runs)
    assert select.run is None


def test_a_segment_stays_chosen_as_long_as_it_is_offered(qtbot: QtBot) -> None:
    segments = Segments("Domain")
    qtbot.addWidget(segments)
    segments.set_choices([("", "All"), ("b", "Books")])
    segments.buttons[1].click()
    segments.set_choices([("", "All"), ("m", "Movies"), ("b", "Books")])
    assert segments.chosen == "b"
    segments.set_choices([("", "All"), ("m", "Movies")])
    assert segments.chosen == ""


def test_nobody_near_is_said(qtbot: QtBot) -> None:
    people = NeighbourList()
    qtbot.addWidget(people)
    people.set_neighbours([Neighbour(user="u1", similarity=0.5, shared_items=2)])
    assert people.rows[0].accessibleName() == "u1: similarity 0.50, 2 shared items"
    people.set_neighbours([])
    assert people.rows == []


def test_a_run_on_one_domain_says_that_nothing_was_added(qtbot: QtBot, serving_runs: Runs) -> None:
    card = TransferCard()
    qtbot.addWidget(card)
    card.set_notes((TransferNote(domain="Books", share=1.0),), serving_runs[1])
    assert "from Books alone" in card.sentence.text()
    assert not card.bar.isVisibleTo(card)


def test_the_strongest_of_several_sources_is_named(qtbot: QtBot, serving_runs: Runs) -> None:
    card = TransferCard()
    qtbot.addWidget(card)
    shares = {"Books": 0.5, "Movies": 0.1, "Music": 0.4}
    card.set_notes(tuple(TransferNote(domain=name, share=share) for name, share in shares.items()), serving_runs[2])
    assert card.sentence.text() == (
        "50 % of what speaks for the recommendations in Books comes from other domains, most from Music."
    )
    assert list(card.bar.shares) == list(shares)


def test_a_list_without_scores_above_zero_has_bars_from_its_worst(qtbot: QtBot) -> None:
    model = RecommendationModel()
    model.set_items(
        [RecommendedItem(rank=n + 1, id=str(n), title="", tags=(), score=score) for n, score in enumerate((1.0, -1.0))]
    )
    assert [model.index(row, 0).data(SCORE_ROLE) for row in range(2)] == [1.0, 0.0]

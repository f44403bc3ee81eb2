"""What lines say, guessed from the name of the value column and the first values."""

from __future__ import annotations

from pathlib import Path

import pytest

from xdrec_app.datasets.formats.dialect import Dialect
from xdrec_app.datasets.formats.interaction_file import InteractionFile
from xdrec_app.datasets.formats.signal_guess import guess_signal
from xdrec_app.datasets.signal_settings import SignalSettings


@pytest.fixture
def guess(tmp_path: Path):
    def of_text(text: str) -> SignalSettings:
        path = tmp_path / "r.csv"
        path.write_text(text, encoding="utf-8")
        return guess_signal(InteractionFile.open(path, Dialect(), {}))

    return of_text


@pytest.mark.parametrize(
    ("name", "values", "kind"),
    [
        ("rating", "5 3", "ratings"),
        ("rating", "1 1", "ratings"),
        ("评分", "4.5 3", "ratings"),
        ("like", "0 1", "ratings"),
        ("duration", "30 200", "views"),
        ("播放时长", "3 200", "views"),
        ("quantity", "1 2", "purchases"),
        ("play_count", "1 2", "purchases"),
        ("数量", "1 2", "purchases"),
        ("is_click", "0 1", "impressions"),
        ("点击", "0 0", "impressions"),
        ("clicks", "3 17", "purchases"),
        ("value", "3 5", "ratings"),
        ("value", "3 500", "purchases"),
        ("value", "3.5 500", "ratings"),
        ("unknown", "3 5", "clicks"),
    ],
)
def test_the_kind_follows_from_the_name_of_the_value_and_its_values(guess, name, values, kind):
    first, second = values.split()
    assert guess(f"user_id,item_id,{name}\nu1,i1,{first}\nu2,i2,{second}\n").kind == kind


def test_actions_make_a_log_of_events(guess):
    assert guess("user_id,item_id,event,quantity\nu1,i1,view,\nu1,i1,cart,2\n").kind == "events"
    assert guess("user_id,item_id,event,rating\nu1,i1,rate,4\nu1,i1,rate,2\n").kind == "ratings"


@pytest.mark.parametrize(
    ("values", "scale"), [("1 5 3", (1, 5)), ("0.5 4", (0.5, 5)), ("-1 1", (-1, 1)), ("0 0 0 7 10", (1, 10))]
)
def test_the_first_ratings_show_a_scale(guess, values, scale):
    lines = "".join(f"u{number},i,{value}\n" for number, value in enumerate(values.split()))
    assert guess("user_id,item_id,rating\n" + lines).scale == scale


def test_every_kind_comes_with_its_policy_for_repeats(guess):
    assert guess("user_id,item_id,quantity\nu1,i1,1\n").repeats == "sum"
    assert guess("user_id,item_id,rating\nu1,i1,1\n").repeats == "last"


def test_milliseconds_of_a_view_are_counted_as_such(guess):
    assert guess("user_id,item_id,ms_played\nu1,i1,30000\n").full_view_s == 30_000


def test_without_a_header_the_values_decide(guess):
    assert guess("u1,i1,4\nu2,i2,2\n").kind == "ratings"
    assert guess("u1,i1,4\nu2,i2,2500\n").kind == "purchases"
    assert guess("u1,i1\nu2,i2\n").kind == "clicks"

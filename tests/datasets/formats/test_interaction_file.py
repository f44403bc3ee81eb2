"""Lines of interactions: ids, values and times, and why a line is none."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xdrec_app.datasets.arrays import NO_TIME
from xdrec_app.datasets.formats.cells import MISSING
from xdrec_app.datasets.formats.dialect import Dialect
from xdrec_app.datasets.formats.interaction_file import InteractionChunk, InteractionFile


@pytest.fixture
def interactions(tmp_path: Path):
    def make(text: str, **dialect: object) -> InteractionFile:
        path = tmp_path / "r.csv"
        path.write_text(text, encoding="utf-8")
        return InteractionFile.open(path, Dialect(**dialect), {})

    return make


def whole(file: InteractionFile) -> InteractionChunk:
    [chunk] = [chunk for chunk in file.chunks() if len(chunk.lines) or chunk.rejected]
    return chunk


def reasons(chunk: InteractionChunk) -> list[tuple[int, str]]:
    return [(line, reason) for line, _, reason in chunk.rejected]


def test_wrong_lines_are_rejected_with_their_reason_and_text(interactions):
    chunk = whole(
        interactions(
            "user,item,rating,time\n"
            "u1,i1,5,100\n"
            " ,i1,5,100\n"
            "u2,  ,5,100\n"
            "u3,i1,good,100\n"
            "u4,i1,,100\n"
            "u5,i1,inf,100\n"
            "u6,i1,3,soon\n"
            "u7,i1\n"
            "u8,i1,2,\n"
            "u9,i1,2,292277026596-12-04\n"
        )
    )
    assert chunk.users.cells() == ["u1", "u8"]
    assert chunk.lines.tolist() == [2, 10]
    assert chunk.values.tolist() == [5.0, 2.0]
    assert chunk.times.tolist() == [100, NO_TIME]
    assert reasons(chunk) == [
        (3, "no user id"),
        (4, "no item id"),
        (5, "the value 'good' is not a number"),
        (6, "no value"),
        (7, "the value 'inf' is not a finite number"),
        (8, "the time 'soon' is not understood"),
        (9, "2 fields instead of 4"),
        (11, "the time '292277026596-12-04' is not understood"),
    ]
    assert chunk.rejected[2].text == "u3,i1,good,100"


def test_a_whole_column_of_numbers_with_one_that_is_no_time(interactions):
    chunk = whole(interactions("user,item,time\nu1,i1,100\nu2,i1,99999999999\nu3,i1,881250949000\n"))
    assert chunk.times.tolist() == [100, 881250949]
    assert reasons(chunk) == [(3, "the time '99999999999' is not understood")]


@pytest.mark.parametrize("nothing", ["NULL", "null", "\\N", "nan", "NaN", "None", "<NA>"])
def test_an_id_that_only_says_that_there_is_none_is_rejected(interactions, nothing):
    chunk = whole(interactions(f"user,item\n{nothing},i1\nu1, {nothing}\nu2,i2\n"))
    assert chunk.users.cells() == ["u2"]
    assert reasons(chunk) == [(2, f"no user id: '{nothing}'"), (3, f"no item id: '{nothing}'")]


def test_ids_stay_text(interactions):
    ids = ["007", "7", "7.0", "NA", "none", "NAN", "1e5", "9" * 40, "红楼梦", "a b"]
    chunk = whole(interactions("user,item\n" + "".join(f" {id_} ,{id_}\n" for id_ in ids)))
    assert chunk.users.cells() == chunk.items.cells() == ids
    assert chunk.trimmed == len(ids)


def test_ids_that_differ_in_blanks_only_are_one(interactions):
    chunk = whole(interactions("user,item\n u,i\nu,i\n"))
    assert chunk.users.texts == ["u"]
    assert chunk.trimmed == 1


def test_without_a_value_column_every_value_is_one(interactions):
    file = interactions("user,item\na,b\n")
    assert whole(file).values.tolist() == [1.0]
    assert file.columns == {"user": "user", "item": "item"}


def test_whole_columns_of_milliseconds_are_seconds(interactions):
    chunk = whole(interactions("u,i,5,1580466600000\nu,j,5,1580466600123\n"))
    assert chunk.times.tolist() == [1580466600, 1580466600]


def test_a_column_of_eight_digits_holds_dates(interactions):
    assert whole(interactions("user,item,time\nu,i,20200131\n")).times.tolist() == [1580428800]


@pytest.mark.parametrize(
    ("first", "second"), [("25/01/2020", "01/02/2020"), ("01/25/2020", "02/01/2020"), ("2020-01-25", "2020-02-01")]
)
def test_one_date_decides_the_order_of_all(interactions, first, second):
    chunk = whole(interactions(f"user,item,date\nu,i,{second}\nv,j,{first}\n"))
    assert np.diff(chunk.times).tolist() == [-7 * 24 * 3600]


def test_the_order_of_dates_can_be_decided(interactions):
    text = "user,item,date\nu,i,01/02/2020\n"
    january, february = 1577923200, 1580515200
    assert whole(interactions(text)).times.tolist() == [february]
    assert whole(interactions(text, date_order="month")).times.tolist() == [january]


def test_a_decimal_comma_is_found_in_quoted_cells(interactions):
    file = interactions('user,item,rating\nu,i,"4,5"\nv,i,3\n')
    assert file.table.layout.dialect.decimal == ","
    assert whole(file).values.tolist() == [4.5, 3.0]


def test_what_stands_before_decimals_can_be_decided(interactions):
    chunk = whole(interactions('user,item,rating\nu,i,"4,5"\nv,i,3\n', decimal="."))
    assert reasons(chunk) == [(2, "the value '4,5' is not a number")]


def test_beside_actions_a_quantity_may_be_missing(interactions):
    chunk = whole(interactions("user,item,event,quantity\nu,i, view ,\nu,i,purchase,3\n"))
    assert chunk.values.tolist() == [1.0, 3.0]
    assert chunk.actions is not None
    assert chunk.actions.cells() == ["view", "purchase"]


def test_a_line_without_its_domain_is_rejected(interactions):
    chunk = whole(interactions("user,item,domain\nu,i,books\nu,j, \n"))
    assert chunk.domains is not None
    assert chunk.domains.cells() == ["books"]
    assert reasons(chunk) == [(3, "no domain")]


CELLS = st.sampled_from(("u1", " u2 ", "", "NULL", "5", "4.5", "x", "inf", "2020-01-31", "9" * 30, "★★"))


@given(st.lists(st.lists(CELLS, min_size=1, max_size=5), min_size=1, max_size=30))
def test_every_record_is_an_interaction_or_rejected(rows):
    with TemporaryDirectory() as folder:
        path = Path(folder) / "r.csv"
        lines = [",".join(row) for row in rows if any(row) or len(row) > 1]
        path.write_text("\n".join(["user,item,rating,time", *lines]), encoding="utf-8")
        chunks = list(InteractionFile.open(path, Dialect(), {}).chunks())
    assert sum(len(chunk.lines) + len(chunk.rejected) for chunk in chunks) == len(lines)
    for chunk in chunks:
        assert np.isfinite(chunk.values).all()
        assert not set(chunk.users.cells()) & MISSING


def test_a_sample_is_read_like_the_file(interactions):
    file = interactions("user;item;rating\na;b;4,5\nc;d;x\n")
    sample = file.sample()
    assert (sample.users.cells(), sample.values.tolist(), reasons(sample)) == (
        ["a"],
        [4.5],
        [(3, "the value 'x' is not a number")],
    )

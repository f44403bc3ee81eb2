"""Times of single cells: numbers by magnitude, ISO 8601, dates by day or month first, month names."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xdrec_app.datasets.arrays import NO_TIME
from xdrec_app.datasets.formats.dialect import Dialect
from xdrec_app.datasets.formats.times import (
    EARLIEST,
    LATEST,
    NOT_A_TIME,
    are_compact,
    guess_date_order,
    is_order_open,
    seconds_of,
    time_parser,
    time_text,
    why_no_time,
)

DAY, MONTH = Dialect(date_order="day"), Dialect(date_order="month")


def read(text: str, dialect: Dialect = DAY) -> str:
    seconds = time_parser(dialect)(text)
    return {NO_TIME: "no time", NOT_A_TIME: "not understood"}.get(seconds) or time_text(seconds)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("881250949", "1997-12-04 15:55"),
        (" 881250949.7 ", "1997-12-04 15:55"),
        ("1.58046660E9", "2020-01-31 10:30"),
        ("1580466600123", "2020-01-31 10:30"),
        ("1580466600123456", "2020-01-31 10:30"),
        ("1580466600123456789", "2020-01-31 10:30"),
        ("-5", "1969-12-31 23:59"),
        ("20210304050607", "2021-03-04 05:06"),
    ],
)
def test_a_number_counts_since_1970_by_its_magnitude(text: str, shown: str) -> None:
    assert read(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("2020-01-31T10:30:00Z", "2020-01-31 10:30"),
        ("2021-03-04T05:06:07.123456Z", "2021-03-04 05:06"),
        ("2021-03-04T05:06:07.123456789+08:00", "2021-03-03 21:06"),
        ("2020-01-31 10:30", "2020-01-31 10:30"),
        ("2020-01-31", "2020-01-31 00:00"),
        ("2019-10-01 00:00:00 UTC", "2019-10-01 00:00"),
        ("2021-03-04 05:06:07 +0800", "2021-03-03 21:06"),
        ("2021/03/04 05:06", "2021-03-04 05:06"),
        ("2021/3/4 5:06 pm", "2021-03-04 17:06"),
        ("2021.03.04", "2021-03-04 00:00"),
        ("2021-03", "2021-03-01 00:00"),
        ("2021年3月4日", "2021-03-04 00:00"),
        ("2021年03月04日 05时06分07秒", "2021-03-04 05:06"),
    ],
)
def test_a_date_with_its_year_first_is_clear(text: str, shown: str) -> None:
    assert read(text) == read(text, MONTH) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("04-Jul-2019", "2019-07-04 00:00"),
        ("1-Jan-95", "1995-01-01 00:00"),
        ("4th July 2019 17:06", "2019-07-04 17:06"),
        ("July 4, 2019", "2019-07-04 00:00"),
        ("Sept. 4, 2019 5:06:07 PM", "2019-09-04 17:06"),
        ("Sat Nov 15 09:36:47 2008", "2008-11-15 09:36"),
        ("Fri Apr 17 23:10:10 +0000 2009", "2009-04-17 23:10"),
        ("Sat, 15 Nov 2008 09:36:47 GMT", "2008-11-15 09:36"),
        ("07 4, 2014", "2014-07-04 00:00"),
    ],
)
def test_a_date_with_the_name_of_its_month_is_clear(text: str, shown: str) -> None:
    assert read(text) == read(text, MONTH) == shown


@pytest.mark.parametrize(
    ("text", "day_first", "month_first"),
    [
        ("03/04/2021 5:06 PM", "2021-04-03 17:06", "2021-03-04 17:06"),
        ("12/1/2010 8:26", "2010-01-12 08:26", "2010-12-01 08:26"),
        ("03-04-21", "2021-04-03 00:00", "2021-03-04 00:00"),
        ("25/12/2021", "2021-12-25 00:00", "not understood"),
        ("12/25/2021", "not understood", "2021-12-25 00:00"),
        ("04.03.2021", "2021-03-04 00:00", "2021-03-04 00:00"),
        ("1/1/2021 12:00 am", "2021-01-01 00:00", "2021-01-01 00:00"),
        ("1/1/2021 12:00 p.m.", "2021-01-01 12:00", "2021-01-01 12:00"),
    ],
)
def test_the_dialect_says_what_comes_first(text: str, day_first: str, month_first: str) -> None:
    assert (read(text, DAY), read(text, MONTH)) == (day_first, month_first)
    assert read(text, Dialect()) == day_first


@pytest.mark.parametrize("text", ["", "  ", "NULL", "\\N", "nan", "0000-00-00 00:00:00"])
def test_an_empty_cell_is_no_time(text: str) -> None:
    assert read(text) == "no time"


@pytest.mark.parametrize(
    "text",
    [
        "yesterday",
        "inf",
        "1_000",
        "9" * 40,
        "9" * 5000,
        "9223372036854775807",
        "292277026596-12-04T15:30:07Z",
        "9999-12-31",
        "0001-01-01T00:00:00+05:00",
        "-2208988801",
        "7258118400",
        "2020-13-01",
        "2020-02-30",
        "1/1/2021 13:00 pm",
        "1/1/2021 25:00",
        "4-Foo-2019",
        "31-May",
    ],
)
def test_what_is_no_time_between_1900_and_2200_is_not_understood(text: str) -> None:
    assert read(text) == "not understood"
    assert why_no_time(f" {text}") == f"the time '{text}' is not understood"


@given(
    st.datetimes(datetime(1900, 1, 1), datetime(2199, 12, 31)),
    st.sampled_from(["%Y-%m-%d %H:%M:%S", "%d/%m/%Y %H:%M:%S", "%d %B %Y %I:%M:%S %p", "%c"]),
)
def test_any_moment_written_in_a_usual_form_is_read_back(moment: datetime, form: str) -> None:
    written = moment.replace(microsecond=0, tzinfo=UTC)

    assert time_parser(DAY)(written.strftime(form)) == written.timestamp()


@given(st.lists(st.integers(0, 10**13 - 1) | st.integers(10**14, 10**18 - 1), min_size=1))
def test_whole_columns_are_read_like_single_cells(numbers: list[int]) -> None:
    parse = time_parser(DAY)
    found = seconds_of(np.array(numbers, np.int64)).tolist()

    assert found == pytest.approx([parse(str(number)) for number in numbers], rel=0, abs=1)


@given(
    st.text()
    | st.from_regex(r"\d{1,4}[-/. ]?\d{1,2}[-/. ,年]{0,2}\d{0,4}[ T]?[\d:.]{0,12}(Z|[+-]\d{4}| [ap]m)?", fullmatch=True)
)
def test_any_text_is_a_moment_of_the_range_or_none(text: str) -> None:
    for dialect in (DAY, MONTH, Dialect()):
        moment = time_parser(dialect, is_compact=True)(text)
        assert moment in {NO_TIME, NOT_A_TIME} or EARLIEST <= moment < LATEST
    assert not (is_order_open([text]) and guess_date_order([text]))


def test_eight_digits_are_a_date_where_the_column_holds_dates() -> None:
    assert are_compact(["20210304", " 19991231 ", ""])
    assert not are_compact(["20210304", "20210399"])
    assert not are_compact([""])
    assert time_text(time_parser(DAY, is_compact=True)("20210304")) == "2021-03-04 00:00"
    assert read("20210304") == "1970-08-22 21:58"


@pytest.mark.parametrize(
    ("cells", "order"),
    [
        (["03/04/2021", "25/04/2021"], "day"),
        (["03/04/2021", "04/25/2021 8:00"], "month"),
        (["04.03.2021"], "day"),
        (["03/04/2021"], None),
        (["25/04/2021", "04/25/2021"], None),
        (["2021-03-04", "13"], None),
        ([], None),
    ],
)
def test_a_field_over_twelve_decides_the_order(cells: list[str], order: str | None) -> None:
    assert guess_date_order(cells) == order


def test_an_order_is_open_only_where_dates_need_one() -> None:
    assert is_order_open(["03/04/2021", ""])
    assert not is_order_open(["03/04/2021", "13/04/2021"])
    assert not is_order_open(["2021-03-04", "881250949"])


def test_the_range_is_two_hundred_years_and_a_hundred() -> None:
    assert (time_text(EARLIEST), time_text(LATEST)) == ("1900-01-01 00:00", "2200-01-01 00:00")

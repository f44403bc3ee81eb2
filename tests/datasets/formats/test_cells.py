"""Values and prices of single cells."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xdrec_app.datasets.formats.cells import guess_decimal, price_parser, value_parser, why_no_value
from xdrec_app.datasets.formats.dialect import Dialect

COMMAS, SEMICOLONS = Dialect(delimiter=","), Dialect(delimiter=";")
POINT, COMMA = Dialect(decimal="."), Dialect(decimal=",")


def value(text: str, dialect: Dialect = COMMAS) -> float:
    return value_parser(dialect)(text)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("5", 5.0),
        (" 3.5 ", 3.5),
        ("-1e2", -100.0),
        ("４．５", 4.5),
        ("\u22121", -1.0),
        ("1,234.5", 1234.5),
        ("1 234.5", 1234.5),
        ("1'234.5", 1234.5),
        ("1,234", 1234.0),
        ("85 %", 85.0),
        ("4 stars", 4.0),
        ("5星", 5.0),
        ("True", 1.0),
        ("否", 0.0),
    ],
)
def test_a_number_is_understood_in_its_usual_forms(text: str, number: float) -> None:
    assert value(text) == number


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no value"),
        ("  ", "no value"),
        ("NULL", "no value"),
        ("NaN", "no value"),
        ("five", "the value 'five' is not a number"),
        ("1_000", "the value '1_000' is not a number"),
        ("0x10", "the value '0x10' is not a number"),
        ("4,5", "the value '4,5' is not a number"),
        ("1,23,4", "the value '1,23,4' is not a number"),
        (" inf ", "the value 'inf' is not a finite number"),
        ("-Infinity", "the value '-Infinity' is not a finite number"),
        ("1e999", "the value '1e999' is not a finite number"),
        ("1e39", "the value '1e39' is too great"),
    ],
)
def test_what_is_no_value_is_said_with_its_reason(text: str, reason: str) -> None:
    assert math.isnan(value(text))
    assert why_no_value(text) == reason


@pytest.mark.parametrize(("text", "stars"), [("★★★", 3), ("★★★☆☆", 3), ("⭐️⭐️", 2), ("★★½☆", 2.5), ("☆☆☆", 0)])
def test_stars_are_counted(text: str, stars: float) -> None:
    assert value(text) == stars


def test_marks_out_of_a_best_one_need_the_same_best_one() -> None:
    parse = value_parser(COMMAS)

    assert (parse("8/10"), parse("4.5 out of 10"), parse("10/10")) == (8, 4.5, 10)
    assert math.isnan(parse("4/5"))


@pytest.mark.parametrize(
    ("text", "number"), [("4,5", 4.5), ("1.234,56", 1234.56), ("1\u202f234,56", 1234.56), ("1.234", 1234.0), ("7", 7.0)]
)
def test_a_decimal_comma_makes_points_thousands(text: str, number: float) -> None:
    assert value(text, COMMA) == number


@pytest.mark.parametrize("text", ["4.5", ".5", "5.", "1.23", "1.2345", "1e2.5"])
def test_a_point_before_decimals_is_refused_where_a_comma_stands_there(text: str) -> None:
    assert math.isnan(value(text, COMMA))


def test_the_reason_names_the_decimal_comma() -> None:
    assert why_no_value("4.5") == "the value '4.5' has no decimal comma"


def test_without_a_decision_a_comma_is_decimal_only_where_it_does_not_delimit() -> None:
    assert value("4,5", SEMICOLONS) == 4.5
    assert value("1.234,5", SEMICOLONS) == value("1,234.5", SEMICOLONS) == 1234.5
    assert value("4.125", SEMICOLONS) == value("4,125", SEMICOLONS) == 4.125
    assert value("4,125", COMMAS) == 4125


@given(st.floats(-1e6, 1e6, allow_nan=False), st.sampled_from([",", " ", "\u00a0", "'"]))
def test_any_grouped_number_is_read_back(number: float, separator: str) -> None:
    text = f"{number:,.3f}".replace(",", separator)

    assert value(text, POINT) == round(number, 3)
    if separator != "'":
        european = f"{number:,.3f}".translate({ord(","): ".", ord("."): ","})
        assert value(european, COMMA) == round(number, 3)


@given(st.text() | st.from_regex(r"[-+]?[\d., ']{0,12}[%★/\d]*", fullmatch=True), st.sampled_from((".", ",", None)))
def test_any_text_is_a_finite_number_or_has_a_reason(text: str, decimal: str | None) -> None:
    dialect = Dialect(decimal=decimal, delimiter=";")

    assert math.isfinite(value(text, dialect)) or "value" in why_no_value(text)
    price = price_parser(dialect)(text)
    assert price is None or price >= 0
    assert guess_decimal([text]) in {None, ".", ","}


@pytest.mark.parametrize(
    ("cells", "decimal"),
    [
        (["4,5", "3"], ","),
        (["4.5", "3"], "."),
        (["1.234,5"], ","),
        (["1,234.5"], "."),
        (["1.234.567"], ","),
        (["1,234"], None),
        (["0,125"], ","),
        (["3,5 €", "1.000 €"], ","),
        (["1", "a,b", ""], None),
        (["4.5", "4,5"], None),
        (["4.5", "4.0", "4,5"], "."),
    ],
)
def test_the_decimal_sign_is_guessed_from_cells_that_decide(cells: list[str], decimal: str | None) -> None:
    assert guess_decimal(cells) == decimal


@pytest.mark.parametrize(
    ("text", "price"),
    [
        ("12.99", 12.99),
        ("$12.99", 12.99),
        ("US$ 1,299.00", 1299.0),
        ("￥88", 88.0),
        ("88元", 88.0),
        ("EUR 5", 5.0),
        ("0", 0.0),
        ("free", None),
        ("-3", None),
        ("$1 - $2", None),
        ("", None),
        ("inf", None),
    ],
)
def test_a_price_may_have_a_currency_and_a_bad_one_is_none(text: str, price: float | None) -> None:
    assert price_parser(COMMAS)(text) == price


def test_a_price_with_a_decimal_comma() -> None:
    assert price_parser(COMMA)("1.299,95 €") == 1299.95

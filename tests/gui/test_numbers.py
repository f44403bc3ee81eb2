import pytest

from xdrec_app.ui import numbers


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.04, "0.0 s"), (9.94, "9.9 s"), (9.96, "10 s"), (59.7, "1 min 00 s"), (185, "3 min 05 s"), (7800, "2 h 10 min")],
)
def test_durations_read_as_one_says_them(qapp, seconds: float, text: str) -> None:
    assert numbers.duration(seconds) == text


def test_what_is_not_a_number_is_a_dash(qapp) -> None:
    assert numbers.figure(float("nan")) == "–"
    assert numbers.percent(float("nan")) == "–"


def test_digits_are_grouped_and_differences_signed(qapp) -> None:
    assert numbers.count(1234567) == "1,234,567"
    assert numbers.percent(0.125, signed=True) == "+12.5 %"
    assert numbers.short_count(12_345) == "12.3 k"

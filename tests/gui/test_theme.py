import pytest
from PySide6.QtGui import QColor

from xdrec_app.ui.theme import DARK, LIGHT, Colours, Scheme, theme


def luminance(colour: str) -> float:
    parts = [channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4 for channel in rgb(colour)]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def rgb(colour: str) -> tuple[float, float, float]:
    made = QColor(colour)
    return made.redF(), made.greenF(), made.blueF()


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("ink", "ground"),
    [
        ("text", "window"),
        ("text", "surface"),
        ("muted", "window"),
        ("muted", "surface"),
        ("muted", "hover"),
        ("accent", "accent_soft"),
        ("on_accent", "accent"),
        ("text", "warning_soft"),
        ("text", "danger_soft"),
        ("danger", "surface"),
        ("success", "surface"),
        ("warning", "surface"),
    ],
)
def test_text_is_readable(colours: Colours, ink: str, ground: str) -> None:
    assert contrast(getattr(colours, ink), getattr(colours, ground)) >= 4.5


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_domain_colours_stand_out_from_the_surface(colours: Colours) -> None:
    assert all(contrast(colour, colours.surface) >= 2.5 for colour in colours.domains)


def test_a_domain_keeps_its_colour(qapp) -> None:
    theme().set_domains(("Books", "Movies"))
    movies = theme().domain_colour("Movies")
    theme().domain_colour("Music")
    assert theme().domain_colour("Movies") == movies
    assert len({theme().domain_colour(name).name() for name in ("Books", "Movies", "Music")}) == 3


def test_changing_the_scheme_is_told_after_the_colours_are_in_place(qapp) -> None:
    theme().apply(Scheme.LIGHT)
    seen: list[bool] = []
    theme().changed.connect(lambda: seen.append(theme().is_dark))
    theme().apply(Scheme.DARK)
    assert seen == [True]
    theme().apply(Scheme.LIGHT)

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter
from PySide6.QtWidgets import QApplication

from xdrec_app.ui.theme import Type
from xdrec_app.ui.widgets.painting import broken_lines, draw_bar, draw_chips, draw_stars, font_of

WIDTH = 120.0


@pytest.fixture
def canvas(qapp: QApplication) -> QImage:
    image = QImage(200, 30, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    return image


def columns_of(image: QImage, colour: str) -> int:
    """Count the pixels of one colour in the middle row."""
    wanted = QColor(colour)
    return sum(image.pixelColor(x, image.height() // 2) == wanted for x in range(image.width()))


@settings(max_examples=60, deadline=None)
@given(st.text("ab 红楼梦,", max_size=120).map(lambda text: " ".join(text.split())), st.integers(1, 4))
def test_broken_lines_fit_and_keep_every_letter_or_say_that_they_do_not(
    qapp: QApplication, text: str, n_lines: int
) -> None:
    font = font_of(Type.BODY)
    lines = broken_lines(text, font, WIDTH, n_lines)
    assert len(lines) <= n_lines
    assert all(QFontMetricsF(font).horizontalAdvance(line) <= WIDTH + 1 for line in lines)
    together = "".join(lines)
    assert together.endswith("…") or together.replace(" ", "") == text.replace(" ", "")


@pytest.mark.parametrize(("share", "filled"), [(0.0, 0), (0.25, 50), (1.0, 200), (7.0, 200), (float("nan"), 0)])
def test_a_bar_fills_its_share_and_never_more(canvas: QImage, share: float, filled: int) -> None:
    painter = QPainter(canvas)
    draw_bar(painter, QRectF(0, 10, 200, 10), share, "#ff0000", "#0000ff")
    painter.end()
    assert columns_of(canvas, "#ff0000") == pytest.approx(filled, abs=3)


def test_half_a_star_is_less_than_a_whole_one(qapp: QApplication) -> None:
    def golden(value: float) -> int:
        image = QImage(90, 20, QImage.Format.Format_RGB32)
        image.fill(QColor("white"))
        painter = QPainter(image)
        draw_stars(painter, QRectF(0, 0, 90, 20), value)
        painter.end()
        colours = [image.pixelColor(x, y) for x in range(90) for y in range(20)]
        return sum(one.red() > one.blue() + 100 for one in colours)

    counts = [golden(value) for value in (0, 0.5, 1, 2.5, 5)]
    assert counts[0] == 0
    assert counts == sorted(set(counts))


def test_tags_that_do_not_fit_leave_the_room_to_the_right_alone(canvas: QImage) -> None:
    painter = QPainter(canvas)
    draw_chips(painter, QRectF(0, 0, 100, 30), ["philosophy", "documentary", "biography"])
    painter.end()
    untouched = {canvas.pixelColor(x, y).name() for x in range(102, 200) for y in range(30)}
    assert untouched == {"#ffffff"}


def test_a_painter_is_left_as_it_was(canvas: QImage) -> None:
    painter = QPainter(canvas)
    before = (painter.pen(), painter.brush(), painter.font())
    draw_bar(painter, QRectF(0, 0, 50, 8), 0.5, "#ff0000")
    draw_stars(painter, QRectF(0, 0, 90, 20), 3)
    draw_chips(painter, QRectF(0, 0, 90, 20), ["noir"])
    assert (painter.pen(), painter.brush(), painter.font()) == before
    assert painter.transform().map(QPointF(1, 1)) == QPointF(1, 1)
    painter.end()

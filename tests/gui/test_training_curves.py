import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xdrec_app.core.events import EpochEnd
from xdrec_app.services.views import CurvePoint
from xdrec_app.ui.training_curves import TRAIN_LOSS, Line, TrainingCurves, positive, smoothed, thinned


def epoch(phase: str, number: int, loss: float, **validation: float) -> EpochEnd:
    return EpochEnd(
        phase=phase,
        epoch=number,
        train_loss=loss,
        validation=validation,
        learning_rate=0.1,
        interactions_per_s=1000.0,
        elapsed_s=float(number),
    )


def point(phase: str, number: int, value: float) -> CurvePoint:
    return CurvePoint(phase=phase, epoch=number, series=TRAIN_LOSS, value=value, elapsed_s=0.0)


def test_phases_follow_each_other_on_one_axis_with_a_gap_between() -> None:
    curves = TrainingCurves()
    for event in (epoch("source", 1, 3.0), epoch("source", 2, 2.0), epoch("mapping", 1, 9.0, rmse=1.5)):
        curves.add(event)
    line = curves.line(TRAIN_LOSS)
    assert line.x == [1, 2, 3, 3]
    assert [value for value in line.y if not math.isnan(value)] == [3.0, 2.0, 9.0]
    assert math.isnan(line.y[2])
    assert (curves.n_epochs, curves.validation_series) == (3, "rmse")
    assert curves.line("rmse") == Line([3], [1.5])


def test_a_phase_that_begins_again_is_a_segment_of_its_own() -> None:
    stored = TrainingCurves.of_points([point("fit", 1, 2.0), point("fit", 2, 1.0), point("fit", 1, 2.5)])
    assert [(segment.phase, segment.offset) for segment in stored.segments] == [("fit", 0), ("fit", 2)]


def test_stored_curves_are_those_that_were_watched() -> None:
    watched = TrainingCurves()
    for number in (1, 2, 3):
        watched.add(epoch("fit", number, 1.0 / number))
    stored = TrainingCurves.of_points([point("fit", number, 1.0 / number) for number in (1, 2, 3)])
    assert stored.line(TRAIN_LOSS) == watched.line(TRAIN_LOSS)


finite = st.floats(-1e6, 1e6)


@given(st.lists(finite, min_size=1), st.floats(0.0, 0.98))
def test_smoothing_stays_within_the_curve_and_keeps_its_length(values: list[float], weight: float) -> None:
    smooth = smoothed(values, weight)
    slack = 1e-6 * max(1.0, *(abs(value) for value in values))
    assert len(smooth) == len(values)
    assert all(min(values) - slack <= value <= max(values) + slack for value in smooth)


def test_smoothing_starts_at_the_first_value_and_begins_anew_after_a_gap() -> None:
    assert smoothed([4.0, 2.0, math.nan, 8.0], 0.5) == pytest.approx([4.0, 8.0 / 3.0, math.nan, 8.0], nan_ok=True)
    assert smoothed([4.0, 2.0], 0.0) == [4.0, 2.0]


def test_a_weight_of_one_is_refused() -> None:
    with pytest.raises(ValueError, match="must be in"):
        smoothed([1.0], 1.0)


@given(st.integers(1, 4000), st.integers(2, 300))
def test_thinning_keeps_both_ends_and_the_limit(length: int, limit: int) -> None:
    line = Line([float(number) for number in range(length)], [0.0] * length)
    thin = thinned(line, limit)
    assert thin.x[0] == line.x[0]
    assert thin.x[-1] == line.x[-1]
    assert len(thin.x) <= limit + 1


def test_what_has_no_logarithm_is_left_out() -> None:
    line = positive(Line([1.0, 2.0, 3.0], [1.0, 0.0, -2.0]))
    assert [math.isnan(value) for value in line.y] == [False, True, True]

"""Evaluations as the figures that requests answer with: groups, calibration."""

from __future__ import annotations

from xdrec_app.evaluation.result import Evaluation
from xdrec_app.services.results import CalibrationBin, GroupFigures


def group_figures(evaluation: Evaluation) -> dict[str, GroupFigures]:
    """Return the metrics of the groups in which anybody is judged."""
    return {
        name: GroupFigures(people=group.n_people, metrics=group.metrics) for name, group in evaluation.groups.items()
    }


def calibration_figures(evaluation: Evaluation) -> tuple[CalibrationBin, ...]:
    """Return the calibration of an evaluation; empty where no ratings were judged."""
    if evaluation.calibration is None:
        return ()
    columns = (column.tolist() for column in evaluation.calibration)
    return tuple(
        CalibrationBin(predicted=predicted, actual=actual, rows=rows)
        for predicted, actual, rows in zip(*columns, strict=True)
    )

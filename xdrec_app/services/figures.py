"""Stored comparisons as the figures that requests answer with and the window shows."""

from __future__ import annotations

from collections.abc import Iterable

from xdrec_app.services.results import LiftFigure
from xdrec_app.storage.run_records import Comparison, ComparisonKind


def figures(rows: Iterable[Comparison], kind: ComparisonKind) -> dict[str, LiftFigure]:
    """Return the comparisons of one kind by metric."""
    return {
        row.metric: LiftFigure(
            with_=row.with_value, without=row.without_value, relative=row.relative, low=row.low, high=row.high
        )
        for row in rows
        if row.kind == kind
    }

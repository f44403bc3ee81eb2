"""Stored comparisons and groups as the figures that requests answer with and the window shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from xdrec_app.services.results import GroupFigures, LiftFigure
from xdrec_app.storage.run_records import Comparison, ComparisonKind

PEOPLE = "people"


def figures(rows: Iterable[Comparison], kind: ComparisonKind) -> dict[str, LiftFigure]:
    """Return the comparisons of one kind by metric."""
    return {
        row.metric: LiftFigure(
            with_=row.with_value, without=row.without_value, relative=row.relative, low=row.low, high=row.high
        )
        for row in rows
        if row.kind == kind
    }


def stored_groups(groups: Mapping[str, GroupFigures]) -> dict[str, dict[str, float]]:
    """Return groups as the workspace keeps them: the number of people is one more figure."""
    return {name: {PEOPLE: float(group.people), **group.metrics} for name, group in groups.items()}


def loaded_groups(groups: Mapping[str, Mapping[str, float]]) -> dict[str, GroupFigures]:
    """Return groups as they were before :func:`stored_groups`."""
    return {
        name: GroupFigures(
            people=int(values.get(PEOPLE, 0)),
            metrics={metric: value for metric, value in values.items() if metric != PEOPLE},
        )
        for name, values in groups.items()
    }

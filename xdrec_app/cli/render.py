"""Results as text for people; the JSON form needs no rendering."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from xdrec_app.services.model_schema import ModelSchemas
from xdrec_app.services.results import (
    CheckReport,
    EvaluationReport,
    ExportReport,
    LiftFigure,
    PersonProfile,
    RecommendationList,
    TrainReport,
    WorkspaceSummary,
)
from xdrec_app.services.views import RunList

SHOWN_METRICS = ("rmse", "mae", "auc", "ndcg@10", "recall@10", "mrr@10", "hit@10", "coverage@10")


def table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Return aligned columns; numbers stand to the right."""
    cells = [[str(cell) for cell in row] for row in rows]
    widths = [max(len(row[column]) for row in [list(header), *cells]) for column in range(len(header))]
    is_number = [
        bool(rows) and all(isinstance(row[column], int | float) for row in rows) for column in range(len(header))
    ]

    def line(row: Sequence[str]) -> str:
        parts = [
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(row, widths, is_number, strict=True)
        ]
        return "  ".join(parts).rstrip()

    return "\n".join(line(row) for row in [list(header), *cells])


def workspace(summary: WorkspaceSummary) -> str:
    """Domains and shared people."""
    if not summary.domains:
        return "An empty workspace. Next: xdrec import WORKSPACE FILE --domain NAME"
    text = table(
        ("domain", "people", "items", "interactions"),
        [(domain.name, domain.users, domain.items, domain.interactions) for domain in summary.domains],
    )
    shared = [f"{pair.domains[0]} and {pair.domains[1]} share {pair.users} people" for pair in summary.shared_users]
    return "\n".join([text, *shared])


def check(report: CheckReport) -> str:
    """The findings, a line each."""
    return "\n".join(report.findings) or "No damage was found."


def models(schemas: ModelSchemas) -> str:
    """One line per model, then what could not be loaded."""
    rows = [
        (model.key, model.title, model.capabilities.task, ", ".join(field.name for field in model.params))
        for model in schemas.models
    ]
    broken = [f"Could not be loaded: {name}: {reason}" for name, reason in schemas.broken.items()]
    return "\n".join([table(("key", "model", "task", "parameters"), rows), *broken])


def metrics_line(metrics: Mapping[str, float]) -> str:
    """Return the metrics people look at first, in one line."""
    return "  ".join(f"{name} {metrics[name]:.4f}" for name in SHOWN_METRICS if name in metrics)


def train_report(report: TrainReport) -> str:
    """Metrics beside the baselines, and the protocol."""
    lines = [
        f"Run {report.run}: {report.model} on {report.target}, {report.status} in {report.elapsed_s:.1f} s"
        f", {report.epochs} epochs"
    ]
    if report.metrics:
        rows = [("this run", report.metrics), *report.baselines.items()]
        lines += [f"  {name.replace('_', ' '):16s} {metrics_line(metrics)}" for name, metrics in rows]
        for name, group in report.groups.items():
            lines.append(f"  {name:16s} {metrics_line(group.metrics)}  ({group.people} people)")
        lines += _figures("the sources changed", report.lift)
        lines += _figures(f"against run {report.margin_run}, the best single-domain one:", report.margin)
        lines.append(f"Protocol: {report.protocol_sentence}.")
    if report.protocol.warning:
        lines.append(f"Warning: {report.protocol.warning}")
    return "\n".join(lines)


def _figures(what: str, figures: Mapping[str, LiftFigure]) -> list[str]:
    lines = []
    for name in ("rmse", "ndcg@10"):
        figure = figures.get(name)
        if figure is None:
            continue
        interval = "" if figure.low is None or figure.high is None else f" [{figure.low:+.1%}, {figure.high:+.1%}]"
        relative = "from nothing" if math.isnan(figure.relative) else f"{figure.relative:+.1%}{interval}"
        if figure.low is not None and figure.high is not None and figure.low <= 0 <= figure.high:
            relative += ": no difference"
        lines.append(f"  {what} {name} {figure.without:.4f} → {figure.with_:.4f} ({relative})")
    return lines


def evaluation(report: EvaluationReport) -> str:
    """Metrics and protocol."""
    rows = table(("metric", "value"), [(name, f"{value:.4f}") for name, value in sorted(report.metrics.items())])
    groups = "".join(
        f"\n{name}: {metrics_line(group.metrics)} ({group.people} people)" for name, group in report.groups.items()
    )
    return (
        f"Run {report.run}, {report.people} people, {report.rows} rows"
        f" ({report.unknown_rows} unknown)\n{rows}{groups}\nProtocol: {report.protocol_sentence}."
    )


def recommendations(found: RecommendationList) -> str:
    """The ranked list with its reasons."""
    person = found.user or "whoever likes these items"
    lines = [f"{found.target} for {person}" + (" (not in training: from the history)" if found.is_new_person else "")]
    for item in found.items:
        lines.append(f"{item.rank:3d}. {item.title or item.id}  [{item.id}]  {item.score:.3f}")
        if item.why:
            lines.append(f"     {item.why}")
    return "\n".join(lines)


def export(report: ExportReport) -> str:
    """What was written."""
    return f"{report.rows} rows for {report.people} people are in {report.file} ({report.elapsed_s:.1f} s)."


def profile(person: PersonProfile) -> str:
    """A person, domain by domain."""
    lines = [person.user]
    for taste in person.domains:
        tags = ", ".join(f"{tag.tag} ({tag.share:.0%}, ×{tag.lift:.1f})" for tag in taste.tags[:5])
        lines.append(f"  {taste.domain}: {taste.interactions} interactions, mean {taste.mean_value:.2f}; {tags}")
    nearest = ", ".join(f"{near.user} ({near.similarity:.2f})" for near in person.neighbours[:5])
    if nearest:
        lines.append(f"  nearest people: {nearest}")
    lines += [f"  {note.domain} carries {note.share:.0%} of the recommendations" for note in person.transfer]
    return "\n".join(lines)


def runs(found: RunList) -> str:
    """One line per run."""
    if not found.runs:
        return "No runs yet. Next: xdrec train WORKSPACE MODEL --target DOMAIN"
    rows = [
        (row.run, row.model, row.target, "+".join(row.sources) or "–", row.split, row.status, metrics_line(row.metrics))
        for row in found.runs
    ]
    return table(("run", "model", "target", "sources", "split", "status", "metrics"), rows)

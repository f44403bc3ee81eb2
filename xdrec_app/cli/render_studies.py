"""What comes of many fits as text."""

from __future__ import annotations

import math

from xdrec_app.cli.render import SHOWN_METRICS, table, train_report
from xdrec_app.services.results import LiftFigure
from xdrec_app.services.study_results import RepeatReport, TransferCell, TransferReport, TriedParams, TuneReport

SHOWN_TRIALS = 5


def repeated(report: RepeatReport) -> str:
    """Mean and standard deviation of each metric people look at first."""
    runs = ", ".join(map(str, report.runs))
    rows = [
        (name, f"{spread.mean:.4f} ± {spread.sd:.4f}", f"{spread.low:.4f} – {spread.high:.4f}")
        for name, spread in report.metrics.items()
        if name in SHOWN_METRICS
    ]
    lines = [
        f"{report.model} on {report.target}, seeds {report.seeds[0]} to {report.seeds[-1]} (runs {runs})",
        table(("metric", "mean ± sd", "range"), rows),
        f"Of the first ten items two seeds have {report.stability:.0%} in common.",
        f"Protocol: {report.protocol_sentence}.",
    ]
    return "\n".join(lines)


def tuned(report: TuneReport) -> str:
    """The best trials, what mattered, and how the best one does on the test part."""
    lines = [f"Study {report.study}: {report.model} on {report.target}, {len(report.trials)} trials"]
    sign = -1 if report.higher_is_better else 1
    complete = [trial for trial in report.trials if trial.state == "complete"]
    best = sorted(complete, key=lambda trial: sign * trial.value)[:SHOWN_TRIALS]
    rows = [(trial.number, f"{trial.value:.4f}", _params(trial)) for trial in best]
    lines.append(table(("trial", report.monitor, "parameters"), rows))
    if report.default_value is not None:
        lines.append(f"With the default parameters: {report.default_value:.4f}. All on the validation part.")
    if report.importances:
        shares = ", ".join(f"{name} {share:.0%}" for name, share in report.importances.items())
        lines.append(f"What mattered: {shares}")
    if report.trained is not None:
        lines.append(train_report(report.trained))
    return "\n".join(lines)


def matrix(report: TransferReport) -> str:
    """One line per cell; cells without a figure say why."""
    name = report.monitor
    rows = [
        (cell.target, " + ".join(cell.sources), cell.split, str(cell.people), *_cell(cell, name))
        for cell in report.cells
    ]
    header = ("target", "sources", "split", "people", f"{name} without", "with", "lift", "over popularity")
    lines = [f"What the sources add with {report.model}", table(header, rows)]
    lines += sorted({f"Warning: {cell.warning}" for cell in report.cells if cell.warning})
    if not report.is_complete:
        lines.append("Stopped; the same command goes on with the missing cells.")
    return "\n".join(lines)


def _params(trial: TriedParams) -> str:
    return "  ".join(
        f"{name}={value:.4g}" if isinstance(value, float) else f"{name}={value}" for name, value in trial.params.items()
    )


def _cell(cell: TransferCell, name: str) -> tuple[str, str, str, str]:
    if cell.reason:
        return cell.reason, "", "", ""
    lift = cell.lift.get(name)
    if lift is None:
        return "–", "–", "–", "–"
    return f"{lift.without:.4f}", f"{lift.with_:.4f}", _relative(lift), _relative(cell.over_popularity.get(name))


def _relative(figure: LiftFigure | None) -> str:
    if figure is None:
        return "–"
    if math.isnan(figure.relative):
        return "from nothing"
    interval = "" if figure.low is None or figure.high is None else f" [{figure.low:+.1%}, {figure.high:+.1%}]"
    return f"{figure.relative:+.1%}{interval}"

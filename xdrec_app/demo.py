"""The main job, done by the real window: the sample in, trained across domains, profile and recommendations out.

It is the end-to-end test, the source of the README's pictures, and what ``make run`` does where there is no display.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from xdrec_app.core.errors import UserError
from xdrec_app.core.events import Value
from xdrec_app.core.jobs import Failed, Succeeded
from xdrec_app.core.streams import claim_stdout
from xdrec_app.services.requests import CreateSample, Profile
from xdrec_app.services.results import LiftFigure, PersonProfile, TrainReport

if TYPE_CHECKING:
    from xdrec_app.ui.job_runner import JobHandle
    from xdrec_app.ui.main_window import MainWindow

SAMPLE = "sample.xdrec"
TARGET, SOURCES = "Books", ("Movies", "Music")
STEP_S = 120.0
QUIET_S = 0.6
N_LOOKED_AT, N_CANDIDATES = 500, 12
SIZES = ((1280, 800), (1920, 1080))


class DemoReport(Value):
    """What the demo came to; metrics, baselines and lift are those of `model`, which then recommends."""

    workspace: Path
    model: str
    target: str
    sources: tuple[str, ...]
    protocol_sentence: str
    metrics: dict[str, float]
    baselines: dict[str, dict[str, float]]
    lift: dict[str, LiftFigure]
    screenshots: tuple[Path, ...]
    elapsed_s: float


@dataclass
class Pilot:
    """Hands on a window: acts as a user would, waits, takes pictures.

    Attributes
    ----------
    folder
        Where pictures go; None takes none.
    """

    window: MainWindow
    folder: Path | None
    pictures: list[Path] = field(default_factory=list)

    def until(self, condition: Callable[[], bool], what: str, limit_s: float = STEP_S) -> None:
        """Let the window work until a condition holds.

        Raises
        ------
        UserError
            When it does not within `limit_s`.
        """
        from PySide6.QtCore import QEventLoop
        from PySide6.QtWidgets import QApplication

        end = time.monotonic() + limit_s
        while not condition():
            if time.monotonic() > end:
                raise UserError(f"The demo waited {limit_s:.0f} s in vain for this: {what}.")
            QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 50)
            time.sleep(0.005)

    def rest(self, seconds: float = QUIET_S) -> None:
        """Let the window work for a while."""
        end = time.monotonic() + seconds
        self.until(lambda: time.monotonic() > end, "rest", seconds + STEP_S)

    def picture(self, name: str) -> None:
        """Save what the window shows."""
        if self.folder is None:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        self.rest()
        path = self.folder / f"{len(self.pictures) + 1:02d}-{name}.png"
        self.window.grab().save(str(path))
        self.pictures.append(path)

    def show(self, page: str, **payload: object) -> None:
        """Go to a page."""
        self.window.navigate(page, **payload)
        self.rest()

    def press(self, page: str, text: str) -> None:
        """Press a button of a page by what it says."""
        from PySide6.QtWidgets import QPushButton

        buttons = self.window.page(page).findChildren(QPushButton)
        next(button for button in buttons if button.text() == text and button.isVisible()).click()

    def finish(self, handle: JobHandle | None) -> object:
        """Wait for a job and return its result; its failure is raised."""
        if handle is None:
            raise UserError("The window started no job where the demo expected one.")
        self.until(lambda: handle.outcome is not None, f"the end of “{handle.title}”")
        if isinstance(handle.outcome, Failed):
            raise UserError(handle.outcome.sentence, handle.outcome.hint)
        if not isinstance(handle.outcome, Succeeded):
            raise UserError(f"“{handle.title}” was cancelled.")
        return handle.outcome.result


def do_main_job(pilot: Pilot, workspace: Path) -> TrainReport:
    """Import the sample, train across domains with live curves, look at a person, recommend with reasons."""
    window = pilot.window
    pilot.show("home")
    pilot.picture("welcome")
    pilot.finish(window.runner.submit(CreateSample(workspace=workspace), "Making the sample"))
    window.open_workspace(workspace)
    pilot.until(lambda: len(window.state.domains) == 1 + len(SOURCES), "the domains of the sample")
    pilot.picture("home")
    pilot.show("data")
    pilot.picture("data")
    live = _train(pilot, "co_embedding", "train-live")
    report = _train(pilot, "ease")
    pilot.picture("train")
    pilot.show("runs", run=live.run)
    pilot.picture("runs")
    person = _telling_person(pilot, workspace, report.run)
    pilot.show("profiles", user=person, run=report.run)
    _answered(pilot)
    pilot.picture("profiles")
    pilot.show("recommendations", user=person, run=report.run)
    _answered(pilot)
    pilot.picture("recommendations")
    return report


def _train(pilot: Pilot, model: str, live_picture: str = "") -> TrainReport:
    window = pilot.window
    pilot.show("train", target=TARGET, sources=SOURCES, model=model)
    pilot.press("train", "Train")
    handle = window.runner.current
    if live_picture and handle is not None:
        epochs: list[object] = []
        handle.news.connect(epochs.append)
        pilot.until(lambda: _n_epochs(epochs) >= 6 or handle.outcome is not None, "the first epochs")
        pilot.picture(live_picture)
    result = pilot.finish(handle)
    assert isinstance(result, TrainReport)
    return result


def _n_epochs(events: list[object]) -> int:
    return sum(getattr(event, "kind", "") == "epoch_end" for event in events)


def _telling_person(pilot: Pilot, workspace: Path, run: int) -> str:
    """Return a person for whom the other domains carry much: of some who are known everywhere, the most telling one."""
    from xdrec_app.services.browse import Browser

    def search(browser: Browser) -> list[str]:
        people = browser.find_people("", N_LOOKED_AT)
        return [person.user for person in people if len(person.domains) == 1 + len(SOURCES)]

    candidates: list[list[str]] = []
    pilot.window.reader.ask("demo.people", search, candidates.append)
    pilot.until(lambda: bool(candidates), "people with a history in every domain")
    known: dict[str, float] = {}
    for user in candidates[0][:N_CANDIDATES]:
        request = Profile(workspace=workspace, user=user, run=run)
        pilot.window.runner.query(
            "demo.profile", request, lambda person: known.update({person.user: _elsewhere(person)})
        )
        _answered(pilot)
    return max(known, key=lambda user: known[user])


def _elsewhere(person: PersonProfile) -> float:
    """Return the share of a person's recommendations that the other domains carry."""
    return sum(note.share for note in person.transfer if note.domain != TARGET)


def _answered(pilot: Pilot) -> None:
    """Wait until the query that was just asked is answered."""
    pilot.rest(0.2)
    pilot.until(lambda: not pilot.window.runner.is_asking, "the answer of the model")


@contextmanager
def offscreen_window() -> Iterator[MainWindow]:
    """Give the real window, drawn in memory, with settings of its own; closed at the end."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    logging.getLogger("qt").addHandler(logging.NullHandler())  # the offscreen platform complains about being one
    from PySide6.QtWidgets import QApplication

    from xdrec_app.ui.app import log_qt_messages, make_application
    from xdrec_app.ui.main_window import MainWindow
    from xdrec_app.ui.settings import Settings

    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(Path(folder) / "settings.ini")
        make_application(settings)
        log_qt_messages()
        window = MainWindow(settings=settings)
        window.resize(*SIZES[0])
        window.show()
        try:
            yield window
        finally:
            window.runner.cancel_all()
            window.close()
            QApplication.processEvents()


def run_demo(workspace: Path, screenshots: Path | None) -> DemoReport:
    """Do the main job offscreen and say what came of it.

    Raises
    ------
    UserError
        When the workspace exists already, or a step fails.
    """
    started = time.monotonic()
    if workspace.exists():
        raise UserError(f"{workspace} exists already.", "Name a new file for the demo's workspace.")
    with offscreen_window() as window:
        pilot = Pilot(window, screenshots)
        report = do_main_job(pilot, workspace.absolute())
    return DemoReport(
        workspace=workspace.absolute(),
        model=report.model,
        target=report.target,
        sources=report.sources,
        protocol_sentence=report.protocol_sentence,
        metrics=report.metrics,
        baselines=report.baselines,
        lift=report.lift,
        screenshots=tuple(path.absolute() for path in pilot.pictures),
        elapsed_s=time.monotonic() - started,
    )


def command(workspace: Path | None, screenshots: Path | None, as_json: bool) -> int:
    """Run the demo as a command and return its exit code."""
    output = claim_stdout()
    with tempfile.TemporaryDirectory() as folder:
        try:
            report = run_demo(workspace or Path(folder) / SAMPLE, screenshots)
        except UserError as error:
            sys.stderr.write(f"{error}\n")
            return 1
        text = report.model_dump_json() if as_json else _told(report, keeps_workspace=workspace is not None)
        output.write(text.encode() + b"\n")
        output.flush()
    return 0


def _told(report: DemoReport, *, keeps_workspace: bool) -> str:
    figure = report.lift["ndcg@10"]
    lines = [
        f"{report.model} on {report.target}, learning from {' and '.join(report.sources)} as well:",
        f"  NDCG@10 {figure.with_:.4f}; without the sources {figure.without:.4f} ({figure.relative:+.1%});"
        f" popularity {report.baselines['popularity']['ndcg@10']:.4f}",
        f"  Protocol: {report.protocol_sentence}.",
    ]
    if report.screenshots:
        lines.append(f"  {len(report.screenshots)} pictures are in {report.screenshots[0].parent}")
    if keeps_workspace:
        lines.append(f"  The workspace is {report.workspace}")
    lines.append(f"  Done in {report.elapsed_s:.0f} s.")
    return "\n".join(lines)


def tour(folder: Path) -> None:
    """Save pictures of the main job, and then of every page in light and dark, in two sizes."""
    from xdrec_app.ui.theme import Scheme, theme

    with tempfile.TemporaryDirectory() as place, offscreen_window() as window:
        pilot = Pilot(window, folder / "main-job")
        do_main_job(pilot, Path(place) / SAMPLE)
        for scheme in (Scheme.LIGHT, Scheme.DARK):
            theme().apply(scheme)
            for width, height in SIZES:
                window.resize(width, height)
                pilot.folder = folder / scheme.value / f"{width}x{height}"
                pilot.pictures = []
                for page in window.pages:
                    pilot.show(page.key)
                    pilot.picture(page.key)


def main(words: list[str]) -> int:
    """Open the window on the sample; without a display do the main job offscreen and say where its fruits are."""
    parser = argparse.ArgumentParser(prog="python -m xdrec_app.demo", description=main.__doc__)
    parser.add_argument("--tour", type=Path, metavar="DIR", help="only save pictures of every page there")
    chosen = parser.parse_args(words)
    if chosen.tour is not None:
        tour(chosen.tour)
        return 0
    from xdrec_app.ui.app import has_display, run

    if has_display():
        return run(open_sample=True)
    folder = Path(tempfile.mkdtemp(prefix="xdrec-demo-"))
    return command(folder / SAMPLE, folder / "pictures", as_json=False)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

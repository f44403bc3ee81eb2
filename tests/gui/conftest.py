"""The window on fakes: a browser of recorded values and a pool whose jobs are plain generators."""

import os

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from xdrec_app.core.events import Value
from xdrec_app.core.jobs import Job
from xdrec_app.datasets.signal_settings import SignalSettings
from xdrec_app.services.data_results import DomainReports
from xdrec_app.services.finding_views import DomainMeaning, Inspection, StoredAudit
from xdrec_app.services.request import Done, Request
from xdrec_app.services.results import DomainSummary, SharedUsers, WorkspaceSummary
from xdrec_app.services.views import BatchRow, Histogram, ItemRow, PersonHit, RejectedRow, RunRow
from xdrec_app.ui.app import make_application
from xdrec_app.ui.main_window import MainWindow
from xdrec_app.ui.page_context import PageContext
from xdrec_app.ui.reader import Reader
from xdrec_app.ui.settings import Settings


class FakeBrowser:
    """Answers with recorded values; change the attributes to change the workspace."""

    def __init__(self) -> None:
        self.version = 1
        self.is_closed = False
        self.domains = (
            DomainSummary(name="Books", users=30, items=20, interactions=300, scale=(1.0, 5.0)),
            DomainSummary(name="Movies", users=40, items=25, interactions=420, scale=(1.0, 5.0)),
        )
        self.imports = (
            BatchRow(
                batch=1,
                domain="Books",
                kind="interactions",
                file_name="books.csv",
                lines=303,
                imported=300,
                merged=1,
                rejected=2,
                created_at=1_700_000_000,
            ),
        )
        self.stored_runs: tuple[RunRow, ...] = ()
        self.stored_inspection = Inspection(reports=DomainReports(reports=(), overlaps=()), state="1")
        self.stored_audit = StoredAudit()

    def data_version(self) -> int:
        return self.version

    def summary(self) -> WorkspaceSummary:
        shared = (SharedUsers(domains=("Books", "Movies"), users=12),) if len(self.domains) > 1 else ()
        return WorkspaceSummary(domains=self.domains, shared_users=shared)

    def histogram(self, domain: str) -> Histogram:
        return Histogram(values=(1.0, 2.0, 3.0, 4.0, 5.0), counts=(5, 10, 60, 120, 105))

    def inspection(self) -> Inspection:
        return self.stored_inspection

    def audit(self) -> StoredAudit:
        return self.stored_audit

    def meanings(self) -> tuple[DomainMeaning, ...]:
        return tuple(
            DomainMeaning(name=one.name, signal=SignalSettings(), found_scale=one.scale) for one in self.domains
        )

    def items(self, domain: str, after: int | None = None, limit: int = 100, search: str = "") -> tuple[ItemRow, ...]:
        rows = [
            ItemRow(key=key, id=f"{domain[0]}{key:04d}", title=f"Title {key}", tags=("noir",), interactions=key)
            for key in range(1, 501)
        ]
        found = [row for row in rows if search in row.title or search in row.id]
        return tuple(row for row in found if row.key > (after or 0))[:limit]

    def batches(self) -> tuple[BatchRow, ...]:
        return self.imports

    def rejected(self, batch: int, after_line: int = 0, limit: int = 100) -> tuple[RejectedRow, ...]:
        return (
            RejectedRow(line=7, text="u1,b1,x", reason="the value 'x' is not a number"),
            RejectedRow(line=9, text="u2", reason="1 field instead of 3"),
        )

    def runs(self) -> tuple[RunRow, ...]:
        return self.stored_runs

    def curves(self, run: int) -> tuple[Any, ...]:
        return ()

    def find_people(self, prefix: str = "", limit: int = 100, after: str | None = None) -> tuple[PersonHit, ...]:
        return (PersonHit(user="u1", domains=("Books", "Movies"), interactions=12),)

    def people_count(self) -> int:
        return 58

    def close(self) -> None:
        self.is_closed = True


def _nothing(_request: Request) -> Job[Value]:
    yield from ()
    return Done()


class FakePool:
    """Runs generators instead of workers: set `make_job` and `make_query`."""

    def __init__(self) -> None:
        self.make_job: Callable[[Request], Job[Value]] = _nothing
        self.make_query: Callable[[Request], Job[Value]] = _nothing
        self.requests: list[Request] = []
        self.is_started = self.is_closed = False

    def start(self) -> None:
        self.is_started = True

    def close(self) -> None:
        self.is_closed = True

    def job(self, request: Request) -> Job[Value]:
        self.requests.append(request)
        return self.make_job(request)

    def query(self, request: Request) -> Job[Value]:
        self.requests.append(request)
        return self.make_query(request)


@pytest.fixture(scope="session")
def qapp(tmp_path_factory: pytest.TempPathFactory) -> QApplication:
    return make_application(Settings(tmp_path_factory.mktemp("settings") / "window.ini"))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = Settings(tmp_path / "window.ini")
    made.set_folder(tmp_path)
    return made


@pytest.fixture
def fake_pool() -> FakePool:
    return FakePool()


@pytest.fixture
def fake_browser() -> FakeBrowser:
    return FakeBrowser()


@pytest.fixture
def reader(qapp: QApplication, fake_browser: FakeBrowser) -> Iterator[Reader]:
    made = Reader(lambda _path: fake_browser)  # type: ignore[arg-type, return-value]
    yield made
    made.close()


@pytest.fixture
def window(qtbot: QtBot, fake_pool: FakePool, settings: Settings, fake_browser: FakeBrowser) -> Iterator[MainWindow]:
    made = MainWindow(fake_pool, settings, Reader(lambda _path: fake_browser))  # type: ignore[arg-type, return-value]
    made.state._timer.setInterval(50)
    made.show()
    qtbot.waitExposed(made)
    yield made
    made.runner.cancel_all()
    qtbot.waitUntil(lambda: not made.runner.is_busy)
    made.close()
    made.deleteLater()


@pytest.fixture
def opened(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> MainWindow:
    """The window with the fake workspace open."""
    file = tmp_path / "fake.xdrec"
    file.touch()
    with qtbot.waitSignal(window.state.opened):
        window.open_workspace(file)
    return window


@pytest.fixture
def context(opened: MainWindow) -> PageContext:
    """The context of a page on the fake workspace."""
    return opened.context


def _serving_run(run: int, target: str, sources: tuple[str, ...], *, can_serve: bool = True) -> RunRow:
    return RunRow(
        run=run, model="ease", target=target, sources=sources, split="random", seed=0, status="finished", error="",
        device="cpu", created_at=1_700_000_000, elapsed_s=1.0, epochs=0, params={}, metrics={"ndcg@10": 0.19},
        popularity={}, lift={}, margin={}, protocol_sentence="all items compete", unscored=0.0, note="",
        can_serve=can_serve,
    )  # fmt: skip


@pytest.fixture
def serving_runs() -> tuple[RunRow, ...]:
    """Runs, newest first: 5 without weights, 4 without sources, 3 with, and an older one."""
    return (
        _serving_run(5, "Books", ("Movies",), can_serve=False),
        _serving_run(4, "Books", ()),
        _serving_run(3, "Books", ("Movies", "Music")),
        _serving_run(1, "Movies", ("Books",)),
    )


@pytest.fixture
def people() -> tuple[PersonHit, ...]:
    """People in the order of their ids."""
    return (
        PersonHit(user="u1", domains=("Books",), interactions=90),
        PersonHit(user="u2", domains=("Books", "Movies"), interactions=12),
        PersonHit(user="u21", domains=("Books", "Movies"), interactions=40),
        PersonHit(user="v1", domains=("Movies",), interactions=7),
    )


@pytest.fixture
def served(
    fake_browser: FakeBrowser, serving_runs: tuple[RunRow, ...], people: tuple[PersonHit, ...], opened: MainWindow,
    qtbot: QtBot,
) -> MainWindow:  # fmt: skip
    """The window on a workspace with people to find and runs that can recommend."""

    def find_people(prefix: str = "", limit: int = 100, after: str | None = None) -> tuple[PersonHit, ...]:
        return tuple(person for person in people if person.user.startswith(prefix))[:limit]

    fake_browser.find_people = find_people  # type: ignore[method-assign]
    fake_browser.stored_runs = serving_runs
    fake_browser.version += 1
    qtbot.waitUntil(lambda: len(opened.state.runs) == len(serving_runs))
    return opened

"""The leakage audit on the Data page: what was found, what is decided, and the job that looks."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from xdrec_app.core.errors import UserError
from xdrec_app.core.events import Value
from xdrec_app.core.jobs import Job
from xdrec_app.services.data_requests import AuditLeakage, DecideLeak
from xdrec_app.services.data_results import AuditReport, LeakFinding, SameItem
from xdrec_app.services.finding_views import StoredAudit
from xdrec_app.services.request import Request
from xdrec_app.ui.main_window import MainWindow
from xdrec_app.ui.pages.data import DataPage
from xdrec_app.ui.widgets.audit_card import AuditCard

PAIR = ("Books", "Movies")


def finding(**changes: object) -> LeakFinding:
    found: dict[str, object] = {
        "domains": PAIR, "pairs": 40, "leaking": (150, 130), "shares": (0.15, 0.13), "chance": (0.0003, 0.001),
        "is_leak": True,
        "examples": (
            SameItem(items=("b1", "m9"), titles=("", ""), raters=7, counts=(7, 9), evidence=("id", "raters")),
        ),
    }  # fmt: skip
    return LeakFinding.model_validate(found | changes)


@pytest.fixture
def page(opened: MainWindow) -> DataPage:
    opened.navigate("data", view="audit")
    found = opened.page("data")
    assert isinstance(found, DataPage)
    return found


def test_before_anybody_looked_the_look_is_offered(
    page: DataPage, opened: MainWindow, fake_browser, fake_pool, qtbot: QtBot
) -> None:
    def look(_request: Request) -> Job[Value]:
        yield from ()
        fake_browser.stored_audit = StoredAudit(findings=(finding(),))
        return AuditReport(findings=(finding(),))

    fake_pool.make_job = look
    qtbot.waitUntil(page.audit.look.isVisible)
    page.audit.look.click()
    qtbot.waitUntil(lambda: len(page.audit.cards) == 1)
    assert fake_pool.requests == [AuditLeakage(workspace=opened.state.path)]
    qtbot.waitUntil(page.audit.cards[0].isVisible)
    assert not page.audit.look.isVisible()


def test_a_look_that_fails_says_so(page: DataPage, fake_pool, qtbot: QtBot) -> None:
    def fail(_request: Request) -> Job[Value]:
        yield from ()
        raise UserError("The workspace is locked.")

    fake_pool.make_job = fail
    qtbot.waitUntil(page.audit.look.isVisible)
    page.audit.look.click()
    qtbot.waitUntil(page.audit.error.isVisible)
    qtbot.waitUntil(page.audit.look.isVisible)


def test_a_leak_is_said_with_what_chance_would_make_of_it(qtbot: QtBot) -> None:
    card = AuditCard(finding())
    qtbot.addWidget(card)
    assert "in Books, 15.0 % is with an item that the same person has in Movies too" in card.sentence.text()
    assert "< 0.1 %" in card.sentence.text()
    assert card.sentence.text().endswith("illusion.")
    assert card._notice.property("level") == "warning"


def test_two_domains_without_a_common_item_need_no_decision(qtbot: QtBot) -> None:
    card = AuditCard(finding(pairs=0, shares=(0, 0), chance=(0, 0), is_leak=False, examples=()))
    qtbot.addWidget(card)
    assert card.decision.isHidden()
    assert card._examples.isHidden()
    assert card._notice.property("level") == "success"


def test_titles_stand_in_the_table_where_there_are_any(qtbot: QtBot) -> None:
    card = AuditCard(finding())
    qtbot.addWidget(card)
    assert [card.model.index(0, column).data() for column in range(card.model.columnCount())] == [
        "b1", "m9", "7", "7", "9", "same id, same people",
    ]  # fmt: skip
    titled = SameItem(items=("b1", "m9"), titles=("Dune", "Dune (1984)"), raters=7, counts=(7, 9), evidence=("title",))
    card.set_finding(finding(examples=(titled,)))
    assert card.model.index(0, 3).data() == "Dune (1984)"


def test_a_decision_is_stored_and_its_effect_told(
    page: DataPage, opened: MainWindow, fake_browser, fake_pool, qtbot: QtBot
) -> None:
    fake_browser.stored_audit = StoredAudit(findings=(finding(),))
    page.findings.read()
    qtbot.waitUntil(lambda: len(page.audit.cards) == 1)
    card = page.audit.cards[0]
    card.decision.buttons[1].click()
    qtbot.waitUntil(lambda: bool(fake_pool.requests))
    assert fake_pool.requests == [DecideLeak(workspace=opened.state.path, domains=PAIR, decision="exclude")]
    fake_browser.stored_audit = StoredAudit(findings=(finding(decision="exclude"),))
    page.findings.read()
    qtbot.waitUntil(lambda: card.effect.text().startswith("Exclude"))
    assert page.audit.cards == [card]


def test_leaks_come_first_and_outdated_pairs_are_named(page: DataPage, fake_browser, qtbot: QtBot) -> None:
    harmless = finding(domains=("Books", "Music"), pairs=900, is_leak=False)
    fake_browser.stored_audit = StoredAudit(findings=(harmless, finding()), outdated=(("Movies", "Music"),))
    page.findings.read()
    qtbot.waitUntil(lambda: len(page.audit.cards) == 2)
    assert [card.domains for card in page.audit.cards] == [PAIR, ("Books", "Music")]
    assert "Movies – Music" in page.audit._outdated.text()
    assert page.audit.again.isVisible()


def test_one_domain_alone_has_nothing_to_compare(
    page: DataPage, opened: MainWindow, fake_browser, qtbot: QtBot
) -> None:
    fake_browser.domains = fake_browser.domains[:1]
    fake_browser.version += 1
    with qtbot.waitSignal(opened.state.changed):
        pass
    qtbot.waitUntil(page.audit._alone.isVisible)
    assert not page.audit.look.isVisible()

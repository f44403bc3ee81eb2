"""What a window reads about domains as a whole: what is stored and current, and nothing made on the way."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from xdrec_app.core.errors import UserError
from xdrec_app.core.jobs import run
from xdrec_app.services.audit_leakage import audit_leakage, decide_leak
from xdrec_app.services.browse import Browser
from xdrec_app.services.change_data import change_domain
from xdrec_app.services.data_requests import (
    AuditLeakage,
    ChangeDomain,
    DecideLeak,
    ImportInteractions,
    InspectDomains,
    LinkPeople,
)
from xdrec_app.services.import_interactions import import_interactions
from xdrec_app.services.inspect_domains import inspect_domains
from xdrec_app.services.link_people import link_people
from xdrec_app.services.workspace import new_workspace

BOOKS = "user,item,rating\nAna,b1,5\nBo,b1,4\ncy,b2,3\nAna,b2,1\n"
SHOP = "user,item,action\nana,s1,view\nBO,s1,cart\nDee,s2,view\n"


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    path = tmp_path / "w.xdrec"
    new_workspace(path)
    for domain, content in (("Books", BOOKS), ("Shop", SHOP)):
        file = tmp_path / f"{domain}.csv"
        file.write_text(content)
        run(import_interactions(ImportInteractions(workspace=path, file=file, domain=domain)))
    return path


def test_a_report_is_missing_until_somebody_looked_and_again_after_a_change(workspace: Path) -> None:
    with Browser.open(workspace) as browser:
        run(inspect_domains(InspectDomains(workspace=workspace, domains=("Books",))))
        before = browser.inspection()
        assert (before.missing, before.has_overlaps) == (("Shop",), True)
        assert [report.domain for report in before.reports.reports] == ["Books"]
        run(inspect_domains(InspectDomains(workspace=workspace)))
        assert browser.inspection().is_complete
        run(change_domain(ChangeDomain(workspace=workspace, domain="Books", name="Novels")))
        after = browser.inspection()
        assert not after.is_complete
        assert after.state != before.state


def test_strangers_are_told_with_the_rule_that_would_link_them(workspace: Path) -> None:
    run(inspect_domains(InspectDomains(workspace=workspace)))
    with Browser.open(workspace) as browser:
        (strangers,) = browser.inspection().reports.nobody
    assert strangers.domains == ("Books", "Shop")
    assert strangers.rule == "case"


def test_rules_are_tried_without_being_applied(workspace: Path) -> None:
    with Browser.open(workspace) as browser:
        assert browser.linkable([(), ("trim",), ("case",)]) == [0, 0, 2]
        assert browser.present_links().rules == ()
        run(link_people(LinkPeople(workspace=workspace, rules=("case",))))
        assert browser.present_links().rules == ("case",)


def test_of_too_many_accounts_nothing_is_tried(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xdrec_app.storage.browse_domains.MAX_TRIED_ACCOUNTS", 2)
    with Browser.open(workspace) as browser:
        assert browser.linkable([()]) is None


def test_a_decision_stands_beside_its_finding_and_no_audit_is_outdated(workspace: Path) -> None:
    with Browser.open(workspace) as browser:
        assert browser.audit().outdated == (("Books", "Shop"),)
        run(audit_leakage(AuditLeakage(workspace=workspace)))
        run(decide_leak(DecideLeak(workspace=workspace, domains=("Shop", "Books"), decision="exclude")))
        found = browser.audit()
    assert found.outdated == ()
    assert [(one.domains, one.decision) for one in found.findings] == [(("Books", "Shop"), "exclude")]


def test_meanings_name_the_actions_of_logs(workspace: Path) -> None:
    with Browser.open(workspace) as browser:
        books, shop = browser.meanings()
    assert (books.signal.kind, books.found_scale, books.actions) == ("ratings", (1, 5), ())
    assert (shop.signal.kind, shop.actions) == ("events", ("cart", "view"))


def test_a_mapping_is_previewed_with_the_columns_that_hold_ids(workspace: Path, tmp_path: Path) -> None:
    file = tmp_path / "who.csv"
    file.write_text("person,paper,web\n1,Ana,ana\n2,Bo,BO\n3,cy,Dee\n")
    with Browser.open(workspace) as browser:
        found = browser.mapping_preview(file)
        assert (found.columns, found.rows[0]) == (("person", "paper", "web"), ("1", "Ana", "ana"))
        assert (found.guess, found.problem) == ({"Books": "paper", "Shop": "web"}, "")
        assert browser.mapping_preview(file, {"Shop": ""}).problem
        file.write_text("only\none\n")
        with pytest.raises(UserError):
            browser.mapping_preview(file)


def test_findings_are_read_without_numpy(workspace: Path) -> None:
    code = """
import sys
from pathlib import Path
from xdrec_app.services.browse import Browser
with Browser.open(Path(sys.argv[1])) as browser:
    browser.inspection(), browser.audit(), browser.meanings(), browser.present_links(), browser.linkable([()])
assert "numpy" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code, str(workspace)], check=True)

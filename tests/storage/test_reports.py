"""Stored reports belong to a revision: what is older than the data is not given out, nor is anything stored late."""

from __future__ import annotations

import subprocess
import sys

import pytest
from sqlalchemy import delete, insert, update

from xdrec_app.datasets.domain_figures import DomainFigures, KCore, Shortage
from xdrec_app.storage.reports import (
    domain_revisions,
    keep_overlaps,
    keep_report,
    stored_overlaps,
    stored_report,
)
from xdrec_app.storage.schema import LINK_RULES, domain, setting


@pytest.fixture
def figures():
    return DomainFigures(
        signal="ratings",
        policy="last",
        scale=(1.0, 5.0),
        rows=3,
        users=2,
        items=2,
        cold_items=0,
        interactions=3,
        repeated=0,
        out_of_scale=0,
        left_out=0,
        density=0.75,
        time_span=(0, 86_400),
        histogram=((4.5, 3),),
        over_time=((0, 2), (86_400, 1)),
        period="day",
        user_counts=((1, 1), (2, 1)),
        item_counts=((1, 1), (2, 1)),
        head_shares=((0.01, 2 / 3),),
        gini=1 / 6,
        shortages=(Shortage(k=2, users=1, items=1),),
        k_cores=(KCore(k=2, users=0, items=0, interactions=0),),
    )


@pytest.fixture
def connection(database):
    with database.write() as connection:
        for name in ("Books", "Films"):
            connection.execute(insert(domain).values(name=name, created_at=7))
        yield connection


def change(connection, changed, **values):
    connection.execute(update(domain).where(domain.c.name == changed).values(**values))


def test_a_report_is_given_out_until_the_domain_changes(connection, figures):
    books, films = domain_revisions(connection)
    keep_report(connection, books, figures)
    assert stored_report(connection, books) == figures
    assert stored_report(connection, films) is None
    change(connection, "Books", revision=1)
    assert stored_report(connection, domain_revisions(connection)[0]) is None


def test_a_report_takes_the_place_of_the_one_before(connection, figures):
    keep_report(connection, domain_revisions(connection)[0], figures)
    change(connection, "Books", revision=1)
    later = figures.model_copy(update={"rows": 9})
    keep_report(connection, domain_revisions(connection)[0], later)
    assert stored_report(connection, domain_revisions(connection)[0]) == later


def test_a_report_on_what_has_changed_meanwhile_is_not_stored(connection, figures):
    before = domain_revisions(connection)
    change(connection, "Books", revision=1)
    keep_report(connection, before[0], figures)
    keep_overlaps(connection, before, "found")
    now = domain_revisions(connection)
    assert stored_report(connection, before[0]) is None and stored_report(connection, now[0]) is None
    assert stored_overlaps(connection, now) is None


@pytest.mark.parametrize("news", [{"revision": 1}, {"name": "Movies"}, {"created_at": 8}])
def test_overlaps_are_given_out_until_any_domain_changes(connection, news):
    states = domain_revisions(connection)
    keep_overlaps(connection, states, "found")
    assert stored_overlaps(connection, states) == "found"
    change(connection, "Films", **news)
    assert stored_overlaps(connection, domain_revisions(connection)) is None


def test_overlaps_are_not_given_out_after_a_domain_went_or_people_are_linked_by_other_rules(connection):
    states = domain_revisions(connection)
    keep_overlaps(connection, states, "found")
    connection.execute(insert(setting).values(name=LINK_RULES, body="{}"))
    assert stored_overlaps(connection, states) is None
    keep_overlaps(connection, states, "found again")
    assert stored_overlaps(connection, states) == "found again"
    connection.execute(delete(domain).where(domain.c.name == "Films"))
    assert stored_overlaps(connection, domain_revisions(connection)) is None


def test_reading_reports_loads_no_numpy():
    code = "import sys, xdrec_app.services.domain_reports; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0

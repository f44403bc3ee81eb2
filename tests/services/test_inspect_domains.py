"""Looking closely at domains: what is counted, what is stored, and when it is made again."""

from __future__ import annotations

import numpy as np
import pytest

from xdrec_app.core.errors import UserError
from xdrec_app.core.events import LogLine, Progress
from xdrec_app.core.jobs import Cancelled, Command, drive, run
from xdrec_app.datasets.signal_settings import SignalSettings
from xdrec_app.services import inspect_domains as use_case
from xdrec_app.services.change_data import change_domain
from xdrec_app.services.data_requests import ChangeDomain, ImportInteractions, ImportItems, InspectDomains
from xdrec_app.services.domain_reports import stored_reports
from xdrec_app.services.import_descriptions import import_items
from xdrec_app.services.import_interactions import import_interactions
from xdrec_app.services.inspect_domains import inspect_domains, refresh_reports
from xdrec_app.services.workspace import new_workspace
from xdrec_app.storage.database import open_database
from xdrec_app.storage.snapshots import load_table


@pytest.fixture
def add(tmp_path):
    """Import lines (user, item, rating) into a domain."""

    def add_lines(domain, lines, *, rating="rating"):
        file = tmp_path / f"{domain}-{len(lines)}.csv"
        file.write_text(f"user,item,{rating}\n" + "".join(f"{','.join(map(str, line))}\n" for line in lines))
        run(import_interactions(ImportInteractions(workspace=tmp_path / "w.xdrec", file=file, domain=domain)))

    return add_lines


def lines_of(users, n_items, prefix):
    return [
        (user, f"{prefix}{item}", 1 + (item + place) % 5) for place, user in enumerate(users) for item in range(n_items)
    ]


@pytest.fixture
def workspace(tmp_path, add):
    path = tmp_path / "w.xdrec"
    new_workspace(path)
    add("Books", [*lines_of(("anna", "bert", "carl"), 6, "b"), ("dora", "b0", 5), ("anna", "b0", 2), ("anna", "b0", 4)])
    add("Films", [*lines_of(("anna", "bert"), 5, "f"), *lines_of(("carl", "emil"), 2, "f")])
    return path


def inspect(workspace, *domains):
    return run(inspect_domains(InspectDomains(workspace=workspace, domains=domains)))


def stored(workspace):
    with open_database(workspace, read_only=True) as database:
        return stored_reports(database)


@pytest.fixture
def looked_at(monkeypatch):
    """Return the names of the domains at which somebody looks from now on."""
    names = []

    def look(database, state):
        names.append(state.name)
        return (yield from original(database, state))

    original = use_case._look
    monkeypatch.setattr(use_case, "_look", look)
    return names


def test_the_figures_are_those_of_the_domain_as_a_dataset(workspace):
    found = inspect(workspace)
    for report in found.reports:
        with open_database(workspace) as database:
            table = load_table(database, report.domain)
        assert (report.users, report.items, report.interactions) == (table.n_users, table.n_items, len(table))
        assert dict(report.histogram) == dict(zip(*np.unique(table.values, return_counts=True), strict=True))
    books = found.reports[0]
    assert (books.rows, books.repeated, books.left_out, books.signal, books.policy) == (21, 2, 0, "ratings", "last")
    assert books.shortages[0].users == 1 and books.k_cores[0].users == 3


def test_overlaps_count_shared_people_and_those_active_in_both(workspace):
    (pair,) = inspect(workspace).overlaps
    assert (pair.domains, pair.users, pair.active) == (("Books", "Films"), 3, 2)


def test_values_outside_a_chosen_scale_are_counted(workspace):
    signal = SignalSettings(kind="ratings", scale=(2.0, 5.0))
    run(change_domain(ChangeDomain(workspace=workspace, domain="Films", signal=signal)))
    (films,) = inspect(workspace, "Films").reports
    assert films.scale == (2.0, 5.0) and films.out_of_scale == films.left_out > 0
    assert films.rows == films.left_out + films.repeated + films.interactions


def test_domains_that_share_nobody_are_told_with_the_cause(workspace, add):
    add("Songs", lines_of(("ANNA", "BERT"), 3, "s"))
    found = inspect(workspace)
    assert [pair.domains for pair in found.nobody] == [("Books", "Songs"), ("Films", "Songs")]
    assert {pair.rule for pair in found.nobody} == {"case"}
    assert {pair.domains: pair.users for pair in found.overlaps}["Films", "Songs"] == 0


def test_what_is_stored_is_what_was_found_and_is_not_made_again(workspace, looked_at):
    found = inspect(workspace)
    assert stored(workspace) == found and looked_at == ["Books", "Films"]
    assert inspect(workspace) == found and looked_at == ["Books", "Films"]


def test_only_the_domain_that_changed_is_looked_at_again(workspace, add, looked_at):
    before = inspect(workspace)
    add("Films", [("dora", "f1", 3)])
    assert stored(workspace).overlaps == ()
    assert [report.domain for report in stored(workspace).reports] == ["Books"]
    looked_at.clear()
    found = inspect(workspace)
    assert looked_at == ["Films"]
    assert found.reports[0] == before.reports[0] and found.reports[1].rows == before.reports[1].rows + 1
    assert found.overlaps[0].users == 4


def test_some_domains_are_told_with_the_pairs_among_them(workspace, add, looked_at):
    add("Songs", lines_of(("anna",), 3, "s"))
    found = inspect(workspace, "Films", "Songs")
    assert [report.domain for report in found.reports] == looked_at == ["Films", "Songs"]
    assert [pair.domains for pair in found.overlaps] == [("Films", "Songs")]
    with pytest.raises(UserError, match=r"no domain 'Opera'\. There are: Books, Films, Songs"):
        inspect(workspace, "Opera")


def test_a_domain_that_changes_while_somebody_looks_is_looked_at_again(workspace, add, monkeypatch):
    original = use_case._people

    def people(table):
        if len(calls) == 0:
            calls.append(table.name)
            add("Films", [("dora", "f1", 3)])
        return original(table)

    calls = []
    monkeypatch.setattr(use_case, "_people", people)
    found = inspect(workspace)
    assert found.reports[1].rows == 15 and found.overlaps[0].users == 4
    assert stored(workspace) == found


def test_a_domain_of_items_only_has_a_report(workspace, tmp_path):
    file = tmp_path / "items.csv"
    file.write_text("item_id,title\nx,The X\ny,The Y\n")
    run(import_items(ImportItems(workspace=workspace, file=file, domain="Plays")))
    plays = inspect(workspace).reports[2]
    assert (plays.items, plays.cold_items, plays.users, plays.rows) == (2, 2, 0, 0)


def test_an_empty_workspace_has_no_reports(tmp_path):
    new_workspace(tmp_path / "empty.xdrec")
    assert inspect(tmp_path / "empty.xdrec").reports == ()


def test_while_nothing_can_be_written_domains_are_reported_nevertheless(workspace, monkeypatch):
    monkeypatch.setattr(use_case, "WRITE_WAIT_S", 0.0)
    with open_database(workspace) as other, other.write():
        found = inspect(workspace)
    assert len(found.reports) == 2 and len(found.overlaps) == 1
    assert stored(workspace).reports == ()


def test_refreshing_stores_everything_and_says_how_far_it_is(workspace):
    events = []
    with open_database(workspace) as database:
        drive(refresh_reports(database), events.append)
    assert stored(workspace) == inspect(workspace)
    assert [event.done for event in events if isinstance(event, Progress)] == [0, 1]
    with open_database(workspace) as database:
        assert list(refresh_reports(database)) == []


def test_refreshing_never_fails(workspace, monkeypatch):
    def fail(*_):
        raise MemoryError

    monkeypatch.setattr(use_case, "load_table", fail)
    with open_database(workspace) as database:
        said = [event for event in refresh_reports(database) if isinstance(event, LogLine)]
    assert [line.level for line in said] == ["warning"]


@pytest.mark.parametrize("command", [Command.CANCEL, Command.STOP])
def test_a_refresh_that_is_ended_early_keeps_the_reports_that_are_complete(workspace, command):
    class AtTheSecondDomain:
        def poll(self):
            return command if len(stored(workspace).reports) == 1 else Command.GO_ON

    with open_database(workspace) as database:
        outcome = drive(refresh_reports(database), lambda _: None, AtTheSecondDomain())
    assert (outcome == Cancelled()) == (command is Command.CANCEL)
    assert [report.domain for report in stored(workspace).reports] == ["Books"]

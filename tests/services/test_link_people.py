"""Linking people as a use-case: rules, mapping files, what is refused, and that everything else sees it."""

from __future__ import annotations

import pytest

from xdrec_app.core.errors import UserError
from xdrec_app.core.events import Change, Changed, LogLine, Progress
from xdrec_app.core.jobs import Cancelled, Command, drive, run
from xdrec_app.services import link_people as use_case
from xdrec_app.services.data_requests import ImportInteractions, LinkPeople
from xdrec_app.services.import_interactions import import_interactions
from xdrec_app.services.link_people import link_people
from xdrec_app.services.workspace import new_workspace, summary
from xdrec_app.storage.database import open_database
from xdrec_app.storage.snapshots import data_digest, load_table

BOOKS = ("anna", "bert", "Carl")
FILMS = ("F-1", "F-2", "F-3", "Anna")


@pytest.fixture
def write(tmp_path):
    def write_file(name, content):
        path = tmp_path / name
        path.write_text(content, encoding="utf-8")
        return path

    return write_file


@pytest.fixture
def add(tmp_path, write):
    """Import a domain in which everybody rated an item of their own and a common one."""

    def add_domain(domain, *users):
        rows = "".join(f"{user},{domain}-{user},5\n{user},{domain}-all,3\n" for user in users)
        file = write(f"{domain}-{len(users)}.csv", f"user,item,rating\n{rows}")
        run(import_interactions(ImportInteractions(workspace=tmp_path / "w.xdrec", file=file, domain=domain)))

    return add_domain


@pytest.fixture
def workspace(tmp_path, add):
    path = tmp_path / "w.xdrec"
    new_workspace(path)
    add("Books", *BOOKS)
    add("Films", *FILMS)
    return path


@pytest.fixture
def link(workspace):
    def link_with(**wishes):
        return run(link_people(LinkPeople(workspace=workspace, **wishes)))

    return link_with


def shared(workspace):
    return {tuple(pair.domains): pair.users for pair in summary(workspace).shared_users}


def users(workspace, domain):
    with open_database(workspace) as database:
        return set(load_table(database, domain).user_ids)


def digests(workspace):
    with open_database(workspace) as database:
        return [data_digest(database, [name]) for name in ("Books", "Films")]


def test_a_rule_links_people_for_everybody_who_asks(workspace, link):
    assert shared(workspace) == {("Books", "Films"): 0}
    report = link(rules=("case",))
    assert (report.people, report.accounts, report.linked, report.largest) == (6, 7, 1, 2)
    assert report.nobody == () and report.lines == 0 and report.columns == {}
    assert shared(workspace) == {("Books", "Films"): 1}
    assert users(workspace, "Films") == {"anna", "F-1", "F-2", "F-3"}


def test_a_mapping_links_people_and_says_what_it_was_good_for(workspace, link, write):
    file = write("map.csv", "customer,viewer\nanna,F-2\nbert,F-1\nCarl,\nghost,F-9\n")
    report = link(mapping=file)
    assert report.columns == {"Books": "customer", "Films": "viewer"}
    assert (report.lines, report.rejected, report.unknown, report.linked) == (4, 0, 2, 2)
    assert shared(workspace) == {("Books", "Films"): 2}
    assert users(workspace, "Films") == {"anna", "bert", "F-3", "Anna"}


def test_unlinking_restores_people_and_tells_only_who_changed(workspace, link, write):
    people = [users(workspace, "Books"), users(workspace, "Films")]
    before = digests(workspace)
    link(mapping=write("map.csv", "customer,viewer\nanna,F-2\n"))
    linked = digests(workspace)
    assert linked[0] == before[0] and linked[1] != before[1]
    report = link()
    assert report.linked == 0 and [users(workspace, "Books"), users(workspace, "Films")] == people


def test_later_imports_are_linked_in_the_same_way(workspace, link, write, add):
    link(rules=("case",), mapping=write("map.csv", "customer,viewer\nanna,F-2\nBERT,F-1\nDora,f-9\n"))
    add("Films", "F-9", "F-10")
    add("Books", "DORA")
    add("Songs", "BERT")
    assert shared(workspace) == {("Books", "Films"): 3, ("Books", "Songs"): 1, ("Films", "Songs"): 1}


def test_what_was_linked_before_is_replaced(workspace, link, write):
    link(rules=("case",))
    link(mapping=write("map.csv", "customer,viewer\nbert,F-1\n"))
    assert users(workspace, "Films") == {"Anna", "bert", "F-2", "F-3"}


def test_strangers_are_named_with_ids_and_the_rule_that_would_help(link):
    (pair,) = link(rules=("trim",)).nobody
    assert pair.domains == ("Books", "Films") and pair.rule == "case"
    assert set(pair.samples[0]) == set(BOOKS) and "when case is ignored" in pair.cause


def test_columns_may_be_named_by_hand_in_any_case(workspace, link, write):
    file = write("map.csv", "a;b;c\nF-1;bert;x\nF-2;anna;y\n")
    report = link(mapping=file, columns={"books": "B", "FILMS": "a"})
    assert report.columns == {"Books": "b", "Films": "a"} and report.linked == 2


def test_a_domain_may_be_said_to_have_no_column(workspace, link, write):
    file = write("map.csv", "a;b\nF-1;bert\n")
    with pytest.raises(UserError, match="'b' of Books does"):
        link(mapping=file, columns={"Films": ""})


def test_columns_with_the_names_of_domains_settle_what_ids_leave_open(tmp_path, add, write):
    path = tmp_path / "w.xdrec"
    new_workspace(path)
    for domain in ("Books", "Films"):
        add(domain, *map(str, range(100, 130)))
    pairs = "".join(f"{n},{229 - n}\n" for n in range(100, 130))
    report = run(link_people(LinkPeople(workspace=path, mapping=write("map.csv", f"film_id,book_id\n{pairs}"))))
    assert report.columns == {"Books": "book_id", "Films": "film_id"} and report.linked == 30
    with pytest.raises(UserError, match=r"not clear which column of open\.csv holds the ids of Books"):
        run(link_people(LinkPeople(workspace=path, mapping=write("open.csv", f"a_id,b_id\n{pairs}"))))


def test_lines_that_cannot_be_used_are_told_with_their_number(workspace, write):
    file = write("map.csv", "customer,viewer\nanna,F-2\nbert\nNULL,\nCarl,F-1\n")
    events = []
    outcome = drive(link_people(LinkPeople(workspace=workspace, mapping=file)), events.append)
    assert (outcome.result.lines, outcome.result.rejected, outcome.result.linked) == (4, 2, 2)
    said = [event.message for event in events if isinstance(event, LogLine)]
    assert said == [
        "Line 3 of map.csv is left out: 1 fields instead of 2.",
        "Line 4 of map.csv is left out: no id.",
    ]
    assert any(isinstance(event, Progress) and event.unit == "bytes" for event in events)
    news = [event.changes for event in events if isinstance(event, Changed)]
    assert news == [{Change.LINKS, Change.DOMAINS, Change.INTERACTIONS}]


@pytest.mark.parametrize(
    ("content", "columns", "says"),
    [
        ("customer\nanna\n", {}, "has one column"),
        ("customer,viewer\nnobody,F-0\n", {}, "none does"),
        ("customer,viewer\nanna,F-0\n", {}, "only 'customer' of Books does"),
        ("customer,viewer\n", {"Books": "customer", "Films": "viewer"}, "holds a header and no rows"),
        ("customer,viewer\nanna\nbert\n", {"Books": "customer", "Films": "viewer"}, "line 2: 1 fields"),
        ("customer,viewer\nanna,F-1\n", {"Books": "reader"}, "no column 'reader'"),
        ("customer,viewer\nanna,F-1\n", {"Opera": "viewer"}, "no domain 'Opera'"),
        ("", {}, "is empty"),
    ],
)
def test_a_mapping_that_says_nothing_is_refused_and_links_stay_as_they_are(
    workspace, link, write, content, columns, says
):
    link(rules=("case",))
    with pytest.raises(UserError, match=says):
        link(mapping=write("map.csv", content), columns=columns)
    assert shared(workspace) == {("Books", "Films"): 1}


def test_columns_without_a_mapping_are_refused(link):
    with pytest.raises(UserError, match="no mapping file"):
        link(columns={"Books": "customer"})


def test_a_person_with_very_many_accounts_raises_a_suspicion(workspace, write, monkeypatch):
    monkeypatch.setattr(use_case, "SUSPICIOUS_ACCOUNTS", 3)
    file = write("map.csv", "customer,viewer\nanna,F-1\nanna,F-2\nanna,F-3\n")
    events = []
    outcome = drive(link_people(LinkPeople(workspace=workspace, mapping=file)), events.append)
    assert outcome.result.largest == 4
    assert "One person has 4 accounts now" in events[-1].message


def test_cancelled_before_the_end_nothing_is_linked(workspace):
    class Cancel:
        def poll(self):
            return Command.CANCEL

    job = link_people(LinkPeople(workspace=workspace, rules=("case",)))
    assert drive(job, lambda _: None, Cancel()) == Cancelled()
    assert shared(workspace) == {("Books", "Films"): 0}
    assert run(link_people(LinkPeople(workspace=workspace))).linked == 0

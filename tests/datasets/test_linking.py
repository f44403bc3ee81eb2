"""Who is one person: rules that make ids alike, groups of a mapping, and which column is whose."""

from __future__ import annotations

from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xdrec_app.datasets.linking import RULES, Groups, Node, best_columns, key_maker


@pytest.mark.parametrize(
    ("rule", "one", "other"),
    [
        ("trim", " u1\t", "u1"),
        ("trim", "\u200bu1\ufeff", "u1"),
        ("trim", "\u3000王 小明\u00a0", "王  小明"),
        ("case", "Anna", "ANNA"),
        ("case", "Straße", "STRASSE"),
        ("case", "ＡＢ１２", "ab12"),
        ("case", "\u0130stanbul", "i\u0307STANBUL"),
        ("email", " Ann@Example.org", "ann@example.ORG "),
        ("email", "ann.lee+news@gmail.com", "annlee@googlemail.com"),
    ],
)
def test_a_rule_makes_ids_alike_that_differ_only_in_what_it_ignores(rule, one, other):
    assert key_maker([rule])(one) == key_maker([rule])(other)
    assert one != other


@pytest.mark.parametrize(
    ("rule", "one", "other"),
    [
        ("trim", "u 1", "u1"),
        ("trim", "U1", "u1"),
        ("case", " u1", "u1"),
        ("email", "a.b@example.org", "ab@example.org"),
        ("email", "ann+x@example.org", "ann@example.org"),
        ("email", "Ann.Lee", "ann.lee"),
        ("email", "A.B@C", "ab@c"),
        ("email", "+@gmail.com", "@gmail.com"),
    ],
)
def test_a_rule_keeps_apart_what_it_does_not_speak_of(rule, one, other):
    assert key_maker([rule])(one) != key_maker([rule])(other)


def test_without_rules_an_id_is_its_own_key():
    assert key_maker([])(" Ｕ1@gmail.com ") == " Ｕ1@gmail.com "


def test_the_order_in_which_rules_are_named_does_not_matter():
    messy = " \u200bＡnn.Lee+x@GoogleMail.com "
    assert key_maker(RULES)(messy) == key_maker(RULES[::-1])(messy) == "annlee@gmail.com"


@given(st.text(), st.sets(st.sampled_from(RULES)))
def test_a_key_is_its_own_key(id_, rules):
    key_of = key_maker(rules)
    key = key_of(id_)
    assert key_of(key) == key


nodes = st.tuples(st.integers(1, 3), st.sampled_from(["a", "b", "c", "d", ":", "1:a"]))
lines = st.lists(st.lists(nodes, min_size=1, max_size=3), max_size=12)


def marks_of(mapping: list[list[Node]]) -> dict[Node, str]:
    groups = Groups()
    for line in mapping:
        groups.join(line)
    return dict(groups.marks())


def connected(mapping: list[list[Node]]) -> dict[Node, frozenset[Node]]:
    """The same by plain search."""
    neighbours: dict[Node, set[Node]] = defaultdict(set)
    for line in mapping:
        for node in line:
            neighbours[node].update(line)
    found = {}
    for start in neighbours:
        seen, waiting = {start}, [start]
        while waiting:
            for node in neighbours[waiting.pop()] - seen:
                seen.add(node)
                waiting.append(node)
        found[start] = frozenset(seen)
    return found


@given(lines)
def test_nodes_have_one_mark_exactly_when_lines_connect_them(mapping):
    marks, people = marks_of(mapping), connected(mapping)
    assert set(marks) == set(people)
    for one in marks:
        for other in marks:
            assert (marks[one] == marks[other]) == (other in people[one])


@given(lines, st.randoms(use_true_random=False))
def test_the_order_of_lines_and_cells_does_not_matter(mapping, random):
    shuffled = [random.sample(line, len(line)) for line in random.sample(mapping, len(mapping))]
    assert marks_of(mapping) == marks_of(shuffled)


def test_a_domain_has_the_column_that_holds_most_of_its_ids():
    assert best_columns({1: [90, 3, 0], 2: [0, 1, 40]}) == ({1: 0, 2: 2}, [])


def test_domains_may_share_a_column():
    assert best_columns({1: [90, 0], 2: [70, 0], 3: [0, 5]}) == ({1: 0, 2: 0, 3: 1}, [])


def test_a_domain_none_of_whose_ids_occur_has_no_column():
    assert best_columns({1: [9, 0], 2: [0, 0]}) == ({1: 0}, [])


def test_the_column_that_nobody_else_claims_is_left_for_the_doubtful():
    assert best_columns({1: [100, 90], 2: [20, 90]}) == ({2: 1, 1: 0}, [])


def test_what_cannot_be_told_is_unclear():
    assert best_columns({1: [100, 90], 2: [80, 90]}) == ({}, [1, 2])

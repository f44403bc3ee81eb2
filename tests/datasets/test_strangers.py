"""Why two domains share nobody, told from their ids."""

from __future__ import annotations

import hashlib

import pytest

from xdrec_app.datasets.strangers import Cause, DomainIds, likely_cause

NUMBERS = [str(number) for number in range(100, 160)]
NAMES = [f"Name{letter}{other}" for letter in "abcdefgh" for other in "ijkl"]


def cause(users, others, *, items=(), other_items=(), rules=()):
    return likely_cause(DomainIds("books", users, items), DomainIds("films", others, other_items), rules)


@pytest.mark.parametrize(
    ("users", "others", "rule", "says"),
    [
        (NAMES, [name.upper() for name in NAMES], "case", "32 of the sampled ids agree when case is ignored."),
        (["ａ1", "b2"], ["Ａ1", "c"], "case", "One of the sampled ids agrees"),
        (NAMES, [f"\u200b{name}" for name in NAMES], "trim", "blanks and invisible"),
        (["a.b@gmail.com"], ["ab+x@googlemail.com"], "email", "e-mail addresses are made alike"),
    ],
)
def test_a_rule_that_would_link_people_is_suggested(users, others, rule, says):
    found = cause(users, others)
    assert found.rule == rule and says in found.sentence


def test_a_rule_is_tried_on_top_of_those_applied_already():
    users, others = [f"{name}\u200b" for name in NAMES], [name.upper() for name in NAMES]
    assert cause(users, others).rule is None
    assert cause(users, others, rules=["trim"]).rule == "case"


@pytest.mark.parametrize(
    ("others", "says"),
    [
        ([f"{number:0>8}" for number in NUMBERS], "leading zeros"),
        ([f"{number}.0" for number in NUMBERS], "'.0' at the end"),
        ([f"'{number}'" for number in NUMBERS], "quotes"),
        ([f"1-{number[1:]}" for number in NUMBERS], "punctuation"),
        ([f"user_{number}" for number in NUMBERS], "number after the letters"),
        ([f"u{number}" for number in NUMBERS], "number after the letters"),
        ([hashlib.md5(number.encode()).hexdigest().upper() for number in NUMBERS], "MD5 digests of those of books"),
        ([hashlib.sha256(number.encode()).hexdigest() for number in NUMBERS], "SHA256"),
        ([f"p{number}@example.org" for number in NUMBERS], "numbers ('100'), those of films e-mail addresses"),
        ([hashlib.sha1(b"salt" + number.encode()).hexdigest() for number in NUMBERS], "those of films hashes"),
        (NAMES, "those of films words"),
    ],
)
def test_how_ids_differ_is_said_from_either_side(others, says):
    found = cause(NUMBERS, others)
    assert says in found.sentence and found.rule is None
    assert found.sentence.count(".") - found.sentence.count("'.0'") - found.sentence.count("example.org") <= 2
    mirrored = likely_cause(DomainIds("films", others, ()), DomainIds("books", NUMBERS, ()))
    assert mirrored.sentence and mirrored.rule is None


def test_swapped_columns_are_recognised_by_the_people_among_the_items():
    found = cause(NAMES, NUMBERS, items=NUMBERS[:40])
    assert "swapped in books" in found.sentence
    assert "swapped in films" in cause(NUMBERS, NAMES, other_items=NUMBERS[:40]).sentence


def test_ids_that_agree_as_they_are_were_kept_apart_by_the_mapping():
    assert "mapping file keeps them apart" in cause(NUMBERS, NUMBERS[5:]).sentence


def test_a_chance_agreement_of_few_among_many_is_no_cause():
    users, others = [f"a{n}x" for n in range(1000)], [f"b{n}x" for n in range(1000)]
    assert cause([*users, "Q"], [*others, "q"]) == Cause()


def test_of_different_people_with_ids_of_one_form_nothing_is_said():
    assert cause(["100", "101"], ["200", "201"]) == Cause()
    assert cause([], ["200"]) == Cause()

from __future__ import annotations

from dataclasses import replace

import pytest

from xdrec_app.datasets.interactions import Interactions
from xdrec_app.explanation.base import Contribution
from xdrec_app.explanation.sentences import domain_shares, listed, reasons, sentence, transfer_notes

HISTORY = Interactions.of([0] * 6, [0, 1, 2, 3, 4, 5], [5, 4, 3, 2, 1, 5])


def told(*weights: tuple[int, float]) -> list[Contribution]:
    return [Contribution(item, item, weight, weight) for item, weight in weights]


@pytest.mark.parametrize(
    ("weights", "expected"),
    [
        ([], "Many people liked it."),
        ([(0, 0.0)], "Many people liked it."),
        ([(0, 1.0)], "Because of “Dune” from Books."),
        ([(0, 0.6), (1, 0.4)], "Because of “Dune” and “Emma” from Books."),
        ([(0, 0.5), (1, 0.3), (2, 0.2)], "Because of “Dune”, “Emma” and “b3” from Books."),
        (
            [(0, 0.7), (3, 0.3)],
            "Because of “Dune” from Books and “Alien” from Movies; Books carried 70 % of the score.",
        ),
        (
            [(0, 0.4), (3, 0.38), (1, 0.22)],
            "Because of “Dune” and “Emma” from Books and “Alien” from Movies; Books carried 62 % of the score.",
        ),
    ],
)
def test_the_sentence_is_grammatical_for_any_number_of_reasons(weights, expected, world):
    assert sentence(told(*weights), HISTORY, world.catalogue) == expected


def test_the_share_of_a_domain_counts_unnamed_reasons_too(world):
    found = sentence(told((0, 0.3), (3, 0.25), (4, 0.25), (5, 0.2)), HISTORY, world.catalogue, limit=1)
    assert found == "Because of “Dune” from Books; Movies carried 70 % of the score."


def test_a_percent_sign_in_a_title_stays_as_it_is(world):
    catalogue = replace(world.catalogue, titles=("100% Wolf", *world.catalogue.titles[1:]))
    found = sentence(told((0, 0.7), (3, 0.3)), HISTORY, catalogue)
    assert found.startswith("Because of “100% Wolf” from Books")


def test_reasons_name_item_domain_value_and_weight(world):
    (first, second) = reasons(told((3, 0.8), (0, 0.2), (1, 0.0)), HISTORY, world.catalogue)
    assert (first.domain, first.item, first.title, first.value, first.weight) == ("Movies", "m1", "Alien", 2.0, 0.8)
    assert second.title == "Dune"


def test_reasons_are_limited_unless_all_are_asked_for(world):
    contributions = told(*[(item, 1 / 6) for item in range(6)])
    assert len(reasons(contributions, HISTORY, world.catalogue)) == 3
    assert len(reasons(contributions, HISTORY, world.catalogue, limit=None)) == 6


def test_domain_shares_sum_to_one(world):
    assert domain_shares(told((0, 0.5), (1, 0.25), (4, 0.25)), world.catalogue) == {"Books": 0.75, "Movies": 0.25}


def test_transfer_notes_weigh_each_explained_item_alike(world):
    explained = [told((0, 1.0)), told((3, 0.5), (1, 0.5)), [], told((0, 0.0))]
    notes = {note.domain: note.share for note in transfer_notes(explained, world.catalogue)}
    assert notes == {"Books": 0.75, "Movies": 0.25}
    assert transfer_notes([[], []], world.catalogue) == ()


@pytest.mark.parametrize(
    ("words", "expected"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_words_are_listed_as_in_a_sentence(words, expected):
    assert listed(words) == expected

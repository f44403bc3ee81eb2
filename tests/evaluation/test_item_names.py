import pytest

from xdrec_app.datasets.domain_table import DomainTable
from xdrec_app.evaluation.item_names import is_numbering, name_of, same_ids, same_titles


def table(name, titles):
    """Make a domain from item id → title."""
    return DomainTable.of(name, [], {id_: (title, "", ()) for id_, title in titles.items()})


def pairs(found, one, other):
    return {(one.item_ids[a], other.item_ids[b]) for a, b in found}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Air Force One", "AIR FORCE ONE [VHS]"),
        ("Close Encounters (Widescreen Edition) [VHS]", "Close Encounters"),
        ("The Hobbit (Paperback)", "Hobbit, The [Blu-ray]"),
        ("Ｗａｌｌ・Ｅ", "wall e"),
        ("Schindler's List", "Schindlers List"),
        ("Blade Runner {2-DVD Special Edition}", "Blade Runner"),
    ],
)
def test_case_punctuation_width_and_editions_do_not_tell_titles_apart(one, other):
    assert name_of(one) == name_of(other)


def test_what_a_bracket_says_beside_the_edition_belongs_to_the_title():
    assert name_of("Poems (Selected)") != name_of("Poems")
    assert name_of("Blade Runner (The Final Cut)") != name_of("Blade Runner")


def test_a_year_must_agree_where_both_titles_have_one():
    one = table("a", {"1": "Titanic (1953)", "2": "Titanic (1997)", "3": "Heat (1995)"})
    other = table("b", {"x": "Titanic (1997)", "y": "Heat"})
    assert pairs(same_titles(one, other), one, other) == {("2", "x"), ("3", "y")}


def test_a_title_that_many_items_of_a_domain_have_tells_nothing():
    one = table("a", {str(number): "Greatest Hits" for number in range(4)} | {"9": "Abbey Road"})
    other = table("b", {"x": "Greatest Hits", "y": "Abbey Road"})
    assert pairs(same_titles(one, other), one, other) == {("9", "y")}


def test_items_without_a_title_have_no_title_in_common():
    one, other = table("a", {"1": "", "2": "?!"}), table("b", {"3": "", "4": "?!"})
    assert same_titles(one, other) == set()


def test_running_numbers_are_no_ids_in_common():
    one = table("a", {str(number): "" for number in range(1, 40)})
    other = table("b", {str(number): "" for number in range(1, 30)})
    assert same_ids(one, other) == set()


def test_a_number_that_a_thing_was_given_is_an_id_in_common():
    one = table("a", {"9780007166312": "", "48213": "", "7001": ""})
    other = table("b", {"48213": "", "90210": "", "9780007166312": ""})
    assert pairs(same_ids(one, other), one, other) == {("9780007166312", "9780007166312"), ("48213", "48213")}


def test_the_same_id_with_another_title_is_another_item():
    one = table("a", {"B00X": "Air Force One", "B00Y": "Heat (1995)"})
    other = table("b", {"B00X": "Gone Girl", "B00Y": "Heat [DVD]"})
    assert pairs(same_ids(one, other), one, other) == {("B00Y", "B00Y")}


@pytest.mark.parametrize(
    ("ids", "is_one"),
    [
        (["0", "1", "2", "3"], True),
        (["i0001", "i0002", "i0005"], True),
        (["7", "1000", "50000"], False),
        (["1", "2", "b3"], False),
        (["m1", "m2", "b3"], False),
        (["0425266060", "0007166311"], False),
        ([], False),
    ],
)
def test_a_numbering_is_dense_and_of_one_form(ids, is_one):
    assert is_numbering(ids) is is_one

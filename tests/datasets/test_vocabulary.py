import pytest
from hypothesis import given
from hypothesis import strategies as st

from xdrec_app.datasets.vocabulary import UNKNOWN, Vocabulary


@given(st.lists(st.text(), unique=True))
def test_every_id_of_any_script_comes_back_from_its_number(ids):
    vocabulary = Vocabulary(ids)
    assert [vocabulary.id(number) for number in vocabulary.numbers(ids)] == ids
    assert vocabulary.numbers(ids).tolist() == list(range(len(ids)))


def test_an_unknown_id_has_no_number():
    vocabulary = Vocabulary(["007", "7"])
    assert vocabulary.number("07") == UNKNOWN
    assert vocabulary.numbers(["7", "07"]).tolist() == [1, UNKNOWN]
    assert "07" not in vocabulary


def test_the_number_of_an_unknown_id_is_never_misread_as_the_last_one():
    with pytest.raises(IndexError):
        Vocabulary(["a", "b"]).id(UNKNOWN)


def test_the_same_id_twice_is_refused():
    with pytest.raises(ValueError, match="distinct"):
        Vocabulary(["a", "a"])


def test_vocabularies_with_the_same_ids_in_the_same_order_are_equal():
    assert Vocabulary(["a", "b"]) == Vocabulary(iter(["a", "b"]))
    assert hash(Vocabulary(["a", "b"])) == hash(Vocabulary(["a", "b"]))
    assert Vocabulary(["a", "b"]) != Vocabulary(["b", "a"])

import pytest

from xdrec_app.datasets.catalogue import Catalogue
from xdrec_app.datasets.domain_table import DomainTable
from xdrec_app.datasets.vocabulary import UNKNOWN

BOOKS = DomainTable.of("books", [("p", "1", 5, None), ("p", "3", 5, None)], {"1": ("Emma", "", ("novel",))})
FILMS = DomainTable.of("films", [("p", "1", 5, None)])


def test_each_domain_is_a_slice_and_the_same_id_in_two_domains_is_two_items():
    catalogue = Catalogue.of([BOOKS, FILMS])
    assert len(catalogue) == 3
    assert (catalogue.slice_of("books"), catalogue.slice_of("films")) == (slice(0, 2), slice(2, 3))
    assert (catalogue.number("books", "1"), catalogue.number("films", "1")) == (0, 2)


def test_every_number_leads_back_to_its_domain_and_id():
    catalogue = Catalogue.of([BOOKS, FILMS])
    for number, id_ in enumerate(catalogue.ids):
        assert catalogue.number(catalogue.domain_of(number), id_) == number
    for outside in (-1, 3):
        with pytest.raises(IndexError):
            catalogue.domain_of(outside)


def test_what_is_not_there_has_no_number():
    catalogue = Catalogue.of([BOOKS, FILMS])
    assert catalogue.number("films", "3") == UNKNOWN
    assert catalogue.number("songs", "1") == UNKNOWN


def test_an_item_is_shown_by_its_title_or_else_by_its_id():
    catalogue = Catalogue.of([BOOKS])
    assert [catalogue.label(number) for number in (0, 1)] == ["Emma", "3"]
    assert catalogue.tags == (("novel",), ())

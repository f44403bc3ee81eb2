"""Attributes of people: codes, and what several domains say of one person."""

from __future__ import annotations

import numpy as np

from xdrec_app.datasets.attributes import Attribute, join_attributes
from xdrec_app.datasets.cross_domain import CrossDomainData
from xdrec_app.datasets.domain_table import DomainTable

BOOKS = DomainTable.of(
    "books",
    [("ann", "b1", 5, 1), ("cid", "b2", 1, 2)],
    categories={"b1": "Fiction > Crime"},
    prices={"b2": 7.5},
    people={"ann": {"age": "30"}, "nobody": {"age": "9"}},
)
FILMS = DomainTable.of(
    "films",
    [("ann", "f1", 5, 1), ("bob", "f1", 5, 1)],
    people={"ann": {"age": "31", "city": "Ulm"}, "bob": {"age": "8"}},
)


def test_an_empty_text_says_nothing():
    age = Attribute.of(["9", "", "30", "9"])
    assert age.values == ("30", "9")
    assert age.codes.tolist() == [1, -1, 0, 1]
    assert age.codes.dtype == np.int32
    assert age.take(np.array([2, 1], np.int32)).texts() == ["30", ""]


def test_what_several_domains_say_of_a_person_is_brought_together_and_the_target_is_believed():
    data = CrossDomainData.join(BOOKS, [FILMS])
    assert data.users.ids == ("ann", "bob", "cid")
    assert data.attributes["age"].texts() == ["30", "8", ""]
    assert data.attributes["city"].texts() == ["Ulm", "", ""]


def test_people_keep_their_attributes_where_rows_are_taken_away():
    data = CrossDomainData.join(BOOKS.take(np.array([1])))
    assert data.attributes["age"].texts() == ["30", ""]


def test_nothing_said_by_anybody_is_no_attribute():
    assert join_attributes([(np.arange(3, dtype=np.int32), {})], 3) == {}


def test_categories_and_prices_reach_the_joint_catalogue_and_are_unknown_where_no_file_gave_them():
    catalogue = CrossDomainData.join(FILMS, [BOOKS]).catalogue
    assert catalogue.categories == ("", "Fiction > Crime", "")
    np.testing.assert_array_equal(catalogue.prices, np.array([np.nan, np.nan, 7.5], np.float32))
    assert catalogue.images == ("", "", "")

import numpy as np
import pytest

from xdrec_app.datasets.cross_domain import CrossDomainData
from xdrec_app.datasets.domain_table import DomainTable

BOOKS = DomainTable.of("books", [("ann", "b1", 5, 1), ("cid", "b2", 1, 2), ("cid", "b1", 3, 3)])
FILMS = DomainTable.of("films", [("bob", "f1", 10, 1), ("cid", "f1", 2, 2)])
CLICKS = DomainTable.of("clicks", [("ann", "c1", 1, 1)])


def test_people_with_the_same_id_are_the_same_person_in_every_domain():
    data = CrossDomainData.join(BOOKS, [FILMS, CLICKS])
    assert data.users.ids == ("ann", "bob", "cid")
    np.testing.assert_array_equal(data.matrix().toarray(), [[5, 0, 0, 1], [0, 0, 10, 0], [3, 1, 2, 0]])


def test_a_target_item_has_the_same_number_with_and_without_sources():
    alone, joint = CrossDomainData.join(BOOKS), CrossDomainData.join(BOOKS, [FILMS])
    assert alone.catalogue.ids == joint.catalogue.ids[: joint.n_target_items]
    np.testing.assert_array_equal(alone.interactions.items, joint.target_interactions.items)
    np.testing.assert_array_equal(alone.interactions.values, joint.target_interactions.values)


def test_liked_is_measured_on_the_scale_of_each_rows_own_domain():
    data = CrossDomainData.join(BOOKS, [FILMS, CLICKS])
    assert data.interactions.values.tolist() == [5, 3, 1, 10, 2, 1]
    assert data.liked().tolist() == [True, True, False, True, False, True]


def test_domains_are_counted_and_named():
    data = CrossDomainData.join(BOOKS, [FILMS, CLICKS])
    assert (data.n_users, data.n_items, data.n_target_items) == (3, 4, 2)
    assert (data.target, data.sources, data.target_scale) == ("books", ("films", "clicks"), (1, 5))
    assert data.item_domains.tolist() == [0, 0, 1, 2]


def test_a_domain_cannot_be_its_own_source():
    with pytest.raises(ValueError, match="twice"):
        CrossDomainData.join(BOOKS, [BOOKS])

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics.pairwise import cosine_similarity

from xdrec_app.datasets.cross_domain import CrossDomainData
from xdrec_app.datasets.domain_table import DomainTable
from xdrec_app.explanation.profile import Profiles


@pytest.fixture
def ann(world):
    return world.users.number("ann")


def test_a_taste_is_told_by_domain_with_counts_and_mean(world, ann):
    books, movies = Profiles(world).tastes(ann)
    assert (books.domain, books.interactions, books.mean_value) == ("Books", 2, 3.0)
    assert (movies.domain, movies.interactions, movies.mean_value) == ("Movies", 2, 3.0)


def test_a_tag_has_its_share_of_the_liked_items_and_its_lift(world, ann):
    """Ann likes only Dune; of the four liked books three are tagged space and three classic."""
    tags = {tag.tag: tag for tag in Profiles(world).tastes(ann)[0].tags}
    assert set(tags) == {"space", "classic"}
    assert tags["space"].share == 1.0
    assert tags["space"].lift == pytest.approx(4 / 3)


def test_only_tags_above_the_average_stand_out_strongest_first(world):
    bob = world.users.number("bob")
    tags = Profiles(world).tastes(bob)[0].tags
    assert [tag.tag for tag in tags] == ["space"]  # half of his books are classics, of everybody's three quarters
    assert Profiles(world).tastes(bob, n_tags=0)[0].tags == ()


def test_a_domain_without_interactions_is_not_mentioned(world):
    (movies,) = Profiles(world).tastes(world.users.number("dee"))
    assert movies.domain == "Movies"
    assert [(tag.tag, tag.share, tag.lift) for tag in movies.tags] == [("romance", 1.0, pytest.approx(3))]


def test_neighbours_are_those_of_the_cosine_over_all_domains(world, ann):
    similarities = cosine_similarity(world.matrix())[ann]
    found = Profiles(world).neighbours(ann)
    assert [one.user for one in found] == ["bob", "cid"]
    for one in found:
        assert one.similarity == pytest.approx(similarities[world.users.number(one.user)], rel=1e-6)
    assert [one.shared_items for one in found] == [2, 1]
    assert len(Profiles(world).neighbours(ann, 1)) == 1


def test_a_person_who_shares_nothing_has_no_neighbours(world):
    assert Profiles(world).neighbours(world.users.number("dee")) == ()


def test_data_without_tags_have_tastes_without_tags():
    data = CrossDomainData.join(DomainTable.of("Books", [("a", "x", 5, None), ("a", "y", 1, None)]))
    (taste,) = Profiles(data).tastes(0)
    assert taste.tags == ()
    assert np.isclose(taste.mean_value, 3.0)

"""Features of items and people: one vocabulary over all domains."""

from __future__ import annotations

import numpy as np

from xdrec_app.datasets.attributes import Attribute
from xdrec_app.datasets.catalogue import Catalogue
from xdrec_app.datasets.domain_table import DomainTable
from xdrec_app.models.features import N_RANGES, Features, item_features, person_features, tag_features

SHOES = DomainTable.of(
    "shoes",
    [],
    {"a": ("", "", ("Red ", "sport")), "b": ("", "", ()), "c": ("", "", ("red",))},
    categories={"a": "Shoes > Running", "c": "Shoes"},
    prices={"a": 10.0, "c": 90.0},
)
SONGS = DomainTable.of("songs", [], {"s": ("", "", ("sport", "sport"))})
CATALOGUE = Catalogue.of([SHOES, SONGS])


def said(features: Features, row: int) -> dict[str, float]:
    line = features.matrix[row].tocoo()
    return {features.names[column]: round(float(weight), 4) for column, weight in zip(line.col, line.data, strict=True)}


def test_the_same_tag_in_two_domains_is_one_feature_however_it_is_written():
    tags = tag_features(CATALOGUE)
    assert tags.names == ("tag: red", "tag: sport")
    assert said(tags, 0) == {"tag: red": 0.7071, "tag: sport": 0.7071}
    assert [said(tags, row) for row in (1, 2, 3)] == [{}, {"tag: red": 1.0}, {"tag: sport": 1.0}]


def test_an_item_has_the_steps_of_its_category_its_price_range_and_its_domain():
    features = item_features(CATALOGUE)
    about = said(features, 0)
    assert {name for name in about if not name.startswith("tag")} == {
        *("domain: shoes", "category: shoes", "category: shoes > running", "price: 1 of 8"),
    }
    assert said(features, 2)[f"price: {N_RANGES} of {N_RANGES}"] == 1.0
    assert said(features, 3) == {"domain: songs": 1.0, "tag: sport": 1.0}
    assert said(features, 1) == {"domain: shoes": 1.0}


def test_numbers_become_ranges_and_what_nobody_shares_is_left_out():
    ages = Attribute.of([str(age) for age in range(10, 50)] + [""])
    cities = Attribute.of(["Ulm"] * 20 + ["Rom"] * 19 + ["", "Only One's"])
    features = person_features({"city": cities, "age": ages}, 41)
    assert features.matrix.shape == (41, N_RANGES + 2)
    assert said(features, 0) == {"age: 1 of 8": 1.0, "city: Ulm": 1.0}
    assert said(features, 39) == {"age: 8 of 8": 1.0}
    assert said(features, 40) == {}


def test_where_nothing_is_said_there_are_no_features():
    assert person_features({}, 3).matrix.shape == (3, 0)
    bare = Catalogue.of([DomainTable.of("bare", [("p", "x", 1, None)])])
    assert tag_features(bare).matrix.shape == (1, 0)
    np.testing.assert_array_equal(item_features(bare).matrix.toarray(), [[1.0]])

import numpy as np

from xdrec_app.core.jobs import run
from xdrec_app.datasets.cross_domain import CrossDomainData
from xdrec_app.datasets.domain_table import DomainTable
from xdrec_app.models.base import FitOptions
from xdrec_app.models.zoo.popularity import Popularity


def test_items_are_scored_by_the_people_of_the_target_who_liked_them():
    target = DomainTable.of(
        "books",
        [("a", "x", 5, None), ("b", "x", 3, None), ("c", "x", 1, None), ("a", "y", 1, None)],
        {"z": ("never read", "", ())},
    )
    source = DomainTable.of("films", [("d", "f", 5, None)])
    model = Popularity()
    run(model.fit(CrossDomainData.join(target, [source]), FitOptions()))
    np.testing.assert_array_equal(model.scores(np.array([0, 3], np.int32)), [[2, 0, np.nan]] * 2)

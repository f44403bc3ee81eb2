import numpy as np

from xdrec_app.datasets.splits.all import AllSplit


def test_nothing_is_tested_and_a_tenth_of_each_persons_rows_is_validated(small_world):
    target = small_world.target
    plan = AllSplit().draw(target, [], 2)
    assert len(plan.test) == 0
    sizes = np.bincount(target.users)
    np.testing.assert_array_equal(np.bincount(target.users[plan.valid]), np.floor(sizes * 0.1 + 0.5))

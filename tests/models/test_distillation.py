"""A slow ranking model teaches a quick one."""

from __future__ import annotations

import numpy as np
import pytest

from xdrec_app.core.jobs import run
from xdrec_app.datasets.cross_domain import CrossDomainData
from xdrec_app.models.base import FitOptions
from xdrec_app.models.distillation import distillation, soft_labels
from xdrec_app.models.zoo.ease import EASE
from xdrec_app.models.zoo.two_tower import TwoTower
from xdrec_app.training.loop import run_phases

USERS = np.arange(120, dtype=np.int32)


@pytest.fixture(scope="module")
def data(small_world):
    return CrossDomainData.join(small_world.target, small_world.sources)


@pytest.fixture(scope="module")
def labels(data):
    slow = EASE()
    run(slow.fit(data, FitOptions()))
    return run(soft_labels(slow, USERS, data.interactions, 20))


def agreement(quick, labels) -> float:
    """Mean correlation of both models' scores over the candidates."""
    scores = np.take_along_axis(quick.scores(labels.users), labels.items, axis=1)
    pairs = zip(scores, labels.scores, strict=True)
    return float(np.mean([np.corrcoef(own, wanted)[0, 1] for own, wanted in pairs]))


def test_soft_labels_are_scores_of_what_people_have_not_had(data, labels):
    assert labels.items.shape == labels.scores.shape == (len(labels.users), 20)
    assert np.isfinite(labels.scores).all()
    assert (np.diff(labels.scores, axis=1) <= 0).all()
    had = set(zip(data.interactions.users.tolist(), data.interactions.items.tolist(), strict=True))
    asked = zip(np.repeat(labels.users, 20).tolist(), labels.items.ravel().tolist(), strict=True)
    assert not had & set(asked)


def test_the_quick_model_comes_to_agree_with_the_slow_one_also_on_people_it_was_not_taught(data, labels):
    quick = TwoTower(TwoTower.Params(epochs=5))
    run(quick.fit(data, FitOptions()))
    taught, others = np.arange(len(labels.users)) % 4 != 0, np.arange(len(labels.users)) % 4 == 0
    parts = [type(labels)(labels.users[part], labels.items[part], labels.scores[part]) for part in (taught, others)]
    before = [agreement(quick, part) for part in parts]
    run(run_phases(distillation(quick, parts[0], data.interactions, temperature=0.05, learning_rate=0.003, epochs=30)))
    after = [agreement(quick, part) for part in parts]
    assert after[0] > before[0] + 0.1
    assert after[1] > before[1] + 0.1

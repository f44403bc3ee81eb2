"""Models that learn from content: what they carry over, whom they serve, and what they say of clicks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from xdrec_app.core.jobs import run
from xdrec_app.datasets.cross_domain import CrossDomainData
from xdrec_app.datasets.domain_table import DomainTable
from xdrec_app.datasets.interactions import Interactions
from xdrec_app.evaluation.evaluate import evaluate
from xdrec_app.evaluation.experiment import Experiment
from xdrec_app.models.base import FitOptions
from xdrec_app.models.zoo.factorisation_machine import FactorisationMachine
from xdrec_app.models.zoo.feature_net import FeatureNet
from xdrec_app.models.zoo.tag_profile import TagProfile

KINDS = ("calm", "loud")


def songs(prefix: str, first_person: int, n_people: int = 30, n_items: int = 20) -> DomainTable:
    """People of even number like calm items only, those of odd number loud ones; the last two items are new."""
    rows = [
        (f"{prefix}{person:02d}", f"{prefix}{item:02d}", 1.0, None)
        for person in range(first_person, first_person + n_people)
        for item in range(person % 2, n_items - 2, 2)
        if (person + item) % 3
    ]
    items = {f"{prefix}{item:02d}": ("", "", (KINDS[item % 2],)) for item in range(n_items)}
    people = {f"{prefix}{person:02d}": {"town": KINDS[person % 2]} for person in range(first_person + n_people)}
    return DomainTable.of(prefix, rows, items, people=people)


@pytest.mark.parametrize("model_class", [TagProfile, FactorisationMachine])
def test_taste_crosses_domains_that_share_nobody_and_reaches_items_nobody_touched(model_class):
    data = CrossDomainData.join(songs("a", 0), [songs("b", 0)])
    assert not data.shared_users.any()
    model = model_class()
    run(model.fit(data, FitOptions(phase_epochs={"fit": 30})))
    calm_book = np.int32(data.catalogue.number("b", "b00"))
    scores = model.scores_of(model.fold_in(Interactions.of([0, 1], [calm_book, calm_book + 1]), 2))
    new_calm, new_loud = data.catalogue.number("a", "a18"), data.catalogue.number("a", "a19")
    assert scores[0, new_calm] > scores[0, new_loud]
    assert scores[1, new_loud] > scores[1, new_calm]


def test_a_person_of_whom_only_attributes_are_known_is_served_by_them():
    table = songs("a", 0)
    strangers = np.flatnonzero(table.users < 28)
    data = CrossDomainData.join(table.take(strangers))
    model = FactorisationMachine()
    run(model.fit(data, FitOptions(phase_epochs={"fit": 30})))
    scores = model.scores(np.array([28, 29], np.int32))
    assert scores[0, 18] > scores[0, 19]
    assert scores[1, 19] > scores[1, 18]


def test_a_tag_that_was_disliked_speaks_against_an_item():
    rated = replace(songs("a", 0), scale=(0.0, 5.0))
    data = CrossDomainData.join(replace(rated, values=np.full(len(rated), 5.0, np.float32)))
    model = TagProfile()
    run(model.fit(data, FitOptions()))
    history = Interactions.of([0, 0], [0, 1], [5.0, 0.0])
    assert model.contributions(history, 19)[1] < 0 == model.contributions(history, 19)[0]


def clicks() -> tuple[DomainTable, DomainTable]:
    """Impressions of which people click those of the kind that they buy elsewhere, nine times of ten."""
    random = np.random.default_rng(3)
    shown = [
        (f"p{person:03d}", f"ad{item:02d}", float(random.random() < (0.9 if (person + item) % 2 else 0.1)), None)
        for person in range(150)
        for item in random.choice(20, 8, replace=False)
    ]
    bought = [
        (f"p{person:03d}", f"s{2 * place + person % 2:02d}", 1.0, None) for person in range(150) for place in range(5)
    ]
    return replace(DomainTable.of("ads", shown), scale=(0.0, 1.0)), DomainTable.of("shop", bought)


def test_click_probabilities_are_learnt_with_the_help_of_a_domain_without_ratings():
    target, source = clicks()
    experiment = Experiment.draw(target, [source], "random", seed=1)
    fitted = run(experiment.fit(FeatureNet, FeatureNet.Params(), torch.device("cpu"), with_sources=True))
    data = experiment.data(with_sources=True, with_validation=True)
    found = run(evaluate(fitted.model, experiment.held_out("test", data), experiment.protocol, ("rating",)))
    assert found.metrics["auc"] > 0.8
    assert found.metrics["log_loss"] < 0.55

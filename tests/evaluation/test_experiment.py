import numpy as np
import pytest
import torch

from xdrec_app.core.events import EpochEnd
from xdrec_app.core.jobs import run
from xdrec_app.datasets.domain_table import DomainTable
from xdrec_app.evaluation.experiment import REFIT_SUFFIX, Experiment, relevant_from
from xdrec_app.models.base import recommenders

CPU = torch.device("cpu")


def table(name, n_people=40, n_items=30, per_person=12, seed=0):
    random = np.random.default_rng(seed)
    rows = []
    for person in range(n_people):
        for item in random.choice(n_items, per_person, replace=False):
            value = 5.0 if item % 2 == person % 2 else 1.0
            rows.append((f"p{person:02d}", f"{name[0]}{item:02d}", value, int(random.integers(1e9))))
    return DomainTable.of(name, rows)


@pytest.fixture(scope="module")
def tables():
    return table("films", seed=1), table("books", seed=2)


@pytest.mark.parametrize("split", ["random", "leave-last"])
def test_runs_with_and_without_sources_meet_the_same_test(tables, split):
    target, source = tables
    joint = Experiment.draw(target, [source], split, seed=3)
    alone = Experiment.draw(target, [], split, seed=3)
    assert joint.protocol == alone.protocol
    for experiment in (joint, alone):
        data = experiment.data(with_sources=True, with_validation=True)
        held_out = experiment.held_out("test", data)
        ids = sorted(
            (held_out.people[user], data.catalogue.ids[item])
            for user, item in zip(held_out.rows.users, held_out.rows.items, strict=True)
        )
        assert ids == sorted(
            (target.user_ids[target.users[row]], target.item_ids[target.items[row]]) for row in alone.plan.test
        )


def test_what_is_held_out_is_not_trained_on(tables):
    target, source = tables
    experiment = Experiment.draw(target, [source], "random", seed=1)
    for with_validation, parts in ((False, ("valid", "test")), (True, ("test",))):
        data = experiment.data(with_sources=True, with_validation=with_validation)
        trained = set(zip(data.target_interactions.users, data.target_interactions.items, strict=True))
        for part in parts:
            held_out = experiment.held_out(part, data)
            pairs = set(zip(held_out.users[held_out.rows.users], held_out.rows.items, strict=True))
            assert pairs and not pairs & trained


def test_cold_items_are_not_trained_on_and_compete_among_themselves(tables):
    target, source = tables
    experiment = Experiment.draw(target, [source], "cold-items", seed=1)
    data = experiment.data(with_sources=True, with_validation=True)
    held_out = experiment.held_out("test", data)
    trained = set(data.target_interactions.items.tolist())
    assert set(np.flatnonzero(held_out.competing)) == set(held_out.rows.items.tolist())
    assert not trained & set(held_out.rows.items.tolist())
    assert held_out.only(np.array([0, 2])).n_candidates == held_out.n_candidates < target.n_items
    assert "all cold items of films" in experiment.protocol.sentence
    assert Experiment.draw(target, [source], "random", seed=1).held_out("test", data).competing is None


def test_validation_rows_cannot_be_recommended_in_the_test(tables):
    target, _ = tables
    experiment = Experiment.draw(target, [], "random", seed=1)
    data = experiment.data(with_sources=False, with_validation=False)
    valid = experiment.held_out("valid", data)
    test = experiment.held_out("test", data)
    row = {person: place for place, person in enumerate(test.people)}
    for user, item in zip(valid.rows.users, valid.rows.items, strict=True):
        if valid.people[user] in row:
            assert test.history[row[valid.people[user]], item]


def test_people_without_any_source_history_are_not_scored_when_cold(tables):
    target, source = tables
    few = source.take(source.users < 20)
    few = DomainTable.of(
        "books",
        [
            (few.user_ids[u], few.item_ids[i], float(v), None)
            for u, i, v in zip(few.users, few.items, few.values, strict=True)
        ],
    )
    experiment = Experiment.draw(target, [few], "cold-start", seed=5)
    data = experiment.data(with_sources=True, with_validation=True)
    held_out = experiment.held_out("test", data)
    assert held_out.people and set(held_out.people) <= set(few.user_ids)
    assert "books" in experiment.protocol.scored


def test_without_a_test_part_the_model_is_fitted_again_on_everything(tables):
    target, source = tables
    experiment = Experiment.draw(target, [source], "all", seed=1)
    model_class = recommenders["biased_mf"]
    events = []
    job = experiment.fit(model_class, model_class.Params.parse({"epochs": 5}), CPU, with_sources=True)
    while True:
        try:
            events.append(next(job))
        except StopIteration as end:
            fitted = end.value
            break
    epochs = [event for event in events if isinstance(event, EpochEnd)]
    searched = [event for event in epochs if not event.phase.endswith(REFIT_SUFFIX)]
    refitted = [event for event in epochs if event.phase.endswith(REFIT_SUFFIX)]
    best = min(searched, key=lambda event: event.validation["rmse"]).epoch
    assert len(refitted) == best and not any(event.validation for event in refitted)
    assert fitted.epochs == len(epochs)
    everything = experiment.data(with_sources=True, with_validation=True)
    assert len(everything.target_interactions) == len(target)


def test_liked_means_from_the_midpoint_of_the_scale_on():
    assert relevant_from((1.0, 5.0)) == 3.0
    assert relevant_from((1.0, 1.0)) == 1.0


def test_a_closed_form_counts_no_epochs(tables):
    target, _ = tables
    experiment = Experiment.draw(target, [], "random", seed=1)
    fitted = run(experiment.fit(recommenders["ease"], recommenders["ease"].Params(), CPU, with_sources=False))
    assert fitted.epochs == 0 and not fitted.stopped

"""Fitting as a job, and keeping what was fitted: what every registered model keeps to."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from xdrec_app.core.errors import UserError
from xdrec_app.core.events import EpochEnd
from xdrec_app.core.jobs import Cancelled, Command, Succeeded, drive, run
from xdrec_app.datasets.arrays import NO_TIME
from xdrec_app.datasets.cross_domain import CrossDomainData
from xdrec_app.models.base import FitOptions, recommenders
from xdrec_app.models.persistence import pack, unpack

KEYS = recommenders.keys()
NEEDS = [(key, need) for key in KEYS for need in recommenders[key].capabilities.needs]
EPOCH_KEYS = [key for key in KEYS if recommenders[key].capabilities.trains_by_epochs]


class Commander:
    """Sends one command as soon as an event of a kind has been seen, and from then on."""

    def __init__(self, command: Command, after: type | None = None):
        self.command, self.after, self.is_due = command, after, after is None

    def see(self, event):
        self.is_due = self.is_due or isinstance(event, self.after)

    def poll(self):
        return self.command if self.is_due else Command.GO_ON


@pytest.mark.parametrize("key", KEYS)
def test_the_same_seed_gives_the_same_scores(lab, key):
    _, data, scores = lab.fit(key, 1)
    again = recommenders[key]()
    run(again.fit(data, lab.options(key, data)))
    np.testing.assert_array_equal(again.scores(lab.everybody(data)), scores)


@pytest.mark.parametrize("key", KEYS)
def test_fitting_leaves_the_data_as_they_were(lab, key):
    _, data, _ = lab.fit(key, 2)
    fresh = lab.data(2).interactions
    for column in ("users", "items", "values", "times"):
        np.testing.assert_array_equal(getattr(data.interactions, column), getattr(fresh, column))


@pytest.mark.parametrize(("key", "after"), [(key, None) for key in KEYS] + [(key, EpochEnd) for key in EPOCH_KEYS])
def test_cancel_leaves_no_fitted_model_even_where_there_was_one(lab, key, after):
    data = lab.data(1)
    model, control = unpack(pack(lab.fit(key, 1)[0])), Commander(Command.CANCEL, after)
    outcome = drive(model.fit(data, lab.options(key, data)), control.see, control)
    assert isinstance(outcome, Cancelled)
    with pytest.raises(RuntimeError, match="has not been fitted"):
        model.scores(lab.everybody(data))


@pytest.mark.parametrize("key", KEYS)
def test_fitting_again_forgets_what_was_learnt_before(lab, key):
    model = unpack(pack(lab.fit(key, 2)[0]))
    _, data, scores = lab.fit(key, 1)
    run(model.fit(data, lab.options(key, data)))
    np.testing.assert_array_equal(model.scores(lab.everybody(data)), scores)


@pytest.mark.parametrize("key", EPOCH_KEYS)
def test_stop_after_an_epoch_keeps_a_usable_model(lab, key):
    data = lab.data(1)
    model, control = recommenders[key](), Commander(Command.STOP, after=EpochEnd)
    outcome = drive(model.fit(data, lab.options(key, data)), control.see, control)
    assert isinstance(outcome, Succeeded)
    assert outcome.result.stopped
    assert set(outcome.result.phase_epochs.values()) == {1}
    assert np.isfinite(model.scores(lab.everybody(data))).any()


@pytest.mark.parametrize("key", EPOCH_KEYS)
def test_epochs_found_before_can_be_run_again_without_validation(lab, key):
    data = lab.data(1)
    events, model = [], recommenders[key]()
    found, control = recommenders[key](), Commander(Command.STOP, after=EpochEnd)
    report = drive(found.fit(data, lab.options(key, data)), control.see, control).result
    drive(model.fit(data, FitOptions(phase_epochs=report.phase_epochs)), events.append)
    epochs = [event for event in events if isinstance(event, EpochEnd)]
    counts = Counter(event.phase for event in epochs)
    assert {phase: counts[phase] for phase in report.phase_epochs} == report.phase_epochs
    assert all(event.validation == {} for event in epochs)
    assert np.isfinite(model.scores(lab.everybody(data))).any()


@pytest.mark.parametrize("key", [key for key in KEYS if key not in EPOCH_KEYS])
def test_a_closed_form_has_no_epochs(lab, key):
    data, events = lab.data(1), []
    outcome = drive(recommenders[key]().fit(data, FitOptions()), events.append)
    assert isinstance(outcome, Succeeded)
    assert outcome.result.phase_epochs == {}
    assert not any(isinstance(event, EpochEnd) for event in events)


@pytest.mark.parametrize("key", KEYS)
def test_a_target_without_interactions_is_refused_in_words(lab, key):
    data = CrossDomainData.join(lab.target.take(np.empty(0, np.int64)), lab.sources[:1])
    with pytest.raises(UserError, match="books"):
        run(recommenders[key]().fit(data, FitOptions()))


def _bare(table, need):
    """The table without what is needed."""
    match need:
        case "ratings" | "target ratings":
            return replace(table, values=np.ones(len(table), np.float32), scale=(1.0, 1.0))
        case "times":
            return replace(table, times=np.full(len(table), NO_TIME))
        case "tags":
            return replace(table, tags=((),) * table.n_items)
        case "texts":
            return replace(table, texts=("",) * table.n_items, titles=("",) * table.n_items)
        case "vectors":
            return replace(table, vectors=np.empty((0, 0), np.float32))
        case "shared people":
            return replace(table, user_ids=tuple(f"{table.name} {id_}" for id_ in table.user_ids))


@pytest.mark.parametrize(
    ("key", "need"), [(key, need) for key in KEYS for need in recommenders[key].capabilities.needs]
)
def test_data_that_lack_what_a_model_needs_are_refused_in_words(lab, key, need):
    tables = [_bare(table, need) for table in (lab.target, *lab.sources[:1])]
    data = CrossDomainData.join(tables[0], tables[1:])
    with pytest.raises(UserError, match=re.escape(recommenders[key].title)):
        run(recommenders[key]().fit(data, FitOptions()))


@pytest.mark.parametrize("key", KEYS)
def test_implicit_feedback_is_ranked_or_refused_in_words(lab, key):
    tables = [
        replace(table, values=np.ones(len(table), np.float32), scale=(1.0, 1.0))
        for table in (lab.target, *lab.sources[:1])
    ]
    data, model = CrossDomainData.join(tables[0], tables[1:]), recommenders[key]()
    try:
        run(model.fit(data, FitOptions(phase_epochs={"fit": 1})))
    except UserError:
        assert model.capabilities.task == "rating"
    else:
        assert np.isfinite(model.scores(lab.everybody(data))).any()


# ---------------------------------------------------------------------- keeping


@pytest.mark.parametrize("key", KEYS)
def test_a_model_that_was_packed_and_unpacked_gives_the_same_bits(lab, key):
    model, data, scores = lab.fit(key, 2)
    again = unpack(pack(model))
    assert type(again) is type(model)
    assert again.params == model.params
    np.testing.assert_array_equal(again.scores(lab.everybody(data)), scores)
    if model.capabilities.rating:
        test = lab.test_rows(data)
        np.testing.assert_array_equal(again.predict(test.users, test.items), model.predict(test.users, test.items))
    if model.capabilities.fold_in:
        history = data.interactions
        np.testing.assert_array_equal(
            again.scores_of(again.fold_in(history, data.n_users)),
            model.scores_of(model.fold_in(history, data.n_users)),
        )

"""What every registered model keeps to; a new file in the zoo is tested here the moment it exists."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pytest
import torch

from xdrec_app.core.errors import UserError
from xdrec_app.core.events import EpochEnd
from xdrec_app.core.jobs import Cancelled, Command, Succeeded, drive, run
from xdrec_app.datasets.cross_domain import CrossDomainData
from xdrec_app.datasets.domain_table import DomainTable
from xdrec_app.datasets.interactions import Interactions
from xdrec_app.datasets.splitting import splits
from xdrec_app.models.base import Additive, FitOptions, recommenders
from xdrec_app.models.persistence import pack, unpack
from xdrec_app.models.ranking import top_k

KEYS = recommenders.keys()
RATING_KEYS = [key for key in KEYS if recommenders[key].capabilities.rating]
RANKING_KEYS = [key for key in KEYS if recommenders[key].capabilities.task == "ranking"]
EPOCH_KEYS = [key for key in KEYS if recommenders[key].capabilities.trains_by_epochs]
FOLD_IN_KEYS = [key for key in KEYS if recommenders[key].capabilities.fold_in]
K = 10


def part_of(data: CrossDomainData, table: DomainTable, rows: np.ndarray) -> Interactions:
    """Rows of the target's table in the numbers of `data`."""
    users = data.users.numbers([table.user_ids[user] for user in table.users[rows]])
    return Interactions(users, table.items[rows], table.values[rows], table.times[rows])


def ndcg(scores: np.ndarray, seen: Interactions, wanted: Interactions) -> float:
    """NDCG@10 of the liked rows of `wanted`, all items but the seen ones competing."""
    n_users, n_items = scores.shape
    items, _ = top_k(scores, K, seen.matrix(n_users, n_items))
    liked = wanted.take(wanted.values >= 3)
    is_wanted = np.zeros((n_users, n_items + 1), bool)  # the last column answers for places without an item
    is_wanted[liked.users, liked.items] = True
    people = np.unique(liked.users)
    discounts = 1 / np.log2(np.arange(2, K + 2))
    gains = (np.take_along_axis(is_wanted[people], items[people], axis=1) * discounts).sum(axis=1)
    best = np.cumsum(discounts)[np.minimum(is_wanted[people].sum(axis=1), K) - 1]
    return float((gains / best).mean())


def rmse(predicted: np.ndarray, actual: np.ndarray) -> float:
    return float(np.sqrt(np.nanmean((predicted - actual) ** 2)))


@dataclass
class Lab:
    """The small world, divided once, and every model fitted on it at most once per number of sources."""

    target: DomainTable
    sources: tuple[DomainTable, ...]
    fitted: dict = field(default_factory=dict)

    def __post_init__(self):
        self.plan = splits["random"]().draw(self.target, self.sources, seed=3)

    def data(self, n_sources: int) -> CrossDomainData:
        data = CrossDomainData.join(self.target.take(self.plan.train), self.sources[:n_sources])
        for column in (data.interactions.users, data.interactions.items, data.interactions.values):
            column.setflags(write=False)
        return data

    def options(self, key: str, data: CrossDomainData, seed: int = 5) -> FitOptions:
        capabilities = recommenders[key].capabilities
        if not capabilities.trains_by_epochs:
            return FitOptions(seed=seed)
        valid, seen = part_of(data, self.target, self.plan.valid), data.target_interactions
        people = np.arange(data.n_users, dtype=np.int32)
        if capabilities.task == "rating":
            return FitOptions(
                seed=seed,
                validate=lambda scorer: {"rmse": rmse(scorer.predict(valid.users, valid.items), valid.values)},
                monitor="rmse",
                higher_is_better=False,
            )
        return FitOptions(
            seed=seed,
            validate=lambda scorer: {"ndcg@10": ndcg(scorer.scores(people), seen, valid)},
            monitor="ndcg@10",
        )

    def fit(self, key: str, n_sources: int):
        if (key, n_sources) not in self.fitted:
            data = self.data(n_sources)
            model = recommenders[key]()
            run(model.fit(data, self.options(key, data)))
            self.fitted[key, n_sources] = model, data, model.scores(everybody(data))
        return self.fitted[key, n_sources]

    def test_rows(self, data: CrossDomainData) -> Interactions:
        return part_of(data, self.target, self.plan.test)


def everybody(data: CrossDomainData) -> np.ndarray:
    return np.arange(data.n_users, dtype=np.int32)


@pytest.fixture(scope="module")
def lab(small_world):
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield Lab(small_world.target, small_world.sources)
    torch.set_num_threads(threads)


class Commander:
    """Sends one command as soon as an event of a kind has been seen, and from then on."""

    def __init__(self, command: Command, after: type | None = None):
        self.command, self.after, self.is_due = command, after, after is None

    def see(self, event):
        self.is_due = self.is_due or isinstance(event, self.after)

    def poll(self):
        return self.command if self.is_due else Command.GO_ON


# ---------------------------------------------------------------------- what it says of itself


def test_every_file_of_the_zoo_can_be_loaded():
    assert recommenders.broken == {}


@pytest.mark.parametrize("key", KEYS)
def test_a_model_says_what_it_is(key):
    model = recommenders[key]
    assert model.__module__.rpartition(".")[2] == key
    assert all((model.title, model.family, model.reference, model.__doc__))


@pytest.mark.parametrize("key", KEYS)
def test_every_parameter_is_described_and_its_default_and_search_are_within_bounds(key):
    params = recommenders[key].Params
    for about in params.fields():
        assert about.description, about.name
        low = -np.inf if about.low is None else about.low
        high = np.inf if about.high is None else about.high
        if about.kind in ("int", "float"):
            assert low <= about.default <= high, about.name
        if about.search is not None:
            assert low <= about.search.low < about.search.high <= high, about.name
            assert about.search.low > 0 or not about.search.log, about.name
    assert params.parse_settings([f"{about.name}={about.default}" for about in params.fields()]) == params()


# ---------------------------------------------------------------------- what it learns


@pytest.mark.parametrize("key", RANKING_KEYS)
def test_a_ranking_model_finds_what_people_like(lab, key):
    model, data, scores = lab.fit(key, 2)
    reached = ndcg(scores, data.target_interactions, lab.test_rows(data))
    if model.capabilities.uses_sources:
        _, _, popularity = lab.fit("popularity", 2)
        rival, margin = ndcg(popularity, data.target_interactions, lab.test_rows(data)), 1.3
    else:
        noise = np.random.default_rng(0).random(scores.shape, np.float32)
        rival, margin = ndcg(noise, data.target_interactions, lab.test_rows(data)), 1.5
    assert reached > margin * rival


@pytest.mark.parametrize("key", RATING_KEYS)
def test_a_rating_model_is_nearer_than_the_mean(lab, key):
    model, data, _ = lab.fit(key, 2)
    test = lab.test_rows(data)
    predicted = model.predict(test.users, test.items)
    spread = rmse(np.full(len(test), data.target_interactions.values.mean()), test.values)
    assert np.isfinite(predicted).all()
    assert rmse(predicted, test.values) < 0.95 * spread


@pytest.mark.parametrize("key", KEYS)
def test_sources_change_the_scores_exactly_when_the_model_says_it_uses_them(lab, key):
    model, alone, without = lab.fit(key, 0)
    _, joint, with_sources = lab.fit(key, 1)
    people = joint.users.numbers(alone.users.ids)
    is_same = np.allclose(with_sources[people], without, rtol=1e-4, atol=1e-4, equal_nan=True)
    assert is_same != model.capabilities.uses_sources


@pytest.mark.parametrize("key", [key for key in KEYS if key not in EPOCH_KEYS])
def test_a_source_without_weight_changes_nothing(lab, key):
    params = recommenders[key].Params
    if "source_weight" not in params.model_fields:
        pytest.skip("its sources have no weight")
    _, alone, without = lab.fit(key, 0)
    data = lab.data(2)
    model = recommenders[key](params.parse({"source_weight": 0.0}))
    run(model.fit(data, FitOptions()))
    scores = model.scores(data.users.numbers(alone.users.ids))
    np.testing.assert_allclose(scores, without, rtol=1e-4, atol=1e-6)


# ---------------------------------------------------------------------- scores


@pytest.mark.parametrize("n_sources", [0, 1, 2])
@pytest.mark.parametrize("key", KEYS)
def test_scores_are_numbers_for_every_known_item_and_nan_for_an_item_nobody_touched(lab, key, n_sources):
    _, data, scores = lab.fit(key, n_sources)
    assert scores.shape == (data.n_users, data.n_target_items)
    assert scores.dtype == np.float32
    is_known = np.bincount(data.target_interactions.items, minlength=data.n_target_items) > 0
    assert not is_known.all()
    assert np.isnan(scores[:, ~is_known]).all()
    active = np.unique(data.target_interactions.users)
    assert np.isfinite(scores[active][:, is_known]).mean() > 0.95
    assert not np.isinf(scores).any()


@pytest.mark.parametrize("key", KEYS)
def test_a_persons_scores_do_not_depend_on_who_is_asked_with_them(lab, key):
    model, _, scores = lab.fit(key, 1)
    some = np.array([17, 3, 3, 90], np.int32)
    np.testing.assert_allclose(model.scores(some), scores[some], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("key", KEYS)
def test_asking_about_nobody_gives_an_empty_answer(lab, key):
    model, data, _ = lab.fit(key, 1)
    nobody = np.empty(0, np.int32)
    assert model.scores(nobody).shape == (0, data.n_target_items)
    if model.capabilities.rating:
        assert model.predict(nobody, nobody).shape == (0,)
    if model.capabilities.fold_in:
        folded = model.scores_of(model.fold_in(Interactions.of([], []), 0))
        assert folded.shape == (0, data.n_target_items)


@pytest.mark.parametrize("key", RATING_KEYS)
def test_predictions_lie_within_the_scale(lab, key):
    model, data, _ = lab.fit(key, 1)
    users = np.repeat(everybody(data), data.n_target_items)
    items = np.tile(np.arange(data.n_target_items, dtype=np.int32), data.n_users)
    predicted = model.predict(users, items)
    low, high = data.target_scale
    assert predicted.shape == users.shape
    assert predicted.dtype == np.float32
    assert np.all(np.isnan(predicted) | ((predicted >= low) & (predicted <= high)))


@pytest.mark.parametrize("key", [key for key in KEYS if key not in RATING_KEYS])
def test_a_model_without_ratings_says_so(lab, key):
    model, _, _ = lab.fit(key, 1)
    with pytest.raises(UserError, match="does not predict ratings"):
        model.predict(np.zeros(1, np.int32), np.zeros(1, np.int32))


@pytest.mark.parametrize("key", KEYS)
def test_a_model_that_was_not_fitted_does_not_score(key):
    with pytest.raises(RuntimeError, match="has not been fitted"):
        recommenders[key]().scores(np.zeros(1, np.int32))


# ---------------------------------------------------------------------- fitting as a job


@pytest.mark.parametrize("key", KEYS)
def test_the_same_seed_gives_the_same_scores(lab, key):
    _, data, scores = lab.fit(key, 1)
    again = recommenders[key]()
    run(again.fit(data, lab.options(key, data)))
    np.testing.assert_array_equal(again.scores(everybody(data)), scores)


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
        model.scores(everybody(data))


@pytest.mark.parametrize("key", KEYS)
def test_fitting_again_forgets_what_was_learnt_before(lab, key):
    model = unpack(pack(lab.fit(key, 2)[0]))
    _, data, scores = lab.fit(key, 1)
    run(model.fit(data, lab.options(key, data)))
    np.testing.assert_array_equal(model.scores(everybody(data)), scores)


@pytest.mark.parametrize("key", EPOCH_KEYS)
def test_stop_after_an_epoch_keeps_a_usable_model(lab, key):
    data = lab.data(1)
    model, control = recommenders[key](), Commander(Command.STOP, after=EpochEnd)
    outcome = drive(model.fit(data, lab.options(key, data)), control.see, control)
    assert isinstance(outcome, Succeeded)
    assert outcome.result.stopped
    assert set(outcome.result.phase_epochs.values()) == {1}
    assert np.isfinite(model.scores(everybody(data))).any()


@pytest.mark.parametrize("key", EPOCH_KEYS)
def test_epochs_found_before_can_be_run_again_without_validation(lab, key):
    data = lab.data(1)
    events, model = [], recommenders[key]()
    found, control = recommenders[key](), Commander(Command.STOP, after=EpochEnd)
    report = drive(found.fit(data, lab.options(key, data)), control.see, control).result
    drive(model.fit(data, FitOptions(phase_epochs=report.phase_epochs)), events.append)
    epochs = [event for event in events if isinstance(event, EpochEnd)]
    assert len(epochs) == sum(report.phase_epochs.values())
    assert all(event.validation == {} for event in epochs)
    assert np.isfinite(model.scores(everybody(data))).any()


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
        assert np.isfinite(model.scores(everybody(data))).any()


# ---------------------------------------------------------------------- keeping


@pytest.mark.parametrize("key", KEYS)
def test_a_model_that_was_packed_and_unpacked_gives_the_same_bits(lab, key):
    model, data, scores = lab.fit(key, 2)
    again = unpack(pack(model))
    assert type(again) is type(model)
    assert again.params == model.params
    np.testing.assert_array_equal(again.scores(everybody(data)), scores)
    if model.capabilities.rating:
        test = lab.test_rows(data)
        np.testing.assert_array_equal(again.predict(test.users, test.items), model.predict(test.users, test.items))
    if model.capabilities.fold_in:
        history = data.interactions
        np.testing.assert_array_equal(
            again.scores_of(again.fold_in(history, data.n_users)),
            model.scores_of(model.fold_in(history, data.n_users)),
        )


# ---------------------------------------------------------------------- people it never saw


@pytest.mark.parametrize("key", FOLD_IN_KEYS)
def test_a_history_that_is_folded_in_serves_about_as_well_as_training_on_it(lab, key):
    model, data, scores = lab.fit(key, 2)
    folded = model.scores_of(model.fold_in(data.interactions, data.n_users))
    test = lab.test_rows(data)
    assert folded.shape == scores.shape
    assert folded.dtype == np.float32
    if model.capabilities.task == "ranking":
        seen = data.target_interactions
        assert ndcg(folded, seen, test) > 0.85 * ndcg(scores, seen, test)
    else:
        spread = rmse(np.full(len(test), data.target_interactions.values.mean()), test.values)
        own = rmse(scores[test.users, test.items], test.values)
        assert rmse(folded[test.users, test.items], test.values) < min(1.1 * own, spread)


@pytest.mark.parametrize("key", FOLD_IN_KEYS)
def test_a_person_without_history_is_not_scored_or_gets_what_everybody_gets(lab, key):
    model, data, _ = lab.fit(key, 1)
    states = model.fold_in(Interactions.of([0, 0, 2], [1, data.n_items - 2, 5], [5.0, 4.0, 2.0]), 4)
    scores = model.scores_of(states)
    assert scores.shape == (4, data.n_target_items)
    np.testing.assert_array_equal(scores[1], scores[3])
    if model.capabilities.uses_sources:
        assert np.isnan(scores[1]).all() or np.ptp(scores[1][np.isfinite(scores[1])]) > 0


@pytest.mark.parametrize("key", [key for key in KEYS if key not in FOLD_IN_KEYS])
def test_a_model_that_cannot_fold_in_says_so(lab, key):
    model, _, _ = lab.fit(key, 1)
    with pytest.raises(UserError, match="cannot serve people"):
        model.fold_in(Interactions.of([0], [0]), 1)


@pytest.mark.parametrize("key", [key for key in KEYS if issubclass(recommenders[key], Additive)])
def test_the_contributions_of_an_additive_model_sum_to_the_score(lab, key):
    model, data, _ = lab.fit(key, 2)
    rows = data.interactions.take(data.interactions.users == 4)
    history = Interactions(np.zeros_like(rows.users), rows.items, rows.values, rows.times)
    scores = model.scores_of(model.fold_in(history, 1))[0]
    terms = [model.contributions(history, item) for item in range(data.n_target_items)]
    assert all(term.shape == (len(history),) and term.dtype == np.float32 for term in terms)
    np.testing.assert_allclose([term.sum() for term in terms], scores, rtol=1e-4, atol=1e-6)

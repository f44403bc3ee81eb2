"""What was learnt goes to the same people and items, wherever they stand now."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from xdrec_app.core.jobs import run
from xdrec_app.datasets.cross_domain import CrossDomainData
from xdrec_app.datasets.domain_table import DomainTable
from xdrec_app.datasets.vocabulary import Vocabulary
from xdrec_app.models.base import FitOptions, Recommender, recommenders
from xdrec_app.models.carry_over import carry_over

BEFORE = [("bea", "m", 5.0, 1), ("bea", "o", 1.0, 2), ("dan", "o", 4.0, 3), ("eve", "q", 3.0, 4)]
NEW = [("ann", "a", 5.0, 5), ("cal", "n", 4.0, 6), ("dan", "n", 2.0, 7)]
ELSEWHERE = [("bea", "m", 3.0, 1), ("dan", "x", 5.0, 2), ("cal", "x", 1.0, 3)]


class Numbers:
    """A network of which each number says whose it is."""

    def __init__(self, data: CrossDomainData, fill: float, size: int = 3) -> None:
        self.users, self.catalogue = data.users, data.catalogue
        self.network = nn.Module()
        self.network.people = nn.Parameter(torch.full((len(self.users), size), fill))
        self.network.items = nn.Parameter(torch.full((len(self.catalogue),), fill))
        self.network.pairs = nn.Parameter(torch.full((len(self.catalogue), len(self.users)), fill))
        self.network.layer = nn.Parameter(torch.full((size, size), fill))
        self.network.other = nn.Parameter(torch.full((len(self.users) + 7,), fill))
        self.network.register_buffer("seen", torch.full((len(self.users),), fill))


def data_of(rows: list[tuple[str, str, float, int | None]]) -> CrossDomainData:
    return CrossDomainData.join(DomainTable.of("books", rows), [DomainTable.of("films", ELSEWHERE)])


def test_rows_follow_their_ids_and_new_ids_keep_what_was_drawn():
    earlier, new = Numbers(data_of(BEFORE), 0.0), Numbers(data_of([*BEFORE, *NEW]), -1.0)
    with torch.no_grad():
        earlier.network.people[:] = torch.arange(len(earlier.users))[:, None]
        earlier.network.items[:] = torch.arange(len(earlier.catalogue))
        earlier.network.pairs[:] = 100 * earlier.network.items[:, None] + earlier.network.people[:, 0]
    carry_over(earlier, new)
    for number, id_ in enumerate(new.users.ids):
        assert new.network.people[number].tolist() == [float(earlier.users.number(id_))] * 3
    for number, id_ in enumerate(new.catalogue.ids):
        before = earlier.catalogue.number(new.catalogue.domain_of(number), id_)
        assert new.network.items[number] == before
        for user, name in enumerate(new.users.ids):
            person = earlier.users.number(name)
            assert new.network.pairs[number, user] == (100 * before + person if min(before, person) >= 0 else -1)


def test_layers_are_copied_and_what_fits_nothing_or_says_what_the_data_say_is_not():
    earlier, new = Numbers(data_of(BEFORE), 0.0), Numbers(data_of([*BEFORE, *NEW]), -1.0)
    carry_over(earlier, new)
    assert (new.network.layer == 0).all()
    assert (new.network.other == -1).all()
    assert (new.network.seen == -1).all()


def test_as_many_people_as_items_are_not_taken_for_each_other():
    earlier, new = Numbers(data_of(BEFORE), 0.0), Numbers(data_of(BEFORE), -1.0)
    catalogue = earlier.catalogue
    earlier.users = Vocabulary([f"p{number}" for number in range(len(catalogue))])
    new.users = Vocabulary([f"p{number + 1}" for number in range(len(catalogue))])
    carry_over(earlier, new)
    assert (new.network.items == -1).all()
    new.users = earlier.users  # the same ids: either way every row stays where it is
    carry_over(earlier, new)
    assert (new.network.items == 0).all()


def fitted(key: str, data: CrossDomainData, epochs: int, start_from: Recommender | None = None) -> Recommender:
    model = recommenders[key]()
    report = run(model.fit(data, FitOptions(seed=1, phase_epochs={"fit": epochs}, start_from=start_from)))
    assert not report.stopped
    return model


@pytest.mark.parametrize(("key", "name"), [("co_embedding", "offered.weight"), ("biased_mf", "items.weight")])
def test_a_fit_goes_on_where_the_earlier_one_ended(small_world, key, name):
    target, sources = small_world.target, small_world.sources
    before = CrossDomainData.join(target.take(np.arange(len(target)) % 10 > 0), sources)
    everything = CrossDomainData.join(target, sources)
    earlier = fitted(key, before, 10)
    learnt = earlier.arrays()[name]
    gone_on = fitted(key, everything, 1, earlier).arrays()[name]
    anew = fitted(key, everything, 1).arrays()[name]
    assert np.linalg.norm(gone_on - learnt) < 0.5 * np.linalg.norm(anew - learnt)


def test_a_closed_form_is_solved_anew_wherever_it_is_said_to_start(small_world):
    data = CrossDomainData.join(small_world.target)
    plain = fitted("ease", data, 0)
    again = fitted("ease", data, 0, plain)
    for name, array in plain.arrays().items():
        np.testing.assert_array_equal(array, again.arrays()[name])

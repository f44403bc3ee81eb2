"""The worked example of docs/adding-a-model.md runs as it stands there."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from xdrec_app.core.errors import UserError
from xdrec_app.core.jobs import run
from xdrec_app.datasets.cross_domain import CrossDomainData
from xdrec_app.datasets.domain_table import DomainTable
from xdrec_app.datasets.interactions import Interactions
from xdrec_app.datasets.synthetic import SampleWorld, WorldSettings, generate
from xdrec_app.models import base
from xdrec_app.models.base import FitOptions, Recommender

PAGE = Path(__file__).resolve().parents[2] / "docs" / "adding-a-model.md"


@pytest.fixture(scope="module")
def example() -> ModuleType:
    """The code of the page as a module, registered in a registry of its own."""
    (code,) = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    module = ModuleType("tag_taste")
    registry = base.Registry[Recommender]("model", "xdrec_app.models.zoo")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(base, "recommenders", registry)
        exec(compile(code, str(PAGE), "exec"), module.__dict__)
    return module


@pytest.fixture(scope="module")
def world() -> SampleWorld:
    return generate(WorldSettings(n_people=150, n_items=60, n_ratings=4000, seed=5))


@pytest.fixture(scope="module")
def data(world: SampleWorld) -> CrossDomainData:
    return CrossDomainData.join(world.table("Books"), [world.table("Movies"), world.table("Music")])


@pytest.fixture(scope="module")
def model(example: ModuleType, data: CrossDomainData) -> Recommender:
    fitted: Recommender = example.TagTaste()
    run(fitted.fit(data, FitOptions()))
    return fitted


def test_somebody_who_only_watched_noir_is_offered_noir_books(model: Recommender, data: CrossDomainData) -> None:
    films = data.catalogue.slice_of("Movies")
    noir = [item for item in range(films.start, films.stop) if "noir" in data.catalogue.tags[item]]
    states = model.fold_in(Interactions.of([0] * len(noir), noir), n_people=1)
    best = np.argsort(-model.scores_of(states)[0])[:5]
    assert all("noir" in data.catalogue.tags[book] for book in best)


def test_a_reloaded_example_scores_bit_identically(
    example: ModuleType, model: Recommender, data: CrossDomainData
) -> None:
    again = example.TagTaste(model.params)
    nothing = tuple(() for _ in data.catalogue.tags)
    again.bind(data.users, replace(data.catalogue, tags=nothing), data.scales)
    again.restore(model.arrays())
    users = np.arange(data.n_users, dtype=np.int32)
    np.testing.assert_array_equal(again.scores(users), model.scores(users))


def test_folding_in_a_persons_own_history_gives_their_own_scores(model: Recommender, data: CrossDomainData) -> None:
    folded = model.scores_of(model.fold_in(data.interactions, data.n_users))
    np.testing.assert_allclose(folded, model.scores(np.arange(data.n_users, dtype=np.int32)), rtol=1e-5)


def test_data_without_tags_are_refused_with_a_sentence(example: ModuleType) -> None:
    bare = CrossDomainData.join(DomainTable.of("Books", [("P1", "B1", 4.0, None)]))
    with pytest.raises(UserError, match="tags"):
        run(example.TagTaste().fit(bare, FitOptions()))

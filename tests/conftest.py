"""Fixtures of all tests: a small world of three domains with a known answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from xdrec_app.datasets.domain_table import DomainTable

N_PEOPLE, N_ITEMS, N_TASTES = 120, 60, 4


@pytest.fixture(scope="session", autouse=True)
def own_settings_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Tests neither see nor change what the developer has set."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("config")))
        yield


@dataclass(frozen=True)
class SmallWorld:
    """120 people, each with one or two of four tastes that they follow in every domain.

    Attributes
    ----------
    target
        Few ratings of everybody; one more item that nobody rated.
    sources
        Two domains with more ratings, of 80 and 60 % of the people.
    """

    target: DomainTable
    sources: tuple[DomainTable, DomainTable]


def _domain(name: str, tastes: np.ndarray, share: float, n_rows: int, random: np.random.Generator) -> DomainTable:
    kinds = np.arange(N_ITEMS) % N_TASTES
    popularity = 1 / (1 + np.arange(N_ITEMS) / 8)
    person_offsets, item_offsets = random.normal(0, 0.5, len(tastes)), random.normal(0, 0.6, N_ITEMS)
    rows: list[tuple[str, str, float, int | None]] = []
    for person in np.flatnonzero(random.random(len(tastes)) < share):
        fit = tastes[person, kinds]
        chance = popularity * (fit + 0.1)
        own = random.choice(N_ITEMS, n_rows, replace=False, p=chance / chance.sum())
        values = 2.0 + 2.6 * fit[own] + person_offsets[person] + item_offsets[own] + random.normal(0, 0.4, n_rows)
        times = np.sort(random.integers(1_000_000, 2_000_000, n_rows))
        rows += [
            (f"p{person:03}", f"{name[0]}{item:02}", float(np.clip(np.round(value), 1, 5)), int(time))
            for item, value, time in zip(own, values, times, strict=True)
        ]
    titles = {f"{name[0]}{item:02}": (f"{name} {item}", "", (f"taste {item % N_TASTES}",)) for item in range(N_ITEMS)}
    table = DomainTable.of(name, rows, {**titles, f"{name[0]}99": (f"{name} nobody knows", "", ("taste 0",))})
    return replace(table, vectors=_read(table))


def _read(table: DomainTable) -> np.ndarray:
    """What a text encoder might make of the items: near each other where their taste is the same, in every domain."""
    directions = np.random.default_rng(11).normal(size=(N_TASTES, 16))
    tastes = [int(tags[0].split()[1]) for tags in table.tags]
    vectors = directions[tastes] + np.random.default_rng(12).normal(0, 0.3, (table.n_items, 16))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="session")
def small_world() -> SmallWorld:
    random = np.random.default_rng(7)
    tastes = random.dirichlet(np.full(N_TASTES, 0.2), N_PEOPLE)
    target = _domain("books", tastes, 1.0, 10, random)
    return SmallWorld(target, (_domain("movies", tastes, 0.8, 20, random), _domain("songs", tastes, 0.6, 15, random)))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of research data beside the project; a machine without it skips the test."""
    folder = Path(__file__).resolve().parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("needs the research data beside the project (../shared/data)")
    return folder

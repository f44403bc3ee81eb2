"""The samples: their files through the ordinary import."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from xdrec_app.core.errors import UserError
from xdrec_app.core.jobs import run
from xdrec_app.datasets import synthetic
from xdrec_app.services import sample
from xdrec_app.services.browse import Browser
from xdrec_app.services.requests import CreateSample, WorldKey
from xdrec_app.services.workspace import new_workspace, summary
from xdrec_app.storage.database import open_database
from xdrec_app.storage.snapshots import load_signal, load_table


def test_the_sample_is_a_workspace_of_three_domains_with_shared_people(tmp_path: Path):
    path = tmp_path / "sample.xdrec"
    found = run(sample.create_sample(CreateSample(workspace=path)))
    assert [domain.name for domain in found.domains] == ["Books", "Movies", "Music"]
    assert sum(domain.interactions for domain in found.domains) > 150_000
    assert all(domain.scale == (1.0, 5.0) for domain in found.domains)
    assert all(pair.users > 300 for pair in found.shared_users)
    with open_database(path) as database:
        table = load_table(database, "Books")
    world = synthetic.generate(synthetic.WorldSettings())
    [books] = [domain for domain in world.domains if domain.name == "Books"]
    assert len(table) == len(books.ratings)
    assert set(table.titles) == set(books.stock.titles)
    assert table.has_times
    assert all(table.tags)


def test_every_world_can_be_asked_for():
    assert sorted(get_args(WorldKey)) == synthetic.sample_worlds.keys()


@pytest.mark.parametrize(
    ("world", "signals"),
    [
        ("shop", {"Fashion": "events", "Sports": "events", "Home": "events"}),
        ("news_video", {"News": "views", "Video": "views"}),
        ("music", {"Songs": "purchases", "Podcasts": "purchases", "Concerts": "purchases"}),
        ("ads", {"Ads": "impressions", "Shop": "purchases"}),
    ],
)
def test_a_world_is_imported_whole_and_its_kinds_are_known(tmp_path: Path, world: WorldKey, signals: dict[str, str]):
    path = tmp_path / "sample.xdrec"
    found = run(sample.create_sample(CreateSample(workspace=path, world=world)))
    assert [domain.name for domain in found.domains] == list(signals)
    assert all(pair.users > 500 for pair in found.shared_users)
    with Browser.open(path) as browser:
        batches = browser.batches()
    assert len(batches) == len(synthetic.sample_worlds[world]().files())
    assert all(batch.rejected == 0 for batch in batches)
    with open_database(path) as database:
        assert {name: load_signal(database, name).kind for name in signals} == signals
        for name in signals:
            table = load_table(database, name)
            assert table.has_times and not table.is_explicit
            assert all(table.titles) and all(table.tags) and all(table.texts)
            assert 0.2 < (table.values >= 1).mean() <= 1


def test_a_cancelled_sample_leaves_no_file(tmp_path: Path):
    path = tmp_path / "sample.xdrec"
    job = sample.create_sample(CreateSample(workspace=path, world="ads"))
    for _ in range(8):
        next(job)
    assert path.exists()
    job.close()
    assert list(tmp_path.iterdir()) == []


def test_the_sample_goes_into_an_empty_workspace_and_no_other(tmp_path: Path, monkeypatch):
    path = tmp_path / "w.xdrec"
    new_workspace(path)
    monkeypatch.setattr(sample, "_import_world", lambda _request: iter(()))
    run(sample.create_sample(CreateSample(workspace=path, world="ads")))
    assert summary(path).domains == ()
    monkeypatch.undo()
    run(sample.create_sample(CreateSample(workspace=path, world="ads")))
    with pytest.raises(UserError, match="holds data already"):
        run(sample.create_sample(CreateSample(workspace=path, world="ads")))

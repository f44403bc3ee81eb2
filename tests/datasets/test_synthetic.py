"""The sample world of ratings: its size and shape, and its known answer, that sources help the target."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from xdrec_app.datasets.synthetic import SampleDomain, SampleWorld, WorldSettings, generate, write_csv
from xdrec_app.datasets.synthetic.flavours import AXES
from xdrec_app.datasets.synthetic.shelves import FLAVOURS

SMALL = WorldSettings(n_people=150, n_items=60, n_ratings=3000, seed=3)


@pytest.fixture(scope="module")
def world() -> SampleWorld:
    return generate()


def counts_of(domain: SampleDomain) -> np.ndarray:
    return np.bincount(domain.items, minlength=len(domain.stock.ids))


def test_the_default_world_has_the_size_it_promises(world: SampleWorld) -> None:
    assert [domain.name for domain in world.domains] == ["Books", "Movies", "Music"]
    assert len(world.person_ids) == 3000
    assert [len(domain.stock.ids) for domain in world.domains] == [1500] * 3
    assert 195_000 <= sum(len(domain.ratings) for domain in world.domains) <= 200_000


def test_forty_percent_of_the_people_are_in_two_domains_or_more(world: SampleWorld) -> None:
    memberships = Counter(person for domain in world.domains for person in np.unique(domain.people).tolist())
    assert len(memberships) == 3000
    assert sum(n >= 2 for n in memberships.values()) == 1200


def test_a_pair_of_person_and_item_stands_once(world: SampleWorld) -> None:
    for domain in world.domains:
        pairs = domain.people * len(domain.stock.ids) + domain.items
        assert len(np.unique(pairs)) == len(pairs)


def test_popularity_has_a_long_tail_and_some_items_nobody_rated(world: SampleWorld) -> None:
    for domain in world.domains:
        counts = np.sort(counts_of(domain))[::-1]
        assert 0.05 < counts[:15].sum() / counts.sum() < 0.2
        assert 0.3 < counts[:150].sum() / counts.sum() < 0.6
        assert 20 <= (counts == 0).sum() <= 60


def test_there_are_people_with_few_ratings_and_with_many(world: SampleWorld) -> None:
    for domain in world.domains:
        lengths = np.unique(domain.people, return_counts=True)[1]
        assert np.quantile(lengths, 0.25) <= 8
        assert lengths.max() >= 200


def test_ratings_are_one_to_five_with_a_mean_of_about_3_6(world: SampleWorld) -> None:
    for domain in world.domains:
        assert set(domain.ratings.tolist()) == {1, 2, 3, 4, 5}
        assert domain.ratings.mean() == pytest.approx(3.63, abs=0.03)


def test_people_and_items_differ_in_their_mean_rating_by_more_than_chance(world: SampleWorld) -> None:
    for domain in world.domains:
        for group in (domain.people, domain.items):
            sizes = np.bincount(group)
            often = sizes >= 30
            means = np.bincount(group, weights=domain.ratings)[often] / sizes[often]
            by_chance = domain.ratings.std() / np.sqrt(sizes[often].mean())
            assert means.std() > 1.5 * by_chance


def test_times_lie_in_three_years_and_ascend(world: SampleWorld) -> None:
    for domain in world.domains:
        assert (np.diff(domain.times) >= 0).all()
        assert domain.times[0] >= 1_640_995_200
        assert domain.times[-1] < 1_640_995_200 + 3 * 365 * 86_400
        assert domain.times[-1] - domain.times[0] > 2.5 * 365 * 86_400


def test_no_title_stands_twice_not_even_in_two_domains(world: SampleWorld) -> None:
    titles = [title for domain in world.domains for title in domain.stock.titles]
    assert len(set(titles)) == len(titles)
    assert not any("{" in text for domain in world.domains for text in domain.stock.titles + domain.stock.descriptions)
    assert all(all(domain.stock.descriptions) for domain in world.domains)


def test_domains_share_some_tags_and_have_own_ones() -> None:
    books, movies, music = (set(FLAVOURS[name].tags) for name in ("Books", "Movies", "Music"))
    assert {"noir", "space", "romance"} <= books & movies & music
    for own in (books - movies - music, movies - books - music, music - books - movies):
        assert len(own) >= 3
    assert all(12 <= len(tags) <= 18 for tags in (books, movies, music))


@pytest.mark.parametrize("domain_number", [0, 1, 2])
def test_people_rate_more_items_of_a_tag_the_more_they_like_its_axis(world: SampleWorld, domain_number: int) -> None:
    domain = world.domains[domain_number]
    for tag, axis in (("space", "wonder"), ("romance", "heart"), ("noir", "dark")):
        is_tagged = np.array([tag in tags for tags in domain.stock.tags])[domain.items]
        members, sizes = np.unique(domain.people, return_counts=True)
        shares = np.bincount(domain.people, weights=is_tagged)[members] / sizes
        liking = world.tastes[members, AXES.index(axis)]
        often = sizes >= 20
        assert np.corrcoef(liking[often], shares[often])[0, 1] > 0.25


def test_the_same_seed_gives_the_same_files_and_another_seed_others(tmp_path: Path) -> None:
    first, again = (write_csv(generate(SMALL), tmp_path / name) for name in ("first", "again"))
    other = write_csv(generate(WorldSettings(n_people=150, n_items=60, n_ratings=3000, seed=4)), tmp_path / "other")
    for domain, files in first.items():
        for mine, same, different in zip(files, again[domain], other[domain], strict=True):
            assert mine.read_bytes() == same.read_bytes()
            assert mine.read_bytes() != different.read_bytes()


def test_the_files_look_as_a_user_would_have_them(tmp_path: Path) -> None:
    world = generate(SMALL)
    files = write_csv(world, tmp_path / "made" / "here")
    ratings, items = files["Books"]
    assert (ratings.name, items.name) == ("books_ratings.csv", "books_items.csv")
    with ratings.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["user_id", "item_id", "rating", "timestamp"]
    assert len(rows) == len(world.domains[0].ratings)
    assert all(row["user_id"].startswith("P0") and row["item_id"].startswith("B0") for row in rows)
    with items.open(encoding="utf-8", newline="") as file:
        details = list(csv.DictReader(file))
    assert list(details[0]) == ["item_id", "title", "tags", "description"]
    assert [row["title"] for row in details] == list(world.domains[0].stock.titles)
    assert tuple(details[0]["tags"].split("|")) == world.domains[0].stock.tags[0]


def test_a_table_holds_what_the_files_say() -> None:
    world = generate(SMALL)
    domain, table = world.domains[1], world.table("Movies")
    assert len(table) == len(domain.ratings)
    assert table.item_ids == domain.stock.ids
    assert table.titles == domain.stock.titles
    assert table.has_times and table.scale == (1.0, 5.0)


@pytest.mark.parametrize(
    "settings",
    [
        WorldSettings(n_people=20, n_items=8, n_ratings=60),
        WorldSettings(n_people=40, n_items=20, n_ratings=10),
        WorldSettings(n_people=60, n_items=30, n_ratings=500, domains=("Music",)),
        WorldSettings(n_people=60, n_items=30, n_ratings=500, shared_share=0.0, domains=("Movies", "Books")),
    ],
)
def test_small_and_odd_settings_still_give_a_world(settings: WorldSettings) -> None:
    world = generate(settings)
    assert tuple(domain.name for domain in world.domains) == settings.domains
    people = [set(domain.people.tolist()) for domain in world.domains]
    assert len(set.union(*people)) == settings.n_people
    if settings.shared_share == 0:
        assert not people[0] & people[1]


def test_known_answer_a_joint_ease_beats_the_single_domain_one_most_with_short_histories(lift_of) -> None:
    popular, overall, short = [], [], []
    for seed in (1, 2):
        world = generate(WorldSettings(n_people=2000, n_items=500, n_ratings=90_000, seed=seed))
        books, movies, music = (world.table(name) for name in ("Books", "Movies", "Music"))
        lift = lift_of(books, [movies, music], seed)
        popular.append(lift.popularity / lift.alone)
        overall.append(lift.joint / lift.alone - 1)
        short.append(lift.short_joint / lift.short_alone - 1)
    assert np.mean(popular) < 0.75
    assert np.mean(overall) > 0.03
    assert np.mean(short) > 2 * np.mean(overall)

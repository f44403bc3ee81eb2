"""The sample worlds: what holds for each, what each promises, and that in each the sources help the target."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from xdrec_app.datasets.domain_table import DomainTable
from xdrec_app.datasets.signal_settings import SignalKey, SignalSettings
from xdrec_app.datasets.signals import RawSignal
from xdrec_app.datasets.synthetic import SampleFile, sample_worlds

WORLDS = ("ads", "music", "news_video", "shop")
KIND_OF_COLUMN: dict[str, SignalKey] = {
    "event_type": "events",
    "time_spent": "views",
    "watch_seconds": "views",
    "clicked": "impressions",
}
ACTIONS = ("view", "cart", "purchase")


@cache
def files_of(world: str, seed: int = 7) -> dict[str, SampleFile]:
    """Return the files of a world by name."""
    return {file.name: file for file in sample_worlds[world]().files(seed)}


def logs_of(world: str) -> list[SampleFile]:
    return [file for file in files_of(world).values() if file.kind == "interactions"]


def column(file: SampleFile, position: int) -> np.ndarray:
    return np.array(list(file.columns.values())[position])


def items_of(world: str, domain: str) -> SampleFile:
    return next(file for file in files_of(world).values() if file.kind == "items" and file.domain == domain)


def seconds(cells: object) -> np.ndarray:
    return np.array([datetime.fromisoformat(cell).timestamp() for cell in cells])


def liked(file: SampleFile) -> set[tuple[str, str]]:
    """Return the pairs of person and item whose strength makes them a like."""
    names = list(file.columns)
    kind = KIND_OF_COLUMN.get(names[2], "purchases")
    raw = RawSignal(np.ones(len(column(file, 0)), np.float32))
    if kind == "events":
        actions = np.array([ACTIONS.index(action) for action in file.columns["event_type"]], np.int32)
        raw = RawSignal(np.asarray(file.columns["quantity"], np.float32), actions, ACTIONS)
    elif len(names) == 4:
        raw = RawSignal(np.asarray(file.columns[names[2]], np.float32))
    settings = SignalSettings(kind=kind)
    strengths, is_interaction = settings.signal.convert(raw, settings)
    is_like = is_interaction & (strengths >= 1)
    return set(zip(column(file, 0)[is_like].tolist(), column(file, 1)[is_like].tolist(), strict=True))


def test_there_is_a_world_for_every_kind_of_feedback() -> None:
    assert sample_worlds.keys() == sorted([*WORLDS, "ratings"])
    assert not sample_worlds.broken


@pytest.mark.parametrize("world", WORLDS)
def test_the_same_seed_gives_the_same_files_of_a_world_and_another_seed_others(world: str, tmp_path: Path) -> None:
    again = {file.name: file for file in sample_worlds[world]().files()}
    other = files_of(world, 8)
    assert list(again) == list(other) == list(files_of(world))
    for name, file in files_of(world).items():
        written = file.write(tmp_path / "first").read_bytes()
        assert written == again[name].write(tmp_path / "again").read_bytes()
        assert written != other[name].write(tmp_path / "other").read_bytes()


@pytest.mark.parametrize("world", WORLDS)
def test_domains_of_a_world_share_a_good_part_of_their_people(world: str) -> None:
    people = [set(column(log, 0).tolist()) for log in logs_of(world)]
    assert 2 <= len(people) <= 3
    assert 1000 <= len(set.union(*people)) <= 2000
    for one in people:
        for other in people:
            if one is not other:
                assert 0.4 < len(one & other) / len(one) < 0.9


@pytest.mark.parametrize("world", WORLDS)
def test_every_item_of_a_log_is_described_and_some_items_are_cold(world: str) -> None:
    for log in logs_of(world):
        items = items_of(world, log.domain)
        ids = column(items, 0).tolist()
        used = set(column(log, 1).tolist())
        assert len(set(ids)) == len(ids)
        assert used < set(ids)
        assert len(ids) - len(used) >= 0.015 * len(ids)
        assert 8_000 <= len(column(log, 0)) <= 80_000


@pytest.mark.parametrize("world", WORLDS)
def test_popularity_of_a_world_has_a_long_tail(world: str) -> None:
    for log in logs_of(world):
        counts = np.sort(np.unique(column(log, 1), return_counts=True)[1])[::-1]
        assert 0.3 < counts[: len(counts) // 10].sum() / counts.sum() < 0.7


@pytest.mark.parametrize("world", WORLDS)
def test_titles_of_a_world_are_plain_and_stand_once(world: str) -> None:
    items = [file for file in files_of(world).values() if file.kind == "items"]
    titles = [title for file in items for title in file.columns["title"]]
    assert len(set(titles)) == len(titles)
    assert all(title.isascii() and title and "{" not in title for title in titles)
    assert not any(", Volume" in title for title in titles)
    for file in items:
        assert all(tags and tags == tags.strip("|") for tags in file.columns["tags"])


@pytest.mark.parametrize(
    ("world", "target"),
    [("shop", "Home"), ("news_video", "Video"), ("news_video", "News"), ("music", "Concerts"), ("ads", "Ads")],
)
def test_known_answer_sources_help_the_target_most_with_short_histories(world: str, target: str, lift_of) -> None:
    tables = {
        log.domain: DomainTable.of(log.domain, [(user, item, 1.0, None) for user, item in sorted(liked(log))])
        for log in logs_of(world)
    }
    sources = [table for domain, table in tables.items() if domain != target]
    lift = lift_of(tables[target], sources, 1)
    overall, short = lift.joint / lift.alone - 1, lift.short_joint / lift.short_alone - 1
    assert overall > 0.03
    assert short > 1.1 * overall
    assert lift.joint > lift.popularity


def test_whoever_buys_in_the_shop_has_seen_the_product_and_put_it_into_the_cart() -> None:
    for log in logs_of("shop"):
        times: dict[str, dict[tuple[str, str], int]] = {action: {} for action in ACTIONS}
        rows = zip(*(list(cells) for cells in log.columns.values()), strict=True)
        for customer, product, action, quantity, time in rows:
            assert quantity == 1 if action == "view" else 1 <= quantity <= 6
            times[action].setdefault((customer, product), time)
        assert len(times["view"]) > len(times["cart"]) > len(times["purchase"]) > 0.1 * len(times["view"])
        assert all(times["view"][pair] < time for pair, time in times["cart"].items())
        assert all(times["cart"][pair] < time for pair, time in times["purchase"].items())


def test_times_of_the_shop_are_milliseconds_and_customers_have_leading_zeros() -> None:
    for log in logs_of("shop"):
        times = np.asarray(log.columns["timestamp"])
        assert (np.diff(times) >= -1000).all()
        assert 1_709_251_200_000 <= times[0] < times[-1] < 1_709_251_200_000 + 190 * 86_400_000
        assert all(len(customer) == 7 and customer[0] == "0" for customer in log.columns["customer_id"])


@pytest.mark.parametrize(("world", "domain"), [("shop", "Fashion"), ("shop", "Home"), ("ads", "Shop")])
def test_products_have_a_category_path_and_a_price_that_suits_it(world: str, domain: str) -> None:
    items = items_of(world, domain)
    prices = np.array([float(price) for price in items.columns["price"]])
    paths = np.array(items.columns["category_path"])
    assert prices.min() >= 0.99
    assert all(2 <= len(path.split(" > ")) <= 3 for path in paths.tolist())
    means = [np.log(prices[paths == path]).mean() for path in np.unique(paths).tolist()]
    assert len(means) >= 8
    assert np.std(means) > 0.5


def test_customers_of_the_shop_are_described_once_each() -> None:
    for log in logs_of("shop"):
        about = files_of("shop")[f"{log.domain.lower()}_customers.csv"]
        assert sorted(about.columns["customer_id"]) == sorted(set(log.columns["customer_id"]))
        assert set(about.columns["region"]) == {"north", "east", "south", "west"}


def ages(log_name: str, items_name: str) -> np.ndarray:
    """Return the age in days of what is read or watched, one per line."""
    log, items = files_of("news_video")[log_name], files_of("news_video")[items_name]
    published = dict(zip(column(items, 0).tolist(), seconds(items.columns["published_at"]), strict=True))
    moments = seconds(log.columns["timestamp"])
    return (moments - np.array([published[item] for item in column(log, 1).tolist()])) / 86_400


def test_news_gets_nine_tenths_of_its_reads_within_three_days_and_none_before_it_is_out() -> None:
    news = ages("news_reads.csv", "news_articles.csv")
    assert news.min() >= 0
    assert 0.87 < (news < 3).mean() < 0.96
    assert (news < 0.5).mean() < 0.6


def test_videos_live_longer_than_news() -> None:
    videos = ages("video_views.csv", "video_clips.csv")
    assert videos.min() >= 0
    assert 0.2 < (videos < 3).mean() < 0.5


def test_new_items_appear_during_all_six_weeks() -> None:
    days = seconds(files_of("news_video")["news_articles.csv"].columns["published_at"]) // 86_400
    assert 41 <= days.max() - days.min() <= 46
    assert min(Counter(days.tolist()).values()) >= 10


def test_reading_and_watching_take_seconds_and_a_video_not_longer_than_it_is() -> None:
    reads = np.asarray(files_of("news_video")["news_reads.csv"].columns["time_spent"])
    assert reads.min() >= 1
    assert 0.5 < (reads >= 30).mean() < 0.8
    views, clips = files_of("news_video")["video_views.csv"], files_of("news_video")["video_clips.csv"]
    lengths = dict(zip(clips.columns["video_id"], clips.columns["length_s"].tolist(), strict=True))
    watched = np.asarray(views.columns["watch_seconds"])
    assert watched.min() >= 1
    assert all(time <= lengths[clip] for clip, time in zip(views.columns["video_id"], watched.tolist(), strict=True))


def test_songs_are_played_again_and_again_one_line_per_play() -> None:
    plays = files_of("music")["song_plays.csv"]
    assert list(plays.columns) == ["user_id", "track_id", "timestamp"]
    counts = Counter(zip(plays.columns["user_id"], plays.columns["track_id"], strict=True))
    assert sum(n > 1 for n in counts.values()) > 0.7 * len(counts)
    assert max(counts.values()) > 15


def test_podcasts_have_a_play_count_for_each_month() -> None:
    plays = files_of("music")["podcast_plays.csv"]
    assert np.asarray(plays.columns["play_count"]).min() == 1
    months = Counter(zip(plays.columns["user_id"], plays.columns["podcast_id"], plays.columns["date"], strict=True))
    assert max(months.values()) == 1
    pairs = Counter(zip(plays.columns["user_id"], plays.columns["podcast_id"], strict=True))
    assert 0.4 < sum(n > 1 for n in pairs.values()) / len(pairs) < 0.9


def test_three_of_a_hundred_impressions_are_clicked() -> None:
    impressions = files_of("ads")["ad_impressions.csv"]
    clicked = np.asarray(impressions.columns["clicked"])
    assert set(clicked.tolist()) == {0, 1}
    assert clicked.mean() == pytest.approx(0.03, abs=0.002)
    pairs = Counter(zip(impressions.columns["user_id"], impressions.columns["ad_id"], strict=True))
    assert 0.3 < sum(n > 1 for n in pairs.values()) / len(pairs) < 0.6

"""News and videos of one publisher: seconds of reading and watching; what is new today is old in a few days."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xdrec_app.datasets.arrays import Bools, Doubles, Longs
from xdrec_app.datasets.synthetic.base import (
    Column,
    Log,
    SampleFile,
    World,
    iso_times,
    item_columns,
    named,
    sample_worlds,
)
from xdrec_app.datasets.synthetic.choices import Choices, draw_delight, draw_log_popularity, draw_own_fondness
from xdrec_app.datasets.synthetic.flavours import TOPICS, Flavour
from xdrec_app.datasets.synthetic.items import SampleItems
from xdrec_app.datasets.synthetic.people import DAY, Period
from xdrec_app.datasets.synthetic.society import Sizes, Society

NEWS, VIDEO = 0, 1
SIZES = Sizes(
    n_people=1500,
    n_circles=40,
    n_items=(1300, 520),
    n_choices=120_000,
    shared_share=0.6,
    domain_shares=(0.62, 0.38),
)
PERIOD = Period(first_second=1_741_564_800, n_days=42, closed_days=10, stay_days=30)  # from 2025-03-10

PULL = 0.6
"""How much taste decides beside popularity and freshness."""
LIFETIMES = (1.05, 8.0)
"""Days after which the appeal of a piece of news and of a video has fallen to 1/e."""
FORGOTTEN = 6.0
"""In so many lifetimes."""
READ_AGAIN = 0.08
"""Share of the returns to the same piece that really happen."""
MEDIAN_READ_S, MEDIAN_LENGTH_S = 45, 110
OPENING_HOURS = (5 * 3600, 23 * 3600)
"""Seconds of the day between which something is published."""

NEWS_FLAVOUR = Flavour(
    name="News",
    prefix="n",
    tags={**TOPICS, "business": (("mind", 0.7), ("pulse", 0.6)), "obituaries": (("past", 0.7), ("heart", 0.6))},
    patterns=(
        "{place}: {trade} Finds {adjective} {noun}",
        "{number} {nouns} Missing in {place}",
        "{place} Votes on the {adjective} {noun}",
        "{name} of {place} Wins the {adjective} {noun}",
        "Why {place} Talks about {nouns}",
        "{adjective} {noun} Closes {place}",
        "{trade} of {place} Says No to {nouns}",
        "{place} at {hour}: What We Know",
        "Dispute over a {noun} in {place}",
        "The {noun} That Changed {place}",
    ),
    sentences=(
        "A {trade} in {place} reports a {adjective} {noun}. By {creator}.",
        "{creator} reports from {place} on {nouns} and what follows. Topic: {tags}.",
        "{mood}: {number} questions about the {adjective} {noun} of {place}, answered by {creator}.",
    ),
)
VIDEO_FLAVOUR = Flavour(
    name="Video",
    prefix="v",
    tags={**TOPICS, "explained": (("mind", 0.7), ("wit", 0.5)), "live": (("pulse", 0.8), ("heart", 0.4))},
    patterns=(
        "Watch: {adjective} {noun} in {place}",
        "{place} from Above: {nouns}",
        "{number} Minutes with a {trade} of {place}",
        "{name} Explains {nouns}",
        "{adjective} {nouns} up Close",
        "A Day in {place}: the {trade}",
        "{hour}: {place} Live",
        "How {place} Builds a {noun}",
    ),
    sentences=(
        "{creator} filmed a {adjective} {noun} in {place}. Topic: {tags}.",
        "{number} scenes from {place}: {nouns}, a {trade} and what {creator} made of them.",
        "{mood} in moving pictures, by {creator}.",
    ),
)


@dataclass(frozen=True, eq=False)
class _Visits:
    """What was opened and when; `times` has one entry per choice, int64 seconds."""

    choices: Choices
    times: Longs


@sample_worlds.register
class NewsVideo(World):
    """Views with seconds; nine tenths of the reads of a piece of news come within three days."""

    key = "news_video"
    title = "News and videos: seconds of reading and watching"

    def files(self, seed: int = 7) -> tuple[SampleFile, ...]:
        """See :meth:`World.files`."""
        society = Society(seed, SIZES, PERIOD)
        user_ids = tuple(f"u{20011 + 3 * person}" for person in range(SIZES.n_people))
        return (*_news(society, user_ids), *_videos(society, user_ids))


def _news(society: Society, user_ids: tuple[str, ...]) -> tuple[SampleFile, SampleFile]:
    articles = society.stock(NEWS_FLAVOUR, NEWS)
    published = _draw_published(len(articles), LIFETIMES[NEWS], society)
    visits = _visit(society, NEWS, articles, published)
    delight = _standard(draw_delight(visits.choices, society.rng))
    seconds = np.clip(MEDIAN_READ_S * np.exp(0.8 * delight), 2, 900).astype(np.int64)
    log = Log(visits.choices.people, visits.choices.items, visits.times, {"seconds": seconds}).in_order()
    reads: dict[str, Column] = {
        "user_id": named(user_ids, log.people),
        "article_id": named(articles.ids, log.items),
        "time_spent": log.details["seconds"],
        "timestamp": iso_times(log.times),
    }
    about = {**item_columns(articles, "article_id", "summary"), "published_at": iso_times(published)}
    return (
        SampleFile("news_reads.csv", "News", "interactions", reads),
        SampleFile("news_articles.csv", "News", "items", about),
    )


def _videos(society: Society, user_ids: tuple[str, ...]) -> tuple[SampleFile, SampleFile]:
    videos = society.stock(VIDEO_FLAVOUR, VIDEO)
    published = _draw_published(len(videos), LIFETIMES[VIDEO], society)
    lengths = np.clip(MEDIAN_LENGTH_S * np.exp(0.7 * society.rng.normal(size=len(videos))), 20, 1200).astype(np.int64)
    visits = _visit(society, VIDEO, videos, published)
    watched = 1 / (1 + np.exp(-1.5 * _standard(draw_delight(visits.choices, society.rng))))
    seconds = np.maximum(lengths[visits.choices.items] * watched, 1).astype(np.int64)
    log = Log(visits.choices.people, visits.choices.items, visits.times, {"seconds": seconds}).in_order()
    views: dict[str, Column] = {
        "user_id": named(user_ids, log.people),
        "video_id": named(videos.ids, log.items),
        "watch_seconds": log.details["seconds"],
        "timestamp": iso_times(log.times, "%Y-%m-%d %H:%M:%S"),
    }
    about = {
        **item_columns(videos, "video_id"),
        "length_s": lengths,
        "published_at": iso_times(published, "%Y-%m-%d %H:%M:%S"),
    }
    return (
        SampleFile("video_views.csv", "Video", "interactions", views),
        SampleFile("video_clips.csv", "Video", "items", about),
    )


def _draw_published(n_items: int, lifetime_days: float, society: Society) -> Longs:
    """Return when each item appears, int64 seconds, ascending; the first ones some time before the period."""
    first_day = -int(np.ceil(2 * lifetime_days))
    days = np.sort(society.rng.integers(first_day, society.period.n_days, n_items))
    opening = society.rng.integers(*OPENING_HOURS, n_items)
    return np.sort(society.period.first_second + days * DAY + opening)


def _visit(society: Society, domain: int, items: SampleItems, published: Longs) -> _Visits:
    """Let people come when they come and choose from what there is then: taste × popularity × freshness."""
    rng, counts = society.rng, society.counts[:, domain]
    members = society.members(domain)
    rows = np.repeat(np.arange(len(members)), counts[members])
    times = society.times(members, counts[members])
    affinity = draw_own_fondness(society.fondness[members], rng)[:, items.circle_of]
    quality = rng.normal(size=len(items))
    appeal = PULL * affinity + draw_log_popularity(quality, rng)
    chosen = _choose_fresh(appeal, rows, times, published, LIFETIMES[domain] * DAY, rng)
    keep = (chosen >= 0) & (_is_first(rows * len(items) + chosen, times) | (rng.random(len(rows)) < READ_AGAIN))
    rows, chosen, times = rows[keep], chosen[keep], times[keep]
    n_each = np.bincount(rows, minlength=len(members)).astype(np.int32)
    return _Visits(Choices(members, n_each, chosen, affinity[rows, chosen], quality[chosen]), times)


def _choose_fresh(
    appeal: Doubles, rows: Longs, times: Longs, published: Longs, lifetime_s: float, rng: np.random.Generator
) -> Longs:
    """Return one item per visit by softmax, int64; -1 where nothing is out.

    Parameters
    ----------
    appeal
        float64 [n_members, n_items], before freshness.
    rows, times
        Member and time of each visit.
    published
        int64 seconds [n_items], ascending.
    """
    chosen = np.full(len(rows), -1)
    days = times // DAY
    # exp(-age) is exp(published) but for a factor that all items of a visit share.
    weights = np.exp(appeal + (published - published[0]) / lifetime_s)
    for day in np.unique(days).tolist():
        visits = np.flatnonzero(days == day)
        fresh = slice(*np.searchsorted(published, (day * DAY - FORGOTTEN * lifetime_s, (day + 1) * DAY)).tolist())
        is_out = published[None, fresh] <= times[visits, None]
        # The largest of weights / exponential noise is a draw by weight.
        keys = weights[rows[visits], fresh] * is_out / rng.standard_exponential(is_out.shape)
        if keys.shape[1]:
            best = np.argmax(keys, axis=1)
            chosen[visits] = np.where(keys[np.arange(len(visits)), best] > 0, fresh.start + best, -1)
    return chosen


def _is_first(pairs: Longs, times: Longs) -> Bools:
    """Tell which visit of each pair of person and item is the earliest."""
    by_time = np.argsort(times, kind="stable")
    first = np.zeros(len(pairs), bool)
    first[by_time[np.unique(pairs[by_time], return_index=True)[1]]] = True
    return first


def _standard(values: Doubles) -> Doubles:
    standard: Doubles = (values - values.mean()) / values.std()
    return standard

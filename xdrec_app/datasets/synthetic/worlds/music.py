"""A streaming service: songs played again and again, podcasts counted by month, and tickets for concerts."""

from __future__ import annotations

import numpy as np

from xdrec_app.datasets.arrays import Doubles, Longs
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
from xdrec_app.datasets.synthetic.choices import Choices, draw_delight, draw_quantities, draw_repeats
from xdrec_app.datasets.synthetic.flavours import TOPICS, Category, Flavour
from xdrec_app.datasets.synthetic.people import DAY, Period
from xdrec_app.datasets.synthetic.shelves import MUSIC
from xdrec_app.datasets.synthetic.society import Sizes, Society

SONGS, PODCASTS, CONCERTS = 0, 1, 2
SIZES = Sizes(
    n_people=1400,
    n_circles=70,
    n_items=(900, 320, 280),
    n_choices=43_000,
    shared_share=0.6,
    domain_shares=(0.45, 0.3, 0.25),
)
PERIOD = Period(first_second=1_704_067_200, n_days=365, closed_days=40, stay_days=120)  # from 2024-01-01

PLAYS, EPISODES = 2.2, 3.0
"""Plays of a song after the first, and episodes of a podcast in a month, of people in medium delight."""
BETWEEN_PLAYS_S = 9 * DAY
"""On average."""
MONTHS = 1.2
"""For which somebody follows a podcast after the first, on average."""
MONTH_S = 30 * DAY

SONG_FLAVOUR = Flavour(
    name="Songs",
    prefix="T",
    tags=MUSIC.tags,
    patterns=(
        "{adjective} {noun}",
        "{noun} in {place}",
        "{name}'s {noun}",
        "Leaving {place}",
        "{nouns} and {others}",
        "{hour}",
        "{place} {noun}",
        "My {adjective} {noun}",
        "{number} {nouns}",
        "The {trade}'s Song",
    ),
    sentences=(
        "A song of {first} by {creator}: a {adjective} {noun} in {place}.",
        "{creator} sings of {nouns} and a {trade}. {mood}.",
        "{mood} from {place}, written by {creator}.",
    ),
)
PODCAST_FLAVOUR = Flavour(
    name="Podcasts",
    prefix="S",
    tags={**TOPICS, "stories": (("wonder", 0.7), ("past", 0.6)), "interviews": (("heart", 0.7), ("mind", 0.6))},
    patterns=(
        "The {adjective} {noun} Hour",
        "Radio {place}: {nouns}",
        "{number} {nouns} with {name}",
        "{name} and the {trade}",
        "Talking {nouns} in {place}",
        "The {place} {noun} Podcast",
        "A {noun} a Day",
    ),
    sentences=(
        "Every week {creator} talks with a {trade} about {nouns}. Topic: {tags}.",
        "{creator} listens to {place}: {number} voices and a {adjective} {noun}. {mood}.",
    ),
)
CONCERT_FLAVOUR = Flavour(
    name="Concerts",
    prefix="C",
    tags=MUSIC.tags,
    patterns=(
        "{adjective} {nouns} Live in {place}",
        "{product} of {nouns}, {place}",
        "{place} {product}: {adjective} {noun}",
        "{name} and the {nouns}, {place}",
        "{product} by the {noun}, {place}",
    ),
    sentences=(
        "{creator} and guests at the {adjective} {noun} of {place}. {mood}.",
        "One {product} of {tags} with {creator}, in the old {noun} of {place}.",
    ),
    categories=(
        Category("Concerts > Club", (("pulse", 0.7), ("dark", 0.6)), ("Club Night", "Late Show"), 19),
        Category("Concerts > Hall", (("mind", 0.7), ("past", 0.6)), ("Concert", "Matinee"), 48),
        Category("Concerts > Open Air", (("quiet", 0.6), ("wonder", 0.6)), ("Festival", "Garden Concert"), 65),
        Category("Concerts > Cabaret", (("wit", 0.7), ("heart", 0.6)), ("Revue", "Song Evening"), 29),
    ),
)


@sample_worlds.register
class Music(World):
    """Plays and tickets: quantities that add up; one line per play, a play count, or a number of tickets."""

    key = "music"
    title = "Songs, podcasts and concerts: plays and tickets"

    def files(self, seed: int = 7) -> tuple[SampleFile, ...]:
        """See :meth:`World.files`."""
        society = Society(seed, SIZES, PERIOD)
        user_ids = tuple(f"listener-{person:04d}" for person in range(1, SIZES.n_people + 1))
        return (*_songs(society, user_ids), *_podcasts(society, user_ids), *_concerts(society, user_ids))


def _songs(society: Society, user_ids: tuple[str, ...]) -> tuple[SampleFile, SampleFile]:
    songs = society.stock(SONG_FLAVOUR, SONGS)
    choices = society.choose(songs, SONGS)
    choice, plays_before = draw_repeats(PLAYS * _fervour(choices, society), society.rng)
    gaps = np.where(plays_before > 0, society.rng.exponential(BETWEEN_PLAYS_S, len(choice)), 0).astype(np.int64)
    times = _times(choices, society)[choice] + _sums_within(gaps, plays_before)
    log = _before_the_end(Log(choices.people[choice], choices.items[choice], times, {}), society)
    plays: dict[str, Column] = {
        "user_id": named(user_ids, log.people),
        "track_id": named(songs.ids, log.items),
        "timestamp": iso_times(log.times),
    }
    return (
        SampleFile("song_plays.csv", "Songs", "interactions", plays, signal="purchases"),
        SampleFile("song_tracks.csv", "Songs", "items", item_columns(songs, "track_id")),
    )


def _podcasts(society: Society, user_ids: tuple[str, ...]) -> tuple[SampleFile, SampleFile]:
    podcasts = society.stock(PODCAST_FLAVOUR, PODCASTS)
    choices = society.choose(podcasts, PODCASTS)
    fervour = _fervour(choices, society)
    choice, months_before = draw_repeats(MONTHS * fervour, society.rng)
    episodes = 1 + society.rng.poisson(EPISODES * fervour[choice])
    times = _times(choices, society)[choice] + MONTH_S * months_before
    log = Log(choices.people[choice], choices.items[choice], times, {"plays": episodes})
    log = _before_the_end(log, society)
    months: dict[str, Column] = {
        "user_id": named(user_ids, log.people),
        "podcast_id": named(podcasts.ids, log.items),
        "play_count": log.details["plays"],
        "date": iso_times(log.times, "%Y-%m-%d"),
    }
    return (
        SampleFile("podcast_plays.csv", "Podcasts", "interactions", months),
        SampleFile("podcast_shows.csv", "Podcasts", "items", item_columns(podcasts, "podcast_id")),
    )


def _concerts(society: Society, user_ids: tuple[str, ...]) -> tuple[SampleFile, SampleFile]:
    concerts = society.stock(CONCERT_FLAVOUR, CONCERTS)
    choices = society.choose(concerts, CONCERTS)
    tickets = draw_quantities(len(choices), society.rng)
    log = Log(choices.people, choices.items, _times(choices, society), {"tickets": tickets}).in_order()
    orders: dict[str, Column] = {
        "user_id": named(user_ids, log.people),
        "item_id": named(concerts.ids, log.items),
        "quantity": log.details["tickets"],
        "order_date": iso_times(log.times, "%Y-%m-%d %H:%M:%S"),
    }
    return (
        SampleFile("concert_tickets.csv", "Concerts", "interactions", orders, delimiter=";"),
        SampleFile("concert_dates.csv", "Concerts", "items", item_columns(concerts, "item_id"), delimiter=";"),
    )


def _fervour(choices: Choices, society: Society) -> Doubles:
    """Return how much more often than usual people return to each choice; about 1, skewed."""
    delight = draw_delight(choices, society.rng)
    fervour: Doubles = np.exp(0.7 * (delight - delight.mean()) / delight.std())
    return fervour


def _times(choices: Choices, society: Society) -> Longs:
    return society.times(choices.members, choices.counts)


def _sums_within(gaps: Longs, before: Longs) -> Longs:
    """Return running sums that start anew wherever `before` is 0."""
    sums = np.cumsum(gaps)
    so_far: Longs = np.repeat(sums[before == 0], np.diff(np.append(np.flatnonzero(before == 0), len(gaps))))
    return sums - so_far


def _before_the_end(log: Log, society: Society) -> Log:
    """Return the lines within the period, by time."""
    return log.take(log.times < society.period.end).in_order()

"""Books, movies and music: the flavours of the ratings world."""

from __future__ import annotations

from xdrec_app.datasets.synthetic.flavours import SHARED_TAGS, Flavour

BOOKS = Flavour(
    name="Books",
    prefix="B",
    tags={
        **SHARED_TAGS,
        "mystery": (("dark", 0.7), ("mind", 0.7)),
        "fantasy": (("wonder", 0.8), ("past", 0.6)),
        "essays": (("mind", 1.0),),
        "poetry": (("quiet", 0.8), ("heart", 0.6)),
        "family saga": (("heart", 0.7), ("past", 0.7)),
        "thriller": (("pulse", 0.8), ("dark", 0.6)),
        "philosophy": (("mind", 0.8), ("quiet", 0.6)),
        "satire": (("wit", 0.8), ("mind", 0.6)),
        "travel": (("pulse", 0.6), ("quiet", 0.8)),
    },
    patterns=(
        "The {noun} of {place}",
        "The {adjective} {noun} of {place}",
        "The {trade}'s {noun}",
        "The {trade} of {place}",
        "{name} and the {adjective} {noun}",
        "A {noun} for {name}",
        "{number} {nouns} in {place}",
        "What the {trade} of {place} Knew",
        "Letters from the {adjective} {noun}",
        "The {adjective} {nouns}",
        "A Short History of {nouns}",
        "{name}'s {adjective} {noun}",
    ),
    sentences=(
        "In which a {trade} from {place} follows a {adjective} {noun}. {mood}, by {creator}.",
        "{creator} tells of {name}, a {trade} of {place}, and of the {noun} that changed everything. {mood}.",
        "Between {place} and the sea, two friends share one {adjective} {noun}. {mood}, by {creator}.",
        "{creator} writes about {nouns}, patience and a {trade} who never came home. {mood}.",
    ),
)

MOVIES = Flavour(
    name="Movies",
    prefix="M",
    tags={
        **SHARED_TAGS,
        "mystery": (("dark", 0.7), ("mind", 0.7)),
        "thriller": (("pulse", 0.8), ("dark", 0.6)),
        "horror": (("dark", 0.9), ("wonder", 0.4)),
        "heist": (("pulse", 0.7), ("wit", 0.7)),
        "courtroom": (("mind", 0.9), ("past", 0.3)),
        "musical": (("heart", 0.7), ("wit", 0.6)),
        "western": (("past", 0.8), ("pulse", 0.6)),
        "animation": (("wonder", 0.7), ("wit", 0.6)),
        "documentary": (("mind", 0.8), ("quiet", 0.6)),
    },
    patterns=(
        "{place}, {hour}",
        "The {trade} of {place}",
        "{adjective} {nouns}",
        "Last {noun} to {place}",
        "{name} Takes the {noun}",
        "The {noun} Affair",
        "{number} {nouns} for {name}",
        "The {adjective} {noun} of {place}",
        "Goodbye, {adjective} {noun}",
        "The {place} {noun}",
        "{name} Against {place}",
        "Nobody Leaves {place}'s {noun}",
    ),
    sentences=(
        "A {first} film: one night in {place}, a {trade} finds a {adjective} {noun}. Directed by {creator}.",
        "{name}, a retired {trade}, returns to {place} for one last {noun}. {mood}, directed by {creator}.",
        "Directed by {creator}: {number} strangers, one {adjective} {noun} and no way out of {place}.",
        "{creator} films {nouns} as nobody did before. {mood}.",
    ),
)

MUSIC = Flavour(
    name="Music",
    prefix="A",
    tags={
        **{tag: SHARED_TAGS[tag] for tag in ("noir", "space", "romance", "nature", "comedy")},
        "jazz": (("mind", 0.7), ("dark", 0.6)),
        "ambient": (("quiet", 0.8), ("wonder", 0.6)),
        "electronic": (("wonder", 0.7), ("pulse", 0.7)),
        "folk": (("past", 0.7), ("quiet", 0.7)),
        "soul": (("heart", 0.9), ("pulse", 0.3)),
        "punk": (("pulse", 0.8), ("wit", 0.5)),
        "metal": (("dark", 0.7), ("pulse", 0.7)),
        "chamber": (("mind", 0.8), ("quiet", 0.5)),
        "early music": (("past", 0.8), ("mind", 0.5)),
        "swing": (("wit", 0.7), ("past", 0.6)),
        "ballads": (("heart", 0.7), ("quiet", 0.6)),
    },
    patterns=(
        "{adjective} {noun} Suite",
        "Songs for a {adjective} {noun}",
        "{place} Sessions",
        "{nouns} & {others}",
        "Live at the {noun}, {place}",
        "{hour} in {place}",
        "{name}'s {noun}",
        "Music for {nouns}",
        "{number} {adjective} {nouns}",
        "The {place} Tapes",
        "Dancing with {nouns}",
        "{place} Hymns for {nouns}",
    ),
    sentences=(
        "An album of {first} by {creator}, recorded in {place} over {number} days.",
        "{creator} plays {tags}: songs of a {adjective} {noun} and the {trade} who heard it.",
        "{number} pieces for {nouns} and tape, written by {creator} in {place}. {mood}.",
        "The record on which {creator} left {place} for good: {tags}, with a {adjective} {noun} in every chorus.",
    ),
)

FLAVOURS = {flavour.name: flavour for flavour in (BOOKS, MOVIES, MUSIC)}

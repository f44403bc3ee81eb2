"""Books, movies and music that the same people rate: explicit feedback over three years."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from xdrec_app.datasets.arrays import Doubles, Ints, Longs
from xdrec_app.datasets.domain_table import DomainTable
from xdrec_app.datasets.synthetic.base import Column, Log, SampleFile, World, item_columns, named, sample_worlds
from xdrec_app.datasets.synthetic.choices import draw_delight, in_shares
from xdrec_app.datasets.synthetic.flavours import Flavour
from xdrec_app.datasets.synthetic.items import SampleItems
from xdrec_app.datasets.synthetic.people import Period
from xdrec_app.datasets.synthetic.shelves import FLAVOURS
from xdrec_app.datasets.synthetic.society import Sizes, Society

ITEMS_PER_CIRCLE = 8
"""In each domain."""
RATING_SHARES = (0.07, 0.09, 0.24, 0.34, 0.26)
"""Shares of the ratings 1 … 5."""
PERIOD = Period(first_second=1_640_995_200, n_days=3 * 365, closed_days=60, stay_days=150)  # from 2022-01-01


@dataclass(frozen=True)
class WorldSettings:
    """The size of a world.

    Attributes
    ----------
    n_people
        Over all domains.
    n_items
        Per domain.
    n_ratings
        Over all domains; a little less where people run out of items.
    shared_share
        Share of people who are in two domains or more, 0 … 1.
    seed
        Decides everything.
    domains
        Names, from Books, Movies and Music.
    """

    n_people: int = 3000
    n_items: int = 1500
    n_ratings: int = 200_000
    shared_share: float = 0.4
    seed: int = 7
    domains: tuple[str, ...] = tuple(FLAVOURS)


@dataclass(frozen=True, eq=False)
class SampleDomain:
    """One domain: its items, and its ratings in order of time.

    Attributes
    ----------
    stock
        All items there are.
    people
        int64, number of the person of each rating.
    items
        int64, number of the rated item.
    ratings
        int32, 1 … 5.
    times
        int64 seconds since 1970.
    """

    stock: SampleItems
    people: Longs
    items: Longs
    ratings: Ints
    times: Longs

    @property
    def name(self) -> str:
        """Name of the domain."""
        return self.stock.flavour.name


@dataclass(frozen=True, eq=False)
class SampleWorld:
    """All domains and the truth behind them.

    Attributes
    ----------
    person_ids
        One per person; the same in every domain.
    tastes
        float64 [n_people, n_axes], how much a person likes each axis of `flavours.AXES`; mean 0, variance 1.
    domains
        In the order of the settings.
    """

    person_ids: tuple[str, ...]
    tastes: Doubles
    domains: tuple[SampleDomain, ...]

    def files(self) -> tuple[SampleFile, ...]:
        """Return the files a user would have: per domain one of ratings and one of items."""
        return tuple(file for domain in self.domains for file in self._files_of(domain))

    def table(self, name: str) -> DomainTable:
        """Return one domain as if it had been imported.

        Raises
        ------
        KeyError
            When there is no such domain.
        """
        domain = {domain.name: domain for domain in self.domains}[name]
        stock = domain.stock
        columns = (domain.people.tolist(), domain.items.tolist(), domain.ratings.tolist(), domain.times.tolist())
        rows = [
            (self.person_ids[person], stock.ids[item], float(rating), time)
            for person, item, rating, time in zip(*columns, strict=True)
        ]
        details = zip(stock.titles, stock.descriptions, stock.tags, strict=True)
        return DomainTable.of(name, rows, dict(zip(stock.ids, details, strict=True)))

    def _files_of(self, domain: SampleDomain) -> tuple[SampleFile, SampleFile]:
        stem = domain.name.lower()
        ratings: dict[str, Column] = {
            "user_id": named(self.person_ids, domain.people),
            "item_id": named(domain.stock.ids, domain.items),
            "rating": domain.ratings,
            "timestamp": domain.times,
        }
        return (
            SampleFile(f"{stem}_ratings.csv", domain.name, "interactions", ratings),
            SampleFile(f"{stem}_items.csv", domain.name, "items", item_columns(domain.stock, "item_id")),
        )


def generate(settings: WorldSettings | None = None) -> SampleWorld:
    """Make a world; the same settings give the same world."""
    settings = settings or WorldSettings()
    n_domains = len(settings.domains)
    sizes = Sizes(
        n_people=settings.n_people,
        n_circles=max(settings.n_items // ITEMS_PER_CIRCLE, 1),
        n_items=[settings.n_items] * n_domains,
        n_choices=settings.n_ratings,
        shared_share=settings.shared_share,
    )
    society = Society(settings.seed, sizes, PERIOD)
    domains = tuple(_rate(society, FLAVOURS[name], number) for number, name in enumerate(settings.domains))
    person_ids = tuple(f"P{person:05d}" for person in range(1, settings.n_people + 1))
    return SampleWorld(person_ids, society.tastes, domains)


def write_csv(world: SampleWorld, folder: Path) -> dict[str, tuple[Path, Path]]:
    """Write the files of a world into a folder; return domain → (ratings, items)."""
    paths = [file.write(folder) for file in world.files()]
    names = [domain.name for domain in world.domains]
    return dict(zip(names, zip(paths[::2], paths[1::2], strict=True), strict=True))


def _rate(society: Society, flavour: Flavour, number: int) -> SampleDomain:
    stock = society.stock(flavour, number)
    choices = society.choose(stock, number)
    ratings = 1 + in_shares(draw_delight(choices, society.rng), RATING_SHARES)
    log = Log(choices.people, choices.items, society.times(choices.members, choices.counts), {"ratings": ratings})
    log = log.in_order()
    return SampleDomain(stock, log.people, log.items, log.details["ratings"], log.times)


@sample_worlds.register
class Ratings(World):
    """The world at its usual size."""

    key = "ratings"
    title = "Books, movies and music: ratings"

    def files(self, seed: int = 7) -> tuple[SampleFile, ...]:
        """See :meth:`World.files`."""
        return generate(WorldSettings(seed=seed)).files()

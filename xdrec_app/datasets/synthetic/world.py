"""The values of the sample world: how large it is, and what is in it. How it is made stands in `generator`."""

from __future__ import annotations

from dataclasses import dataclass

from xdrec_app.datasets.arrays import Doubles, Ints, Longs
from xdrec_app.datasets.domain_table import DomainTable
from xdrec_app.datasets.synthetic.flavours import FLAVOURS


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
    name
        Of the domain.
    item_ids, titles, tags, descriptions
        One per item.
    people
        int32, number of the person of each rating.
    items
        int32, number of the rated item.
    ratings
        int32, 1 … 5.
    times
        int64 seconds since 1970.
    """

    name: str
    item_ids: tuple[str, ...]
    titles: tuple[str, ...]
    tags: tuple[tuple[str, ...], ...]
    descriptions: tuple[str, ...]
    people: Ints
    items: Ints
    ratings: Ints
    times: Longs


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

    def table(self, name: str) -> DomainTable:
        """Return one domain as if it had been imported.

        Raises
        ------
        KeyError
            When there is no such domain.
        """
        domain = {domain.name: domain for domain in self.domains}[name]
        columns = (domain.people.tolist(), domain.items.tolist(), domain.ratings.tolist(), domain.times.tolist())
        rows = [
            (self.person_ids[person], domain.item_ids[item], float(rating), time)
            for person, item, rating, time in zip(*columns, strict=True)
        ]
        details = zip(domain.titles, domain.descriptions, domain.tags, strict=True)
        return DomainTable.of(name, rows, dict(zip(domain.item_ids, details, strict=True)))

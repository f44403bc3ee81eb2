"""What the domains of one world have in common: people with tastes, circles of items with moods, and a period.

Every item belongs to a *circle*: what one invented place and one mood brought forth in all domains. Tags follow the
mood, so a taste by tag means something.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from xdrec_app.core.seeding import derive_seed
from xdrec_app.datasets.arrays import Doubles, Ints, Longs
from xdrec_app.datasets.synthetic import people
from xdrec_app.datasets.synthetic.choices import Choices, draw_choices
from xdrec_app.datasets.synthetic.flavours import Flavour
from xdrec_app.datasets.synthetic.items import SampleItems, draw_moods, stock
from xdrec_app.datasets.synthetic.people import Period
from xdrec_app.datasets.synthetic.titles import TitleWriter


@dataclass(frozen=True)
class Sizes:
    """How large a world is.

    Attributes
    ----------
    n_people
        Over all domains.
    n_circles
        Of items.
    n_items
        Of each domain; nobody chooses more than half of them.
    n_choices
        Pairs of person and item over all domains; a little less where people run out of items.
    shared_share
        Share of people who are in two domains or more, 0 … 1.
    domain_shares
        Share of the choices that each domain gets; None: as it happens.
    """

    n_people: int
    n_circles: int
    n_items: Sequence[int]
    n_choices: int
    shared_share: float
    domain_shares: Sequence[float] | None = None


class Society:
    """The people and circles of one world, and the random numbers that its domains are drawn with.

    Parameters
    ----------
    seed
        Decides everything.

    Attributes
    ----------
    tastes
        float64 [n_people, n_axes], how much a person likes each axis of `flavours.AXES`; mean 0, variance 1.
    fondness
        float64 [n_people, n_circles].
    counts
        int32 [n_people, n_domains], how many items each person chooses in each domain.
    first_visits
        float64 [n_people], seconds since 1970.
    age_groups, regions
        One per person.
    """

    def __init__(self, seed: int, sizes: Sizes, period: Period) -> None:
        rng = np.random.default_rng(derive_seed(seed, "world"))
        n_domains = len(sizes.n_items)
        self._sizes = sizes
        self._writer = TitleWriter(derive_seed(seed, "titles"))
        self._moods = draw_moods(sizes.n_circles, rng)
        self._places = self._writer.places(sizes.n_circles)
        self.rng = rng
        self.period = period
        self.tastes: Doubles = people.draw_tastes(sizes.n_people, rng)
        self.fondness: Doubles = people.draw_fondness(self.tastes, self._moods, rng)
        members = people.draw_members(sizes.n_people, n_domains, sizes.shared_share, rng)
        most = [n // 2 for n in sizes.n_items]
        self.counts: Ints = people.draw_counts(members, sizes.n_choices, most, rng, sizes.domain_shares)
        self.first_visits: Doubles = people.draw_first_visits(sizes.n_people, period, rng)
        about_people = np.random.default_rng(derive_seed(seed, "people"))
        self.age_groups = people.draw_age_groups(self.tastes, about_people)
        self.regions = people.draw_regions(sizes.n_people, about_people)

    def stock(self, flavour: Flavour, domain: int) -> SampleItems:
        """Make the items of a domain."""
        return stock(flavour, self._sizes.n_items[domain], self._moods, self._places, self._writer, self.rng)

    def choose(self, items: SampleItems, domain: int, *, pull: float = 1.0) -> Choices:
        """Let the people of a domain choose; see :func:`~xdrec_app.datasets.synthetic.choices.draw_choices`."""
        return draw_choices(self.fondness, items.circle_of, self.counts[:, domain], self.rng, pull=pull)

    def members(self, domain: int) -> Longs:
        """Return the people of a domain, int64, ascending."""
        return np.flatnonzero(self.counts[:, domain])

    def times(self, members: Longs, counts: Ints) -> Longs:
        """Return when each of `counts` [n_members] choices happens, int64 seconds, person after person."""
        return people.draw_times(self.first_visits[members], counts, self.period, self.rng)

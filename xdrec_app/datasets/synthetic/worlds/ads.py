"""Advertisements shown to the customers of a shop: clicked or not, and what the same people buy."""

from __future__ import annotations

import numpy as np

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
from xdrec_app.datasets.synthetic.choices import draw_delight, draw_quantities, draw_repeats, in_shares
from xdrec_app.datasets.synthetic.flavours import STYLES, Category, Flavour
from xdrec_app.datasets.synthetic.people import DAY, Period
from xdrec_app.datasets.synthetic.society import Sizes, Society

ADS, SHOP = 0, 1
SIZES = Sizes(
    n_people=1800,
    n_circles=60,
    n_items=(240, 800),
    n_choices=78_000,
    shared_share=0.7,
    domain_shares=(0.65, 0.35),
)
PERIOD = Period(first_second=1_727_740_800, n_days=92, closed_days=14, stay_days=60)  # from 2024-10-01

TARGETING = 0.35
"""How much the taste of a person decides which advertisements are shown; budgets decide the rest."""
SHOWN_AGAIN = 0.6
"""How often an advertisement is shown to the same person after the first time, on average."""
UNTIL_SHOWN_AGAIN_S = 2 * DAY
CLICK_SHARE = 0.03
TASTE_OF_CLICKS = 1.4
"""How much taste decides about a click; what is shown without a wish is clicked for little else."""
WHIM = 0.5
"""Standard deviation of what only the moment decides about a click."""

AD_FLAVOUR = Flavour(
    name="Ads",
    prefix="AD",
    tags={**STYLES, "discount": (("wit", 0.6), ("pulse", 0.7)), "new arrival": (("wonder", 0.7), ("mind", 0.5))},
    patterns=(
        "Try the {adjective} {noun} of {place}",
        "Win a {noun} in {place}",
        "{number} {nouns} for You",
        "{place}: {adjective} {nouns} Now",
        "{name} Loves {adjective} {nouns}",
        "Only Today: the {noun} from {place}",
        "Your {noun} Is Waiting in {place}",
    ),
    sentences=(
        "A {adjective} {noun} for everybody who likes it {tags}. Made in {place} by {creator}.",
        "{mood}: {creator} of {place} has {nouns} for you.",
    ),
)
SHOP_FLAVOUR = Flavour(
    name="Shop",
    prefix="SKU",
    tags={**STYLES, "gift": (("heart", 0.8), ("wit", 0.4)), "large pack": (("mind", 0.6), ("quiet", 0.5))},
    patterns=(
        "{place} {adjective} {product}",
        "{product} {noun}, {adjective}",
        "{name} {product} of {place}",
        "{adjective} {noun} {product}",
    ),
    sentences=(
        "A {adjective} {product} from {place}, packed by {creator}. Style: {tags}.",
        "{mood}: the {product} of the {trade}s of {place}.",
    ),
    categories=(
        Category("Grocery > Tea and Coffee", (("quiet", 1.0),), ("Tea", "Coffee"), 9),
        Category("Grocery > Sweets", (("heart", 1.0),), ("Chocolate", "Marzipan"), 6),
        Category("Electronics > Audio", (("wonder", 1.0),), ("Headphone", "Radio"), 99),
        Category("Electronics > Computing", (("mind", 1.0),), ("Keyboard", "Monitor"), 139),
        Category("Toys > Games", (("wit", 1.0),), ("Board Game", "Puzzle"), 29),
        Category("Garden > Tools", (("pulse", 0.8), ("quiet", 0.4)), ("Spade", "Saw"), 35),
        Category("Tools > Power Tools", (("pulse", 1.0),), ("Drill", "Sander"), 119),
        Category("Stationery > Pens", (("past", 0.8), ("mind", 0.4)), ("Fountain Pen", "Ink"), 24),
        Category("Antiques > Furniture", (("past", 1.0),), ("Chair", "Cabinet"), 260),
        Category("Beauty > Perfume", (("dark", 0.7), ("heart", 0.5)), ("Perfume", "Soap"), 49),
        Category("Leather > Bags", (("dark", 1.0),), ("Bag", "Belt"), 89),
    ),
)


@sample_worlds.register
class Ads(World):
    """Impressions with few clicks, which purchases of the same people explain better than more impressions do."""

    key = "ads"
    title = "Advertisements and a shop: impressions with clicks, and purchases"

    def files(self, seed: int = 7) -> tuple[SampleFile, ...]:
        """See :meth:`World.files`."""
        society = Society(seed, SIZES, PERIOD)
        user_ids = tuple(f"{0xA3C1 + 977 * person:08x}" for person in range(SIZES.n_people))
        return (*_impressions(society, user_ids), *_purchases(society, user_ids))


def _impressions(society: Society, user_ids: tuple[str, ...]) -> tuple[SampleFile, SampleFile]:
    rng = society.rng
    ads = society.stock(AD_FLAVOUR, ADS)
    choices = society.choose(ads, ADS, pull=TARGETING)
    choice, shown_before = draw_repeats(np.full(len(choices), SHOWN_AGAIN), rng)
    delight = draw_delight(choices, rng, taste_weight=TASTE_OF_CLICKS)[choice] + rng.normal(0, WHIM, len(choice))
    later = (shown_before * rng.exponential(UNTIL_SHOWN_AGAIN_S, len(choice))).astype(np.int64)
    times = society.times(choices.members, choices.counts)[choice] + later
    clicks = in_shares(delight, (1 - CLICK_SHARE, CLICK_SHARE))
    log = Log(choices.people[choice], choices.items[choice], times, {"clicked": clicks}).in_order()
    impressions: dict[str, Column] = {
        "user_id": named(user_ids, log.people),
        "ad_id": named(ads.ids, log.items),
        "clicked": log.details["clicked"],
        "timestamp": log.times,
    }
    return (
        SampleFile("ad_impressions.csv", "Ads", "interactions", impressions),
        SampleFile("ad_creatives.csv", "Ads", "items", item_columns(ads, "ad_id")),
    )


def _purchases(society: Society, user_ids: tuple[str, ...]) -> tuple[SampleFile, SampleFile]:
    products = society.stock(SHOP_FLAVOUR, SHOP)
    choices = society.choose(products, SHOP)
    quantities = draw_quantities(len(choices), society.rng)
    times = society.times(choices.members, choices.counts)
    log = Log(choices.people, choices.items, times, {"quantity": quantities}).in_order()
    orders: dict[str, Column] = {
        "user_id": named(user_ids, log.people),
        "sku": named(products.ids, log.items),
        "quantity": log.details["quantity"],
        "order_date": iso_times(log.times),
    }
    return (
        SampleFile("shop_orders.csv", "Shop", "interactions", orders),
        SampleFile("shop_products.csv", "Shop", "items", item_columns(products, "sku")),
    )

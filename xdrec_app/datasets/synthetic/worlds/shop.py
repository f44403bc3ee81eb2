"""One shop with three departments: what the same customers look at, put into the cart, and buy."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from xdrec_app.datasets.arrays import Longs
from xdrec_app.datasets.synthetic.base import Column, Log, SampleFile, World, item_columns, named, sample_worlds
from xdrec_app.datasets.synthetic.choices import Choices, draw_delight, draw_quantities, draw_repeats, in_shares
from xdrec_app.datasets.synthetic.flavours import STYLES, Category, Flavour
from xdrec_app.datasets.synthetic.people import Period
from xdrec_app.datasets.synthetic.society import Sizes, Society

SIZES = Sizes(
    n_people=1500,
    n_circles=75,
    n_items=(700, 600, 500),
    n_choices=66_000,
    shared_share=0.6,
    domain_shares=(0.4, 0.32, 0.28),
)
PERIOD = Period(first_second=1_709_251_200, n_days=184, closed_days=21, stay_days=60)  # from 2024-03-01

SEEN, IN_CART, BOUGHT = range(3)
STAGE_SHARES = (0.72, 0.12, 0.16)
"""How far a customer gets with a product: looks at it, puts it into the cart, buys it."""
BETWEEN_VIEWS_S = 240
UNTIL_BOUGHT_S = 4 * 3600
"""From the cart on, on average."""

PATTERNS = (
    "{place} {adjective} {product}",
    "{product} {noun}, {adjective}",
    "{name} {product} of {place}",
    "{adjective} {noun} {product}",
    "{place} {noun} {product}",
)
SENTENCES = (
    "A {product} made in {place} for those who like it {tags}. Designed by {creator}.",
    "{creator} drew this {product} after a {adjective} {noun} in {place}. Style: {tags}.",
    "{mood}: the {product} that the {trade}s of {place} swear by.",
    "From the workshop of {creator}: a {adjective} {product}, {first} as ever.",
)

FASHION = Flavour(
    name="Fashion",
    prefix="FA-",
    tags={**STYLES, "evening": (("dark", 0.7), ("heart", 0.6)), "outdoor": (("quiet", 0.7), ("pulse", 0.6))},
    patterns=PATTERNS,
    sentences=SENTENCES,
    categories=(
        Category("Fashion > Women > Dresses", (("heart", 1.0),), ("Dress", "Summer Dress"), 69),
        Category("Fashion > Women > Blouses", (("heart", 0.6), ("mind", 0.6)), ("Blouse", "Shirt"), 45),
        Category("Fashion > Men > Jackets", (("dark", 1.0),), ("Jacket", "Coat"), 129),
        Category("Fashion > Men > Shirts", (("mind", 1.0),), ("Shirt", "Overshirt"), 49),
        Category("Fashion > Shoes > Sneakers", (("pulse", 1.0),), ("Sneaker",), 85),
        Category("Fashion > Shoes > Boots", (("past", 0.7), ("dark", 0.6)), ("Boot", "Ankle Boot"), 119),
        Category("Fashion > Knitwear", (("quiet", 1.0),), ("Pullover", "Cardigan"), 75),
        Category("Fashion > Accessories > Hats", (("wit", 1.0),), ("Hat", "Cap", "Beret"), 29),
        Category("Fashion > Accessories > Watches", (("past", 1.0),), ("Watch",), 159),
        Category("Fashion > Accessories > Jewellery", (("wonder", 1.0),), ("Ring", "Necklace"), 89),
    ),
)
SPORTS = Flavour(
    name="Sports",
    prefix="SP-",
    tags={**STYLES, "competition": (("pulse", 0.8), ("mind", 0.4)), "for beginners": (("wit", 0.6), ("heart", 0.6))},
    patterns=PATTERNS,
    sentences=SENTENCES,
    categories=(
        Category("Sports > Running > Shoes", (("pulse", 1.0),), ("Running Shoe", "Trail Shoe"), 109),
        Category("Sports > Running > Watches", (("mind", 0.7), ("pulse", 0.6)), ("Running Watch",), 189),
        Category("Sports > Cycling > Helmets", (("dark", 0.6), ("pulse", 0.6)), ("Helmet",), 65),
        Category("Sports > Cycling > Lights", (("wonder", 1.0),), ("Bicycle Light",), 35),
        Category("Sports > Hiking > Tents", (("quiet", 1.0),), ("Tent",), 210),
        Category("Sports > Hiking > Backpacks", (("quiet", 0.7), ("past", 0.6)), ("Backpack",), 95),
        Category("Sports > Yoga > Mats", (("heart", 0.7), ("quiet", 0.6)), ("Yoga Mat",), 39),
        Category("Sports > Games > Table Tennis", (("wit", 1.0),), ("Bat", "Ball Set"), 25),
        Category("Sports > Games > Chess", (("mind", 1.0),), ("Chess Set",), 45),
        Category("Sports > Archery > Bows", (("past", 1.0),), ("Bow", "Quiver"), 140),
        Category("Sports > Dance > Shoes", (("heart", 1.0),), ("Dance Shoe",), 79),
        Category("Sports > Boxing > Gloves", (("dark", 1.0),), ("Boxing Glove",), 59),
    ),
)
HOME = Flavour(
    name="Home",
    prefix="HO-",
    tags={**STYLES, "cosy": (("heart", 0.7), ("quiet", 0.6)), "space-saving": (("mind", 0.7), ("wonder", 0.5))},
    patterns=PATTERNS,
    sentences=SENTENCES,
    categories=(
        Category("Home > Living Room > Lamps", (("wonder", 1.0),), ("Floor Lamp", "Table Lamp"), 79),
        Category("Home > Living Room > Cushions", (("heart", 1.0),), ("Cushion",), 25),
        Category("Home > Living Room > Rugs", (("past", 1.0),), ("Rug",), 149),
        Category("Home > Study > Desks", (("mind", 1.0),), ("Desk",), 229),
        Category("Home > Study > Shelves", (("mind", 0.7), ("quiet", 0.5)), ("Shelf", "Bookcase"), 119),
        Category("Home > Bedroom > Curtains", (("dark", 1.0),), ("Curtain",), 55),
        Category("Home > Garden > Plant Pots", (("quiet", 1.0),), ("Plant Pot", "Watering Can"), 22),
        Category("Home > Kitchen > Knives", (("pulse", 0.7), ("dark", 0.6)), ("Kitchen Knife",), 49),
        Category("Home > Kitchen > Mugs", (("wit", 1.0),), ("Mug", "Teapot"), 15),
        Category("Home > Kitchen > Mixers", (("pulse", 1.0),), ("Mixer", "Juicer"), 99),
    ),
)


@sample_worlds.register
class Shop(World):
    """Event logs with the action and the quantity; products with categories and prices."""

    key = "shop"
    title = "Fashion, sports and home: views, carts and purchases"

    def files(self, seed: int = 7) -> tuple[SampleFile, ...]:
        """See :meth:`World.files`."""
        society = Society(seed, SIZES, PERIOD)
        customer_ids = tuple(f"{1040 + 7 * person:07d}" for person in range(SIZES.n_people))
        files: list[SampleFile] = []
        for number, flavour in enumerate((FASHION, SPORTS, HOME)):
            products = society.stock(flavour, number)
            choices = society.choose(products, number)
            log = _events(choices, society.times(choices.members, choices.counts), society.rng).in_order()
            events: dict[str, Column] = {
                "customer_id": named(customer_ids, log.people),
                "product_id": named(products.ids, log.items),
                "event_type": named(("view", "cart", "purchase"), log.details["stage"]),
                "quantity": log.details["quantity"],
                "timestamp": log.times * 1000 + log.details["ms"],
            }
            stem = flavour.name.lower()
            files += (
                SampleFile(f"{stem}_events.csv", flavour.name, "interactions", events),
                SampleFile(f"{stem}_products.csv", flavour.name, "items", item_columns(products, "product_id")),
                SampleFile(f"{stem}_customers.csv", flavour.name, "users", _about(society, number, customer_ids)),
            )
        return tuple(files)


def _about(society: Society, domain: int, customer_ids: Sequence[str]) -> dict[str, Column]:
    members = society.members(domain)
    return {
        "customer_id": named(customer_ids, members),
        "age_group": named(society.age_groups, members),
        "region": named(society.regions, members),
    }


def _events(choices: Choices, times: Longs, rng: np.random.Generator) -> Log:
    """Return every view, cart and purchase; whoever buys has put it into the cart and seen it before."""
    stage = in_shares(draw_delight(choices, rng), STAGE_SHARES)
    viewed, views_before = draw_repeats(0.4 + 0.4 * stage, rng)
    view_times = times[viewed] + BETWEEN_VIEWS_S * views_before + rng.integers(0, BETWEEN_VIEWS_S, len(viewed))
    cart = np.flatnonzero(stage >= IN_CART)
    bought = np.flatnonzero(stage == BOUGHT)
    cart_times = times + BETWEEN_VIEWS_S * np.bincount(viewed, minlength=len(times)) + 30
    buying_times = cart_times + 60 + rng.exponential(UNTIL_BOUGHT_S, len(times)).astype(np.int64)
    choice = np.concatenate([viewed, cart, bought])
    stages = np.repeat([SEEN, IN_CART, BOUGHT], [len(viewed), len(cart), len(bought)])
    quantities = draw_quantities(len(times), rng)[choice]
    return Log(
        choices.people[choice],
        choices.items[choice],
        np.concatenate([view_times, cart_times[cart], buying_times[bought]]),
        {
            "stage": stages,
            "quantity": np.where(stages == SEEN, 1, quantities),
            "ms": rng.integers(0, 1000, len(choice)),
        },
    )

"""The words that titles, descriptions and names of the sample worlds are made of; all names are invented."""

from __future__ import annotations

NOUNS: dict[str, tuple[str, ...]] = {
    "dark": ("Alibi", "Cellar", "Shadow", "Ransom", "Crow", "Fog Bell", "Witness", "Keyhole", "Debt", "Ash"),
    "wonder": ("Comet", "Orbit", "Lantern", "Station", "Oracle", "Nebula", "Mirror", "Automaton", "Moon", "Signal"),
    "heart": ("Promise", "Letter", "Wedding", "Garden Gate", "Ribbon", "Vow", "Daughter", "Waltz", "Peach", "Kiss"),
    "mind": ("Theorem", "Archive", "Compass", "Verdict", "Ledger", "Chessboard", "Method", "Riddle", "Atlas", "Proof"),
    "pulse": ("Engine", "Chase", "Ferry", "Summit", "Rapid", "Wager", "Storm", "Racer", "Parachute", "Spark"),
    "wit": ("Umbrella", "Parrot", "Trombone", "Pudding", "Landlord", "Moustache", "Pyjama", "Goose", "Tuba", "Excuse"),
    "quiet": ("Meadow", "Heron", "Harbour", "Snowfield", "Orchard", "Tide", "Birch", "Window", "Moth", "Silence"),
    "past": (
        "Castle", "Clockwork", "Manor", "Chronicle", "Crown", "Harvest", "Bridge", "Galleon", "Loom", "Inheritance",
    ),
}  # fmt: skip
"""Nouns of titles by axis, each with a plural in -s."""

ADJECTIVES: dict[str, tuple[str, ...]] = {
    "dark": ("Crooked", "Midnight", "Bitter", "Hollow", "Rain-Soaked", "Nameless", "Cold"),
    "wonder": ("Weightless", "Luminous", "Glass", "Impossible", "Silver", "Farthest", "Electric"),
    "heart": ("Tender", "Borrowed", "Faithful", "Crimson", "Homesick", "Velvet", "Unsent"),
    "mind": ("Careful", "Seventh", "Unwritten", "Perfect", "Hidden", "Curious", "Exact"),
    "pulse": ("Burning", "Reckless", "Runaway", "Wild", "Restless", "Thundering", "Scarlet"),
    "wit": ("Ridiculous", "Accidental", "Polite", "Upside-Down", "Second-Hand", "Overdressed", "Whistling"),
    "quiet": ("Slow", "Green", "Snowbound", "Barefoot", "Drowsy", "Salt-White", "Unhurried"),
    "past": ("Forgotten", "Gilded", "Last", "Ancestral", "Wooden", "Ruined", "Copper"),
}

TRADES = (
    "Lamplighter", "Cartographer", "Beekeeper", "Clockmaker", "Archivist", "Ferrywoman", "Glassblower", "Locksmith",
    "Midwife", "Piano Tuner", "Stargazer", "Puppeteer", "Bookbinder", "Lighthouse Keeper", "Tailor", "Botanist",
    "Smuggler", "Interpreter", "Gravedigger", "Weathervane Maker", "Night Clerk", "Pearl Diver", "Surveyor", "Baker",
)  # fmt: skip

PLACE_STARTS = (
    "Vell", "Harro", "Quill", "Ostra", "Mar", "Tamber", "Wex", "Liss", "Brin", "Calla", "Dun", "Eider", "Fenn", "Gral",
    "Hollo", "Iver", "Jor", "Kest", "Lorn", "Merri", "Nar", "Oren", "Pell", "Rav", "Sorr", "Thist", "Ulm", "Yarr",
)  # fmt: skip
PLACE_ENDS = ("mouth", "wick", "vane", "dell", "ness", "holm", "stead", "moor", "gate", "ferry", "bay", "more")

FIRST_NAMES = (
    "Adele", "Bastian", "Celeste", "Dario", "Edda", "Farid", "Greta", "Hiro", "Imani", "Jonas", "Kaja", "Leopold",
    "Mina", "Nuri", "Odile", "Pavel", "Rosalind", "Stellan", "Tove", "Umberto", "Vesna", "Wanda", "Xiulan", "Yusuf",
)  # fmt: skip
LAST_STARTS = (
    "Ander", "Bel", "Cor", "Drax", "Elm", "Ferr", "Grun", "Hask", "Isen", "Jarr", "Kall", "Lun", "Mor", "Rusk",
)  # fmt: skip
LAST_ENDS = ("wood", "mann", "etti", "ova", "by", "sson", "ier", "ardo", "quist", "ley")

HOURS = ("Quarter Past Nine", "Half Past Midnight", "Five in the Morning", "Sunday Noon", "Ten to Six", "First Light")
NUMBERS = ("Three", "Four", "Five", "Six", "Seven", "Nine", "Eleven", "Twelve", "Thirteen", "Forty")

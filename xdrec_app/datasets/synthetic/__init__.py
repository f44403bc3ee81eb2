"""Seeded sample worlds: people, items and what happens between them, as data and as files."""

from xdrec_app.datasets.synthetic.base import SampleFile, World, sample_worlds
from xdrec_app.datasets.synthetic.worlds.ratings import SampleDomain, SampleWorld, WorldSettings, generate, write_csv

__all__ = [
    "SampleDomain",
    "SampleFile",
    "SampleWorld",
    "World",
    "WorldSettings",
    "generate",
    "sample_worlds",
    "write_csv",
]

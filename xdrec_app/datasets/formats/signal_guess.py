"""What the lines of a file of interactions say: ratings, clicks, views, purchases, impressions or events."""

from __future__ import annotations

import numpy as np

from xdrec_app.datasets.arrays import Doubles
from xdrec_app.datasets.formats.column_words import KIND_OF_VALUE, MILLISECOND_NAMES, plain
from xdrec_app.datasets.formats.interaction_file import InteractionFile
from xdrec_app.datasets.signal_settings import SignalKey, SignalSettings
from xdrec_app.datasets.signals import SIGNALS, settled

MOST_OF_A_SCALE = 100
"""Whole numbers beyond it count something; no usual scale of ratings reaches further."""

FULL_VIEW_MS = 30_000.0


def guess_signal(file: InteractionFile) -> SignalSettings:
    """Guess what a line of a file says, from the name of its value column and its first values.

    The scale of ratings is the one that the first values show; once all values are known,
    :func:`~xdrec_app.datasets.signals.settled` decides.
    """
    values = file.sample().values
    name = plain(file.columns.get("value", ""))
    kind = _kind(file, name, values)
    settings = SignalSettings(kind=kind, repeats=SIGNALS[kind].usual_repeats)
    if kind == "views" and name in MILLISECOND_NAMES:
        return settings.model_copy(update={"full_view_s": FULL_VIEW_MS})
    if kind == "ratings" and len(values):
        distinct, counts = np.unique(values, return_counts=True)
        scale = settled(settings, distinct, counts).scale
        return settings.model_copy(update={"scale": scale})
    return settings


def _kind(file: InteractionFile, name: str, values: Doubles) -> SignalKey:
    named = KIND_OF_VALUE.get(name)
    if "action" in file.roles and named != "ratings":
        return "events"
    if "value" not in file.roles:
        return "clicks"
    if named == "impressions" and not np.isin(values, (0, 1)).all():
        return "purchases"
    if named is not None:
        return named
    counts_something = len(values) and values.max() > MOST_OF_A_SCALE and np.equal(np.mod(values, 1), 0).all()
    return "purchases" if counts_something else "ratings"

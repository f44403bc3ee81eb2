"""What the lines of a file of interactions say: ratings, clicks, views, purchases, impressions or events."""

from __future__ import annotations

import numpy as np

from xdrec_app.datasets.arrays import Doubles
from xdrec_app.datasets.formats.column_words import KIND_OF_VALUE, MILLISECOND_NAMES, plain
from xdrec_app.datasets.formats.interaction_file import InteractionFile
from xdrec_app.datasets.signal_settings import SignalKey, SignalSettings
from xdrec_app.datasets.signals import SIGNALS, settled

FULL_VIEW_MS = 30_000.0


def guess_signal(file: InteractionFile) -> SignalSettings:
    """Guess what a line of a file says, from the name of its value column and its first values.

    The scale of ratings is the one that the first values show; once all values are known,
    :func:`~xdrec_app.datasets.signals.settled` decides. That all ratings are 1, the first ones cannot prove.
    """
    values = file.sample().values
    name = plain(file.columns.get("value", ""))
    kind = _kind(file, name, values)
    settings = SignalSettings(kind=kind, repeats=SIGNALS[kind].usual_repeats)
    if kind == "views" and name in MILLISECOND_NAMES:
        return settings.model_copy(update={"full_view_s": FULL_VIEW_MS})
    found = settled(settings, *np.unique(values, return_counts=True))
    return settings if found.kind == "clicks" else found


def _kind(file: InteractionFile, name: str, values: Doubles) -> SignalKey:
    named = KIND_OF_VALUE.get(name, "ratings")
    if "action" in file.roles and KIND_OF_VALUE.get(name) != "ratings":
        return "events"
    if "value" not in file.roles:
        return "clicks"
    is_count = named == "impressions" and not np.isin(values, (0, 1)).all()
    return "purchases" if is_count else named
